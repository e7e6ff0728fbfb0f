# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base.workfolder import exclusive_folder
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError

# The child of a fork needs no import of its own.
FORK = multiprocessing.get_context("fork")


def test_is_empty_at_the_start_and_gone_at_the_end(tmp_path):
    path = tmp_path / "a" / "b"
    (path / "old").mkdir(parents=True)
    (path / "old" / "file").write_text("x")
    (path / "link").symlink_to(tmp_path)
    with exclusive_folder(path) as folder:
        assert list(folder.iterdir()) == []
        (folder / "new").write_text("x")
    assert not path.exists()
    assert tmp_path.exists()


def test_is_gone_after_a_failure(tmp_path):
    with pytest.raises(KeyError), exclusive_folder(tmp_path / "a") as folder:
        (folder / "new").mkdir()
        raise KeyError
    assert not (tmp_path / "a").exists()


def test_two_processes_take_turns(tmp_path):
    journal = tmp_path / "journal"

    def work():
        with exclusive_folder(tmp_path / "a") as folder:
            (folder / "mine").mkdir()
            with journal.open("a") as file:
                file.write("in\n")
            time.sleep(0.05)
            with journal.open("a") as file:
                file.write("out\n")

    processes = [FORK.Process(target=work) for _number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert journal.read_text().split() == ["in", "out"] * 4
    assert not (tmp_path / "a").exists()


def test_a_folder_that_another_process_removes_meanwhile_is_made_again(tmp_path, monkeypatch):
    path, mkdir = tmp_path / "a", os.mkdir
    path.mkdir()

    def remove_what_exists(name, *arguments, **options):
        try:
            mkdir(name, *arguments, **options)
        except FileExistsError:
            path.rmdir()
            raise

    monkeypatch.setattr(os, "mkdir", remove_what_exists)
    with exclusive_folder(path) as folder:
        assert list(folder.iterdir()) == []
    assert not path.exists()


def test_what_a_killed_process_left_is_removed(tmp_path):
    ready = FORK.Event()

    def work():
        with exclusive_folder(tmp_path / "a") as folder:
            (folder / "left").write_text("x")
            ready.set()
            time.sleep(1000)

    process = FORK.Process(target=work)
    process.start()
    assert ready.wait(10)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert (tmp_path / "a" / "left").exists()
    with exclusive_folder(tmp_path / "a") as folder:
        assert list(folder.iterdir()) == []


def test_a_link_in_its_place_is_not_followed(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "file").write_text("x")
    (tmp_path / "a").symlink_to("target")
    with pytest.raises(DockenvError) as caught, exclusive_folder(tmp_path / "a"):
        raise AssertionError("this is somebody else's folder")
    assert caught.value.message == (
        f"The folder {tmp_path}/a, to work in, cannot be made: Not a directory; run the task with become: true if it is for root"
    )
    assert (tmp_path / "target" / "file").exists()
