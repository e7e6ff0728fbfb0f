# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import grp
import json
import os
import pwd
import sys

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._commands import Answer
from ansible_collections.dockenv.python.plugins.module_utils._host import leftovers, observe, observe_apt, observe_data
from ansible_collections.dockenv.python.plugins.module_utils._host.daemon import digest_options
from ansible_collections.dockenv.python.plugins.module_utils._host.observe_data import Start
from ansible_collections.dockenv.python.plugins.module_utils._host.own_files import describe_file
from ansible_collections.dockenv.python.plugins.module_utils._host.registry_logins import ClientConfig, Login, digest_login
from ansible_collections.dockenv.python.plugins.module_utils._host.survivors import Survivors

FILES = ("CONFIG_FILE", "PREVIOUS_CONFIG_FILE", "OVERRIDE_FILE", "RELEASE_FILE", "FACT_FILE", "PID_FILE")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Return the paths of the host's files, moved into a folder where none of them is. Nothing is mounted."""
    monkeypatch.setattr(observe_data, "MOUNTS_FILE", str(tmp_path / "mounts"))
    for name in FILES:
        monkeypatch.setattr(observe, name, str(tmp_path / name.lower()))
    return {name: tmp_path / name.lower() for name in FILES}


def test_bare_host_has_no_configuration(files):
    config = observe.observe_config(Start(), None, "")
    assert (config["exists"], config["options"], config["digest"], config["problem"]) == (False, None, None, None)
    assert (config["pending"], config["override"], config["data_root"]) == (False, False, "/var/lib/docker")


