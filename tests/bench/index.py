"""Serve the wheels of a folder as a package index whose files may be kept, as those of the public index may.

Usage: index.py FOLDER ADDRESS PORT. Runs on the host; FOLDER holds simple/NAME/WHEEL.
"""

from __future__ import annotations

import functools
import http.server
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    """Lists folders, and says of a wheel that it never changes."""

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        if self.path.endswith(".whl"):
            self.send_header("Cache-Control", "max-age=365000000, immutable, public")
        super().end_headers()


if __name__ == "__main__":
    folder, address, port = sys.argv[1:]
    handler = functools.partial(Handler, directory=folder)
    http.server.ThreadingHTTPServer((address, int(port)), handler).serve_forever()
