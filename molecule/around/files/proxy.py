# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy on port 3128 that asks for a login and writes down, a line each, what it was asked for: method, target, program.

proxy.py FILE-WITH-THE-LOGIN LOG
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import select
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

HOPS = ("connection", "keep-alive", "proxy-authorization", "proxy-connection", "transfer-encoding")


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes on what comes with the login."""

    protocol_version = "HTTP/1.1"
    login = log = ""

    def do_CONNECT(self) -> None:
        if not self.is_known():
            return
        host, _colon, port = self.path.rpartition(":")
        try:
            other = socket.create_connection((host.strip("[]"), int(port)), timeout=60)
        except OSError:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        with other:
            carry(self.connection, other)
        self.close_connection = True

    def do_GET(self) -> None:
        if not self.is_known():
            return
        parts = urlsplit(self.path)
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
        try:
            connection.request(self.command, parts._replace(scheme="", netloc="").geturl(), headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except OSError:
            self.send_error(502)
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in (*HOPS, "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def is_known(self) -> bool:
        known = self.headers.get("Proxy-Authorization") == f"Basic {self.login}"
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(f"{'known' if known else 'unknown'} {self.command} {self.path} {self.headers.get('User-Agent', '-')}\n")
        if not known:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="test"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        return known

    def log_message(self, *_words: object) -> None:
        pass


def carry(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes on in both directions until one end has no more."""
    with contextlib.suppress(OSError):
        while True:
            for ready in select.select([one, other], [], [], 60)[0] or [None]:
                data = ready.recv(65536) if ready else b""
                if not data:
                    return
                (other if ready is one else one).sendall(data)


if __name__ == "__main__":
    Proxy.login = base64.b64encode(Path(sys.argv[1]).read_bytes()).decode()
    Proxy.log = sys.argv[2]
    http.server.ThreadingHTTPServer(("127.0.0.1", 3128), Proxy).serve_forever()
