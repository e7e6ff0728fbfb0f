# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._environments import scratch
from ansible_collections.dockenv.python.plugins.module_utils._environments.scratch import PREFIX, scratch_folder

# A task of its own process: it says which folder it has, and goes on until it is told to end
TASK = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("scratch", {scratch.__file__!r})
scratch = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scratch)
with scratch.scratch_folder() as folder:
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The host's folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def other_task(temporary):
    """A task that works at the same time, and its folder."""
    command = [sys.executable, "-c", TASK]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as task:
        yield task, task.stdout.readline().strip()
        task.kill()


def test_a_folder_is_private_and_gone_at_the_end(temporary):
    with scratch_folder() as folder:
        (temporary / folder / "file").write_text("1")
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert os.listdir(temporary) == []


def test_a_folder_is_gone_after_a_failure(temporary):
    with pytest.raises(ZeroDivisionError), scratch_folder():
        1 / 0  # noqa: B018
    assert os.listdir(temporary) == []


def test_what_a_killed_task_left_is_removed_by_the_next_one(temporary, other_task):
    task, abandoned = other_task
    task.send_signal(signal.SIGKILL)
    task.wait()
    assert os.path.isdir(abandoned)
    with scratch_folder() as folder:
        assert os.listdir(temporary) == [os.path.basename(folder)]


def test_the_folder_of_a_task_at_work_stays(other_task):
    task, used = other_task
    with scratch_folder() as folder:
        assert os.path.isdir(used)
        assert folder != used
    task.communicate("\n")
    assert not os.path.exists(used)


def test_what_only_has_such_a_name_stays(temporary):
    (temporary / f"{PREFIX}file").write_text("1")
    (temporary / f"{PREFIX}link").symlink_to(temporary.parent)
    (temporary / "dockenv-mine").mkdir()
    with scratch_folder():
        pass
    assert sorted(os.listdir(temporary)) == ["dockenv-mine", f"{PREFIX}file", f"{PREFIX}link"]
