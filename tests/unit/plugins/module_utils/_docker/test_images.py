# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker import containers, images, running
from ansible_collections.dockenv.python.plugins.module_utils._docker.images import Transfer, familiar_name, read_transfer, split_reference
from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine

LOG_IN = "; run docker login for this registry, as the user that runs the module"
DIGEST = "sha256:" + "1" * 64


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param("a", ("a", "latest"), id="no tag"),
        pytest.param("a:1", ("a", "1"), id="tag"),
        pytest.param("localhost:5000/a", ("localhost:5000/a", "latest"), id="a port is no tag"),
        pytest.param("localhost:5000/a/b:1", ("localhost:5000/a/b", "1"), id="port and tag"),
        pytest.param(f"localhost:5000/a@{DIGEST}", ("localhost:5000/a", DIGEST), id="digest"),
        pytest.param(f"localhost:5000/a:1@{DIGEST}", ("localhost:5000/a", DIGEST), id="a digest decides, whatever the tag"),
    ],
)
def test_split_reference(reference, expected):
    assert split_reference(reference) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param("python:3.13", "python:3.13", id="short already"),
        pytest.param("docker.io/library/python:3.13", "python:3.13", id="registry and folder"),
        pytest.param("index.docker.io/joe/tool:1", "joe/tool:1", id="the registry's older name"),
        pytest.param("library/python:3.13", "python:3.13", id="folder"),
        pytest.param("docker.io/library/a/b:1", "library/a/b:1", id="a folder of that name with folders"),
        pytest.param("registry.example/library/python:1", "registry.example/library/python:1", id="another registry"),
    ],
)
def test_familiar_name(reference, expected):
    assert familiar_name(reference) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param(
            [{"status": "Preparing"}, {"status": "Pushed"}, {"status": "Layer already exists"}, {"aux": {"Tag": "1", "Digest": DIGEST}}],
            Transfer(True, DIGEST),
            id="a layer was pushed",
        ),
        pytest.param(
            [{"status": "Layer already exists"}, {"aux": {"Tag": "1", "Digest": DIGEST}}], Transfer(False, DIGEST), id="nothing to do"
        ),
        pytest.param([{"status": "Pull complete", "id": "1"}], Transfer(True, ""), id="a layer was pulled"),
        pytest.param([], Transfer(False, ""), id="silence"),
    ],
)
def test_read_transfer(events, expected):
    assert read_transfer(events, "pushing a:1") == expected


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        pytest.param("no basic auth credentials", LOG_IN, id="not logged in"),
        pytest.param(
            "denied: requested access to the resource is denied",
            "; run docker login for this registry, as the user that runs the module",
            id="denied",
        ),
        pytest.param(
            "Get https://r/v2/: dial tcp 127.0.0.1:1: connect: connection refused",
            "; check the registry in the image's name, and that the engine can reach it",
            id="no registry",
        ),
        pytest.param("blob upload unknown", "", id="other"),
    ],
)
def test_an_error_among_the_messages_is_an_error(error, advice):
    with pytest.raises(EngineError) as caught:
        read_transfer([{"status": "Preparing"}, {"errorDetail": {"message": error}, "error": error}], "pushing the image a:1")
    assert caught.value.message == f"The Docker engine failed pushing the image a:1: {error}{advice}"


def test_a_list_is_one_question():
    engine = make_engine()
    for number in range(100):
        engine.client.add_image(f"a:{number}", labels={"l": str(number)})
    engine.client.calls.clear()
    found = images.list_images(engine)
    assert [image.tags for image in found if image.labels.get("l") == "7"] == [("a:7",)]
    assert engine.client.calls == ["images"]


def test_placeholders_of_old_engines_are_no_names():
    engine = make_engine()
    image = engine.client.add_image(labels={"l": "1"})
    assert images.ImageSummary(image.id, labels={"l": "1"}, size=1000, created=1_700_000_000) in images.list_images(engine)


def test_an_image_that_was_pushed_once_is_removed_with_its_digests():
    engine = make_engine()
    image = engine.client.add_image(digests=[f"r/a@{DIGEST}", f"r/b@{DIGEST}"])
    assert images.remove_unused(engine, image.id)
    assert engine.find_image(image.id) is None


def test_a_container_is_lost_when_its_task_has_ended():
    engine = make_engine()

    def make(owner):
        config = engine.client.create_host_config()
        return engine.client.create_container(BASE, command=["true"], labels={"l": "1", containers.OWNER: owner}, host_config=config)["Id"]

    mine = containers._identify(str(os.getpid()))
    host, process, start = mine.split("/")
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    lost = (make(f"{host}/{ended.pid}/{start}"), make(f"{host}/{process}/{int(start) + 1}"))
    kept = [make(mine), make(f"other{host}/{ended.pid}/{start}"), make("somebody"), make("")]
    assert running.remove_lost(engine, "l") == lost
    assert list(engine.client.containers_by_id) == kept


def test_a_container_that_was_never_started_is_lost_after_a_while():
    engine = make_engine()
    config = engine.client.create_host_config()
    old = engine.client.create_container(BASE, command=["true"], labels={"l": "1"}, host_config=config, name="old")["Id"]
    others = engine.client.create_container(BASE, command=["true"], labels={}, host_config=config, name="others")["Id"]
    for container in (old, others):
        engine.client.containers_by_id[container].created -= 3600
    assert running.remove_lost(engine, "l") == (old,)
    assert list(engine.client.containers_by_id) == [others]
