# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import observe_data
from ansible_collections.dockenv.python.plugins.module_utils._host.observe_data import Start


def unit(words, *properties):
    return [("ExecStart", f"{{ path=/usr/bin/dockerd ; argv[]=/usr/bin/dockerd {words} ; ignore_errors=no ; pid=0 }}"), *properties]


@pytest.mark.parametrize(
    ("properties", "start"),
    [
        pytest.param([], Start(), id="no unit"),
        pytest.param(unit("-H fd:// $DOCKER_OPTS"), Start(), id="none"),
        pytest.param(unit("--data-root=/srv/docker"), Start("/srv/docker"), id="a flag"),
        pytest.param(unit("-H unix:// --data-root /srv/docker --debug"), Start("/srv/docker"), id="a flag and a word"),
        pytest.param(unit("-g /srv/docker"), Start("/srv/docker"), id="the old flag"),
        pytest.param(unit("--graph=/srv/docker"), Start("/srv/docker"), id="the old flag, long"),
        pytest.param(unit("--data-root"), Start(), id="a flag without a folder"),
        pytest.param(
            unit("$DOCKER_OPTS", ("Environment", '"DOCKER_OPTS=--debug --data-root=/srv/docker" A=1')),
            Start(variable="/srv/docker"),
            id="a variable of the unit",
        ),
        pytest.param(unit("$OTHER", ("Environment", "DOCKER_OPTS=--data-root=/srv/docker")), Start(), id="a variable that is not taken"),
    ],
)
def test_flags_of_the_start_are_read(properties, start):
    assert observe_data.read_start(properties) == start


@pytest.mark.parametrize(
    ("text", "root"),
    [
        pytest.param("DOCKER_OPTS='--data-root=/srv/docker --debug'\n", "/srv/docker", id="in quotation marks"),
        pytest.param("# DOCKER_OPTS=--data-root=/srv/docker\n", None, id="a comment"),
        pytest.param("export DOCKER_OPTS=-g=/old\nDOCKER_OPTS=-g=/srv/docker\n", "/srv/docker", id="the last one"),
        pytest.param(None, None, id="no file"),
    ],
)
def test_variables_of_files_are_read(tmp_path, text, root):
    if text is not None:
        (tmp_path / "docker").write_text(text)
    files = [("EnvironmentFiles", f"{tmp_path / name} (ignore_errors=yes)") for name in ("docker", "none")]
    assert observe_data.read_start(unit("-H fd:// ${DOCKER_OPTS}", *files)) == Start(variable=root)


@pytest.mark.parametrize(
    ("options", "start", "engine", "found"),
    [
        pytest.param({}, Start(), None, ("/var/lib/docker", "engine"), id="nothing names one"),
        pytest.param({"data-root": "/a"}, Start(), None, ("/a", "file"), id="daemon.json"),
        pytest.param({"graph": "/a"}, Start(), None, ("/a", "file"), id="daemon.json, in the old word"),
        pytest.param({"data-root": 5, "graph": ["/a"]}, Start(), None, ("/var/lib/docker", "engine"), id="no paths"),
        pytest.param({}, Start(variable="/a"), None, ("/a", "variable"), id="a variable"),
        pytest.param({"data-root": "/b"}, Start("/a"), None, ("/a", "command"), id="a flag, of an engine that does not run"),
        pytest.param({"data-root": "/b"}, Start("/a"), "/b/", ("/b/", "file"), id="the file, of one that runs"),
        pytest.param({}, Start(variable="/a"), "/a", ("/a", "variable"), id="a variable, of one that runs"),
        pytest.param({"data-root": "/b"}, Start("/a"), "/c", ("/c", "engine"), id="one that was started otherwise"),
    ],
)
def test_data_root_is_found(options, start, engine, found):
    assert observe_data.find_data_root(options, start, engine) == found


