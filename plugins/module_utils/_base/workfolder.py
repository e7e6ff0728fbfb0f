# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder of root's that one process at a time works in, and that is empty at the start and gone at the end."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .._errors import DockenvError


@contextmanager
def exclusive_folder(path: Path) -> Iterator[Path]:
    """Make the folder ``path`` and let only this process work in it until the end of the block, then remove it.

    Waits for another process that works in it. What a killed process left in it is removed first. Its parent must
    belong to the user, so that nobody else can put something in the place of the folder. Raises DockenvError if the
    folder cannot be made.
    """
    try:
        descriptor = _lock(path)
    except OSError as error:
        raise DockenvError(
            f"The folder {path}, to work in, cannot be made: {error.strerror}; run the task with become: true if it is for root"
        ) from error
    try:
        _empty(path)
        yield path
    finally:
        _empty(path)
        path.rmdir()
        os.close(descriptor)


def _lock(path: Path) -> int:
    """Return a descriptor of the folder that holds its lock; while it was waited for, the folder may have been replaced."""
    while True:
        # With exist_ok, Path.mkdir() looks at what exists, and fails where another process has removed it by then.
        with suppress(FileExistsError):
            path.mkdir(mode=0o711, parents=True)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            continue
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_same(path, descriptor):
            return descriptor
        os.close(descriptor)


def _is_same(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
