# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks at a virtualenv: reads its files and asks its interpreter one question; changes nothing and never starts pip."""

from __future__ import annotations

import csv
import glob
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Callable

from .._errors import InvalidInput
from .._requirements import Requirement, canonical_name, marker_environment
from .place import Place, leads_inside, observe_place, temporary_name
from .relocate import site_folders
from .satisfy import Distribution, Installed, Origin, Receipt, read_origin
from .spec import Link, Spec

MANIFEST = "dockenv.json"
# Of a project, what decides over its metadata, dependencies and commands.
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
# What venv, virtualenv, uv, pip and this module put into a virtualenv's top folder.
OWN_ENTRIES = frozenset(
    "bin include lib lib32 lib64 local share etc man doc pyvenv.cfg .gitignore .lock .project CACHEDIR.TAG pip-selfcheck.json".split()
) | {MANIFEST, temporary_name(MANIFEST)}

# sys._base_executable is the interpreter a virtualenv was made from; before Python 3.11 it may be the virtualenv's own link.
PROBE = (
    "import os, sys; print(sys.version.split()[0].rstrip('+'), sys.implementation.name, sys.prefix,"
    " os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable), sep='\\n')"
)

# Runs a command: its words, variables to set, file descriptors to hand on; returns status, standard output and standard error.
Run = Callable[[list, Mapping[str, str], tuple], "tuple[int, str, str]"]


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs; ``base`` is the resolved path of the one that is no virtualenv's."""

    version: str
    implementation: str
    prefix: str
    base: str

    @property
    def minor(self) -> str:
        """The version as it decides over the layout of a virtualenv: ``3.11``."""
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True)
class Venv:
    """A virtualenv found on the disk; ``interpreter`` is None when it does not run, ``failure`` then says how.

    ``links`` are the paths of the links into it that this module made.
    """

    folder: str
    config: Mapping[str, str]
    interpreter: Interpreter | None
    failure: str
    distributions: Mapping[str, Distribution]
    receipts: Mapping[str, Receipt]
    commands: frozenset[str]
    strangers: tuple[str, ...]
    links: tuple[str, ...] = ()

    @property
    def maker(self) -> Interpreter | None:
        """The Python that made it, by pyvenv.cfg: venv writes ``version``, virtualenv and uv ``version_info``; None without either."""
        version = self.config.get("version", self.config.get("version_info"))
        if not version:
            return None
        return Interpreter(".".join(version.split(".")[:3]), "", self.folder, self.config.get("executable", self.config.get("home", "")))


@dataclass(frozen=True)
class FoundLink:
    """What stands where a link is asked for: nothing, link, file or folder; and the wrapper inside the virtualenv, if there is one.

    ``obstacle`` is what stands where a folder above the link has to be, if anything.
    """

    kind: str
    target: str = ""
    is_target_there: bool = False
    wrapper: str | None = None
    obstacle: str = ""


