# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.modules import docker_env_info
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import make_engine


@pytest.fixture
def engine(monkeypatch):
    engine = make_engine()
    monkeypatch.setattr(docker_env_info, "connect", lambda connection: engine)
    return engine


@pytest.fixture
def run(engine, monkeypatch, capsys):
    """Run the whole module against the fake engine and return what it prints."""

    def module(**options):
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps({"ANSIBLE_MODULE_ARGS": options})))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_env_info.main()
        return json.loads(capsys.readouterr().out)

    return module


@pytest.mark.parametrize("check_mode", [False, True])
def test_reads_only(run, engine, tmp_path, check_mode):
    engine.client.add_image("science:1", labels={"dockenv.python.environment": "science"})
    result = run(path=str(tmp_path), _ansible_check_mode=check_mode)
    assert result["changed"] is False
    assert [found["name"] for found in result["environments"]] == ["science"]
    assert engine.client.calls == ["tag", "tag", "images", "containers"]


def test_fails_with_one_sentence(run):
    result = run(name=["Data Science"])
    assert (result["failed"], result["msg"]) == (
        True,
        "name[0]: 'Data Science' is not a name for an environment; use up to 100 lower-case letters and digits, joined by single '.', '_' or '-'",
    )
