# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides whether a virtualenv's files can go into an image as they are; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._errors import InvalidInput
from .distributions import Distribution

RELOCATE, REBUILD = "relocate", "rebuild"
FAIL, WHEEL, COPY = "fail", "wheel", "copy"

# So many are named where there are more.
_MOST_NAMED = 3


class CannotRelocate(InvalidInput):
    """``relocate`` was asked for in vain; with another base image it may be otherwise."""


@dataclass(frozen=True)
class Decision:
    """``strategy`` is RELOCATE or REBUILD, with the reasons why not the other."""

    strategy: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What was found in a virtualenv that its image would not have.

    ``strays`` are files that hold its path, ``exits`` links that lead out of it, ``outward`` folders that it adds to the search path.
    """

    strays: Sequence[str] = ()
    exits: Sequence[str] = ()
    outward: Sequence[str] = ()


def find_foreign_platforms(platforms: Sequence[str], architecture: str) -> tuple[str, ...]:
    """Return why files do not go into an image for several platforms, or for another one than that of the base image here."""
    own = f"linux/{architecture}"
    foreign = [platform for platform in platforms if platform != own]
    return (f"the image is for {name_some(foreign)}, and the Python of the base image is known for {own} only",) if foreign else ()


def find_obstacles(misfits: Sequence[str], uses_system_packages: bool, found: Found) -> tuple[str, ...]:
    """Return why a virtualenv cannot be relocated."""
    obstacles = list(misfits)
    if uses_system_packages:
        obstacles.append("the virtualenv uses packages of the system's Python, which it does not hold")
    if found.strays:
        obstacles.append(f"files that cannot be changed hold the virtualenv's path: {name_some(found.strays)}")
    if found.exits:
        obstacles.append(f"links lead out of the virtualenv: {name_some(found.exits)}")
    if found.outward:
        obstacles.append(f"folders that the image does not have are on its search path: {name_some(found.outward)}")
    return tuple(obstacles)


def decide(asked: str, obstacles: Sequence[str]) -> Decision:
    """Return what is to be done for the option ``strategy``. Raises CannotRelocate."""
    if asked == REBUILD:
        return Decision(REBUILD, ("it was asked for",))
    if not obstacles:
        return Decision(RELOCATE)
    if asked == RELOCATE:
        raise CannotRelocate(f"strategy: the virtualenv cannot be relocated: {'; '.join(obstacles)}; use auto or rebuild")
    return Decision(REBUILD, tuple(obstacles))


def check_editables(asked: str, editables: Sequence[Distribution]) -> None:
    """Raise InvalidInput for packages that are links to folders of the host, unless the task says what becomes of them."""
    if asked == FAIL and editables:
        names = name_some([f"{each.name} ({each.source})" for each in editables])
        raise InvalidInput(
            f"on_editable: the virtualenv has packages that are links to folders: {names}; set on_editable to wheel to install them "
            "in the image, or to copy to take their folders along"
        )


def name_some(paths: Sequence[str]) -> str:
    """Return the first of them, and how many more there are."""
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
