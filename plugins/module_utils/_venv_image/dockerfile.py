# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the Dockerfile of an image that holds a virtualenv and its project; pure text.

The context of its build holds the folders VENV and PROJECT and the script PROOF. Without BuildKit there are no mounts: the
script is copied and removed again.
"""

from __future__ import annotations

from .._env.blocks import Start, install_system_packages, make_user, render_settings, render_start
from .._instructions import render_assignment, render_words
from .spec import VenvImageSpec

VENV, PROJECT, PROOF = "venv", "project", "prove.py"

HEADER = "# Made by the Ansible collection dockenv.python, module docker_venv_image."
# A mount point that every base image has, so that none is left in the layer.
_MOUNT = "/mnt"


def render(spec: VenvImageSpec, has_project: bool, has_mounts: bool = True) -> str:
    """Return the Dockerfile. Raises InvalidInput for a value that no Dockerfile can carry."""
    dest, project = spec.place_of_venv, spec.place_of_project
    lines = [HEADER, f"FROM {spec.base}", "USER root", *install_system_packages(spec.system_packages)]
    lines += [render_words("COPY", [VENV, dest])]
    lines += [render_words("COPY", [PROJECT, project])] if has_project else []
    lines += _prove(dest, has_mounts)
    lines += [f"ENV VIRTUAL_ENV={dest} PATH={':'.join(_path(spec, has_project))}:$PATH"]
    pythonpath = [*([project] if has_project and spec.project_on_pythonpath else []), *spec.pythonpath_entries]
    lines += [render_assignment("ENV", "PYTHONPATH", ":".join(pythonpath))] if pythonpath else []
    lines += render_settings(spec.env, spec.labels)
    lines += _make_missing_user(spec)
    workdir = spec.workdir or (project if has_project else None)
    start = Start(workdir, tuple(port.exposed for port in spec.ports), spec.user.name if spec.user else None, spec.entrypoint, spec.command)
    return "".join(f"{line}\n" for line in [*lines, *render_start(start)])


def _path(spec: VenvImageSpec, has_project: bool) -> list[str]:
    project = [spec.place_of_project] if has_project and spec.project_on_path else []
    return [*project, f"{spec.place_of_venv}/bin", *spec.path_entries]


def _prove(dest: str, has_mounts: bool) -> list[str]:
    python = f"{dest}/bin/python3"
    if has_mounts:
        mounts = f"--mount=type=bind,source={PROOF},target={_MOUNT}/{PROOF} --mount=type=tmpfs,target=/tmp"
        return [render_words(f"RUN {mounts}", [python, "-I", "-B", f"{_MOUNT}/{PROOF}", dest])]
    path = f"{_MOUNT}/{PROOF}"
    return [render_words("COPY", [PROOF, path]), render_words("RUN", [python, "-I", "-B", path, dest, "--remove"])]


def _make_missing_user(spec: VenvImageSpec) -> list[str]:
    """A base image may have the user already, as those that run services do."""
    made = [line.partition("RUN ")[2] for line in make_user(spec.user)]
    return [f"RUN id {spec.user.name} > /dev/null 2>&1 || ({line})" for line in made] if spec.user else []
