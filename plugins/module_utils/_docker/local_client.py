# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask an engine on a socket of this host what it has, without the SDK: to import that takes longer than a task with nothing to do.

Changes nothing. What is not answered plainly is left to the SDK, with its errors.
"""

from __future__ import annotations

import json
import socket
from typing import Any, Callable
from urllib.parse import quote

from .connection import Connection
from .engine import Engine

_SCHEME = "unix://"


def look(connection: Connection, connect: Callable[[], Engine]) -> Engine:
    """Return an engine to look at; ``connect`` opens the connection that is used for all else, at the first need."""
    is_plain = connection.host.startswith(_SCHEME) and not connection.cli_context and not connection.encrypted
    return Engine(LocalClient(connection, lambda: connect().client), connection) if is_plain else connect()


class LocalClient:
    """The questions with which tasks begin, as docker.APIClient answers them; all others are asked of ``sdk``, such a client."""

    def __init__(self, connection: Connection, sdk: Callable[[], Any]) -> None:
        self._path = connection.host[len(_SCHEME) :]
        self._prefix = "" if connection.api_version == "auto" else f"/v{connection.api_version}"
        self._timeout = connection.timeout
        self._sdk = sdk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sdk(), name)

    def images(self) -> list[dict[str, Any]]:
        """Return the entries of all images."""
        found = self._ask("/images/json")
        return self._sdk().images() if found is None else found

    def containers(self, **question: Any) -> list[dict[str, Any]]:
        """Return the entries of all containers, stopped ones too, or of those that are asked for."""
        found = self._ask("/containers/json?all=1") if question == {"all": True, "filters": {}} else None
        return self._sdk().containers(**question) if found is None else found

    def inspect_image(self, reference: str) -> dict[str, Any]:
        """Return all that the engine knows of one image."""
        found = self._ask(f"/images/{quote(reference, safe='/:')}/json")
        return self._sdk().inspect_image(reference) if found is None else found

    def _ask(self, path: str) -> Any:
        """Return the answer, None for any but a plain one. As HTTP 1.0, so that the connection's end is the answer's."""
        request = f"GET {self._prefix}{path} HTTP/1.0\r\nHost: docker\r\n\r\n"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
                stream.settimeout(self._timeout)
                stream.connect(self._path)
                stream.sendall(request.encode())
                head, _empty, body = b"".join(iter(lambda: stream.recv(1 << 16), b"")).partition(b"\r\n\r\n")
            return json.loads(body) if head.split()[1:2] == [b"200"] else None
        except (OSError, ValueError):
            return None