def test_configuration_is_read_without_credentials(files, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/engine-id").touch()
    options = {"data-root": str(tmp_path / "data"), "proxies": {"http-proxy": "http://user:secret@proxy.example"}}
    files["CONFIG_FILE"].write_text(json.dumps(options))
    files["PREVIOUS_CONFIG_FILE"].touch()
    config = observe.observe_config(Start(), None, "")
    assert config["options"]["proxies"] == {"http-proxy": "http://****@proxy.example"}
    assert config["digest"] == digest_options(options)
    assert (config["exists"], config["pending"]) == (True, True)
    assert (config["data_root"], config["data_root_by"], config["real_data_root"]) == (
        str(tmp_path / "data"),
        "file",
        str(tmp_path / "data"),
    )
    assert (config["data"], config["holdings"], config["mounts"]) == ([str(tmp_path / "data/engine-id")], [], [])


def test_data_is_where_the_engine_says_and_where_it_is_asked_for(files, tmp_path):
    for folder in ("said", "asked"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "engine-id").touch()
    config = observe.observe_config(Start("/flag"), str(tmp_path / "said"), str(tmp_path / "asked"))
    assert (config["data_root"], config["data_root_by"]) == (str(tmp_path / "said"), "engine")
    assert config["data"] == [str(tmp_path / folder / "engine-id") for folder in ("asked", "said")]


def test_files_are_described_by_content_and_mode(tmp_path):
    (tmp_path / "dockenv-x.conf").write_text("[Service]\n")
    (tmp_path / "dockenv-x.conf").chmod(0o600)
    (tmp_path / "other.conf").touch()
    (tmp_path / "dockenv-folder.conf").mkdir()
    found = observe.observe_files([str(tmp_path / "dockenv-*.conf"), str(tmp_path / "none.env")])
    assert found == {str(tmp_path / "dockenv-x.conf"): describe_file(b"[Service]\n", 0o600)}


def forbid(monkeypatch, *paths):
    """Let the files be such as this account may not read; root may read all."""

    def refusing_open(path, *arguments, **options):
        if str(path) in map(str, paths):
            raise PermissionError(13, "Permission denied", str(path))
        return open(path, *arguments, **options)

    for module in (observe, observe_apt):
        monkeypatch.setattr(module, "open", refusing_open, raising=False)


def test_of_a_file_that_may_not_be_read_the_mode_is_known(tmp_path, monkeypatch):
    path = tmp_path / "dockenv-proxies.env"
    path.touch(0o600)
    forbid(monkeypatch, path)
    assert observe.observe_files([str(path)]) == {str(path): {"digest": None, "mode": "0600"}}


def test_logins_are_compared(monkeypatch):
    configs = {"alice": ClientConfig({"auths": {"r": {"auth": "YTpi"}}}), "bob": ClientConfig(problem="there is no user 'bob'")}
    monkeypatch.setattr(observe, "read_client_config", configs.__getitem__)
    logins = [Login(user, "r", "a", digest_login("a", "b")) for user in configs]
    assert observe.observe_logins(logins) == [
        {"user": "alice", "registry": "r", "kept": True, "problem": None},
        {"user": "bob", "registry": "r", "kept": False, "problem": "there is no user 'bob'"},
    ]


def test_resolvers_are_those_of_both_files(tmp_path, monkeypatch):
    monkeypatch.setattr(observe, "RESOLVER_FILES", tuple(str(tmp_path / name) for name in ("stub", "real", "none")))
    (tmp_path / "stub").write_text("# nameserver 192.0.2.9\nnameserver 127.0.0.53\noptions edns0\nnameserver\n")
    (tmp_path / "real").write_text("nameserver 192.0.2.53\nnameserver 127.0.0.53\n")
    assert observe.observe_resolvers() == ["127.0.0.53", "192.0.2.53"]


@pytest.mark.parametrize(
    ("text", "options", "problem"),
    [
        pytest.param("", {}, None, id="an empty file"),
        pytest.param("[]", None, "is no JSON mapping", id="a list"),
        pytest.param("{", None, "cannot be read", id="half a file"),
    ],
)
def test_odd_configuration_is_told(files, text, options, problem):
    files["CONFIG_FILE"].write_text(text)
    config = observe.observe_config(Start(), None, "")
    assert (config["exists"], config["options"]) == (True, options)
    assert config["problem"] is None if problem is None else problem in config["problem"]


@pytest.mark.parametrize("data_root", ["5", "null", '["/srv"]', '""', '"/srv\\u0000"'])
def test_data_root_that_no_engine_takes_is_the_usual_one(files, data_root):
    files["CONFIG_FILE"].write_text(f'{{"data-root": {data_root}}}')
    assert observe.observe_config(Start(), None, "")["data_root"] == "/var/lib/docker"


@pytest.mark.parametrize(
    ("text", "release"),
    [
        pytest.param('ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n', ("debian", "13", "trixie", "debian"), id="Debian"),
        pytest.param("ID=debian\nPRETTY_NAME=sid\n", ("debian", None, None, "debian"), id="without releases"),
        pytest.param("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID='22'\n", ("linuxmint", "22", None, "debian"), id="Mint"),
        pytest.param("ID=fedora\nVERSION_ID=43\n", ("fedora", "43", None, "redhat"), id="Fedora"),
        pytest.param('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.6"\n', ("rocky", "9.6", None, "redhat"), id="Rocky"),
        pytest.param(b"ID=debian\nNAME=\xff\n", ("debian", None, None, "debian"), id="not all of it text"),
        pytest.param(None, (None, None, None, "debian"), id="no such file"),
    ],
)
def test_release_is_read(files, text, release):
    if text is not None:
        files["RELEASE_FILE"].write_bytes(text if isinstance(text, bytes) else text.encode())
    assert tuple(observe.observe_release()[name] for name in ("id", "version", "codename", "family")) == release


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        pytest.param('{"engine": "26.1.5"}', {"engine": "26.1.5"}, id="a fact"),
        pytest.param('{"made": ["install"], "installed": []}', {"made": ["install"], "installed": []}, id="lists"),
        pytest.param('{"made": true, "installed": {"a": 1}, "api": "1.41"}', {"api": "1.41"}, id="no lists"),
        pytest.param('{"made": [1], "installed": [null]}', {}, id="lists of something else"),
        pytest.param("{", None, id="half a fact"),
        pytest.param("[]", None, id="something else"),
        pytest.param(None, None, id="none"),
    ],
)
def test_fact_is_read(files, text, fact):
    if text is not None:
        files["FACT_FILE"].write_text(text)
    assert observe.read_fact() == fact


@pytest.mark.parametrize(
    ("content", "runs"),
    [
        pytest.param(str(os.getpid()), True, id="a process of that program"),
        pytest.param("1", False, id="a process of another program"),
        pytest.param("4194305", False, id="no such process"),
        pytest.param("", False, id="an empty file"),
        pytest.param(None, False, id="no file"),
    ],
)
def test_process_is_found_by_its_file(files, monkeypatch, content, runs):
    monkeypatch.setattr(observe, "DAEMONS", (os.path.realpath(sys.executable),))
    monkeypatch.setattr(observe.os.path, "isdir", lambda _path: False)  # no /run/systemd/system
    if content is not None:
        files["PID_FILE"].write_text(content)
    service = observe.observe_service()
    assert (service["manager"], service["running"], service["enabled"], service["prunes"]) == ("process", runs, False, False)


