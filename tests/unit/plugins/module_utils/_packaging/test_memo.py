# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import time
import tracemalloc

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._packaging.memo import Known, Memo

KNOWN = Known("digest", True)


@pytest.fixture
def file(tmp_path):
    """A file that has not changed for a while."""
    path = tmp_path / "file"
    path.write_text("a")
    return path


def settle(monkeypatch):
    """Let some seconds go by, for who asks the clock from now on."""
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 10_000_000_000)


def remember(tmp_path, file):
    memo = Memo(str(tmp_path / "state/memo"), ["/old"])
    memo.add(str(file), os.stat(file), KNOWN)
    memo.save()


def recall(tmp_path, file, about="/old"):
    return Memo(str(tmp_path / "state/memo"), [about]).find(str(file), os.stat(file))


def test_a_file_that_is_the_same_is_known(tmp_path, file, monkeypatch):
    settle(monkeypatch)
    remember(tmp_path, file)
    assert recall(tmp_path, file) == KNOWN


def test_for_other_paths_nothing_is_known(tmp_path, file, monkeypatch):
    settle(monkeypatch)
    remember(tmp_path, file)
    assert recall(tmp_path, file, "/other") is None


def test_a_file_that_changed_is_not_known_though_it_has_the_old_size_and_time(tmp_path, file, monkeypatch):
    settle(monkeypatch)
    remember(tmp_path, file)
    status = os.stat(file)
    file.write_text("b")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert recall(tmp_path, file) is None


def test_a_file_that_has_just_changed_is_not_remembered(tmp_path, file):
    remember(tmp_path, file)
    assert recall(tmp_path, file) is None


def test_what_is_not_asked_for_any_more_is_forgotten(tmp_path, file, monkeypatch):
    settle(monkeypatch)
    remember(tmp_path, file)
    Memo(str(tmp_path / "state/memo"), ["/old"]).save()
    assert recall(tmp_path, file) is None


@pytest.mark.parametrize("text", ["", "[]", "nothing", '[3, "/old"]\nnothing', '[3, "/old"]\n[1]'])
def test_a_broken_memo_knows_nothing(tmp_path, file, text):
    (tmp_path / "state").mkdir()
    (tmp_path / "state/memo").write_text(text)
    assert recall(tmp_path, file) is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path, file, monkeypatch):
    settle(monkeypatch)
    (tmp_path / "state").write_text("a file")
    remember(tmp_path, file)


def test_memory_does_not_grow_with_the_files_that_are_kept(tmp_path, file, monkeypatch):
    settle(monkeypatch)
    memo, status = Memo(str(tmp_path / "state/memo"), ["/old"]), os.stat(file)
    for number in range(10_000):
        memo.add(f"/srv/{number:05}", status, KNOWN)
    tracemalloc.start()
    memo.save()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 256 << 10
