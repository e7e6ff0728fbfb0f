# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How images are to be built, read from a module's build options; pure, builds nothing and opens no file."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._errors import InvalidInput

# Names that a shell and a Dockerfile's ARG take without quoting
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Stage names of the Dockerfile reference, and stage numbers
_STAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# Narrower than BuildKit, whose ids may hold anything but a comma or a quote
_SECRET_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# The image specification's os/architecture, with the variant some architectures have
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/v?[a-z0-9]+)?")
# Linux takes no longer "NAME=VALUE" from execve(2) (MAX_ARG_STRLEN), and the name needs some of it
_LONGEST_VALUE = 120_000

_SOURCES = {"file": "src", "env": "env", "value": "value"}


@dataclass(frozen=True)
class Secret:
    """A secret for ``RUN --mount=type=secret,id=…``; ``source`` is a path, a variable's name or the secret itself."""

    id: str
    type: str
    source: str = field(repr=False)
    version: str | None = None


@dataclass(frozen=True)
class BuildOptions:
    """The build options of a task, validated; their meaning is documented in the fragment ``dockenv.python.build``."""

    rebuild: str = "on_change"
    pull: bool = False
    args: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    platforms: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    push: bool = False
    base_check: str = "local"
    prune_previous: bool = True
    log_path: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> BuildOptions:
        """Read a module's build options. Raises InvalidInput, naming the option and, in a list, the entry by its index."""
        return cls(
            rebuild=params["rebuild"],
            pull=params["pull"],
            args=_read_args(params["args"] or {}),
            target=_read_target(params["target"]),
            platforms=_read_platforms(params["platform"] or ()),
            secrets=_read_secrets(params["secrets"] or ()),
            cache_from=_read_caches("cache_from", params["cache_from"] or ()),
            cache_to=_read_caches("cache_to", params["cache_to"] or ()),
            push=params["push"],
            base_check=params["base_check"],
            prune_previous=params["prune_previous"],
            log_path=_read_log_path(params["log_path"]),
        )


def _read_args(args: Mapping[str, Any]) -> dict[str, str]:
    for name, value in args.items():
        if not _VARIABLE.fullmatch(name):
            raise InvalidInput(
                f"args: {name!r} is not a name for a build argument; use letters, digits and underscores, and no digit at the beginning"
            )
        if isinstance(value, (bool, dict, list)):  # YAML's booleans would come out as Python spells them
            raise InvalidInput(f"args: the value of {name!r} is not text; write it in quotes")
        if "\0" in str(value):
            raise InvalidInput(f"args: the value of {name!r} holds a NUL character, which no program can be handed")
    return {name: "" if value is None else str(value) for name, value in args.items()}


def _read_target(target: str | None) -> str | None:
    if target is not None and not _STAGE.fullmatch(target):
        raise InvalidInput(f"target: {target!r} is not the name of a build stage; give the name after AS in a FROM line")
    return target


def _read_platforms(platforms: list[str]) -> tuple[str, ...]:
    for index, platform in enumerate(platforms):
        if not _PLATFORM.fullmatch(platform):
            raise InvalidInput(f"platform[{index}]: {platform!r} is not a platform; write it as linux/amd64 or linux/arm/v7")
        if platform in platforms[:index]:
            raise InvalidInput(f"platform[{index}]: {platform!r} is there twice; name each platform once")
    return tuple(platforms)


def _read_secrets(entries: list[Mapping[str, Any]]) -> tuple[Secret, ...]:
    secrets: list[Secret] = []
    for index, entry in enumerate(entries):
        secret = _read_secret(f"secrets[{index}]", entry)
        if secret.id in {earlier.id for earlier in secrets}:
            raise InvalidInput(f"secrets[{index}]: the id {secret.id!r} is there twice; give each secret an id of its own")
        secrets.append(secret)
    return tuple(secrets)


def _read_secret(place: str, entry: Mapping[str, Any]) -> Secret:
    identity, kind = entry["id"], entry["type"]
    if not _SECRET_ID.fullmatch(identity):
        raise InvalidInput(f"{place}: {identity!r} is not an id for a secret; use letters, digits, '_', '.' and '-'")
    for other_kind, option in _SOURCES.items():
        if (entry[option] is not None) != (other_kind == kind):
            raise InvalidInput(
                f"{place}: with type={kind} the secret {identity!r} comes from the option {_SOURCES[kind]}, and only from it"
            )
    source = entry[_SOURCES[kind]]
    if kind == "file" and (not os.path.isabs(source) or "\0" in source):
        raise InvalidInput(f"{place}: src {source!r} is not an absolute path; write the whole path of the file")
    if kind == "env" and not _VARIABLE.fullmatch(source):
        raise InvalidInput(f"{place}: env {source!r} is not the name of an environment variable")
    if kind == "value" and ("\0" in source or len(source.encode()) > _LONGEST_VALUE):
        raise InvalidInput(
            f"{place}: the value of {identity!r} holds a NUL character or is longer than {_LONGEST_VALUE} bytes; "
            "put it into a file and use type=file"
        )
    return Secret(id=identity, type=kind, source=source, version=entry["version"])


def _read_caches(option: str, entries: list[str]) -> tuple[str, ...]:
    for index, entry in enumerate(entries):
        if not entry or not entry.isprintable() or " " in entry:
            raise InvalidInput(
                f"{option}[{index}]: {entry!r} is not a build cache; give an image's name or a form like "
                "type=registry,ref=registry.example/cache"
            )
    return tuple(entries)


def _read_log_path(path: str | None) -> str | None:
    if path is not None and (not os.path.isabs(path) or "\0" in path):
        raise InvalidInput(f"log_path: {path!r} is not an absolute path; write the whole path of the log file")
    return path