@dataclass(frozen=True)
class Observed:
    """All that a plan is made from. ``python`` is only asked where the virtualenv was not plainly made from it.

    ``recorded`` are the links into the virtualenv that were made by tasks before and that this one does not name, with where they
    lead; looked for only when they are to go.
    """

    place: Place
    venv: Venv | None
    python: Interpreter | None
    links: tuple[FoundLink, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[str, str] = field(default_factory=dict)

    def minor_after(self, build: str) -> str:
        """Return the minor version of Python of a generation that begins as ``build`` says."""
        interpreter = self.python if build == "fresh" and self.python else self.venv.interpreter
        return interpreter.minor

    @property
    def installed(self) -> Installed:
        """What is installed, as judged for the interpreter that runs it."""
        return self.installed_in(self.venv)

    def installed_in(self, venv: Venv | None) -> Installed:
        """Return what is installed in a virtualenv, beside what was found on the disk."""
        interpreter = (venv and venv.interpreter) or self.python
        return Installed(venv.distributions if venv else {}, markers_of(interpreter), venv.receipts if venv else {}, self.digests)


def observe(spec: Spec, run: Run) -> Observed:
    """Return what stands where the virtualenv is asked for. Raises NotOurs, InvalidInput for what a requirement names in vain, OSError."""
    place = observe_place(spec.path)
    venv = observe_venv(place.folder, place.current, run) if place.folder else None
    python = None
    if spec.is_present and (venv is None or venv.interpreter is None or venv.interpreter.base != os.path.realpath(spec.python)):
        python = probe(spec.python, run)
    projects = [requirement for requirement in spec.requirements if requirement.path] if spec.is_present else []
    digests = {requirement.url: _digest_of_project(requirement) for requirement in projects}
    links = tuple(_observe_link(link, spec.path, place.current) for link in spec.links)
    recorded = {} if spec.is_present or venv is None else _find_recorded(spec, venv)
    return Observed(place, venv, python, links, digests, recorded)


def observe_venv(folder: str, prefix: str, run: Run) -> Venv:
    """Return what is in a virtualenv's folder, whose users know it as ``prefix``."""
    interpreter, failure = _probe(os.path.join(prefix, "bin", "python3"), run)
    sites = site_folders(folder)
    distributions = {found.canonical: found for site in sites for found in _read_site(site)}
    receipts, links = _read_manifest(os.path.join(folder, MANIFEST))
    return Venv(
        folder,
        _read_config(os.path.join(folder, "pyvenv.cfg")),
        interpreter,
        failure,
        distributions,
        receipts,
        frozenset(os.listdir(os.path.join(folder, "bin")) if os.path.isdir(os.path.join(folder, "bin")) else ()),
        tuple(_find_strangers(folder, sites)),
        links,
    )


def probe(python: str, run: Run) -> Interpreter:
    """Return what an interpreter says of itself. Raises InvalidInput when it does not run."""
    interpreter, failure = _probe(python, run)
    if interpreter is None:
        raise InvalidInput(f"python: {python!r} is no Python 3 interpreter that runs: {failure}")
    return interpreter


def markers_of(interpreter: Interpreter) -> dict[str, str]:
    """Return the marker values (PEP 508) of an interpreter of this machine."""
    name = {"cpython": "CPython", "pypy": "PyPy"}.get(interpreter.implementation, interpreter.implementation)
    return marker_environment(
        {
            "python_version": interpreter.minor,
            "python_full_version": interpreter.version,
            "implementation_name": interpreter.implementation,
            "implementation_version": interpreter.version,
            "platform_python_implementation": name,
        }
    )


def _probe(python: str, run: Run) -> tuple[Interpreter | None, str]:
    try:
        rc, out, err = run([python, "-I", "-B", "-c", PROBE], {}, ())
    except OSError as error:
        return None, error.strerror or str(error)
    lines = out.splitlines()
    if rc != 0 or len(lines) != 4:
        return None, (err.strip().splitlines() or [f"it ended with status {rc}"])[-1]
    return Interpreter(*lines), ""


def _read_config(path: str) -> dict[str, str]:
    text = _read_text(path) or ""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip().lower(): value.strip() for key, _equals, value in pairs}


def _read_text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _read_site(site: str) -> Iterator[Distribution]:
    """Yield the distributions of a site folder in all the ways pip has recorded them; of two with one name, the last wins."""
    for name in sorted(os.listdir(site)):
        path = os.path.join(site, name)
        if name.endswith(".dist-info"):
            found = _read_metadata(os.path.join(path, "METADATA"), _read_direct_url(os.path.join(path, "direct_url.json")))
        elif name.endswith(".egg-info"):
            found = _read_metadata(os.path.join(path, "PKG-INFO") if os.path.isdir(path) else path, None)
        elif name.endswith(".egg-link"):
            found = _read_egg_link(path)
        else:
            continue
        if found is not None:
            yield found


def _read_metadata(path: str, origin: Origin | None) -> Distribution | None:
    """Return a distribution from the core metadata, of which only the header is read; None for a folder that pip would not see either."""
    text = _read_text(path)
    if text is None:
        return None
    fields: dict[str, list[str]] = {}
    for line in text.partition("\n\n")[0].splitlines():
        key, colon, value = line.partition(":")
        if colon and not key[:1].isspace():
            fields.setdefault(key.lower(), []).append(value.strip())
    if "name" not in fields or "version" not in fields:
        return None
    name = fields["name"][0]
    return Distribution(name, canonical_name(name), fields["version"][0], tuple(fields.get("requires-dist", ())), origin)


