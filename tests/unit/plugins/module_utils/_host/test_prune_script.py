# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import prune_script
from ansible_collections.dockenv.python.plugins.module_utils._host.prune_script import parse_words

NOW = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.timezone.utc)
LONG_AGO, AN_HOUR_AGO = "2026-01-01T00:00:00.123456789Z", "2026-11-22T12:30:00+01:30"
OURS = {"dockenv.python.environment": "science"}


def image(name, *, layers=("a", "b"), labels=None, tags=None, created=LONG_AGO, tagged=""):
    """Return what the engine says of an image."""
    return {
        "Id": f"sha256:{name}",
        "RepoTags": [f"{name}:1"] if tags is None else tags,
        "Created": created,
        "Config": {"Labels": labels},
        "RootFS": {"Layers": list(layers)},
        "Metadata": {"LastTagTime": tagged},
    }


def container(name, status="exited", labels=None, created=LONG_AGO, finished=LONG_AGO, of="sha256:x"):
    """Return what the engine says of a container."""
    return {
        "Id": name,
        "Image": of,
        "Created": created,
        "State": {"Status": status, "FinishedAt": finished},
        "Config": {"Labels": labels},
    }


def options(*words):
    return parse_words(["--objects=images", "--hours=168", *words])


@pytest.mark.parametrize(
    ("found", "removed"),
    [
        pytest.param(image("x"), True, id="nobody's"),
        pytest.param(image("x", labels=OURS), False, id="an environment"),
        pytest.param(image("x", layers=["base"]), False, id="what an environment is made of"),
        pytest.param(image("x", layers=["base", "other"]), True, id="made of the same base"),
        pytest.param(image("x", layers=["base", "env", "more"]), True, id="made of an environment"),
        pytest.param(image("x", layers=[]), False, id="without layers, so that it could be under anything"),
        pytest.param(image("used"), False, id="of a container, or named by an environment"),
        pytest.param(image("x", created=AN_HOUR_AGO), False, id="a new one"),
        pytest.param(image("x", tagged=AN_HOUR_AGO), False, id="an old one that just came"),
        pytest.param(image("x", created="0001-01-01T00:00:00Z"), True, id="without a time of its own"),
        pytest.param(image("x", labels={"keep": "1"}), False, id="filtered"),
    ],
)
def test_images_that_nothing_needs_are_selected(found, removed):
    environment = image("science", layers=["base", "env"], labels=OURS)
    selected = prune_script.select_images([environment, found], {"sha256:used"}, options("--all-images", "--filter=label!=keep"), NOW)
    assert selected == ([found] if removed else [])


@pytest.mark.parametrize(
    ("found", "removed"),
    [
        pytest.param(image("x"), False, id="with a tag"),
        pytest.param({**image("x", tags=[]), "RepoDigests": ["r/x@sha256:1"]}, False, id="with a digest of a registry"),
        pytest.param(image("x", tags=[]), True, id="without a name"),
    ],
)
def test_images_with_a_name_stay_unless_all_are_meant(found, removed):
    assert prune_script.select_images([found], set(), options(), NOW) == ([found] if removed else [])


@pytest.mark.parametrize(
    ("found", "removed"),
    [
        pytest.param(container("x"), True, id="ended"),
        pytest.param(container("x", status="created", finished="0001-01-01T00:00:00Z"), True, id="never started"),
        pytest.param(container("x", status="running"), False, id="running"),
        pytest.param(container("x", status="paused"), False, id="paused"),
        pytest.param(container("x", finished=AN_HOUR_AGO), False, id="just ended"),
        pytest.param(container("x", labels=OURS), False, id="of an environment"),
        pytest.param(container("x", labels={"keep": ""}), False, id="filtered"),
    ],
)
def test_containers_that_ended_are_selected(found, removed):
    assert prune_script.select_containers([found], options("--filter=label!=keep"), NOW) == ([found] if removed else [])


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ("label=stage", True),
        ("label=stage=test", True),
        ("label=stage=live", False),
        ("label=other", False),
        ("label!=stage", False),
        ("label!=stage=live", True),
        ("label!=stage=test", False),
        ("label!=other", True),
    ],
)
def test_filters_are_those_of_the_engine(condition, chosen):
    assert prune_script.is_chosen({"stage": "test"}, [condition]) is chosen


