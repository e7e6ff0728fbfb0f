# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import sys

import pytest
from ansible_collections.dockenv.python.plugins.module_utils import _runtime
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError

HERE = "json"
NOWHERE = "dockenv_missing.errors"


class Respawned(Exception):
    """Stands for the end of this process, which respawn_module() is."""


@pytest.fixture
def host(monkeypatch):
    """A host whose interpreter ``found`` has what is missing; remembers what was asked of it."""

    class Host:
        found = None
        respawned = False
        probed = None

    state = Host()

    def probe(paths, name):
        state.probed = (tuple(paths), name)
        return state.found

    def respawn(path):
        raise Respawned(path)

    monkeypatch.setattr(_runtime, "has_respawned", lambda: state.respawned)
    monkeypatch.setattr(_runtime, "probe_interpreters_for_module", probe)
    monkeypatch.setattr(_runtime, "respawn_module", respawn)
    return state


def test_what_is_here_needs_no_other_interpreter(host):
    _runtime.ensure_importable(HERE, hint="do something")
    assert host.probed is None


def test_runs_again_under_the_interpreter_that_has_it(host):
    host.found = "/usr/local/bin/docker-python"
    with pytest.raises(Respawned, match="/usr/local/bin/docker-python"):
        _runtime.ensure_importable(NOWHERE, hint="do something")
    assert host.probed == (("/usr/local/bin/docker-python", "/usr/bin/python3", "/usr/local/bin/python3"), NOWHERE)


@pytest.mark.parametrize("respawned", [pytest.param(False, id="nowhere on the host"), pytest.param(True, id="after a respawn")])
def test_says_what_is_missing_where_and_what_to_do(host, respawned):
    host.respawned = respawned
    host.found = "/usr/bin/python3" if respawned else None
    with pytest.raises(DockenvError) as caught:
        _runtime.ensure_importable(NOWHERE, hint="install python3-missing")
    assert caught.value.message == (
        f"The Python library 'dockenv_missing' is missing under {sys.executable}, and no other Python that this host has for the "
        "purpose (/usr/local/bin/docker-python, /usr/bin/python3, /usr/local/bin/python3) has it: install python3-missing"
    )


def test_a_folder_with_the_sdk_s_name_is_not_the_sdk(host, monkeypatch, tmp_path):
    (tmp_path / "docker").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    for name in [name for name in sys.modules if name.partition(".")[0] == "docker"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(DockenvError) as caught:
        _runtime.ensure_docker_sdk()
    assert caught.value.message.endswith(
        ": run the role dockenv.python.docker_server, or install python3-docker or the Python package docker>=7.1.0"
    )


@pytest.fixture
def docker_python(host, monkeypatch, tmp_path):
    """A virtualenv with a package of its own, and docker-python in it, as the role makes them with the interpreter of the test."""

    class DockerPython:
        virtualenv = tmp_path / "virtualenv"
        sites = str(virtualenv / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages")

        def make(self, executable=sys.executable, package="dockenv_borrowed"):
            os.makedirs(os.path.join(self.sites, package))
            os.makedirs(self.virtualenv / "bin")
            os.symlink(executable, self.virtualenv / "bin" / "python3")
            (self.virtualenv / "bin" / "docker-python").write_text("#!/bin/sh\n")
            os.symlink(self.virtualenv / "bin" / "docker-python", tmp_path / "docker-python")
            with open(os.path.join(self.sites, package, "__init__.py"), "w", encoding="utf-8") as file:
                file.write("")

    monkeypatch.setattr(_runtime, "INTERPRETERS", (str(tmp_path / "docker-python"),))
    monkeypatch.setattr(_runtime, "DOCKER_SDK", "dockenv_borrowed")
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield DockerPython()
    sys.modules.pop("dockenv_borrowed", None)


def test_takes_the_sdk_from_docker_python_if_that_is_this_interpreter(host, docker_python):
    docker_python.make()
    before = [*sys.path]
    _runtime.ensure_docker_sdk()
    assert host.probed is None
    assert [path for path in sys.path if path not in before] == [docker_python.sites]
    assert sys.modules["dockenv_borrowed"].__file__ == os.path.join(docker_python.sites, "dockenv_borrowed", "__init__.py")


def test_what_is_taken_comes_before_other_packages_and_behind_the_standard_library(host, docker_python, monkeypatch):
    docker_python.make()
    monkeypatch.setattr(sys, "path", ["/payload.zip", os.path.dirname(os.__file__), "/usr/lib/python3/dist-packages"])
    _runtime.ensure_docker_sdk()
    assert sys.path == ["/payload.zip", os.path.dirname(os.__file__), docker_python.sites, "/usr/lib/python3/dist-packages"]


@pytest.mark.parametrize(
    "virtualenv",
    [
        pytest.param({"executable": "/bin/sh"}, id="made with another interpreter"),
        pytest.param({"package": "dockenv_else"}, id="without the SDK"),
    ],
)
def test_another_docker_python_is_started(host, docker_python, virtualenv):
    docker_python.make(**virtualenv)
    host.found = _runtime.INTERPRETERS[0]
    before = [*sys.path]
    with pytest.raises(Respawned):
        _runtime.ensure_docker_sdk()
    assert sys.path == before


def test_without_a_docker_python_nothing_is_taken(host, docker_python):
    with pytest.raises(DockenvError):
        _runtime.ensure_docker_sdk()
    assert host.probed == (_runtime.INTERPRETERS, "dockenv_borrowed")
