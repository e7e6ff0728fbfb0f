# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a virtualenv that is to become an image, at its project, and at the Python of a base image; changes nothing."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from .. import _commands
from .._env.dockerignore import DOCKERIGNORE, Pattern, parse_dockerignore
from .._environments.filesystem import find_text
from .._environments.host import Host
from .._environments.memory import recall, recall_last, remember, remember_last
from .._errors import CommandFailed, InvalidInput
from .._venv.relocate import find_interpreter, site_folders
from .._venv_image.distributions import Distribution, read_distribution, read_egg_link
from .._venv_image.spec import VenvImageSpec
from .._venv_image.traits import PROBE, Traits
from .tree import open_source

# What no image of a project needs, in front of its own .dockerignore, which may take any of it back.
_NOT_OF_A_PROJECT = "**/.git\n**/__pycache__\n**/*.py[co]\n.dockerenv\n**/.tox\n**/.nox\n**/.mypy_cache\n**/.pytest_cache\n**/.ruff_cache\n"
# Written by virtualenvwrapper, and by venv2docker's users
_PROJECT_FILE = ".project"
# More than the first lines of a script need, in bytes
_HEAD = 8192
_ACTIVATED = re.compile(r"^\s*(?:export )?VIRTUAL_ENV=(.+)$", re.MULTILINE)
# Prints names and versions of what the system's Python has
_SYSTEM_PROBE = "import importlib.metadata as m, json; print(json.dumps([[d.metadata['Name'], d.version] for d in m.distributions()]))"


@dataclass(frozen=True)
class Source:
    """A virtualenv and its project on the host. ``folder`` is the virtualenv's real path, ``spellings`` are all that name it.

    ``around`` are the distributions of the system that it uses beside its own.
    """

    folder: str
    spellings: tuple[str, ...]
    traits: Traits
    uses_system_packages: bool
    distributions: tuple[Distribution, ...]
    around: tuple[Distribution, ...]
    project: str | None
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Base:
    """A base image: what its Python is, None if it has none, and which processors it is for."""

    traits: Traits | None
    architecture: str


def see_source(spec: VenvImageSpec) -> Source:
    """Return what is to be packaged. Raises InvalidInput if that is no virtualenv, or one whose Python does not run."""
    config = find_text(os.path.join(spec.venv, "pyvenv.cfg")) if os.path.isdir(spec.venv) else None
    if config is None:
        raise InvalidInput(f"venv: {spec.venv} is not a virtualenv: there is no pyvenv.cfg in it; give the folder of a virtualenv")
    folder = os.path.realpath(spec.venv)
    project = _find_project(spec, folder)
    traits = Traits.from_probe(_ask_venv(spec.venv, PROBE))
    spellings = _find_spellings(spec.venv, folder)
    _refuse_nested(spec, spellings)
    uses_system_packages = _uses_system_packages(config)
    return Source(
        folder=folder,
        spellings=spellings,
        traits=traits,
        uses_system_packages=uses_system_packages,
        distributions=tuple(_read_distributions(folder)),
        around=_ask_system(spec.venv) if uses_system_packages else (),
        project=project,
        patterns=(*read_patterns(project), *spec.exclude) if project else (),
    )


def see_base(host: Host, base: str, minor: str, keep: bool) -> Base | None:
    """Return a base image, with its Python of that minor version if it has several; without an image, what was there last.

    None if there is no image, and none was ever seen. With ``keep`` it is remembered on the host.
    """
    about = f"-{minor}"
    last = _read_base(recall_last(host, base, about))
    image = host.sight.find_image(base)
    if image is None:
        return last
    seen = _read_base(recall(host, base, about))
    if seen is None:
        # A task with nothing to do finds it remembered, and is done sooner without reading what runs containers.
        from .asking import ask_image

        seen = Base(ask_image(host, base, minor), image.architecture)
        if keep:
            remember(host, base, asdict(seen), about)
    if keep and seen != last:
        remember_last(host, base, asdict(seen), about)
    return seen


def read_patterns(project: str) -> tuple[Pattern, ...]:
    """Return what of a project stays behind, by its .dockerignore too. Raises InvalidInput for a bad one."""
    path = os.path.join(project, DOCKERIGNORE)
    return (*parse_dockerignore(_NOT_OF_A_PROJECT), *parse_dockerignore(find_text(path) or "", path))


def _read_base(values: Mapping[str, Any] | None) -> Base | None:
    """Return what was remembered; None for nothing, and for what was in another form."""
    with suppress(KeyError, TypeError):
        known = values or {}
        return Base(known["traits"] and Traits(**known["traits"]), known["architecture"])
    return None


