# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.server
import json
import socketserver
import threading

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError
from ansible_collections.dockenv.python.plugins.module_utils._host import engine_socket

ANSWERS = {
    "/version": (200, json.dumps({"Version": "26.1.5"}).encode()),
    "/list": (200, b"[]"),
    "/text": (200, b"hello"),
    "/refused": (500, json.dumps({"message": "out of order"}).encode()),
}


class Engine(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        login = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.path == "/auth" and login == {"serveraddress": "r.example:5000", "username": "carol", "password": "right"}
        body = json.dumps({"Status": "Login Succeeded"} if known else {"message": "unauthorized"}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass

    def address_string(self):
        return "unix"


@pytest.fixture
def engine(tmp_path):
    """Serve ANSWERS on a Unix socket and return its path."""
    path = str(tmp_path / "docker.sock")
    with socketserver.UnixStreamServer(path, Engine) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield path
        server.shutdown()
        thread.join()


def test_answer_is_read(engine):
    assert engine_socket.get_json("/version", engine) == {"Version": "26.1.5"}


def test_login_is_tried(engine):
    engine_socket.check_login("r.example:5000", "carol", "right", engine)
    with pytest.raises(EngineError) as raised:
        engine_socket.check_login("r.example:5000", "carol", "wrong", engine)
    assert raised.value.message == "The engine refuses /auth: unauthorized (HTTP status 401)"


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        pytest.param("/list", "The engine's answer to /list is no JSON mapping (HTTP status 200)", id="a list"),
        pytest.param("/text", "The engine's answer to /text is no JSON mapping (HTTP status 200)", id="no JSON"),
        pytest.param("/refused", "The engine refuses /refused: out of order (HTTP status 500)", id="an error"),
    ],
)
def test_other_answers_are_errors(engine, resource, message):
    with pytest.raises(EngineError) as raised:
        engine_socket.get_json(resource, engine)
    assert raised.value.message == message


def test_missing_socket_is_an_error(tmp_path):
    path = str(tmp_path / "none.sock")
    with pytest.raises(EngineError) as raised:
        engine_socket.get_json("/version", path)
    assert raised.value.message == f"The engine does not answer on {path}: [Errno 2] No such file or directory"


def test_silent_engine_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_socket, "TIMEOUT_SECONDS", 0.2)
    path = str(tmp_path / "silent.sock")
    with socketserver.UnixStreamServer(path, Engine), pytest.raises(EngineError) as raised:
        engine_socket.get_json("/version", path)
    assert raised.value.message == f"The engine does not answer on {path}: timed out"
