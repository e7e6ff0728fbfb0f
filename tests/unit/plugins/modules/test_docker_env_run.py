# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.modules import docker_env_run
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine

SECRET = "s3cret-of-the-task"


@pytest.fixture
def engine(monkeypatch):
    engine = make_engine()
    monkeypatch.setattr(docker_env_run, "connect", lambda connection: engine)
    return engine


@pytest.fixture
def run(engine, monkeypatch, capsys):
    """Run the whole module against the fake engine and return what it prints."""

    def module(**options):
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps({"ANSIBLE_MODULE_ARGS": options})))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_env_run.main()
        return json.loads(capsys.readouterr().out)

    return module


def test_a_command_succeeds(run):
    result = run(image=BASE, argv=["echo", "hello"])
    assert (result["changed"], result["rc"], result["stdout"], result["msg"]) == (True, 0, "hello", "")


def test_a_command_that_fails_fails_the_task_with_its_outputs(run):
    result = run(image=BASE, command="ls /nowhere")
    assert (result["failed"], result["msg"], result["rc"]) == (True, "non-zero return code", 2)
    assert result["stderr"] == "ls: cannot access: No such file or directory"
    assert result["cmd"] == ["ls", "/nowhere"]


def test_check_mode_skips(run):
    result = run(image=BASE, argv=["echo"], _ansible_check_mode=True)
    assert (result["changed"], result["skipped"], result["msg"]) == (False, True, "Command would have run if not in check mode")


def test_no_secret_is_in_a_result(run, engine):
    engine.client.programs["leak"] = lambda container, argv: (1, f"it is {container.creation['environment']['TOKEN']}".encode(), b"")
    result = run(image=BASE, argv=["leak"], secret_env_vars={"TOKEN": SECRET})
    assert result["failed"] is True
    assert SECRET not in json.dumps(result)
    assert result["stdout"] == "it is ********"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"argv": ["true"]}, "one of the following is required: env, image", id="nothing to run in"),
        pytest.param(
            {"image": BASE, "argv": ["a"], "command": "a"}, "parameters are mutually exclusive: argv|command", id="two commands at once"
        ),
        pytest.param(
            {"image": "gone", "argv": ["true"]},
            "image: the engine has no image gone; pull it, make it with docker_env, or correct the name",
            id="no image",
        ),
        pytest.param(
            {"image": BASE, "argv": ["true"], "timeout": 0},
            "timeout: 0 is not a time to wait; give a number of seconds above 0",
            id="connection",
        ),
    ],
)
def test_fails_with_one_sentence(run, options, message):
    result = run(**options)
    assert (result["failed"], result["msg"]) == (True, message)