def _ask_venv(venv: str, code: str) -> str:
    """Return what the virtualenv's Python prints, in JSON. Raises CommandFailed."""
    python = os.path.join(venv, "bin", "python3")
    # No byte code: a .pth file may import something of the virtualenv, which is only read.
    answer = _commands.run([python, "-I", "-B", "-c", code])
    try:
        json.loads(answer.stdout)
    except ValueError:
        reason = (answer.stderr.strip().splitlines() or ["it printed something else"])[-1]
        raise CommandFailed(f"venv: {python} does not run: {reason}; repair the virtualenv", [python], answer.rc or 1) from None
    return answer.stdout


def _ask_system(venv: str) -> tuple[Distribution, ...]:
    found = json.loads(_ask_venv(venv, _SYSTEM_PROBE))
    return tuple(Distribution(name, version) for name, version in found if name and version)


def _read_distributions(folder: str) -> Iterator[Distribution]:
    for site in site_folders(folder):
        inside = os.path.relpath(site, folder)
        for entry in sorted(os.listdir(site)):
            path = os.path.join(site, entry)
            if entry.endswith(".egg-link"):
                yield read_egg_link(inside, entry, find_text(path) or "")
            elif entry.endswith((".dist-info", ".egg-info")):
                found = _read_distribution(path, inside)
                if found is not None:
                    yield found


def _read_distribution(path: str, site: str) -> Distribution | None:
    if not os.path.isdir(path):  # as distutils wrote it
        return read_distribution(site, find_text(path) or "", None, "")
    metadata = find_text(os.path.join(path, "METADATA")) or find_text(os.path.join(path, "PKG-INFO")) or ""
    direct_url = find_text(os.path.join(path, "direct_url.json"))
    record = find_text(os.path.join(path, "RECORD")) if direct_url else None
    return read_distribution(site, metadata, direct_url, record or "")


def _find_spellings(venv: str, folder: str) -> tuple[str, ...]:
    """Return all paths that name the virtualenv, the longest first: its files know it by that with which it was made, maybe through a link."""
    known = {match.strip().strip("\"'") for match in _ACTIVATED.findall(find_text(os.path.join(venv, "bin/activate")) or "")}
    known |= {os.path.dirname(os.path.dirname(interpreter)) for interpreter in _list_interpreters(os.path.join(venv, "bin"))}
    found = {venv, folder, *(path for path in known if os.path.isabs(path) and os.path.realpath(path) == folder)}
    return tuple(sorted(found, key=lambda path: (-len(path), path)))


def _list_interpreters(folder: str) -> Iterator[str]:
    """Yield the interpreters of the scripts in a folder."""
    for entry in os.scandir(folder):
        if entry.is_file(follow_symlinks=False):
            with open_source(entry.path) as file:
                interpreter = find_interpreter(file.read(_HEAD).decode("utf-8", "surrogateescape"))
            if interpreter is not None:
                yield interpreter


def _refuse_nested(spec: VenvImageSpec, spellings: tuple[str, ...]) -> None:
    """The old path must be gone in the end, which cannot be told where the new one begins with it."""
    if any(f"{spec.place_of_venv}".startswith(f"{old}/") for old in spellings):
        raise InvalidInput(f"venv_dest: {spec.place_of_venv} lies below {spec.venv} itself; choose the same path, or another one")


def _find_project(spec: VenvImageSpec, folder: str) -> str | None:
    if spec.project == "":
        return None
    named = None if spec.project else find_text(os.path.join(spec.venv, _PROJECT_FILE))
    path = spec.project or (named.strip() if named else None)
    if not path:
        return None
    where = "project_path" if spec.project else os.path.join(spec.venv, _PROJECT_FILE)
    if not os.path.isabs(path) or not os.path.isdir(path):
        raise InvalidInput(f"{where}: {path!r} is not a folder; give the absolute path of the project, or an empty project_path for none")
    if os.path.realpath(path) == folder:
        raise InvalidInput(
            f"{where}: {path} is the virtualenv itself; move the project or the virtualenv into a folder of its own, or give an empty "
            "project_path to package all of it as the virtualenv"
        )
    return os.path.normpath(path)


def _uses_system_packages(config: str) -> bool:
    values = dict(line.partition("=")[::2] for line in config.splitlines())
    return any(name.strip().lower() == "include-system-site-packages" and value.strip().lower() == "true" for name, value in values.items())
