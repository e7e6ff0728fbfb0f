# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember what files hold, so that a task with nothing to do reads none of them again. Decides nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from .._environments import filesystem
from .._errors import DockenvError

# Raised when something else is kept.
_SCHEMA = 3
# A file that changes twice within the clock's tick has the same times both times; this is longer than any tick, in nanoseconds.
_SETTLED = 2_000_000_000


@dataclass(frozen=True)
class Known:
    """What a file holds: the SHA-256 of its content, whether it speaks of the paths that were looked for, and whether it is native code."""

    digest: str
    has_path: bool
    is_native: bool = False


class Memo:
    """What was read of files, by their paths; what has the size, times and number of before is what it was.

    ``about`` are the paths that were looked for in them: with others, nothing is known.
    """

    def __init__(self, path: str, about: Sequence[str]) -> None:
        self._path = path
        self._about = [_SCHEMA, *about]
        self._old = self._read()
        self._new: dict[str, list] = {}
        self._is_new = False
        self._now = time.time_ns()

    def find(self, path: str, status: os.stat_result) -> Known | None:
        """Return what is known of a file."""
        # Of tens of thousands of files, no path is to be held twice.
        entry = self._new.get(path) or self._old.pop(path, None)
        if entry is None or entry[:4] != _stamp(status):
            return None
        self._new[path] = entry
        return Known(*entry[4:])

    def add(self, path: str, status: os.stat_result, known: Known) -> None:
        """Remember a file that was read; one that has just changed may change once more unseen, and is not remembered."""
        if max(status.st_mtime_ns, status.st_ctime_ns) < self._now - _SETTLED:
            self._new[path] = [*_stamp(status), known.digest, known.has_path, known.is_native]
            self._is_new = True

    def save(self) -> None:
        """Keep what was found and added, and nothing else; a place that cannot be written is no error."""
        if not self._is_new and not self._old:
            return
        lines = (f"{json.dumps(line)}\n" for line in chain([self._about], self._new.items()))
        with suppress(DockenvError):
            filesystem.write_file(self._path, lines, 0o600, f"{self._path}.{os.getpid()}")

    def _read(self) -> dict[str, list]:
        try:
            with open(self._path, encoding="utf-8") as file:
                is_ours = json.loads(next(file, "")) == self._about
                return dict(map(json.loads, file)) if is_ours else {}
        except (OSError, ValueError, TypeError):
            return {}


def _stamp(status: os.stat_result) -> list[int]:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
