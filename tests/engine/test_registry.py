# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker import images
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import connect
from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError

CONFIGURATION = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}
"""
# For the user joe and the password hunter2, with the cheapest cost of bcrypt
HTPASSWD = "joe:$2y$04$la.fyY9CBOigxJkgZdQydONDwm0X3a.URzg7EUrsqDmsh/Q/37sZC\n"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """Run a registry on loopback, which engines trust, and return its name."""
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "htpasswd").write_text(HTPASSWD)
    (folder / "config.yml").write_text(CONFIGURATION.format(folder=folder, port=port))
    program = shutil.which("docker-registry")
    assert program, "these tests need the Debian package docker-registry"
    with (
        open(folder / "log", "w") as log,
        subprocess.Popen([program, "serve", str(folder / "config.yml")], stdout=log, stderr=log) as server,
    ):
        try:
            wait_until_open(port)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_until_open(port):
    for _attempt in range(100):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the registry does not answer")


@pytest.fixture
def logged_in(registry, tmp_path, monkeypatch, connection):
    """Return an engine for a user whose docker configuration has the registry's password."""
    auth = base64.b64encode(b"joe:hunter2").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return connect(connection)


@pytest.fixture
def image(engine, base, registry):
    """Tag a small image for the registry and return its name there."""
    made = engine.client.import_image_from_data(
        b"\0" * 1024, repository=f"{registry}/team/env", tag="1", changes=[f"LABEL t={time.time()}"]
    )
    name = f"{registry}/team/env:1"
    yield name
    engine.remove_image(name, force=True)
    image_id = json.loads(made.splitlines()[-1])["status"]
    images.remove_unused(engine, image_id)


def test_pushed_once_and_then_there(logged_in, image):
    assert images.find_registry_digest(logged_in, image) is None
    first = images.push(logged_in, image)
    assert first.changed
    assert images.push(logged_in, image) == images.Transfer(False, first.digest)
    assert images.find_registry_digest(logged_in, image) == first.digest
    assert logged_in.find_image(image).digests == (f"{image.rpartition(':')[0]}@{first.digest}",)


def test_pulled_once_and_then_there(logged_in, image):
    pushed = images.push(logged_in, image)
    before = logged_in.find_image(image)
    logged_in.remove_image(image)
    assert images.pull(logged_in, image) == images.Transfer(True, pushed.digest)
    assert logged_in.find_image(image).id == before.id
    assert images.pull(logged_in, image) == images.Transfer(False, pushed.digest)


def test_an_image_is_pulled_by_its_digest(logged_in, image):
    pushed = images.push(logged_in, image)
    before = logged_in.find_image(image)
    logged_in.remove_image(image)
    name = f"{image}@{pushed.digest}"
    assert images.pull(logged_in, name) == images.Transfer(True, pushed.digest)
    assert logged_in.find_image(name).id == before.id
    assert images.find_registry_digest(logged_in, name) == pushed.digest
    assert images.pull(logged_in, name) == images.Transfer(False, pushed.digest)


def test_a_replaced_image_that_was_pushed_can_be_removed(logged_in, image):
    images.push(logged_in, image)
    old = logged_in.find_image(image)
    new = json.loads(logged_in.client.import_image_from_data(b"\0" * 1024, changes=["LABEL t=new"]).splitlines()[-1])["status"]
    repository, tag = images.split_reference(image)
    logged_in.tag_image(new, repository, tag)
    assert images.remove_unused(logged_in, old.id)
    assert logged_in.find_image(old.id) is None


@pytest.mark.parametrize("work", [images.push, images.pull, images.find_registry_digest])
def test_without_the_password_the_error_says_what_to_do(work, image, monkeypatch, tmp_path, connection):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(EngineError) as caught:
        work(connect(connection), image)
    assert caught.value.message.endswith("; run docker login for this registry, as the user that runs the module")


@pytest.mark.parametrize("work", [images.pull, images.find_registry_digest])
def test_a_registry_that_is_not_there(work, engine):
    with pytest.raises(EngineError) as caught:
        work(engine, "127.0.0.1:1/team/env:1")
    assert caught.value.message.endswith("; check the registry in the image's name, and that the engine can reach it")
