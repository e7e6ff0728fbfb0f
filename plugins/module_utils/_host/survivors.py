# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the processes of containers that run on without their engine, as they do with live-restore. Reads only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

PROC = "/proc"
# The namespaces of containerd that are the engine's
NAMESPACES = ("moby", "plugins.moby")


@dataclass(frozen=True)
class Survivors:
    """Process ids: of ``shims``, each of which looks after one container, and of all ``processes`` in those containers."""

    shims: tuple[int, ...] = ()
    processes: tuple[int, ...] = ()

    @property
    def containers(self) -> int:
        """Return how many containers run."""
        return len(self.shims)


def find_survivors() -> Survivors:
    """Return what the shims of this machine's own engine look after; containers may have engines of their own, which are not ours."""
    parents = dict(_read_parents())
    shims = tuple(process for process in sorted(parents) if _is_shim(process))
    processes: list[int] = []
    found = list(shims)
    while found:
        found = [process for process, parent in parents.items() if parent in found]
        processes += found
    return Survivors(shims, tuple(sorted(processes)))


def _read_parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir(PROC):
        if name.isdecimal():
            try:
                with open(f"{PROC}/{name}/stat", encoding="utf-8", errors="replace") as file:
                    # A program's name may hold spaces and brackets; the state and the parent stand behind its last bracket.
                    yield int(name), int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended meanwhile


def _is_shim(process: int) -> bool:
    try:
        with open(f"{PROC}/{process}/cmdline", encoding="utf-8", errors="replace") as file:
            words = file.read().split("\0")
        is_ours = os.readlink(f"{PROC}/{process}/ns/pid") == os.readlink(f"{PROC}/self/ns/pid")
        is_of_root = os.stat(f"{PROC}/{process}").st_uid == 0  # not of an engine that a user runs
    except OSError:
        return False
    named = words[words.index("-namespace") + 1] if "-namespace" in words[:-1] else None
    return os.path.basename(words[0]).startswith("containerd-shim") and named in NAMESPACES and is_ours and is_of_root
