# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the local engine over its Unix socket with the standard library alone, because a bare host has no Docker SDK. It changes nothing there."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any

from .._errors import EngineError

ENGINE_SOCKET = "/var/run/docker.sock"
TIMEOUT_SECONDS = 10.0
# The engine asks a registry, which may be far away.
LOGIN_TIMEOUT_SECONDS = 60.0


class _UnixConnection(http.client.HTTPConnection):
    """An HTTP connection whose other end is a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def get_json(resource: str, path: str = ENGINE_SOCKET) -> dict[str, Any]:
    """Return the engine's answer to GET ``resource`` (such as ``/version``), without an API version: the engine takes its own.

    Raises EngineError if there is no socket, nobody answers in time, or the answer is no JSON mapping.
    """
    return _ask("GET", resource, None, path, TIMEOUT_SECONDS)


def check_login(address: str, username: str, password: str, path: str = ENGINE_SOCKET) -> None:
    """Let the engine log in at a registry, as ``docker login`` does. Raises EngineError with the engine's words if it cannot."""
    login = {"serveraddress": address, "username": username, "password": password}
    _ask("POST", "/auth", login, path, LOGIN_TIMEOUT_SECONDS)


def _ask(method: str, resource: str, body: Mapping[str, Any] | None, path: str, timeout: float) -> dict[str, Any]:
    connection = _UnixConnection(path, timeout)
    headers = {} if body is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, resource, body=None if body is None else json.dumps(body), headers=headers)
        response = connection.getresponse()
        answered = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise EngineError(f"The engine does not answer on {path}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    return _read_mapping(answered, response.status, resource)


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
