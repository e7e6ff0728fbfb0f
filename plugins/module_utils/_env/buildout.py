# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is peculiar to environments that a buildout makes: their options, the files of their project, their lock; pure."""

from __future__ import annotations

import os.path
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import InvalidInput
from .._instructions import check_word
from .._requirements import canonical_name
from .buildout_script import PROJECT, VERSIONS_HEADER
from .digest import ContextEntry, short_hash
from .lock import Lock, Pin
from .logins import split_index_url
from .names import check_host_path, check_image_path

BUILDOUT = "buildout"
CONFIG = "buildout.cfg"
DEFAULT_PLACE = "/var/application"

# What a buildout that was run in the checkout left there, which is valid at that place and for that machine only
PRODUCTS = (".git", ".installed.cfg", "bin/buildout", "develop-eggs", "eggs", "parts", "**/__pycache__", "**/*.egg-info", "**/*.py[co]")

# As zc.buildout reads a word of its command line
_OPTION = re.compile(r"(?P<section>[A-Za-z0-9_.+-]+):(?P<option>[A-Za-z0-9_.+-]+)")
# What the collection sets itself, and what to do instead
_RESERVED = {
    "buildout:directory": "set project_dest",
    "buildout:extends": "name the file in extends of buildout.cfg",
    "buildout:index": "set index_url",
    "buildout:newest": "set newest",
    "buildout:update-versions-file": "the versions are in the result and in the environment's folder",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)[ \t]*=[ \t]*(\S+)[ \t]*$", re.MULTILINE)

# Options that say elsewhere what buildout.cfg says here
_NOT_WITH_BUILDOUT = ("packages", "requirements", "constraints", "extra_index_urls")
_ONLY_WITH_BUILDOUT = ("project_path", "project_dest", "buildout_options", "newest")


@dataclass(frozen=True)
class Buildout:
    """A buildout as asked for: ``project`` is the folder on the host, None for that in the environment's own folder.

    ``place`` is where it is in the image; ``options`` are words such as ``section:option=value``.
    """

    project: str | None = None
    place: str = DEFAULT_PLACE
    options: tuple[str, ...] = ()
    newest: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments of the script that runs the buildout."""
        return (self.place, f"buildout:newest={'true' if self.newest else 'false'}", *self.options)


@dataclass(frozen=True)
class Project:
    """The files of a project: ``path`` is its folder on the host, ``entries`` have their paths in the build context.

    ``ignored`` are the lines about it for the .dockerignore of the context.
    """

    path: str
    entries: tuple[ContextEntry, ...] = ()
    ignored: tuple[str, ...] = ()


def read_buildout(params: Mapping[str, Any]) -> Buildout | None:
    """Return what the options ask for with ``installer=buildout``, else None. Raises InvalidInput, naming the option."""
    if params["installer"] != BUILDOUT:
        _refuse(params, _ONLY_WITH_BUILDOUT, "it is for installer=buildout; set that, or leave it out")
        return None
    _refuse(
        params, _NOT_WITH_BUILDOUT, f"with installer=buildout the project's {CONFIG} says what is installed, and from where; leave it out"
    )
    index = [f"buildout:index={_read_index(params['index_url'])}"] if params["index_url"] else []
    return Buildout(
        project=check_host_path(params["project_path"], "project_path") if params["project_path"] else None,
        place=_read_place(params["project_dest"]),
        options=(*index, *_read_options(params["buildout_options"] or {})),
        newest=bool(params["newest"]),
    )


def _refuse(params: Mapping[str, Any], names: Iterable[str], reason: str) -> None:
    for name in names:
        if params[name]:
            raise InvalidInput(f"{name}: {reason}")


def _read_place(value: str | None) -> str:
    place = check_image_path(value, "project_dest") if value else DEFAULT_PLACE
    if place == "/":
        raise InvalidInput("project_dest: '/' is the whole image; name a folder of the project's own")
    return place


def _read_index(url: str) -> str:
    index, login = split_index_url(url, "index_url")
    if login is not None:
        raise InvalidInput(
            "index_url: the URL holds a login, which buildout would write into the image; use an index of the network that needs none"
        )
    return index


def _read_options(options: Mapping[str, Any]) -> tuple[str, ...]:
    words = []
    for name in sorted(options):
        match = _OPTION.fullmatch(name)
        if match is None:
            raise InvalidInput(f"buildout_options: {name!r} is not an option of a buildout; write section:option, such as buildout:parts")
        if name in _RESERVED:
            raise InvalidInput(f"buildout_options: {name!r} is set by this module; {_RESERVED[name]}")
        words.append(f"{name}={_read_value(name, options[name])}")
    return tuple(words)


def _read_value(name: str, value: Any) -> str:
    entries = value if isinstance(value, (list, tuple)) else [value]
    if any(isinstance(entry, (bool, dict, list)) or entry is None for entry in entries):
        raise InvalidInput(f"buildout_options: the value of {name!r} is not text; write it in quotes, or as a list of texts")
    text = "\n".join(str(entry) for entry in entries)
    check_word(text, f"buildout_options: {name}")
    if _CONTROL.search(text):
        raise InvalidInput(f"buildout_options: the value of {name!r} holds a control character; remove it")
    return text


# --- the files of the project


def ignore_lines(own: str, inside: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of a .dockerignore, relative to the project, for all that is left out of it.

    ``own`` is the text of the project's .dockerignore, whose lines come last and so prevail; ``inside`` are relative paths.
    """
    return (*PRODUCTS, *own.lstrip("\ufeff").splitlines(), *(f"/{path}" for path in inside))


def in_context(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the lines as they have to be in the .dockerignore of a context that has the project in its folder."""
    found = []
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        is_exception = line.strip().startswith("!")
        glob = posixpath.normpath(line.strip()[is_exception:].strip().lstrip("/") or ".")
        if glob != "." and not glob.startswith("../"):
            found.append(f"{'!' if is_exception else ''}{PROJECT}/{glob}")
    return tuple(found)


def find_inside(project: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Return those of the host's paths that are in the project's folder, relative to it."""
    below = (os.path.relpath(path, project) for path in paths)
    return tuple(sorted(path for path in below if path != "." and not path.startswith("..")))


# --- the lock


def digest_asked(dockerfile: str, project: Project) -> str:
    """Return a short digest of what decides the versions that a buildout picks: its build, up to its step, and the project."""
    entries = sorted([entry.path, entry.kind, entry.is_executable, entry.content] for entry in project.entries)
    return short_hash([dockerfile, entries])


def render_versions(versions: Mapping[str, str] | None = None) -> str:
    """Return the text of the lock, in the form that zc.buildout reads."""
    lines = (f"{name} = {version}\n" for name, version in sorted((versions or {}).items(), key=lambda item: item[0].lower()))
    return f"{VERSIONS_HEADER}[versions]\n{''.join(lines)}"


def parse_versions(text: str) -> Lock:
    """Return the pins of a lock; names are canonical. What is no pin is passed over."""
    pins = {canonical_name(name): version for name, version in _PIN.findall(text)}
    return Lock(tuple(Pin(name, pins[name], f"{name}=={pins[name]}", frozenset()) for name in sorted(pins)))