@pytest.mark.parametrize(
    ("program", "runs"),
    [
        ("/usr/bin/dockerd", True),
        ("/usr/sbin/dockerd (deleted)", True),
        ("/usr/sbin/dockerd.old", False),
        ("/usr/bin/python3 (deleted)", False),
    ],
)
def test_process_is_known_after_an_update_of_its_program(files, monkeypatch, program, runs):
    files["PID_FILE"].write_text("7")
    monkeypatch.setattr(observe.os, "readlink", {"/proc/7/exe": program}.__getitem__)
    assert observe._has_process() is runs


@pytest.mark.parametrize(
    ("timer", "prunes"),
    [("ActiveState=active\nUnitFileState=enabled", True), ("ActiveState=active\nUnitFileState=", False), ("ActiveState=inactive", False)],
)
def test_units_are_asked_for_at_once(monkeypatch, timer, prunes):
    start = "ExecStart={ argv[]=/usr/bin/dockerd --data-root=/srv/docker ; ignore_errors=no }"
    shown = f"ActiveState=active\nUnitFileState=disabled\nId=docker.service\n{start}\n\nId=dockenv-prune.timer\n{timer}\n"
    monkeypatch.setattr(observe._commands, "run", lambda words: Answer(rc=0, stdout=shown, stderr=""))
    monkeypatch.setattr(observe.os.path, "isdir", lambda _path: True)  # /run/systemd/system
    assert observe.observe_service() == {
        "manager": "systemd",
        "running": True,
        "enabled": False,
        "prunes": prunes,
        "data_roots": {"command": "/srv/docker", "variable": None},
    }


def test_stopped_engine_is_not_asked(monkeypatch):
    monkeypatch.setattr(observe, "get_json", lambda resource: pytest.fail(f"{resource} was asked"))
    monkeypatch.setattr(observe, "find_survivors", lambda: Survivors(shims=(7, 8), processes=(9, 10)))
    engine = observe.observe_engine(running=False)
    assert (engine["answers"], engine["problem"], engine["data_root"]) == (False, "The engine does not run", None)
    assert (engine["containers"], engine["survivors"]) == (2, {"shims": (7, 8), "processes": (9, 10)})


def test_running_engine_is_asked(monkeypatch):
    answers = {
        "/version": {"Version": "26.1.5", "ApiVersion": "1.45"},
        "/info": {"Driver": "overlay2", "Swarm": {"LocalNodeState": "active"}, "ContainersRunning": 2, "DockerRootDir": "/srv/d"},
    }
    monkeypatch.setattr(observe, "get_json", answers.__getitem__)
    assert observe.observe_engine(running=True) == {
        "answers": True,
        "version": "26.1.5",
        "api": "1.45",
        "storage_driver": "overlay2",
        "swarm": "active",
        "containers": 2,
        "survivors": {"shims": (), "processes": ()},
        "data_root": "/srv/d",
        "problem": None,
    }


def test_starting_engine_is_waited_for(monkeypatch):
    states = iter([False, False, True, True])
    monkeypatch.setattr(observe, "observe_service", lambda: {"running": next(states)})
    monkeypatch.setattr(observe, "observe_engine", lambda running: {"answers": running})
    assert observe.observe_service_and_engine(wait=30) == ({"running": True}, {"answers": True})


def test_engine_that_ended_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(observe, "SECONDS_TO_APPEAR", 0.2)
    monkeypatch.setattr(observe, "observe_service", lambda: {"running": False})
    clock = iter(range(100))
    monkeypatch.setattr(observe.time, "monotonic", lambda: next(clock) / 10)
    monkeypatch.setattr(observe.time, "sleep", lambda _seconds: None)
    service, engine = observe.observe_service_and_engine(wait=30)
    assert (service["running"], engine["answers"]) == (False, False)
    assert next(clock) < 10


