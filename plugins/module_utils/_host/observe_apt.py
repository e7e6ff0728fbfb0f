# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Observe apt's files on a Docker host: its sources, its keys, and which files the role made. Reads only; decides nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

from .._errors import InvalidInput
from .apt_sources import MARK, Entry, is_at, is_mixed, read_entries
from .openpgp import read_fingerprints

SOURCE_FILE = "/etc/apt/sources.list"
SOURCE_FOLDER = "/etc/apt/sources.list.d"
KEYRING_FOLDERS = ("/etc/apt/keyrings", "/etc/apt/trusted.gpg.d")


def observe_apt(urls: Sequence[str], architecture: str) -> dict[str, Any] | None:
    """Return what apt's files say of the repositories at ``urls``, and the host's architecture; None if nobody asks.

    ``sources`` are the files that name one: their ``path``, the ``lines`` that do, whether that is all in them (``alone``), and
    whether a stanza names others too (``mixed``). ``keyrings`` are the fingerprints of keys in apt's folders, and in what those
    lines name, by path; ``shared`` are the paths of those that others name too.
    """
    if not urls:
        return None
    sources, named, others = [], set(), set()
    for path in _source_files():
        entries = _read_source(path)
        wanted = [entry for entry in entries if is_at(entry, urls)]
        named.update(key for entry in wanted for key in entry.keys)
        others.update(key for entry in entries if entry not in wanted for key in entry.keys)
        if wanted:
            lines = sorted(number for entry in wanted for number in entry.lines)
            mixed = any(is_mixed(entry, urls) for entry in wanted)
            sources.append({"path": path, "lines": lines, "alone": len(wanted) == len(entries), "mixed": mixed})
    keyrings = {path for folder in KEYRING_FOLDERS for path in _list_files(folder)} | named
    prints = {path: read_prints(path) for path in sorted(keyrings)}
    return {
        "architecture": architecture.strip(),
        "sources": sources,
        "keyrings": {path: found for path, found in prints.items() if found},
        "shared": sorted(keyrings & others),
    }


def observe_file(path: str) -> dict[str, Any] | None:
    """Return the SHA-256 of a file, whether the role made it, and which of apt's sources name it as their key, or None if there is none."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return None
    naming = [source for source in _source_files() if any(path in entry.keys for entry in _read_source(source))]
    return {"digest": hashlib.sha256(content).hexdigest(), "ours": content.startswith(f"{MARK}\n".encode()), "named_by": naming}


def read_text(path: str) -> str | None:
    """Return a text file, or None if this account may not read it; what is no UTF-8 in it reads as some text that nobody wrote."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except PermissionError:
        return None


def _source_files() -> list[str]:
    """Return the files of apt's sources, of both formats (sources.list(5))."""
    parts = [path for path in _list_files(SOURCE_FOLDER) if path.endswith((".list", ".sources"))]
    return [path for path in (SOURCE_FILE, *parts) if os.path.isfile(path)]


def _read_source(path: str) -> list[Entry]:
    return read_entries(read_text(path) or "", path.endswith(".sources"))


def _list_files(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.is_file())
    except OSError:
        return []


def read_prints(path: str) -> list[str]:
    """Return the fingerprints of a keyring, and none of what is no such file."""
    try:
        with open(path, "rb") as file:
            return list(read_fingerprints(file.read()))
    except (OSError, InvalidInput):
        return []