@pytest.mark.parametrize(
    ("info", "root"),
    [
        ({"DockerRootDir": "/srv/docker", "SecurityOptions": ["name=seccomp,profile=builtin"]}, "/srv/docker"),
        ({"DockerRootDir": "/srv/docker/100000.100000", "SecurityOptions": ["name=userns"]}, "/srv/docker"),
        ({"SecurityOptions": None}, None),
    ],
)
def test_data_root_of_the_engine_is_read(info, root):
    assert observe_data.read_engine_root(info) == root


@pytest.mark.parametrize(
    ("path", "holdings"),
    [
        pytest.param("containers/0123", ["containers"], id="a container"),
        pytest.param("image/overlay2/imagedb/content/sha256/0123", ["images"], id="an image"),
        pytest.param("volumes/data/_data/file", ["volumes"], id="a volume"),
        pytest.param("plugins/0123/config.json", ["plugins"], id="a plugin"),
        pytest.param("swarm/docker-state.json", ["a Swarm"], id="a node of a Swarm"),
        pytest.param("100000.100000/containers/0123", ["containers"], id="a container of remapped users"),
        pytest.param("volumes/metadata.db", [], id="what an engine makes at its start"),
        pytest.param("buildkit/cache.db", [], id="a cache"),
    ],
)
def test_holdings_are_what_somebody_may_miss(tmp_path, path, holdings):
    (tmp_path / "root[1]" / path).parent.mkdir(parents=True)
    (tmp_path / "root[1]" / path).touch()
    assert observe_data.observe_holdings(str(tmp_path / "root[1]")) == holdings


def make_root(folder, mark="engine-id"):
    for name in (mark, "overlay2/l", "volumes/data/_data", "tmp", "mine/file", "lost+found", "100000.100000/image"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return str(folder)


@pytest.mark.parametrize(
    "mark", ["engine-id", "volumes/metadata.db", "image/overlay2/repositories.json", "100000.100000/network/files/local-kv.db"]
)
def test_data_is_what_an_engine_made(tmp_path, mark):
    (tmp_path / "link").symlink_to(make_root(tmp_path / "root[1]", mark))
    roots = observe_data.find_own_roots([str(tmp_path / "link"), str(tmp_path / "root[1]"), "", "relative"])
    assert roots == [str(tmp_path / "root[1]")]
    names = {path.rpartition("/")[2] for path in observe_data.find_data(roots)}
    assert names == {mark.partition("/")[0], "overlay2", "volumes", "tmp", "100000.100000"}


def test_folder_without_marks_of_an_engine_has_no_data(tmp_path):
    assert observe_data.find_own_roots([make_root(tmp_path, "image"), str(tmp_path / "none")]) == []


def test_folder_of_the_system_has_no_data(tmp_path, monkeypatch):
    monkeypatch.setattr(observe_data, "SYSTEM_FOLDERS", frozenset({str(tmp_path)}))
    assert observe_data.find_own_roots([make_root(tmp_path)]) == []


def test_mounts_are_those_of_containers_deepest_first(tmp_path, monkeypatch):
    places = [
        "/var/lib/docker",
        "/var/lib/docker/volumes",
        "/var/lib/docker/overlay2/0/merged",
        "/var/lib/docker/volumes/a\\040b/_data",
        "/var/lib/docker/volumes/a\\040b/_data/deeper",
        "/run/docker/netns/default",
        "/var/lib/docker.old/a/b",
        "/home",
    ]
    lines = [f"30 25 0:30 / {place} rw,relatime shared:1 - ext4 /dev/vda rw\n" for place in places]
    (tmp_path / "mountinfo").write_text("".join(lines))
    monkeypatch.setattr(observe_data, "MOUNTS_FILE", str(tmp_path / "mountinfo"))
    found = observe_data.find_mounts(["/var/lib/docker"])
    assert {each["kind"] for each in found} == {"ext4"}
    assert [each["path"] for each in found] == [
        "/var/lib/docker/volumes/a b/_data/deeper",
        "/var/lib/docker/volumes/a b/_data",
        "/var/lib/docker/overlay2/0/merged",
        "/run/docker/netns/default",
    ]
