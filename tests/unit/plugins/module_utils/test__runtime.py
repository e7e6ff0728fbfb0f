# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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
