# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says what each file of a virtualenv becomes where its image has it; over paths and contents only, opens no file.

Paths are relative to the virtualenv. Only the text formats that are known to hold its path are changed, never a file with a
NUL byte; whatever else holds the path is found, so that nobody ships it unknowingly.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Callable
from urllib.parse import quote, unquote

from .._venv.relocate import ACTIVATION_SCRIPTS, AFTER, BEFORE, relocate_script, replace_path

_INTERPRETER = re.compile(r"bin/(python|python3|python3\.\d+|pypy|pypy3)")
_BYTE_CODE_FOLDER = "/__pycache__/"
_SITE = r"lib/python3\.\d+/site-packages"
_RECORD = re.compile(rf"{_SITE}/[^/]+\.dist-info/RECORD")
_SCRIPT = re.compile(r"bin/[^/]+")
# What is about paths as a whole: lists of them, what editable installs leave (PEP 660), and what names the project
_PATHS = re.compile(rf"{_SITE}/(?:[^/]+\.(?:pth|egg-link)|__editable___[^/]+_finder\.py)|\.project")
_PTH = re.compile(rf"{_SITE}/[^/]+\.pth")
_DIRECT_URL = re.compile(rf"{_SITE}/[^/]+\.dist-info/direct_url\.json")
# What jupyter is told about the Python of a kernel
_KERNEL = re.compile(r"share/jupyter/kernels/[^/]+/kernel\.json")
CONFIG = "pyvenv.cfg"

# Of the Python that made it; nothing reads them, and they would be wrong.
_DROPPED_KEYS = frozenset(("command", "base-prefix", "base-exec-prefix"))


@dataclass(frozen=True)
class Move:
    """A virtualenv's way into an image.

    ``old`` are the absolute paths by which its files know it, ``new`` is the one in the image; ``python`` is the base image's
    interpreter there, by its real path. ``others`` are folders that the image has as well, each with its place; of the folders
    ``dropped`` it has none.
    """

    old: tuple[str, ...]
    new: str
    python: str
    others: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def places(self) -> Mapping[str, str]:
        """The new place of each folder."""
        return {**dict(self.others), **dict.fromkeys(self.old, self.new)}


def is_left_out(path: str, exists: Callable[[str], bool]) -> bool:
    """Whether a file stays behind: byte code, which holds the paths of its sources and is compiled anew.

    Python imports a ``.pyc`` file beside which there is no source; ``exists`` tells whether a path does.
    """
    return _BYTE_CODE_FOLDER in f"/{path}/" or path.endswith(".pyo") or (path.endswith(".pyc") and exists(path[:-1]))


def is_interpreter(path: str) -> bool:
    """Whether a file or link is a name of the virtualenv's Python, also where it is a copy of it."""
    return _INTERPRETER.fullmatch(path) is not None


def is_record(path: str) -> bool:
    """Whether a file lists an installed distribution's files with their hashes."""
    return _RECORD.fullmatch(path) is not None


def may_hold_path(path: str) -> bool:
    """Whether a file is of a format in which the virtualenv's path can be changed."""
    return is_about_paths(path) or any(pattern.fullmatch(path) for pattern in (_SCRIPT, _RECORD))


def is_about_paths(path: str) -> bool:
    """Whether a file is to be looked at also where it does not hold the virtualenv's path, or holds it in JSON, with escapes."""
    return path == CONFIG or any(pattern.fullmatch(path) for pattern in (_PATHS, _DIRECT_URL, _KERNEL))


def interpreter_target(path: str, move: Move) -> str:
    """Return where a name of the Python leads in the image."""
    return move.python if path == "bin/python3" else "python3"


def move_link(path: str, target: str, move: Move) -> str | None:
    """Return where any other link leads in the image; None if it leads out of the virtualenv."""
    for old in move.old:
        target = replace_path(target, old, move.new)
    inside = posixpath.normpath(posixpath.join(move.new, posixpath.dirname(path), target))
    return target if inside == move.new or inside.startswith(f"{move.new}/") else None


