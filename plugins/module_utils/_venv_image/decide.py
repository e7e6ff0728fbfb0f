# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides whether a virtualenv's files can go into an image as they are; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._errors import InvalidInput

RELOCATE, REBUILD = "relocate", "rebuild"

# So many are named where there are more.
_MOST_NAMED = 3


@dataclass(frozen=True)
class Decision:
    """``strategy`` is RELOCATE or REBUILD, with the reasons why not the other."""

    strategy: str
    reasons: tuple[str, ...] = ()


def find_obstacles(misfits: Sequence[str], uses_system_packages: bool, strays: Sequence[str], exits: Sequence[str]) -> tuple[str, ...]:
    """Return why a virtualenv cannot be relocated; ``strays`` and ``exits`` are paths of files and links in it."""
    found = list(misfits)
    if uses_system_packages:
        found.append("the virtualenv uses packages of the system's Python, which it does not hold")
    if strays:
        found.append(f"files that cannot be changed hold the virtualenv's path: {_name(strays)}")
    if exits:
        found.append(f"links lead out of the virtualenv: {_name(exits)}")
    return tuple(found)


def decide(asked: str, obstacles: Sequence[str]) -> Decision:
    """Return what is to be done for the option ``strategy``. Raises InvalidInput where ``relocate`` is asked for in vain."""
    if asked == REBUILD:
        return Decision(REBUILD, ("it was asked for",))
    if not obstacles:
        return Decision(RELOCATE)
    if asked == RELOCATE:
        raise InvalidInput(f"strategy: the virtualenv cannot be relocated: {'; '.join(obstacles)}; use auto or rebuild")
    return Decision(REBUILD, tuple(obstacles))


def _name(paths: Sequence[str]) -> str:
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
