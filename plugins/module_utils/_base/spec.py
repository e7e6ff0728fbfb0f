# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks of a base image, checked; pure, and the place of all validation of docker_base_image's options."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import InvalidInput
from .._image_name import ImageName, parse_image_name
from .._instructions import check_value, check_word
from . import sources

# Labels with this prefix are the collection's own.
LABEL_PREFIX = "dockenv.python."

# Debian Policy 5.6.1 for the name, 5.6.12 for the version. A dash at the end of a name is apt's sign for removal.
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.](?:=(?:[0-9]+:)?[0-9][A-Za-z0-9.+~-]*)?")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_LABEL_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class BaseImageSpec:
    """The options of docker_base_image; None and empty tuples leave a choice to the host (see recipe.py)."""

    name: ImageName
    present: bool
    suite: str | None
    mirror: tuple[str, ...]
    components: tuple[str, ...]
    variant: str
    packages: tuple[str, ...]
    ca_certificates: tuple[str, ...]
    architecture: str | None
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]
    rebuild: str
    force: bool

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> BaseImageSpec:
        """Read a module's options.

        Raises InvalidInput with the option, and for a list or a mapping the entry, that cannot be used.
        """
        if params["suite"] is not None:
            sources.check_suite(params["suite"], "suite")
        components = tuple(params["components"])
        sources.check_components(components, "components")
        mirror = tuple(params["mirror"])
        for index, entry in enumerate(mirror):
            sources.parse_mirror(entry, f"mirror[{index}]", "any", components)
        return cls(
            name=parse_image_name(params["name"], params["tag"]),
            present=params["state"] == "present",
            suite=params["suite"],
            mirror=mirror,
            components=components,
            variant=params["variant"],
            packages=_packages(params["packages"]),
            ca_certificates=_paths("ca_certificates", params["ca_certificates"]),
            architecture=params["architecture"],
            entrypoint=_words("entrypoint", params["entrypoint"]),
            command=_words("command", params["command"]),
            env=_assignments("env", params["env"], _ENV_NAME),
            labels=_labels(params["labels"]),
            rebuild=params["rebuild"],
            force=params["force"],
        )


def _packages(names: Sequence[str]) -> tuple[str, ...]:
    """Return the packages sorted and each once: their order means nothing."""
    for index, name in enumerate(names):
        if not _PACKAGE.fullmatch(name):
            raise InvalidInput(
                f"packages[{index}]: {name!r} is not the name of a Debian package, with or without =VERSION; "
                "names have lower-case letters, digits, '+', '-' and '.'"
            )
    return tuple(sorted(set(names)))


def _paths(option: str, paths: Sequence[str]) -> tuple[str, ...]:
    for index, path in enumerate(paths):
        if not path.startswith("/") or "\x00" in path:
            raise InvalidInput(f"{option}[{index}]: {path!r} is no absolute path of a file on the host")
    return tuple(paths)


def _words(option: str, words: Sequence[str]) -> tuple[str, ...]:
    if words and not words[0]:
        raise InvalidInput(f"{option}[0]: an empty word is no program; give its name or path first")
    for index, word in enumerate(words):
        check_word(word, f"{option}[{index}]")
    return tuple(words)


def _assignments(option: str, values: Mapping[Any, Any], key_pattern: re.Pattern[str]) -> tuple[tuple[str, str], ...]:
    """Return the entries sorted by key, each value as text. Numbers are text; what YAML made a boolean is refused."""
    entries = []
    for key, value in values.items():
        if not isinstance(key, str) or not key_pattern.fullmatch(key):
            raise InvalidInput(f"{option}: {key!r} is not a name that an image can hold; use letters, digits, '_', '.' and '-'")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise InvalidInput(f"{option}: the value of {key!r} is {value!r}, which is no text; put it in quotes")
        check_value(str(value), f"{option}[{key}]")
        entries.append((key, str(value)))
    return tuple(sorted(entries))


def _labels(values: Mapping[Any, Any]) -> tuple[tuple[str, str], ...]:
    entries = _assignments("labels", values, _LABEL_KEY)
    for key, _value in entries:
        if key.startswith(LABEL_PREFIX):
            raise InvalidInput(f"labels: {key!r} is one of the collection's own; choose a name without {LABEL_PREFIX!r}")
    return entries
