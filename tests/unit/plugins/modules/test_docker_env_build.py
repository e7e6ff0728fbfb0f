# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.modules import docker_env_build
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._environments.world import make_world


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A world with two folders of the user's."""
    world = make_world(tmp_path, monkeypatch)
    for name in ("a", "b"):
        world.write("..", name, "Dockerfile", text=f"FROM {BASE}\nLABEL name={name}\n")
    return world


@pytest.fixture
def run(world, monkeypatch, capsys):
    """Run the whole module and return what it prints."""
    monkeypatch.setattr(docker_env_build, "Host", lambda *arguments: world.host())

    def module(**options):
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {"path": world.root, **options}})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(arguments))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_env_build.main()
        return json.loads(capsys.readouterr().out)

    return module


# P6
def test_all_folders_are_built_once(run):
    foretold, done = run(_ansible_check_mode=True), run()
    assert done["actions"] == ["build a:latest", "build b:latest"]
    assert {key: foretold[key] for key in ("changed", "reasons", "actions", "diff")} == {
        key: done[key] for key in ("changed", "reasons", "actions", "diff")
    }
    assert [set(entry) for entry in foretold["environments"]] == [set(entry) for entry in done["environments"]]
    again = run(jobs=1)
    assert (again["changed"], again["actions"], again["reasons"]) == (False, [], [])


def test_a_failure_says_what_was_done_all_the_same(run, world):
    world.write("..", "a", "Dockerfile", text=f"FROM {BASE}\nRUN false\n")
    failed = run()
    assert (failed["failed"], failed["changed"], failed["actions"]) == (True, True, ["build b:latest"])
    assert failed["msg"].startswith("1 of 2 environments failed, the others are as asked for: a: Building a:dockenv-new failed")
    assert failed["rc"] == 1


def test_one_that_fails_alone_needs_no_count(run, world):
    world.write("..", "a", "Dockerfile", text=f"FROM {BASE}\nRUN false\n")
    assert run(name=["a"])["msg"].startswith("Building a:dockenv-new failed")


def test_no_environments_are_no_work(run, world, tmp_path):
    (tmp_path / "empty").mkdir()
    result = run(path=str(tmp_path / "empty"))
    assert (result["changed"], result["environments"]) == (False, [])
    assert world.connections == 0


def test_options_that_exclude_each_other(run):
    assert run(name=["a"], context="/x")["msg"] == "parameters are mutually exclusive: name|context"
    assert run(image="x")["msg"] == "missing parameter(s) required by 'image': context"


def test_a_wrong_option_fails_with_one_sentence(run):
    assert run(jobs=0)["msg"] == "jobs: 0 is not a number of builds; use 1 or more"
