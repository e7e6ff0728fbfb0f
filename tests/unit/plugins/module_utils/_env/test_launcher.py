# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import grp
import json
import os
import pwd
import subprocess
import sys

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.launcher import (
    is_launcher_of,
    is_system_folder,
    launcher_paths,
    render_launchers,
)
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_spec

PATHS = ("/usr/local/bin/science", "/usr/local/bin/science-python")


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a launcher with a docker that only says how it was called."""
    docker = tmp_path / "my docker"
    docker.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    docker.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()

    def call(kind, *arguments, cwd=None, env=None, **params):
        spec = make_spec(launcher=PATHS[0], **params)
        path = tmp_path / "launcher"
        path.write_text(render_launchers(spec, (str(docker), "--host=unix:///x y"))[PATHS[kind]])
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), **(env or {})}
        done = subprocess.run(
            ["/bin/sh", str(path), *arguments],
            cwd=cwd or tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        words = json.loads(done.stdout)
        image = words.index("science:latest")
        return words[:image], words[image + 1 :]

    return call


def mounts(options):
    return [options[at + 1] for at, word in enumerate(options) if word == "--mount"]


def mount(path):
    return f'type=bind,"source={path}","target={path}"'


def test_without_a_launcher_there_is_none():
    assert render_launchers(make_spec()) == {}
    assert launcher_paths(None) == ()


def test_both_are_ours():
    launchers = render_launchers(make_spec(launcher=PATHS[0]))
    assert tuple(launchers) == PATHS == launcher_paths(PATHS[0])
    assert all(is_launcher_of("science", text) for text in launchers.values())
    assert not any(is_launcher_of("other", text) for text in launchers.values())
    assert not is_launcher_of("science", "#!/bin/sh\necho mine\n")


def test_a_name_that_begins_like_another_is_not_it():
    assert not is_launcher_of("science", render_launchers(make_spec(name="science.new", launcher=PATHS[0]))[PATHS[0]])


def test_a_command_runs_as_the_caller_in_the_callers_folder(run, tmp_path):  # P8, P9, T11, T12, T13
    folder = tmp_path / "a, b:c"
    folder.mkdir()
    options, words = run(0, "python", "train.py", "--rate", "a b", cwd=folder)
    assert options[:3] == ["--host=unix:///x y", "run", "--rm"]
    assert {"--interactive", "--init", "--pull=never", "--hostname=science", "--user=0:0", f"--workdir={folder}"} < set(options)
    assert "--tty" not in options
    assert mounts(options) == [mount(folder)]
    assert words[:1] == ["-ISc"]
    assert words[2:4] == [str(os.getuid()), str(os.getgid())]
    assert words[5:] == [str(tmp_path / "home"), "python", "train.py", "--rate", "a b"]


@pytest.mark.parametrize(
    ("name", "passwd", "group"),
    [
        pytest.param("joe", "joe:x:4321:4322::/home/joe:/bin/sh\n", "joe:x:4322:\n", id="a name that the image does not have"),
        pytest.param("games", "user4321:x:4321:4322::/home/joe:/bin/sh\n", "group4322:x:4322:\n", id="a name of another user there"),
    ],
)
def test_the_caller_gets_a_name_of_its_own(run, tmp_path, monkeypatch, name, passwd, group):  # P9, as accounts.py has it
    def find(known):
        def found(value):
            if value != known:
                raise KeyError(value)
            return True

        return found

    enter = run(0, "true")[1][1]
    for module, kind in ((pwd, "pw"), (grp, "gr")):
        monkeypatch.setattr(module, f"get{kind}nam", find("games"))
        monkeypatch.setattr(module, f"get{kind}{'uid' if kind == 'pw' else 'gid'}", find(None))
    for call in ("makedirs", "chown", "setgroups", "setgid", "setuid", "execvp"):
        monkeypatch.setattr(os, call, lambda *_arguments, **_options: None)
    monkeypatch.setattr(sys, "argv", ["-c", "4321", "4322", name, "/home/joe", "true"])
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(os.path, "ismount", lambda _path: True)
    exec(enter, {"open": lambda path, mode: (tmp_path / os.path.basename(path)).open(mode)})
    assert ((tmp_path / "passwd").read_text(), (tmp_path / "group").read_text()) == (passwd, group)
    assert os.environ["USER"] == passwd.partition(":")[0]


def test_without_a_command_it_is_a_shell(run):  # P9
    _options, words = run(0)
    assert words[6:8] == ["sh", "-c"]


def test_the_interpreter_gets_its_arguments(run):  # D7, D8
    _options, words = run(1, "-W", "ignore", "-c", "print('a b')", "x")
    assert words[6:] == ["/opt/env/bin/python3", "-W", "ignore", "-c", "print('a b')", "x"]


@pytest.mark.parametrize("options_before", [(), ("-B", "-X", "utf8", "-W", "ignore")])
def test_a_script_elsewhere_is_there_too(run, tmp_path, options_before):
    project, elsewhere = tmp_path / "project", tmp_path / "else where"
    project.mkdir()
    elsewhere.mkdir()
    (elsewhere / "x.py").write_text("")
    for script in (str(elsewhere / "x.py"), "../else where/x.py"):
        options, _words = run(1, *options_before, script, cwd=project)
        assert mount(elsewhere) in mounts(options)
    assert mount(elsewhere) not in mounts(run(1, "-c", str(elsewhere / "x.py"), cwd=project)[0])


def test_modules_of_ansible_are_there(run, tmp_path):
    remote = tmp_path / "home/.ansible/tmp"
    remote.mkdir(parents=True)
    options, _words = run(1, cwd="/")
    assert mount(remote) in mounts(options)
    assert {mount("/tmp"), mount("/var/tmp")} < set(mounts(options))


@pytest.mark.parametrize("folder", ["/", "/usr", "/usr/bin", "/etc", "/opt", "/var"])
def test_folders_of_the_system_are_the_images(run, folder):
    options, _words = run(0, "true", cwd=folder)
    assert mounts(options) == []
    assert "--workdir=/" in options


def test_variables_are_handed_on_by_name_only(run):
    options, _words = run(0, "true", env={"DOCKENV_ENV": "TOKEN OTHER", "TOKEN": "hush"})
    assert [options[at + 1] for at, word in enumerate(options) if word == "--env"][:2] == ["OTHER", "TOKEN"]
    assert "hush" not in " ".join(options)


def test_volumes_of_the_definition_are_mounted(run):
    options, _words = run(0, "true", volumes=["/srv/a b@NAME@:/data:ro", "cache:/cache", "./x:/x"])
    assert [word for word in options if word.startswith("--volume")] == ["--volume=/srv/a b@NAME@:/data:ro", "--volume=cache:/cache"]


def test_a_path_that_cannot_be_mounted_is_refused(tmp_path):
    folder = tmp_path / 'a"b'
    folder.mkdir()
    text = render_launchers(make_spec(launcher=PATHS[0]), ("false",))[PATHS[0]]
    done = subprocess.run(["/bin/sh", "-c", text, "science"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 125
    assert done.stderr == f"science: {folder}: a path with a quotation mark or a line break cannot be mounted\n"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/", True), ("/usr/lib/python3", True), ("/opt/env/x", True), ("/etc", True), ("/srv/project", False), ("/opt/project", False)],
)
def test_tells_folders_of_the_system(path, expected):  # T13
    assert is_system_folder(path) is expected
