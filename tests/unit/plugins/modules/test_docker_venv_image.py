# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.modules import docker_venv_image
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._packaging.world import make_world


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the whole module and return what it prints."""
    world = make_world(tmp_path, monkeypatch)
    monkeypatch.setattr(docker_venv_image, "Host", lambda *arguments, **more: world.host())

    def module(**options):
        given = {"venv": str(world.venv), "name": "shop", "base_image": BASE, **options}
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {key: value for key, value in given.items() if value is not None}})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(arguments))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_venv_image.main()
        return json.loads(capsys.readouterr().out)

    return module


def test_image_is_built_once(run):
    foretold, done, again = run(_ansible_check_mode=True), run(), run()
    assert foretold["actions"] == done["actions"] == ["build shop:latest"]
    assert (again["changed"], again["image"]) == (False, done["image"])


def test_absent_needs_neither_virtualenv_nor_base_image(run):
    run()
    assert run(state="absent", venv=None, base_image=None)["changed"]
    gone = run(state="absent", venv=None, base_image=None)
    assert (gone["changed"], gone["strategy"], gone["image"]) == (False, None, None)


def test_bad_input_is_one_sentence(run):
    failed = run(venv="/nowhere")
    assert failed["msg"] == "venv: /nowhere is not a virtualenv: there is no pyvenv.cfg in it; give the folder of a virtualenv"
    assert "exception" not in failed