@pytest.mark.parametrize(
    ("dockerfile", "bases"),
    [
        pytest.param("FROM python:3.13\nRUN true\n", ["python:3.13"], id="one"),
        pytest.param(
            "# FROM x\n  from --platform=linux/amd64 a/b@sha256:1 AS build\nFROM build\n", ["a/b@sha256:1", "build"], id="two stages"
        ),
        pytest.param("RUN true\n", [], id="none"),
    ],
)
def test_bases_of_a_dockerfile_are_read(dockerfile, bases):
    assert prune_script.read_bases(dockerfile) == bases


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Put a docker client in place that answers from files, and return the folder with them and the list of its calls."""
    client = tmp_path / "docker"
    client.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n[ ! -e "{tmp_path}/$1-$2" ] || . "{tmp_path}/$1-$2"\n')
    client.chmod(0o755)
    (tmp_path / "calls").touch()
    monkeypatch.setattr(prune_script, "CLIENT", str(client))
    monkeypatch.setattr(prune_script, "ENVIRONMENTS", str(tmp_path / "envs/*/Dockerfile"))
    return tmp_path


def answer(folder, words, text):
    (folder / words.replace(" ", "-")).write_text(text)


def test_each_kind_is_asked_for_and_removed(engine):
    answer(engine, "container ls", "echo c1 c2")
    answer(engine, "container inspect", f"cat {engine}/containers")
    (engine / "containers").write_text(json.dumps([container("c1", of="sha256:used"), container("c2", status="running", of="sha256:used")]))
    answer(engine, "image ls", "echo i1 i2")
    answer(engine, "image inspect", f"cat {engine}/images")
    (engine / "images").write_text(json.dumps([image("old", tags=["old:1", "old:2"]), image("used"), image("bare", tags=[])]))
    assert prune_script.main(["--objects=build-cache,networks,images,containers", "--hours=1", "--filter=label!=keep", "--all-images"]) == 0
    assert [line for line in (engine / "calls").read_text().splitlines() if line.split()[1] in ("rm", "prune")] == [
        "container rm c1",
        "image rm old:1",
        "image rm old:2",
        "image rm sha256:bare",
        "network prune --force --filter until=1h --filter label!=keep",
        "builder prune --force --filter until=1h",
    ]


def test_image_that_an_environment_names_is_asked_for_by_that_name(engine):
    (engine / "envs/science").mkdir(parents=True)
    (engine / "envs/science/Dockerfile").write_text("FROM python:3.13\n")
    answer(engine, "image ls", "echo i1")
    answer(engine, "image inspect", f"cat {engine}/images")
    (engine / "images").write_text(json.dumps([image("base", tags=["python:3.13"])]))
    assert prune_script.main(["--objects=images", "--all-images"]) == 0
    calls = (engine / "calls").read_text()
    assert "image inspect python:3.13\n" in calls
    assert "image rm" not in calls


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param("conflict: unable to remove, image is being used by running container", 0, id="used meanwhile"),
        pytest.param("Error: No such image: old:1", 0, id="gone meanwhile"),
        pytest.param("Error response from daemon: disk full", 1, id="another error"),
    ],
)
def test_what_is_needed_again_stays_without_an_error(engine, said, status):
    answer(engine, "image ls", "echo i1")
    answer(engine, "image inspect", f"cat {engine}/images")
    (engine / "images").write_text(json.dumps([image("old")]))
    answer(engine, "image rm", f"echo '{said}' >&2; exit 1")
    assert prune_script.main(["--objects=images", "--all-images"]) == status


def test_nothing_is_removed_where_the_engine_does_not_answer(engine, capsys):
    answer(engine, "image ls", "echo i1")
    answer(engine, "image inspect", "echo '[]'; echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    assert prune_script.main(["--objects=images,networks", "--all-images"]) == 1
    assert capsys.readouterr().err == "Nothing more was removed: Cannot connect to the Docker daemon\n"
    assert "prune" not in (engine / "calls").read_text()


def test_what_vanished_between_two_questions_is_left_out(engine):
    answer(engine, "container ls", "echo c1 c2")
    answer(engine, "container inspect", f"cat {engine}/containers; echo 'Error: No such container: c2' >&2; exit 1")
    (engine / "containers").write_text(json.dumps([container("c1")]))
    assert prune_script.main(["--objects=containers"]) == 0
    assert "container rm c1\n" in (engine / "calls").read_text()
