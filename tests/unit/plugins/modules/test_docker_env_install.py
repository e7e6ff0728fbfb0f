# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.modules import docker_env_install
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._environments.world import make_world


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the whole module on an environment with six and return what it prints."""
    world = make_world(tmp_path, monkeypatch)
    world.present(packages=["six"], index_url="https://a.example/simple")
    monkeypatch.setattr(docker_env_install, "Host", lambda *arguments, **_options: world.host())

    def module(**options):
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {"env": "science", "path": world.root, **options}})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(arguments))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_env_install.main()
        return json.loads(capsys.readouterr().out)

    return module


# P10
def test_packages_are_added_once(run):
    done = run(name=["idna"])
    assert (done["changed"], done["lock_changes"]["added"]) == (True, ["idna==3.10"])
    assert run(packages=["idna"])["changed"] is False


def test_check_mode_has_the_same_keys_and_says_the_same(run):
    foretold, done = run(name=["idna"], _ansible_check_mode=True), run(name=["idna"])
    foretold.pop("image"), done.pop("image")
    assert foretold == done


def test_a_wrong_entry_fails_with_one_sentence(run):
    failed = run(name=["six", "not a name"])
    assert failed["failed"] is True
    assert failed["msg"].startswith("name[1]: 'not a name' cannot be read as a requirement: ")


def test_one_of_the_two_sources_is_needed(run):
    assert run()["msg"] == "one of the following is required: name, requirements"
    assert run(name=["six"], requirements="/x")["msg"] == "parameters are mutually exclusive: name|requirements"


def test_no_login_is_shown(run):
    failed = run(name=["idna", "six"], index_url="https://joe:hush@a.example/simple")
    assert failed["msg"].startswith("secrets: this needs BuildKit")  # as the fake engine has none
    assert "hush" not in json.dumps(failed)