def move_content(path: str, content: bytes, move: Move) -> bytes:
    """Return the content that a file has in the image. A RECORD is not changed here: its hashes follow all others."""
    if b"\0" in content or not may_hold_path(path) or is_record(path):
        return content
    text = content.decode("utf-8", "surrogateescape")
    return _move_text(path, text, move).encode("utf-8", "surrogateescape")


def find_outward_paths(path: str, content: bytes, move: Move) -> tuple[str, ...]:
    """Return the folders that a file of the image adds to the search path and the image does not get from here."""
    if not _PTH.fullmatch(path):
        return ()
    inside = tuple(f"{place}/" for place in move.places.values())
    lines = [line.strip() for line in content.decode("utf-8", "surrogateescape").splitlines()]
    return tuple(line for line in lines if line.startswith("/") and not f"{line}/".startswith(inside))


def holds_path(content: bytes, move: Move) -> bool:
    """Whether a file's content speaks of the old place. In text, longer names that end or start alike do not count.

    In a binary file whatever stands before a path, such as its length, may look like a letter.
    """
    found = [old for old in move.old if old != move.new and os.fsencode(old) in content]
    return bool(found) and (b"\0" in content or any(_path_pattern(old).search(content) for old in found))


@cache
def _path_pattern(path: str) -> re.Pattern:
    """Return the pattern that finds a path in bytes, as it stands alone or with more below."""
    return re.compile(os.fsencode(BEFORE) + re.escape(os.fsencode(path)) + os.fsencode(AFTER))


def _move_text(path: str, text: str, move: Move) -> str:
    if path == CONFIG:
        return _move_config(text, move)
    if _DIRECT_URL.fullmatch(path):
        return _move_url(text, move)
    if _KERNEL.fullmatch(path):
        return _move_kernel(text, move)
    if _PTH.fullmatch(path) and move.dropped:
        text = "".join(line for line in text.splitlines(keepends=True) if line.strip() not in move.dropped)
    if _PATHS.fullmatch(path) or ACTIVATION_SCRIPTS.match(posixpath.basename(path)):
        return move_paths(text, move)
    return _move_script(text, move)


def move_first_lines(content: bytes, move: Move) -> bytes:
    """Return a script that is not in the virtualenv, with the interpreter at its new place; all other lines are its owner's."""
    if b"\0" in content:
        return content
    return _move_script(content.decode("utf-8", "surrogateescape"), move).encode("utf-8", "surrogateescape")


def _move_script(text: str, move: Move) -> str:
    for old in move.old:
        text = relocate_script(text, old, move.new)
    return text


def move_paths(text: str, move: Move) -> str:
    """Return a text with all folders at their new places, the innermost first; what is in place is not moved again."""
    places = move.places
    folders = sorted(places, key=len, reverse=True)
    pattern = BEFORE + "(" + "|".join(re.escape(folder) for folder in folders) + ")" + AFTER
    return re.sub(pattern, lambda match: places[match.group(1)], text)


def _move_config(text: str, move: Move) -> str:
    """Return a pyvenv.cfg (PEP 405) of a virtualenv that the base image's Python has made."""
    values = {"home": posixpath.dirname(move.python), "executable": move.python, "base-executable": move.python}
    lines = []
    for line in text.splitlines():
        key = line.partition("=")[0].strip().lower()
        if key in values:
            line = f"{key} = {values[key]}"
        if key not in _DROPPED_KEYS:
            lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def _move_url(text: str, move: Move) -> str:
    """Return a direct_url.json whose folder or file, written as a URL, is at its new place."""
    try:
        origin = json.loads(text)
        before = unquote(origin["url"])
    except (ValueError, KeyError, TypeError):
        return text
    after = move_paths(before.partition("file://")[2], move) if before.startswith("file://") else ""
    if not after or f"file://{after}" == before:
        return text
    return json.dumps({**origin, "url": f"file://{quote(after)}"})


def _move_kernel(text: str, move: Move) -> str:
    try:
        kernel = json.loads(text)
        argv = [move_paths(word, move) for word in kernel["argv"]]
    except (ValueError, KeyError, TypeError):
        return text
    return text if argv == kernel["argv"] else json.dumps({**kernel, "argv": argv}, indent=1, ensure_ascii=False) + "\n"
