# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import prune_script
from ansible_collections.dockenv.python.plugins.module_utils._host.prune_script import parse_words

from .._env.dockerfiles import DOCKERFILES

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


def network(name, labels=None, created=LONG_AGO, **said):
    """Return what the engine says of a network."""
    return {"Id": f"id of {name}", "Name": name, "Created": created, "Labels": labels, "Containers": {}, **said}


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
    ("found", "removed"),
    [
        pytest.param(network("x"), True, id="nobody's"),
        pytest.param(network("x", labels=OURS), False, id="the collection's"),
        pytest.param(network("x", labels={"keep": "1"}), False, id="filtered by one of two conditions"),
        pytest.param(network("x", created=AN_HOUR_AGO), False, id="a new one"),
        pytest.param(network("bridge"), False, id="the engine's own"),
        pytest.param(network("ended"), False, id="of a container that ended"),
        pytest.param(network("known-by-id"), False, id="of a container that was given its id"),
        pytest.param(network("x", Containers={"c": {}}), False, id="of a container that came meanwhile"),
        pytest.param(network("x", Ingress=True), False, id="that of a Swarm"),
        pytest.param(network("x", ConfigOnly=True), False, id="a configuration of others"),
    ],
)
def test_networks_that_nobody_uses_are_selected(found, removed):
    ends = [{"ended": {"NetworkID": ""}}, {"other": {"NetworkID": "id of known-by-id"}}]
    containers = [{**container("c"), "NetworkSettings": {"Networks": each}} for each in ends]
    conditions = options("--filter=label!=keep", "--filter=label!=other")
    assert prune_script.select_networks([found], [*containers, container("none")], conditions, NOW) == ([found] if removed else [])


@pytest.mark.parametrize(("dockerfile", "bases"), DOCKERFILES)
def test_no_image_is_missed_that_an_environment_is_made_of(dockerfile, bases):
    assert set(bases) <= set(prune_script.read_bases(dockerfile))


def test_all_stages_of_a_dockerfile_count():
    assert prune_script.read_bases("# FROM x\nFROM a AS one\nFROM --platform=$P b\nCOPY --from=c /x /x\n") == ["a", "b", "c"]


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Put a docker client in place that answers from files, and return the folder with them and the list of its calls."""
    client = tmp_path / "docker"
    client.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n[ ! -e "{tmp_path}/$1-$2" ] || . "{tmp_path}/$1-$2"\n')
    client.chmod(0o755)
    (tmp_path / "calls").touch()
    monkeypatch.setattr(prune_script, "CLIENT", str(client))
    monkeypatch.setattr(prune_script, "ENVIRONMENTS", (str(tmp_path / "envs"),))
    return tmp_path


def answer(folder, words, text):
    (folder / words.replace(" ", "-")).write_text(text)


def define(folder, dockerfile):
    """Write an environment that is not built."""
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text(dockerfile)


def test_each_kind_is_asked_for_and_removed(engine):
    answer(engine, "container ls", "echo c1 c2")
    answer(engine, "container inspect", f"cat {engine}/containers")
    (engine / "containers").write_text(json.dumps([container("c1", of="sha256:used"), container("c2", status="running", of="sha256:used")]))
    answer(engine, "network ls", "echo n1")
    answer(engine, "network inspect", f"cat {engine}/networks")
    (engine / "networks").write_text(json.dumps([network("needless")]))
    answer(engine, "image ls", "echo i1 i2")
    answer(engine, "image inspect", f"cat {engine}/images")
    (engine / "images").write_text(json.dumps([image("old", tags=["old:1", "old:2"]), image("used"), image("bare", tags=[])]))
    assert prune_script.main(["--objects=build-cache,networks,images,containers", "--hours=1", "--filter=label!=keep", "--all-images"]) == 0
    assert [line for line in (engine / "calls").read_text().splitlines() if line.split()[1] in ("rm", "prune")] == [
        "container rm c1",
        "image rm old:1",
        "image rm old:2",
        "image rm sha256:bare",
        "network rm id of needless",
        "builder prune --force --filter until=1h",
    ]


@pytest.mark.parametrize("folder", ["envs/science", "elsewhere/science"])
def test_image_that_an_environment_names_is_asked_for_by_that_name(engine, folder):
    define(engine / folder, "FROM python:3.13\n")
    answer(engine, "image ls", "echo i1")
    answer(engine, "image inspect", f"cat {engine}/images")
    (engine / "images").write_text(json.dumps([image("base", tags=["python:3.13"])]))
    assert prune_script.main(["--objects=images", "--all-images", f"--environments={engine}/elsewhere"]) == 0
    calls = (engine / "calls").read_text()
    assert "image inspect python:3.13\n" in calls
    assert "image rm" not in calls


def test_images_stay_where_an_environment_may_need_any(engine, capsys):
    define(engine / "envs/open", "ARG BASE\nFROM ${BASE}\n")
    answer(engine, "image ls", "echo i1")
    answer(engine, "image inspect", f"cat {engine}/images")
    (engine / "images").write_text(json.dumps([image("old")]))
    assert prune_script.main(["--objects=images,build-cache", "--all-images"]) == 0
    assert capsys.readouterr().out == f"No image is removed: {engine}/envs/open/Dockerfile says ${{BASE}}, which may be any\n"
    calls = (engine / "calls").read_text()
    assert "image rm" not in calls
    assert "builder prune" in calls


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("Error: No such image: Build", id="engine 20.10"),
        pytest.param("Error response from daemon: invalid reference format: repository name must be lowercase", id="engine 26"),
    ],
)
def test_name_that_no_image_can_have_hinders_nothing(engine, said):
    define(engine / "envs/science", "FROM a AS Build\nFROM Build\n")
    answer(engine, "image ls", "echo i1")
    answer(engine, "image inspect", f'case "$3" in Build) echo "[]"; echo "{said}" >&2; exit 1;; esac; cat {engine}/images')
    (engine / "images").write_text(json.dumps([image("old")]))
    assert prune_script.main(["--objects=images", "--all-images"]) == 0


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
