# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the options that all modules have that write a Dockerfile, each for itself; pure.

Each function raises InvalidInput, naming the option and, in a list, the entry by its index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from .._errors import InvalidInput
from .._instructions import check_value, check_word
from .names import check_id, check_label, check_system_package, check_user, check_variable

# Set by the Dockerfile itself; another value would hide the environment.
RESERVED_VARIABLES = ("PATH", "VIRTUAL_ENV")


@dataclass(frozen=True)
class User:
    """A user to make in the image; without numbers the image's tools choose them."""

    name: str
    uid: int | None = None
    gid: int | None = None
    sudo: bool = False


def read_system_packages(entries: Sequence[str], user: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the packages in order, so that the order they are written in builds nothing; with ``sudo`` where a user needs it."""
    packages = {check_system_package(entry, f"system_packages[{index}]") for index, entry in enumerate(entries)}
    needs_sudo = user is not None and user["sudo"] and not any(package.split("=")[0] == "sudo" for package in packages)
    return tuple(sorted(packages | ({"sudo"} if needs_sudo else set())))


def read_user(user: Mapping[str, Any] | None) -> User | None:
    """Return the user to make in the image, if there is to be one."""
    if user is None:
        return None
    numbers = {key: None if user[key] is None else check_id(user[key], f"user.{key}") for key in ("uid", "gid")}
    return User(check_user(user["name"]), numbers["uid"], numbers["gid"], bool(user["sudo"]))


def read_env(env: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return environment variables in order of their names."""
    for name in env:
        check_variable(name)
        if name in RESERVED_VARIABLES:
            raise InvalidInput(
                f"env: {name!r} is set by the environment itself, so that its Python and its commands are found; leave it out"
            )
    return tuple((name, read_value("env", name, env[name])) for name in sorted(env))


def read_labels(labels: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return labels in order of their keys."""
    return tuple((check_label(key), read_value("labels", key, labels[key])) for key in sorted(labels))


def read_value(option: str, key: str, value: Any) -> str:
    """Return the text of a value of one line; YAML's booleans would come out as Python spells them."""
    if isinstance(value, (bool, dict, list)) or value is None:
        raise InvalidInput(f"{option}: the value of {key!r} is not text; write it in quotes")
    check_value(str(value), f"{option}: {key}")
    return str(value)


def read_list(option: str, entries: Sequence[str] | None, parse: Callable[[str, str], Any]) -> tuple[Any, ...]:
    """Return what ``parse`` makes of each entry and its place; none may be there twice."""
    found: list[Any] = []
    for index, entry in enumerate(entries or ()):
        value = parse(str(entry), f"{option}[{index}]")
        if value in found:
            raise InvalidInput(f"{option}[{index}]: {entry!r} is there twice; remove one of them")
        found.append(value)
    return tuple(found)


def read_words(option: str, words: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the words of a command, where one is given."""
    return None if words is None else _check_words(option, words)


def read_commands(option: str, entries: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    """Return each command as words; one that is a string is the user's own line for ``/bin/sh``."""
    commands = []
    for index, entry in enumerate(entries):
        is_words = isinstance(entry, (list, tuple)) and all(isinstance(word, (str, int)) for word in entry)
        if not entry or not (is_words or isinstance(entry, str)):
            raise InvalidInput(f"{option}[{index}]: {entry!r} is not a command; write a list of words, or one line for the shell")
        words = ("/bin/sh", "-c", entry) if isinstance(entry, str) else entry
        commands.append(_check_words(f"{option}[{index}]", words))
    return tuple(commands)


def _check_words(option: str, words: Sequence[Any]) -> tuple[str, ...]:
    texts = tuple(str(word) for word in words)
    for index, text in enumerate(texts):
        check_word(text, f"{option}[{index}]")
    return texts
