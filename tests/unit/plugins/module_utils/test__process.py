# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from ansible_collections.dockenv.python.plugins.module_utils import _process
from ansible_collections.dockenv.python.plugins.module_utils._process import Ended, stream


def is_running(pid):
    """Whether the process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid, seconds=10):
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(pid)


def collect(argv, **options):
    lines = []
    return stream(argv, lines.append, **options), lines


def test_output_and_error_output_come_as_lines_in_order():
    ended, lines = collect(["sh", "-c", "echo one; echo two >&2; printf three"])
    assert (ended, lines) == (Ended(0), ["one", "two", "three"])


@pytest.mark.parametrize(("script", "rc"), [pytest.param("exit 7", 7, id="exit status"), pytest.param("kill -9 $$", -9, id="signal")])
def test_how_it_ended(script, rc):
    assert collect(["sh", "-c", script])[0] == Ended(rc)


def test_words_stay_words():
    assert collect(["printf", "%s\\n", "a b", "$HOME", "--x"])[1] == ["a b", "$HOME", "--x"]


def test_environment_folder_and_no_input(tmp_path):
    script = "echo $A; pwd; cat"
    _ended, lines = collect(["sh", "-c", script], env={"A": "b", "PATH": os.environ["PATH"]}, cwd=str(tmp_path))
    assert lines == ["b", str(tmp_path)]


def test_bytes_that_are_no_text_do_no_harm():
    assert collect(["printf", "a\\377b"])[1] == ["a\ufffdb"]


def test_a_program_that_is_not_there():
    ended, lines = collect(["/nonexistent/program"])
    assert (ended.rc, lines) == (1, ["/nonexistent/program: No such file or directory"])


def test_when_time_is_over_all_it_started_ends():
    ended, lines = collect(["sh", "-c", "sleep 60 & echo $!; wait"], timeout=0.5)
    assert ended.timed_out
    assert ended.rc == -signal.SIGTERM
    assert wait_until_gone(int(lines[0]))


def test_what_does_not_mind_the_polite_signal_is_killed(monkeypatch):
    monkeypatch.setattr(_process, "GRACE", 0.3)
    ended, _lines = collect(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], timeout=0.5)
    assert ended == Ended(-signal.SIGKILL, timed_out=True)


def test_an_exception_while_reading_ends_the_command():
    started = []

    def fail(line):
        started.append(int(line))
        raise ValueError(line)

    with pytest.raises(ValueError, match=r"\d+"):
        stream(["sh", "-c", "echo $$; sleep 60"], fail)
    assert wait_until_gone(started[0])


def test_a_killed_task_takes_its_command_along():
    script = f"import sys; sys.path[:0] = {sys.path!r}\n" + (
        "from ansible_collections.dockenv.python.plugins.module_utils._process import stream\n"
        "stream(['sh', '-c', 'echo $$; exec sleep 60'], lambda line: print(line, flush=True))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as task:
        command = int(task.stdout.readline())
        assert is_running(command)
        task.kill()
    assert wait_until_gone(command)
