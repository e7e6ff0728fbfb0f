# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of plans, whoever makes them; pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class WriteFile:
    """Write a file, with the folders above it; ``path`` is absolute."""

    path: str
    content: str
    mode: int = 0o644


@dataclass(frozen=True)
class RemoveFile:
    """Remove a file."""

    path: str


@dataclass(frozen=True)
class RemoveFolder:
    """Remove a folder with all that is in it."""

    path: str


@dataclass(frozen=True)
class MakeLock:
    """Resolve requirements.in; the canonical names in ``upgrade`` may move, all others only if they must.

    ``added`` are the lines that are new where all else is as it was at the last lock. With ``is_buildout`` a buildout picks versions
    instead.
    """

    upgrade: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    is_buildout: bool = False


@dataclass(frozen=True)
class Build:
    """Build the folder beside what is there, prove it, and give it the tag; ``no_cache`` runs each step again."""

    tag: str
    labels: Mapping[str, str]
    no_cache: bool = False


@dataclass(frozen=True)
class RemoveImage:
    """Remove an image by its id, with its names."""

    id: str


@dataclass(frozen=True)
class RemoveName:
    """Take a name from an image, which goes with its last one."""

    tag: str


Step = Union[WriteFile, RemoveFile, RemoveFolder, MakeLock, Build, RemoveImage, RemoveName]


@dataclass(frozen=True)
class Plan:
    """Steps in order, why, and what changes in files; without steps nothing is touched."""

    steps: tuple[Step, ...] = ()
    reasons: tuple[str, ...] = ()
    diff: tuple[Mapping[str, str], ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps)

    @property
    def builds(self) -> bool:
        """Whether an image is built."""
        return any(isinstance(step, Build) for step in self.steps)

    def then(self, other: Plan) -> Plan:
        """Return this followed by the other."""
        return Plan(self.steps + other.steps, tuple(dict.fromkeys(self.reasons + other.reasons)), self.diff + other.diff)
