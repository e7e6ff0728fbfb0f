# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of an engine without the SDK, over a real socket, and what is left to the SDK."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.containers import list_containers
from ansible_collections.dockenv.python.plugins.module_utils._docker.images import list_images
from ansible_collections.dockenv.python.plugins.module_utils._docker.local_client import look
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import make_engine

IMAGE = {"Id": "sha256:1", "RepoTags": ["science:latest"], "Labels": None, "Size": 7, "Created": 1}
CONTAINER = {"Id": "c1", "Names": ["/user"], "Image": "science", "ImageID": "sha256:1", "State": "exited", "Created": 1}
ANSWERS = {
    "/images/json": [IMAGE],
    "/containers/json?all=1": [CONTAINER],
    "/images/science%20x/json": IMAGE,
    "/v1.40/images/json": [],
}


class Server:
    """An engine at the end of a socket; ``asked`` has the paths, ``cut`` the bytes after which it hangs up."""

    def __init__(self, path):
        self.asked = []
        self.cut = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(path)
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            stream, _address = self._socket.accept()
            with stream:
                path = stream.recv(1 << 16).decode().split()[1]
                self.asked.append(path)
                status = "200 OK" if path in ANSWERS else "404 Not Found"
                body = json.dumps(ANSWERS.get(path, {"message": "no such image"}))
                stream.sendall(f"HTTP/1.0 {status}\r\nContent-Type: application/json\r\n\r\n{body}".encode()[: self.cut])


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "docker.sock")


@pytest.fixture
def server(path):
    return Server(path)


@pytest.fixture
def sdk():
    """The engine of the SDK, with another image."""
    engine = make_engine()
    engine.client.add_image("other:latest")
    engine.client.calls.clear()
    return engine


def refuse():
    raise AssertionError("the SDK was used")


def test_what_there_is_is_asked_without_the_sdk(server, path):
    engine = look(Connection(host=f"unix://{path}"), refuse)
    assert [image.tags for image in list_images(engine)] == [("science:latest",)]
    assert [container.name for container in list_containers(engine)] == ["user"]
    assert engine.find_image("science x").id == "sha256:1"
    assert server.asked == ["/images/json", "/containers/json?all=1", "/images/science%20x/json"]


def test_a_version_of_the_api_is_kept_to(server, path):
    assert list_images(look(Connection(host=f"unix://{path}", api_version="1.40"), refuse)) == ()
    assert server.asked == ["/v1.40/images/json"]


def test_what_is_not_there_is_for_the_sdk_to_say(server, path, sdk):
    engine = look(Connection(host=f"unix://{path}"), lambda: sdk)
    assert engine.find_image("none") is None
    assert engine.find_image("other:latest").tags == ("other:latest",)


def test_other_questions_are_asked_of_the_sdk(server, path, sdk):
    engine = look(Connection(host=f"unix://{path}"), lambda: sdk)
    assert list_containers(engine, name="none") == ()
    assert engine.remove_image("other:latest") is True
    assert (server.asked, "containers" in sdk.client.calls) == ([], True)


@pytest.mark.parametrize("cut", [pytest.param(0, id="nothing"), pytest.param(20, id="half a head"), pytest.param(70, id="half an answer")])
def test_an_answer_that_breaks_off_is_asked_for_again(server, path, sdk, cut):
    server.cut = cut
    tags = {tag for image in list_images(look(Connection(host=f"unix://{path}"), lambda: sdk)) for tag in image.tags}
    assert "other:latest" in tags


def test_an_engine_that_does_not_listen_is_for_the_sdk_to_report(path, sdk):
    tags = {tag for image in list_images(look(Connection(host=f"unix://{path}"), lambda: sdk)) for tag in image.tags}
    assert "other:latest" in tags


def test_that_there_is_no_sdk_is_said_as_it_is(path):
    def fail():
        raise DockenvError("The Python library 'docker' is missing")

    with pytest.raises(DockenvError, match=r"^The Python library 'docker' is missing$"):
        list_images(look(Connection(host=f"unix://{path}"), fail))


@pytest.mark.parametrize(
    "connection",
    [
        pytest.param(Connection(host="tcp://127.0.0.1:2375"), id="another host"),
        pytest.param(Connection(cli_context="remote"), id="a context"),
        pytest.param(Connection(encrypted=True), id="certificates"),
    ],
)
def test_elsewhere_everything_is_asked_of_the_sdk(connection, sdk):
    assert look(connection, lambda: sdk) is sdk
