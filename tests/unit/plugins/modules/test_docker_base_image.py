# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import socket
import threading

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.module_utils._base import converge as service
from ansible_collections.dockenv.python.plugins.modules import docker_base_image
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.examples import HOST
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.fake_engine import FakeEngine


@pytest.fixture
def run(monkeypatch, run_for_real):
    """Run the whole module against a fake engine and return what it prints."""
    engine = FakeEngine()
    monkeypatch.setattr(docker_base_image, "connect", lambda connection: engine)
    return run_for_real


@pytest.fixture
def run_for_real(monkeypatch, capsys):
    """Run the whole module against the engine that its options name and return what it prints."""
    monkeypatch.setattr(service, "observe_host", lambda spec: HOST)
    monkeypatch.setattr(service, "require_tools", lambda: None)

    def module(**options):
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": options})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(arguments))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_base_image.main()
        return json.loads(capsys.readouterr().out)

    return module


def test_check_mode_tells_what_would_be_done(run):
    result = run(name="base", packages=["python3"], _ansible_check_mode=True)
    assert (result["changed"], result["image"]) == (True, None)
    assert result["reasons"] == ["the image does not exist"]
    assert result["actions"] == ["bootstrap trixie and import it", "tag the new image as base:latest"]
    assert result["diff"]["before"] == {"state": "absent"}
    assert result["diff"]["after"]["packages"] == ["python3"]


def test_nothing_to_do(run):
    result = run(name="base", state="absent")
    assert (result["changed"], result["reasons"], result["actions"], result["image"]) == (False, [], [], None)


def test_a_wrong_option_fails_with_one_sentence(run):
    result = run(name="base", packages=["ok", "Wrong"])
    assert result["failed"] is True
    assert result["msg"].startswith("packages[1]: 'Wrong' is not the name of a Debian package")


def test_options_that_exclude_each_other(run):
    result = run(name="base", docker_host="tcp://x:1", cli_context="y")
    assert result["msg"] == "parameters are mutually exclusive: docker_host|cli_context"


@contextlib.contextmanager
def hanging_engine(path, answers):
    """Listen on a Unix socket, answer so many requests as an engine does and leave the next one without an answer."""
    body = json.dumps({"ApiVersion": "1.45", "Version": "26.1.5"}).encode()
    kept = []

    def serve(listener):
        with contextlib.suppress(OSError):  # closed at the end of the test
            while True:
                kept.append(listener.accept()[0])
                threading.Thread(target=answer, args=(kept[-1],), daemon=True).start()

    def answer(connection):
        nonlocal answers
        with contextlib.suppress(OSError):
            while connection.recv(65536) and answers > 0:
                answers -= 1
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        try:
            yield f"unix://{path}"
        finally:
            for connection in kept:
                connection.close()


@pytest.mark.parametrize(
    ("answers", "doing"), [pytest.param(0, "connecting", id="at once"), pytest.param(1, "looking for the image base:latest", id="later")]
)
def test_an_engine_that_hangs_is_told(run_for_real, tmp_path, answers, doing):
    with hanging_engine(tmp_path / "docker.sock", answers) as address:
        result = run_for_real(name="base", docker_host=address, timeout=1)
    assert result["failed"] is True
    assert result["msg"] == (
        f"The Docker engine does not answer at {address} ({doing}): timed out; start the engine, or correct the options of the connection"
    )
