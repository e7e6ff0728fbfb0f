# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a virtualenv says of its distributions, from the texts of their metadata; opens no file.

The formats: U(https://packaging.python.org/en/latest/specifications/direct-url/), and the ``.egg-link`` of setuptools.
"""

from __future__ import annotations

import csv
import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

# What makers of virtualenvs put into them, in versions that go with their Python and maybe with no newer one
SEEDS = ("pip", "setuptools", "wheel")

_NAME, _VERSION = (re.compile(rf"^{key}:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE) for key in ("Name", "Version"))


@dataclass(frozen=True)
class Distribution:
    """An installed distribution: ``source`` is the folder of an editable one, ``url`` what pip takes in place of a version.

    ``files`` are those that make up the installation of an editable one, relative to the virtualenv, and ``link`` is what its
    ``.egg-link`` puts on the search path. ``origin`` is the folder or file of this host from which any other was installed; no index
    need have it, and what an index has under its name may be of somebody else.
    """

    name: str
    version: str
    source: str | None = None
    url: str | None = None
    files: tuple[str, ...] = ()
    origin: str | None = None
    link: str | None = None

    @property
    def requirement(self) -> str:
        """What installs the same version again."""
        return f"{self.name} @ {self.url}" if self.url else f"{self.name}=={self.version}"


def normalise(name: str) -> str:
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_distribution(site: str, metadata: str, direct_url: str | None, record: str) -> Distribution | None:
    """Return the distribution of a ``.dist-info`` or ``.egg-info`` in ``site``, relative to the virtualenv; None if it says no name."""
    name, version = _NAME.search(metadata), _VERSION.search(metadata)
    if name is None or version is None:
        return None
    origin = _parse(direct_url)
    path, is_editable = _path_of(origin), bool(_values(origin, "dir_info").get("editable"))
    files = tuple(posixpath.normpath(posixpath.join(site, row[0])) for row in csv.reader(record.splitlines()) if row)
    url = _requirement_url(origin)
    if path is None or is_editable:
        return Distribution(normalise(name[1]), version[1], path, url, files if path else ())
    return Distribution(normalise(name[1]), version[1], url=url, origin=path)


def read_egg_link(site: str, file_name: str, text: str) -> Distribution:
    """Return the distribution that ``setup.py develop`` has linked. The second line leads from there to its sources."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    name = normalise(file_name.rpartition(".egg-link")[0])
    link = lines[0] if lines else ""
    source = posixpath.normpath(posixpath.join(link, *lines[1:2])) if link else ""
    return Distribution(name, "", source, None, (f"{site}/{file_name}",), link=link)


def find_editables(distributions: Iterable[Distribution], inside: Iterable[str]) -> tuple[Distribution, ...]:
    """Return the editable distributions, in order, without those whose source lies in the virtualenv; that goes with it."""
    folders = tuple(f"{folder}/" for folder in inside)
    found = {each.name: each for each in distributions if each.source is not None and not f"{each.source}/".startswith(folders)}
    return tuple(found[name] for name in sorted(found))


def find_homemade(distributions: Iterable[Distribution], editables: Iterable[Distribution]) -> tuple[Distribution, ...]:
    """Return what else was installed from folders and files of this host, in order."""
    linked = {each.name for each in editables}
    found = {each.name: each for each in distributions if (each.source or each.origin) and each.name not in linked}
    return tuple(found[name] for name in sorted(found))


def render_pins(distributions: Iterable[Distribution], left_out: Iterable[str] = (), movable: Iterable[str] = ()) -> str:
    """Return a requirements file of the same versions, without the names that are left out; of ``movable`` ones any version will do."""
    missing, free = set(left_out), set(movable)
    kept = [each for each in distributions if each.name not in missing and each.version]
    return "".join(f"{line}\n" for line in sorted({each.name if each.name in free else each.requirement for each in kept}))


def _parse(direct_url: str | None) -> dict[str, Any]:
    try:
        value = json.loads(direct_url or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _path_of(origin: dict[str, Any]) -> str | None:
    parts = urlsplit(str(origin.get("url")))
    return posixpath.normpath(unquote(parts.path)) if parts.scheme == "file" else None


def _requirement_url(origin: dict[str, Any]) -> str | None:
    """Return the URL of what came from version control or as an archive of the network; a folder or file is only on this host."""
    url, control = str(origin.get("url") or ""), _values(origin, "vcs_info")
    if not url or url.startswith("file:"):
        return None
    subdirectory = f"#subdirectory={origin['subdirectory']}" if origin.get("subdirectory") else ""
    revision = control.get("commit_id") or control.get("requested_revision")
    kind = f"{control['vcs']}+" if control.get("vcs") else ""
    return f"{kind}{url}{f'@{revision}' if revision else ''}{subdirectory}"


def _values(origin: dict[str, Any], key: str) -> dict[str, Any]:
    value = origin.get(key)
    return value if isinstance(value, dict) else {}
