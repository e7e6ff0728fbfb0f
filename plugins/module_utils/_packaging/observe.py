# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a virtualenv that is to become an image, at its project, and at the Python of a base image; changes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .. import _commands
from .._docker.containers import RunRequest, run
from .._docker.engine import Engine
from .._env.dockerignore import DOCKERIGNORE, Pattern, parse_dockerignore
from .._environments.building import TASK_LABEL
from .._environments.disk import find_text
from .._errors import CommandFailed, EngineError, InvalidInput
from .._venv_image.spec import VenvImageSpec
from .._venv_image.traits import PROBE, Traits

# In seconds
_PROBE_TIMEOUT = 120
# What no image of a project needs, in front of its own .dockerignore, which may take any of it back.
_NOT_OF_A_PROJECT = "**/.git\n**/__pycache__\n**/*.py[co]\n.dockerenv\n**/.tox\n**/.nox\n**/.mypy_cache\n**/.pytest_cache\n**/.ruff_cache\n"
# Written by virtualenvwrapper, and by venv2docker's users
_PROJECT_FILE = ".project"


@dataclass(frozen=True)
class Source:
    """A virtualenv and its project on the host. ``folder`` is the virtualenv's real path, ``spellings`` are all that name it."""

    folder: str
    spellings: tuple[str, ...]
    traits: Traits
    uses_system_packages: bool
    project: str | None
    patterns: tuple[Pattern, ...]


def see_source(spec: VenvImageSpec) -> Source:
    """Return what is to be packaged. Raises InvalidInput if that is no virtualenv, or one whose Python does not run."""
    config = find_text(os.path.join(spec.venv, "pyvenv.cfg")) if os.path.isdir(spec.venv) else None
    if config is None:
        raise InvalidInput(f"venv: {spec.venv} is not a virtualenv: there is no pyvenv.cfg in it; give the folder of a virtualenv")
    project = _find_project(spec)
    return Source(
        folder=os.path.realpath(spec.venv),
        spellings=tuple(sorted({spec.venv, os.path.realpath(spec.venv)}, key=len, reverse=True)),
        traits=_ask_venv(spec.venv),
        uses_system_packages=_is_true(config, "include-system-site-packages"),
        project=project,
        patterns=(*_patterns_of(project), *spec.exclude) if project else (),
    )


def ask_base(engine: Engine, base: str, minor: str) -> Traits:
    """Return what the base image's Python is: the one of that minor version if there are several. Raises InvalidInput if it has none."""
    for python in (f"python{minor}", "python3"):
        asked = RunRequest(base, (python, "-I", "-c", PROBE), labels={TASK_LABEL: "probe"}, network_mode="none", reset_entrypoint=True)
        try:
            result = run(engine, asked, _PROBE_TIMEOUT)
            return Traits.from_probe(result.stdout.decode("utf-8", "replace"))
        except (EngineError, ValueError):
            continue
    raise InvalidInput(f"base_image: {base} has no Python 3 that runs; choose an image with Python {minor}")


def _ask_venv(venv: str) -> Traits:
    python = os.path.join(venv, "bin", "python3")
    answer = _commands.run([python, "-I", "-c", PROBE])
    try:
        return Traits.from_probe(answer.stdout)
    except ValueError:
        reason = (answer.stderr.strip().splitlines() or ["it printed something else"])[-1]
        raise CommandFailed(f"venv: {python} does not run: {reason}; repair the virtualenv", [python], answer.rc or 1) from None


def _find_project(spec: VenvImageSpec) -> str | None:
    named = find_text(os.path.join(spec.venv, _PROJECT_FILE))
    path = spec.project or (named.strip() if named else None)
    if path is None:
        return None
    where = "project_path" if spec.project else os.path.join(spec.venv, _PROJECT_FILE)
    if not os.path.isabs(path) or not os.path.isdir(path):
        raise InvalidInput(f"{where}: {path!r} is not a folder; give the absolute path of the project, or an empty project_path for none")
    return os.path.normpath(path)


def _patterns_of(project: str) -> tuple[Pattern, ...]:
    text = find_text(os.path.join(project, DOCKERIGNORE))
    return (*parse_dockerignore(_NOT_OF_A_PROJECT), *parse_dockerignore(text or "", os.path.join(project, DOCKERIGNORE)))


def _is_true(config: str, key: str) -> bool:
    values = dict(line.partition("=")[::2] for line in config.splitlines())
    return any(name.strip().lower() == key and value.strip().lower() == "true" for name, value in values.items())