def test_installed_packages_are_read():
    listing = "ii \tdocker.io\t26.1.5\nhi \trunc\t1.1\nrc \tdocker-cli\t26.1.5\niF \tcontainerd\t1.7\nun \tdocker-buildx\t\n"
    assert observe.parse_packages(listing) == {
        "packages": {"docker.io": "26.1.5", "runc": "1.1"},
        "held": ["runc"],
        "removed": ["docker-cli"],
    }


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        pytest.param(Answer(0, "Docker version 20.10.24+dfsg1, build 297e128\n", ""), "20.10.24+dfsg1", id="client"),
        pytest.param(Answer(0, "github.com/docker/buildx 0.13.1+ds1 \n", ""), "0.13.1+ds1", id="buildx"),
        pytest.param(Answer(0, "2.26.1-4\n", ""), "2.26.1-4", id="compose"),
        pytest.param(Answer(1, "1.2.3\n", ""), None, id="a failure"),
        pytest.param(Answer(0, "hello\n", ""), None, id="no version"),
    ],
)
def test_version_is_read(answer, version):
    assert observe.parse_version(answer) == version


def test_proof_says_how_far_it_came():
    lines = '{"prefix": "/venv", "version": "3.13.5", "packages": {"pip": "25.0"}}\n'
    proven = observe.parse_proof("/docker-python", Answer(1, lines, "Traceback\nModuleNotFoundError: No module named 'docker'\n"))
    assert (proven["prefix"], proven["packages"], proven["sdk"], proven["engine"]) == ("/venv", {"pip": "25.0"}, None, None)
    assert proven["problem"] == "ModuleNotFoundError: No module named 'docker'"


@pytest.mark.parametrize("words", ["hello", "3", "null", "[]", '["ab"]', '"prefix"'])
def test_words_of_another_program_are_no_proof(words):
    proven = observe.parse_proof("/docker-python", Answer(0, f"{words}\n", ""))
    assert proven == observe.parse_proof("/docker-python", Answer(0, "", ""))


def test_proof_runs_under_a_real_interpreter():
    answer = observe._commands.run([sys.executable, "-I", "-c", observe.PROOF])
    assert observe.parse_proof(sys.executable, answer)["prefix"] == sys.prefix


def test_kinds_of_paths(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    assert [observe.kind_of(str(tmp_path / name)) for name in ("file", "link", ".", "none")] == ["file", "link", "folder", "absent"]


def test_membership_counts_main_groups_too(monkeypatch):
    me = pwd.getpwuid(os.getuid())
    monkeypatch.setattr(observe, "GROUP", grp.getgrgid(me.pw_gid).gr_name)
    assert observe.observe_user(me.pw_name) == {"exists": True, "member": True}
    monkeypatch.setattr(observe, "GROUP", "no-such-group")
    assert observe.observe_user(me.pw_name) == {"exists": True, "member": False}
    assert observe.observe_user("no-such-user") == {"exists": False, "member": False}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        pytest.param("link", "link", id="what the link leads to"),
        pytest.param("absent", "link", id="the link that is missing"),
        pytest.param("file", "target", id="the host's own, where a file of somebody's stands"),
    ],
)
def test_version_of_compose_is_asked_of(monkeypatch, tmp_path, kind, asked):
    target, link = tmp_path / "target", tmp_path / "link"
    target.touch(mode=0o755)
    monkeypatch.setattr(observe, "PLUGIN_FOLDERS", ())
    monkeypatch.setattr(observe, "STANDALONE_COMPOSE", str(target))
    if kind == "link":
        link.symlink_to(target)
    elif kind == "file":
        link.touch()
    assert observe._compose_command(str(link)) == str(tmp_path / asked)


@pytest.fixture
def nothing_else(tmp_path, monkeypatch):
    """Keep this machine's own files out."""
    monkeypatch.setattr(observe, "FOLDERS", (str(tmp_path),))
    monkeypatch.setattr(observe, "FACT_FILE", str(tmp_path / "docker_server.fact"))
    return {"path": "/etc/docker/daemon.json", "options": None}, {"path": "/usr/local/bin/docker-compose", "own_version": None}


def test_bare_host_has_no_leftovers(nothing_else):
    assert observe.observe_leftovers(*nothing_else, fact=None) == []


def test_options_old_compose_and_a_program_for_the_fact_are_leftovers(nothing_else, tmp_path):
    config, compose = nothing_else
    (tmp_path / "docker_server.fact").write_text("#!/usr/bin/python3\n")
    found = observe.observe_leftovers({**config, "options": {"dns": [], "bridge": "b"}}, {**compose, "own_version": "1.29.2"}, None)
    assert [(each.kind, each.says) for each in found] == [("config", "bridge, dns"), ("compose", "1.29.2"), ("fact", "")]


