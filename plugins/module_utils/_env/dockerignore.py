# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says which files of a build context a .dockerignore leaves out, over paths only; opens no file.

The rules: U(https://docs.docker.com/build/concepts/context/#dockerignore-files). As Docker does it, the last pattern that
matches a path or a folder above it decides.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass

from .._errors import InvalidInput

DOCKERIGNORE = ".dockerignore"


@dataclass(frozen=True)
class Pattern:
    """One line: what it matches, and whether it takes back what lines before it left out."""

    regex: re.Pattern
    is_exception: bool


def find_ignore_file(dockerfile: str, files: Collection[str]) -> str | None:
    """Return the path of the ignore file that a build with this Dockerfile goes by: its own comes before the context's."""
    own = f"{dockerfile}{DOCKERIGNORE}"
    return next((path for path in (own, DOCKERIGNORE) if path in files), None)


def parse_dockerignore(text: str, source: str = DOCKERIGNORE) -> tuple[Pattern, ...]:
    """Return the patterns in order. Raises InvalidInput, naming the line, for one that Docker refuses."""
    patterns = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        is_exception = line.strip().startswith("!")
        glob = line.strip()[1:].strip() if is_exception else line.strip()
        if not glob:
            raise InvalidInput(f"{source}, line {number}: an exclamation mark stands alone; write a pattern after it")
        cleaned = _clean(glob)
        if cleaned != ".":
            patterns.append(Pattern(_compile(cleaned, f"{source}, line {number}"), is_exception))
    return tuple(patterns)


def is_ignored(path: str, patterns: tuple[Pattern, ...]) -> bool:
    """Whether a path of the context, relative and with slashes, is left out of the build."""
    parts = path.split("/")
    ancestry = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    ignored = False
    for pattern in patterns:
        if ignored is pattern.is_exception and any(pattern.regex.fullmatch(each) for each in ancestry):
            ignored = not pattern.is_exception
    return ignored


def has_exceptions(patterns: tuple[Pattern, ...]) -> bool:
    """Whether a folder that is left out must still be searched for what an exception keeps."""
    return any(pattern.is_exception for pattern in patterns)


def _clean(glob: str) -> str:
    """As Go's path.Clean, and without slashes at the front: every pattern is relative to the context."""
    return posixpath.normpath(re.sub(r"^/+", "", glob) or ".")


def _compile(glob: str, source: str) -> re.Pattern:
    """Return the pattern of Go's filepath.Match, with ``**`` for any number of folders."""
    found, at = "", 0
    while at < len(glob):
        if glob.startswith("**", at):
            at += 2
            if glob.startswith("/", at):
                at += 1
                found += "(?:.*/)?"
            else:
                found += ".*"
            continue
        part, at = _next_part(glob, at, source)
        found += part
    return re.compile(found, re.DOTALL)


def _next_part(glob: str, at: int, source: str) -> tuple[str, int]:
    character = glob[at]
    if character == "*":
        return "[^/]*", at + 1
    if character == "?":
        return "[^/]", at + 1
    if character == "[":
        return _character_class(glob, at, source)
    if character == "\\":
        if at + 1 == len(glob):
            raise _unreadable(glob, source, "it ends with a backslash")
        return re.escape(glob[at + 1]), at + 2
    return re.escape(character), at + 1


def _character_class(glob: str, at: int, source: str) -> tuple[str, int]:
    match = re.compile(r"\[(?P<negated>\^?)(?P<members>(?:\\.|[^\]\\])+)\]").match(glob, at)
    if match is None:
        raise _unreadable(glob, source, "a bracket is not closed")
    members = []
    for low, high in re.findall(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", match.group("members")):
        first, last = low[-1], (high or low)[-1]
        if low == "-" or first > last:
            raise _unreadable(glob, source, "a range in brackets has no beginning, or ends before it begins")
        members.append(f"{re.escape(first)}-{re.escape(last)}")
    return f"(?!/)[{match.group('negated')}{''.join(members)}]", match.end()


def _unreadable(glob: str, source: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{source}: {glob!r} is not a pattern: {reason}")
