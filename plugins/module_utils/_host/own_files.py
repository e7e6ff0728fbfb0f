# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that belong to the role as a whole: what they shall hold, and which differ from the host's. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OwnFile:
    """A file of the role's; ``mode`` is an octal text, ``secret`` tells that its text must not be shown."""

    path: str
    text: str
    mode: str = "0644"
    secret: bool = False


def describe_file(content: bytes, mode: int) -> dict[str, str]:
    """Return what tells whether a file differs: a digest of its content, and its mode as an octal text."""
    return {"digest": hashlib.sha256(content).hexdigest(), "mode": f"{mode & 0o7777:04o}"}


def plan_files(wanted: Iterable[OwnFile], found: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return what is to be done: a mapping for each file to write, and for each one in ``found`` to remove, by path.

    ``found`` are descriptions as :func:`describe_file` returns them, by path.
    """
    files = {file.path: file for file in wanted}
    steps = [
        {"path": file.path, "state": "present", "text": file.text, "mode": file.mode, "secret": file.secret}
        for file in files.values()
        if found.get(file.path) != describe_file(file.text.encode(), int(file.mode, 8))
    ]
    return steps + [{"path": path, "state": "absent"} for path in sorted(set(found) - set(files))]
