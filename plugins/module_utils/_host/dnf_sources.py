# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and write the text of dnf's files of repositories (dnf.conf(5), "Repo Options"). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from .apt_sources import MARK, Entry, Repository, normalize_url

# The name by which dnf knows the repository
REPOSITORY_ID = "docker-ce"

_SECTION = re.compile(r"^\[[^\]]+\]\s*$")
_ADDRESSES = ("baseurl", "mirrorlist", "metalink")
# What may follow a version that is asked for: a rest of it, or the release. Brackets would not do: dnf reads these as its own forms
# of a package's name, and knows the parts by their hyphens.
_RESTS = ("", ".*", "-*", "~*")


def render_repository(repository: Repository, versions: Mapping[str, str] | None = None, hold: Sequence[str] = ()) -> str:
    """Return the file for a repository.

    ``versions`` are the packages that there are by name, each with the version that alone dnf shall see, or an empty text for any;
    where all are free dnf sees everything. The packages in ``hold`` it does not see at all, so it leaves those of the host alone.
    """
    versions = versions or {}
    fields = {
        "name": "Docker",
        "baseurl": base_url(repository),
        "enabled": "1",
        "gpgcheck": "1",
        "gpgkey": f"file://{repository.key}",
        "includepkgs": ",".join(_globs(versions)) if any(versions.values()) else "",
        "excludepkgs": ",".join(hold),
    }
    return "".join(f"{line}\n" for line in (MARK, f"[{REPOSITORY_ID}]", *(f"{name}={value}" for name, value in fields.items() if value)))


def base_url(repository: Repository) -> str:
    """Return where the packages of one release, architecture and channel are."""
    return "/".join((repository.url.rstrip("/"), repository.suite, repository.architecture, repository.component))


def read_repositories(text: str) -> list[Entry]:
    """Return the repositories that a file names, one for each section."""
    lines = text.splitlines()
    begins = [number for number, line in enumerate(lines) if _SECTION.match(line)]
    entries = []
    for begin, end in zip(begins, [*begins[1:], len(lines)]):
        fields = _read_fields(lines[begin + 1 : end])
        uris = tuple(uri for name in _ADDRESSES for uri in _words(fields.get(name, "")))
        keys = tuple(key.removeprefix("file://") for key in _words(fields.get("gpgkey", "")) if key.startswith("file:///"))
        entries.append(Entry(tuple(range(begin + 1, end + 1)), uris, keys))
    return entries


def is_below(entry: Entry, urls: Iterable[str]) -> bool:
    """Tell whether an entry names a repository at one of ``urls``, or in a folder there."""
    bases = [normalize_url(url) for url in urls if url]
    return any(f"{normalize_url(uri)}/".startswith(f"{base}/") for uri in entry.uris for base in bases)


def _globs(versions: Mapping[str, str]) -> list[str]:
    return [glob for name, version in versions.items() for glob in ([f"{name}-{version}{rest}" for rest in _RESTS] if version else [name])]


def _read_fields(lines: Iterable[str]) -> dict[str, str]:
    """Return the options of a section by name; a line that begins with a space goes on with the option before."""
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line.startswith(("#", ";")):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        else:
            key, _equals, value = line.partition("=")
            name = key.strip().lower()
            fields[name] = value.strip()
    return fields


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
