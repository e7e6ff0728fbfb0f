# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the Dockerfile of an image that holds a virtualenv and its project; pure text.

The context of its build holds the folders VENV, PROJECT and those in SOURCES and EDITABLES, the script PROOF,
the script that installs, and a LOCK, each where it is needed. Without BuildKit there are no mounts: what is not to stay is copied and removed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._env.blocks import Start, install_system_packages, make_user_commands, render_settings, render_start
from .._env.dockerfile import MOUNTS, classic_install_steps, install_step, secret_versions
from .._env.install_script import CACHE, LOCK, SCRATCH
from .._instructions import render_assignment, render_words
from .decide import RELOCATE
from .spec import VenvImageSpec

VENV, PROJECT, SOURCES, EDITABLES, PROOF = "venv", "project", "sources", "editables", "prove.py"

HEADER = "# Made by the Ansible collection dockenv.python, module docker_venv_image. It builds without it: DOCKER_BUILDKIT=1 docker build ."


@dataclass(frozen=True)
class Layout:
    """What an image is made of: the strategy, whether there is a project, and what is installed in the build.

    ``has_lock`` says whether a lock is installed, all of it or in addition to a virtualenv, ``has_sources`` whether packages are
    made of folders. ``copies`` are names of folders that editable packages have in the image, with their places; ``linked`` are
    places of packages that are installed as links, and with ``needs_project`` some are in the project. ``added_packages`` are
    system packages that the strategy needs, ``secrets`` ids with versions.
    """

    strategy: str
    has_project: bool = False
    has_lock: bool = False
    has_sources: bool = False
    copies: tuple[tuple[str, str], ...] = ()
    linked: tuple[str, ...] = ()
    needs_project: bool = False
    added_packages: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()

    @property
    def installs(self) -> bool:
        """Whether the build runs the install script."""
        return self.strategy != RELOCATE or self.has_lock or self.has_sources or bool(self.linked)


def render(spec: VenvImageSpec, layout: Layout, has_mounts: bool = True) -> str:
    """Return the Dockerfile. Raises InvalidInput for a value that no Dockerfile can carry."""
    project, has_project = spec.place_of_project, layout.has_project
    packages = sorted({*spec.system_packages, *layout.added_packages})
    lines = [HEADER, f"FROM {spec.base}", "USER root", *install_system_packages(packages)]
    lines += secret_versions(layout.secrets) if layout.installs else []
    lines += _make_virtualenv(spec, layout, has_mounts)
    # A project changes more often than its virtualenv; with folders of the image in the search path, the proof needs those.
    copies = [render_words("COPY", [PROJECT, project])] if has_project else []
    copies += [render_words("COPY", [f"{EDITABLES}/{name}", place]) for name, place in layout.copies]
    proof = _prove(spec.place_of_venv, layout, has_mounts)
    lines += [*copies, *_link(layout, has_mounts), *proof] if layout.needs_project else [*proof, *copies]
    lines += [f"ENV VIRTUAL_ENV={spec.place_of_venv} PATH={':'.join(_path(spec, has_project))}:$PATH"]
    pythonpath = [*([project] if has_project and spec.project_on_pythonpath else []), *spec.pythonpath_entries]
    lines += [render_assignment("ENV", "PYTHONPATH", ":".join(pythonpath))] if pythonpath else []
    lines += render_settings(spec.env, spec.labels)
    lines += _make_missing_user(spec)
    workdir = spec.workdir or (project if has_project else None)
    start = Start(workdir, tuple(port.exposed for port in spec.ports), spec.user.name if spec.user else None, spec.entrypoint, spec.command)
    return "".join(f"{line}\n" for line in [*lines, *render_start(start)])


def _path(spec: VenvImageSpec, has_project: bool) -> list[str]:
    project = [spec.place_of_project] if has_project and spec.project_on_path else []
    return [f"{spec.place_of_venv}/bin", *project, *spec.path_entries]


def _make_virtualenv(spec: VenvImageSpec, layout: Layout, has_mounts: bool) -> list[str]:
    """Copy or install the virtualenv, and install what is added to it."""
    lock, sources = ({LOCK: LOCK} if layout.has_lock else {}), ({SOURCES: SOURCES} if layout.has_sources else {})
    if layout.strategy == RELOCATE:
        lines = [render_words("COPY", [VENV, spec.place_of_venv])]
        added = {**lock, **sources}
    else:
        lines = _install(lock, layout, (), has_mounts)
        added = sources
    return lines + (_install(added, layout, ("--add",), has_mounts) if added else [])


def _link(layout: Layout, has_mounts: bool) -> list[str]:
    """Install packages as links to their folders in the image."""
    arguments = ("--add", *(f"--editable={place}" for place in layout.linked))
    return _install({}, layout, arguments, has_mounts) if layout.linked else []


def _install(beside: dict[str, str], layout: Layout, arguments: Sequence[str], has_mounts: bool) -> list[str]:
    return [install_step(beside, layout.secrets, arguments)] if has_mounts else classic_install_steps(beside, arguments)


def _prove(dest: str, layout: Layout, has_mounts: bool) -> list[str]:
    path = f"{SCRATCH}/{PROOF}"
    words, compiles = [f"{dest}/bin/python3", "-I", "-B", path, dest], layout.strategy == RELOCATE
    if has_mounts:
        cached = [f"--byte-code={CACHE}"] if compiles else []
        return [render_words(f"RUN {MOUNTS} --mount=type=bind,source={PROOF},target={path}", [*words, *cached])]
    return [render_words("COPY", [PROOF, path]), render_words("RUN", [*words, *(["--byte-code"] if compiles else []), "--remove"])]


def _make_missing_user(spec: VenvImageSpec) -> list[str]:
    """A base image may have the user already, as those that run services do."""
    user = spec.user
    return [f"RUN id {user.name} > /dev/null 2>&1 || ({command})" for command in make_user_commands(user)] if user else []
