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
from dataclasses import dataclass
from functools import cache

from .._venv.relocate import relocate_content, replace_path

_INTERPRETER = re.compile(r"bin/(python|python3|python3\.\d+|pypy|pypy3)")
_BYTE_CODE = re.compile(r"(?:.*/)?(?:__pycache__(?:/.*)?|[^/]*\.py[co])")
_RECORD = re.compile(r"lib/python3\.\d+/site-packages/[^/]+\.dist-info/RECORD")
_PTH = re.compile(r"lib/python3\.\d+/site-packages/[^/]+\.pth")
_SCRIPT = re.compile(r"bin/[^/]+")
# What jupyter is told about the Python of a kernel
_KERNEL = re.compile(r"share/jupyter/kernels/[^/]+/kernel\.json")
CONFIG = "pyvenv.cfg"

# Of the Python that made it; nothing reads them, and they would be wrong.
_DROPPED_KEYS = frozenset(("command", "base-prefix", "base-exec-prefix"))


@dataclass(frozen=True)
class Move:
    """A virtualenv's way into an image.

    ``old`` are the absolute paths by which its files know it, ``new`` is the one in the image; ``python`` is the base image's
    interpreter there, by its real path.
    """

    old: tuple[str, ...]
    new: str
    python: str


def is_left_out(path: str) -> bool:
    """Whether a file stays behind: byte code, which holds the paths of its sources and is compiled anew."""
    return _BYTE_CODE.fullmatch(path) is not None


def is_interpreter(path: str) -> bool:
    """Whether a file or link is a name of the virtualenv's Python, also where it is a copy of it."""
    return _INTERPRETER.fullmatch(path) is not None


def is_record(path: str) -> bool:
    """Whether a file lists an installed distribution's files with their hashes."""
    return _RECORD.fullmatch(path) is not None


def may_hold_path(path: str) -> bool:
    """Whether a file is of a format in which the virtualenv's path can be changed."""
    return path == CONFIG or any(pattern.fullmatch(path) for pattern in (_SCRIPT, _PTH, _RECORD, _KERNEL))


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
    if path == CONFIG:
        return _move_config(content.decode("utf-8", "surrogateescape"), move).encode("utf-8", "surrogateescape")
    if b"\0" in content or not (_SCRIPT.fullmatch(path) or _PTH.fullmatch(path) or _KERNEL.fullmatch(path)):
        return content
    for old in move.old:
        content = (
            _move_kernel(content, old, move.new)
            if _KERNEL.fullmatch(path)
            else relocate_content(path.rpartition("/")[2], content, old, move.new)
        )
    return content


def holds_path(content: bytes, move: Move) -> bool:
    """Whether a file's content speaks of the old place; longer names that end or start alike do not count."""
    return any(os.fsencode(old) in content and path_pattern(old).search(content) for old in move.old)


@cache
def path_pattern(path: str) -> re.Pattern:
    """Return the pattern that finds a path in bytes, as it stands alone or with more below."""
    return re.compile(rb"(?<![\w.+/-])" + re.escape(os.fsencode(path)) + rb"(?![\w.+-])")


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


def _move_kernel(content: bytes, old: str, new: str) -> bytes:
    try:
        kernel = json.loads(content)
        kernel["argv"] = [replace_path(word, old, new) for word in kernel["argv"]]
    except (ValueError, KeyError, TypeError):
        return content
    return json.dumps(kernel, indent=1, ensure_ascii=False).encode() + b"\n"
