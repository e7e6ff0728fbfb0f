# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Give a user id a name in the account files of a container; pure text, after passwd(5) and group(5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What useradd takes without --badname, plus upper case, which some directories have
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,30}\$?")


@dataclass(frozen=True)
class Account:
    """A user of a container: ``home`` is an absolute path in it."""

    uid: int
    gid: int
    name: str
    home: str


def make_account(uid: int, gid: int, name: str | None) -> Account:
    """Return the account for a user, under the host's name for it if a container can have that one."""
    if uid == 0:
        return Account(uid, gid, "root", "/root")
    usable = name if name and _NAME.fullmatch(name) else f"user{uid}"
    return Account(uid, gid, usable, f"/home/{usable}")


def add_to_passwd(text: str, account: Account) -> str:
    """Return the passwd file with an entry for the account's id; an entry that the image has for it stays as it is."""
    if _has_id(text, account.uid):
        return text
    name = account.name if not _has_name(text, account.name) else f"user{account.uid}"
    return _append(text, f"{name}:x:{account.uid}:{account.gid}::{account.home}:/bin/sh")


def add_to_group(text: str, account: Account) -> str:
    """Return the group file with an entry for the account's group; an entry that the image has for it stays as it is."""
    if _has_id(text, account.gid):
        return text
    name = account.name if not _has_name(text, account.name) else f"group{account.gid}"
    return _append(text, f"{name}:x:{account.gid}:")


def _has_id(text: str, number: int) -> bool:
    return any(fields[2] == str(number) for fields in _entries(text))


def _has_name(text: str, name: str) -> bool:
    return any(fields[0] == name for fields in _entries(text))


def _entries(text: str) -> list[list[str]]:
    return [fields for fields in (line.split(":") for line in text.splitlines()) if len(fields) > 2]


def _append(text: str, line: str) -> str:
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"
