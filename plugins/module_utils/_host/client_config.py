# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write the docker client's config.json of an account, with that account's rights: its home is in that account's hands."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from typing import Any

from .._errors import DockenvError
from .registry_logins import CONFIG_MODE, ClientConfig, render_config

# A file of logins is a few hundred bytes.
_LARGEST = 1_000_000


def read_client_config(user: str) -> ClientConfig:
    """Return an account's config.json. Raises nothing: what is wrong is its ``problem``."""
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        return ClientConfig(problem=f"there is no user {user!r} on this host, create the account first", is_orphan=True)
    path = _path(account)
    try:
        with _acting_as(account):
            return _read(path)
    except FileNotFoundError:
        return ClientConfig()
    except (OSError, ValueError) as error:
        return ClientConfig(problem=f"{path} cannot be read: {error}")


def write_client_config(user: str, content: Mapping[str, Any]) -> None:
    """Write an account's config.json in one step, readable for that account alone; remove it where there is nothing to write.

    Raises DockenvError.
    """
    account = pwd.getpwnam(user)
    path = _path(account)
    try:
        with _acting_as(account):
            if content:
                _replace(os.path.realpath(path), render_config(content))
            else:
                _remove(path)
    except OSError as error:
        raise DockenvError(f"{path} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def _acting_as(account: pwd.struct_passwd) -> Iterator[None]:
    """Let file access be that of the account; a module is one thread, so nothing else happens meanwhile."""
    before = os.geteuid(), os.getegid(), os.getgroups()
    if before[0] != 0 or account.pw_uid == 0:
        yield
        return
    os.setgroups(os.getgrouplist(account.pw_name, account.pw_gid))
    os.setegid(account.pw_gid)
    os.seteuid(account.pw_uid)
    try:
        yield
    finally:
        os.seteuid(before[0])
        os.setegid(before[1])
        os.setgroups(before[2])


def _path(account: pwd.struct_passwd) -> str:
    return os.path.join(account.pw_dir, ".docker", "config.json")


def _read(path: str) -> ClientConfig:
    # Not waiting for a writer, should it be a pipe
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise ValueError("it is no file of settings")
        content = json.loads(file.read() or b"{}")
    if not isinstance(content, dict):
        raise ValueError("it is no JSON mapping")
    return ClientConfig(content, stat.S_IMODE(status.st_mode))


def _replace(path: str, text: str) -> None:
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    beside = os.path.join(folder, f".config.json.{os.urandom(6).hex()}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, CONFIG_MODE), "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), CONFIG_MODE)
        os.fsync(file.fileno())
    os.replace(beside, path)


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
    with contextlib.suppress(OSError):  # what else is in it keeps the folder
        os.rmdir(os.path.dirname(path))
