# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders that a task needs for a moment, among the host's temporary files. Those of killed tasks are removed by the next one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

PREFIX = "dockenv-scratch-"


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Make a folder that only this task's user can enter, and remove it at the end. Raises OSError.

    It is locked as long as its task lives: that tells it from what a task left that was killed.
    """
    _remove_abandoned()
    path, guard = _make()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(guard)


def _make() -> tuple[str, int]:
    """Return a new folder, and the descriptor that holds its lock."""
    while True:
        path = tempfile.mkdtemp(prefix=PREFIX)
        guard = _take(path)
        if guard is not None:
            return path, guard


def _remove_abandoned() -> None:
    with os.scandir(tempfile.gettempdir()) as entries:
        # Nobody else can put a link in the place of a folder of this user's: such folders are sticky.
        found = [entry.path for entry in entries if entry.name.startswith(PREFIX) and _is_own_folder(entry)]
    for path in found:
        guard = _take(path)
        if guard is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(guard)


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.geteuid()
    except FileNotFoundError:  # its task just ended
        return False


def _take(path: str) -> int | None:
    """Return a descriptor that holds the lock of a folder; None if another task holds it, or has removed the folder."""
    try:
        guard = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.lstat(path), os.fstat(guard)):
            return guard
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(guard)
    return None
