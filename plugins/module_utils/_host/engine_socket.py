# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the local engine over its Unix socket with the standard library alone, because a bare host has no Docker SDK. Only reads."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from .._errors import EngineError

ENGINE_SOCKET = "/var/run/docker.sock"
TIMEOUT_SECONDS = 10.0


class _UnixConnection(http.client.HTTPConnection):
    """An HTTP connection whose other end is a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def get_json(resource: str, path: str = ENGINE_SOCKET) -> dict[str, Any]:
    """Return the engine's answer to GET ``resource`` (such as ``/version``), without an API version: the engine takes its own.

    Raises EngineError if there is no socket, nobody answers in time, or the answer is no JSON mapping.
    """
    connection = _UnixConnection(path)
    try:
        connection.request("GET", resource)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise EngineError(f"The engine does not answer on {path}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    return _read_mapping(body, response.status, resource)


def _read_mapping(body: bytes, status: int, resource: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise EngineError(f"The engine's answer to {resource} is no JSON mapping (HTTP status {status})")
    if status != http.client.OK:
        raise EngineError(f"The engine refuses {resource}: {answer.get('message', 'no reason given')} (HTTP status {status})")
    return answer
