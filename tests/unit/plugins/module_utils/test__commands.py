# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from ansible_collections.dockenv.python.plugins.module_utils import _commands as commands


def test_answers_come_by_name():
    running = {"out": commands.start(["echo", "hello"]), "rc": commands.start(["sh", "-c", "exit 3"])}
    answers = commands.collect(running)
    assert answers["out"] == commands.Answer(rc=0, stdout="hello\n", stderr="")
    assert answers["rc"].rc == 3


def test_commands_run_side_by_side():
    begin = time.monotonic()
    commands.collect({str(number): commands.start(["sleep", "0.5"]) for number in range(4)})
    assert time.monotonic() - begin < 1.5


def test_missing_command_answers_why():
    assert commands.run(["/no/such/command"]) == commands.Answer(rc=None, stdout="", stderr="/no/such/command: No such file or directory")


def test_command_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(commands, "TIMEOUT_SECONDS", 0.2)
    answer = commands.run(["sh", "-c", "echo begun; exec sleep 60"])
    assert (answer.rc, answer.stdout, answer.stderr) == (None, "begun\n", "sh did not end within 0 seconds")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(commands.Answer(1, "", "Traceback\n  File\nImportError: no\n\n"), "ImportError: no", id="the last line of stderr"),
        pytest.param(commands.Answer(1, "said this\n", ""), "said this", id="else of stdout"),
        pytest.param(commands.Answer(2, "", ""), "exit status 2", id="else the status"),
    ],
)
def test_last_words(answer, words):
    assert answer.last_words == words


def test_given_environment_replaces_that_of_the_process(monkeypatch):
    monkeypatch.setenv("OF_THE_PROCESS", "1")
    answer = commands.run(["/usr/bin/env"], {"GIVEN": "2", "LC_ALL": "de_DE"})
    assert sorted(answer.stdout.splitlines()) == ["GIVEN=2", "LC_ALL=C", "PYTHONDONTWRITEBYTECODE=1"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("echo hello", "hello\n", id="what it printed"),
        pytest.param("echo hello; exit 1", "", id="nothing of one that failed"),
    ],
)
def test_ask(script, said):
    assert commands.ask(["/bin/sh", "-c", script], {}) == said