def _read_direct_url(path: str) -> Origin | None:
    try:
        return read_origin(json.loads(_read_text(path) or "{}"))
    except ValueError:
        return None


def _read_egg_link(path: str) -> Distribution | None:
    """Return what ``setup.py develop`` linked: old pips do so for projects without pyproject.toml."""
    lines = (_read_text(path) or "").splitlines()
    if not lines:
        return None
    project = os.path.normpath(os.path.join(lines[0], lines[1])) if len(lines) > 1 else lines[0]
    origin = Origin("file://" + project, is_editable=True)
    found = (_read_metadata(info, origin) for info in glob.glob(os.path.join(glob.escape(lines[0]), "*.egg-info", "PKG-INFO")))
    return next(filter(None, found), None)


def _read_manifest(path: str) -> tuple[dict[str, Receipt], tuple[str, ...]]:
    """Return what is remembered of installations, and the links that were made; nothing of a file that cannot be understood."""
    try:
        data = json.loads(_read_text(path) or "{}")
        receipts = {name: Receipt(entry["version"], tuple(entry["hashes"]), entry["digest"]) for name, entry in data["packages"].items()}
        return receipts, tuple(filter(os.path.isabs, data.get("links", ())))
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, ()


def _find_strangers(folder: str, sites: list[str]) -> list[str]:
    """Return the entries of the top folder that neither a tool nor a package put there: the user's."""
    unknown = {name for name in os.listdir(folder) if name not in OWN_ENTRIES}
    if not unknown:
        return []
    for site in sites:
        for record in glob.glob(os.path.join(glob.escape(site), "*.dist-info", "RECORD")):
            for row in csv.reader((_read_text(record) or "").splitlines()):
                path = os.path.normpath(os.path.join(site, row[0])) if row else ""
                unknown.discard(os.path.relpath(path, folder).partition("/")[0])
    return sorted(unknown)


def _digest_of_project(requirement: Requirement) -> str:
    """Return a digest of what an installation from the disk depends on: a file's content, or a folder's project metadata."""
    path = requirement.path
    files = [os.path.join(path, name) for name in PROJECT_FILES] if os.path.isdir(path) else [path]
    if os.path.isdir(path) and not any(map(os.path.isfile, files)):
        raise InvalidInput(f"{requirement.source}: {path!r} is no Python project: it has neither pyproject.toml nor setup.py")
    digest = hashlib.sha256()
    try:
        for name in files:
            if len(files) == 1 or os.path.isfile(name):
                with open(name, "rb") as file:
                    content = file.read()
                digest.update(f"{os.path.basename(name)} {len(content)}\n".encode() + content)
    except OSError as error:
        raise InvalidInput(f"{requirement.source}: {path!r} cannot be read: {error.strerror}") from None
    return digest.hexdigest()


def _observe_link(link: Link, venv: str, current: str | None) -> FoundLink:
    may_wrap = link.is_interpreter or (not link.is_present and link.target is None)
    inside = os.path.join(current or venv, "bin", os.path.basename(link.path))
    wrapper = _read_text(inside) if may_wrap and os.access(inside, os.X_OK) else None
    is_target_there = link.target is not None and os.path.exists(link.target)
    if os.path.islink(link.path):
        return FoundLink("link", os.readlink(link.path), is_target_there, wrapper)
    kind = "folder" if os.path.isdir(link.path) else "file" if os.path.lexists(link.path) else "nothing"
    return FoundLink(kind, "", is_target_there, wrapper, _find_obstacle(link.path))


def _find_obstacle(path: str) -> str:
    """Return the nearest of what stands above a path if that is no folder, else nothing."""
    above = os.path.dirname(path)
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    return "" if os.path.isdir(above) else above


def _find_recorded(spec: Spec, venv: Venv) -> dict[str, str]:
    named = {link.path for link in spec.links}
    found = {path: os.readlink(path) for path in venv.links if path not in named and os.path.islink(path)}
    return {path: target for path, target in found.items() if leads_inside(path, target, spec.path)}