@pytest.mark.parametrize(
    ("made", "kinds"),
    [
        ([], ["pin", "config", "compose"]),
        (["install"], ["config"]),
        (["configure"], ["pin", "compose"]),
        (["configure", "install"], []),
        ("not a list", ["pin", "config", "compose"]),
    ],
)
def test_what_a_part_of_the_role_has_replaced_is_none(nothing_else, tmp_path, monkeypatch, made, kinds):
    config, compose = nothing_else
    monkeypatch.setitem(leftovers._READERS, str(tmp_path), leftovers._read_preferences)
    (tmp_path / "docker.pref").write_text("Package: docker-ce*\nPin: version 5:26.1.5*\n")
    found = observe.observe_leftovers({**config, "options": {"dns": []}}, {**compose, "own_version": "1.29.2"}, {"made": made})
    assert [each.kind for each in found] == kinds


def test_a_file_that_may_not_be_read_is_no_leftover(nothing_else, tmp_path, monkeypatch):
    (tmp_path / "secret.conf").write_text("[Service]\n")
    forbid(monkeypatch, tmp_path / "secret.conf")
    assert observe.observe_leftovers(*nothing_else, fact=None) == []


def test_new_compose_and_the_fact_of_the_role_are_none(nothing_else, tmp_path):
    config, compose = nothing_else
    (tmp_path / "docker_server.fact").write_text("{}")
    assert observe.observe_leftovers(config, {**compose, "own_version": "2.26.1"}, {"installed": []}) == []


@pytest.mark.parametrize(
    ("mode", "owner", "runs"),
    [(0o755, 0, True), (0o775, 0, False), (0o757, 0, False), (0o644, 0, False), (0o755, 1000, False)],
)
def test_only_a_program_that_root_alone_may_write_is_run(monkeypatch, mode, owner, runs):
    found = os.stat_result((0o100000 | mode, 0, 0, 1, owner, 0, 0, 0, 0, 0))
    monkeypatch.setattr(observe.os, "lstat", lambda _path: found)
    assert observe._is_program_of_root("/usr/local/bin/docker-compose") is runs


def test_link_is_not_run_as_a_program_of_its_own(tmp_path):
    (tmp_path / "link").symlink_to("/bin/true")
    assert not observe._is_program_of_root(str(tmp_path / "link"))
    assert not observe._is_program_of_root(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("kind", "mode", "asked"),
    [
        pytest.param("link", 0o755, True, id="what a link leads to"),
        pytest.param("file", 0o755, True, id="a program of root's"),
        pytest.param("file", 0o777, False, id="a program that everybody may write"),
    ],
)
def test_a_program_in_the_place_of_docker_python_runs_only_if_it_is_root_s(monkeypatch, tmp_path, kind, mode, asked):
    program, link = tmp_path / "program", tmp_path / "link"
    program.write_text('#!/bin/sh\necho \'{"prefix": "/venv"}\'\n')
    program.chmod(mode)
    link.symlink_to(program)
    monkeypatch.setattr(observe, "_is_program_of_root", lambda path: os.lstat(path).st_mode & 0o177777 == 0o100755)
    path = str(link if kind == "link" else program)
    proven = observe.parse_proof(path, observe._run_commands(observe.Questions(docker_python=path), engine_runs=False)["python"])
    refused = "it is a file that others than root may write, so it was not run"
    assert (proven["prefix"], proven["problem"]) == (("/venv", None) if asked else (None, refused))


@pytest.mark.parametrize(
    ("family", "programs", "other"),
    [pytest.param("debian", {"dpkg-query", "dpkg"}, "rpm", id="Debian"), pytest.param("redhat", {"rpm"}, "dpkg", id="Red Hat")],
)
def test_packages_are_asked_of_the_family_s_program(monkeypatch, family, programs, other):
    started = []
    monkeypatch.setattr(observe._commands, "start", lambda words: started.append(words[0]) or Answer(1, "", ""))
    observe._run_commands(observe.Questions(packages=("docker-ce",), repositories=("https://mirror.example.org",)), False, family)
    assert programs <= set(started) and other not in started


def test_what_rpm_says_is_in_the_shape_of_dpkg():
    answers = {"packages": Answer(1, "docker-ce\t3:28.5.2-1.el9\npackage runc is not installed\n", ""), "architecture": Answer(0, "", "")}
    found = observe._read_packages("redhat", observe.Questions(), answers)
    assert found == {"packages": {"docker-ce": "3:28.5.2-1.el9"}, "held": [], "removed": [], "apt": None, "dnf": None}
