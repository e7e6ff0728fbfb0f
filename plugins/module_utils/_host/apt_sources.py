# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write the text of apt's files: sources of both formats (sources.list(5)), and preferences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .versions import version_pattern

# The first line of a file that the role made, by which it knows what it may remove again
MARK = "# Made by the role dockenv.python.docker_server, which writes it again."

_ONE_LINE = re.compile(r"^\s*deb(?:-src)?\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<uri>\S+)\s")
_SIGNED_BY_OPTION = re.compile(r"signed-by=(\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Repository:
    """An apt repository: its URL, suite, component and architecture, and the path of the key that signs it."""

    url: str
    suite: str
    component: str
    architecture: str
    key: str


@dataclass(frozen=True)
class Entry:
    """One repository in a file of sources: the numbers of its ``lines``, from 1, its ``uris``, and the ``keys`` that it names."""

    lines: tuple[int, ...]
    uris: tuple[str, ...]
    keys: tuple[str, ...]


def render_source(repository: Repository) -> str:
    """Return the file for a repository, in the format deb822 of sources.list(5)."""
    fields = {
        "Types": "deb",
        "URIs": repository.url,
        "Suites": repository.suite,
        "Components": repository.component,
        "Architectures": repository.architecture,
        "Signed-By": repository.key,
    }
    return "".join(f"{line}\n" for line in (MARK, *(f"{name}: {value}" for name, value in fields.items())))


def render_preferences(pins: Mapping[str, Sequence[str]], allow_downgrade: bool) -> str:
    """Return preferences that hold packages to versions, ``pins`` being packages by version; empty without any.

    Above 1000 apt also goes back to an older version, above 500 it only passes over newer ones (apt_preferences(5)).
    """
    priority = 1001 if allow_downgrade else 990
    stanzas = [
        f"Package: {' '.join(packages)}\nPin: version /{version_pattern(version)}/\nPin-Priority: {priority}\n"
        for version, packages in pins.items()
        if packages
    ]
    return "\n".join([f"{MARK}\n", *stanzas]) if stanzas else ""


def read_entries(text: str, deb822: bool) -> list[Entry]:
    """Return the repositories that a file of either format names."""
    lines = text.splitlines()
    return _read_stanzas(lines) if deb822 else _read_lines(lines)


def is_at(entry: Entry, urls: Iterable[str]) -> bool:
    """Tell whether an entry names a repository at one of ``urls``."""
    return any(_matches(entry, urls))


def is_mixed(entry: Entry, urls: Iterable[str]) -> bool:
    """Tell whether an entry names a repository at one of ``urls`` and another one too, as a stanza of deb822 may."""
    matches = _matches(entry, urls)
    return any(matches) and not all(matches)


def normalize_url(url: str) -> str:
    """Return what makes a repository's URL the same one: no scheme, no credentials, no slash at its end."""
    return re.sub(r"^[a-z0-9+]+:/*(?:[^/@]*@)?", "", url.strip().lower()).rstrip("/")


def _matches(entry: Entry, urls: Iterable[str]) -> list[bool]:
    # Nothing is left of a URL such as file:/, and of one that was not set.
    wanted = {normalize_url(url) for url in urls} - {""}
    return [normalize_url(uri) in wanted for uri in entry.uris]


def _read_lines(lines: Sequence[str]) -> list[Entry]:
    entries = []
    for number, line in enumerate(lines):
        match = _ONE_LINE.match(f"{line} ")
        if match:
            keys = _SIGNED_BY_OPTION.findall(match["options"] or "")
            entries.append(Entry((number + 1,), (match["uri"],), _paths(" ".join(keys).replace(",", " "))))
    return entries


def _read_stanzas(lines: Sequence[str]) -> list[Entry]:
    entries, begin = [], 0
    for end in [number for number, line in enumerate(lines) if not line.strip()] + [len(lines)]:
        fields = _read_fields(lines[begin:end])
        if "uris" in fields:
            entries.append(Entry(tuple(range(begin + 1, end + 1)), tuple(fields["uris"].split()), _paths(fields.get("signed-by", ""))))
        begin = end + 1
    return entries


def _read_fields(lines: Iterable[str]) -> dict[str, str]:
    """Return the fields of a stanza by name in lower case; a line that begins with a space goes on with the field before."""
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        else:
            key, _colon, value = line.partition(":")
            name = key.strip().lower()
            fields[name] = value.strip()
    return fields


def _paths(signed_by: str) -> tuple[str, ...]:
    """Return the files of a field Signed-By, which may also hold fingerprints or a whole key."""
    return tuple(word for word in signed_by.split() if word.startswith("/"))
