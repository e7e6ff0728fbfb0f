# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks of an image made from a virtualenv, validated; touches nothing."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from .._env.dockerignore import Pattern, parse_dockerignore
from .._env.names import check_base_image, check_host_path, check_image_path, check_system_package, check_user
from .._env.options import User, read_env, read_labels, read_list, read_value, read_words
from .._env.ports import Port, parse_port
from .._errors import InvalidInput
from .._image_name import ImageName, parse_image_name
from .._requirements import check_installable, parse_requirement

# The label of the OCI image specification that took the place of MAINTAINER
MAINTAINER = "org.opencontainers.image.authors"
VENV_DEST = "/usr/local/lib/{name}"
PROJECT_DEST = "/usr/local/src/{name}"

Read = Callable[[str], str]


@dataclass(frozen=True)
class VenvImageSpec:
    """An image as asked for.

    ``venv`` and ``project`` are folders of the host; a project that is None may still be named by the virtualenv itself, an empty
    one is none. ``exclude`` are patterns of what stays behind of the project, as in a .dockerignore. ``user`` is made in the image
    where it is missing. ``requirements`` are lines of a requirements file.
    """

    venv: str
    project: str | None
    image: ImageName
    base: str
    strategy: str = "auto"
    venv_dest: str | None = None
    project_dest: str | None = None
    system_packages: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    ports: tuple[Port, ...] = ()
    user: User | None = None
    workdir: str | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    path_entries: tuple[str, ...] = ()
    pythonpath_entries: tuple[str, ...] = ()
    project_on_path: bool = True
    project_on_pythonpath: bool = True
    exclude: tuple[Pattern, ...] = ()
    on_editable: str = "fail"

    @classmethod
    def from_params(cls, params: Mapping[str, Any], read: Read) -> VenvImageSpec:
        """Return what the module's parameters ask for.

        ``read`` returns the text of a file and raises OSError. Raises InvalidInput, naming the option and, in a list, the entry
        by its index.
        """
        return cls(
            venv=_read_venv(params),
            project=check_host_path(params["project_path"], "project_path") if params["project_path"] else params["project_path"],
            image=parse_image_name(params["name"], params["tag"]),
            base=_read_base(params),
            strategy=params["strategy"],
            venv_dest=_read_dest("venv_dest", params["venv_dest"]),
            project_dest=_read_dest("project_dest", params["project_dest"]),
            system_packages=_read_system_packages(params, read),
            requirements=_read_requirements(params["requirements"] or ()),
            env=_read_env(params),
            labels=_read_labels(params),
            ports=read_list("ports", params["ports"], parse_port),
            user=User(check_user(params["user"], "user")) if params["user"] not in (None, "root") else None,
            workdir=check_image_path(params["workdir"], "workdir") if params["workdir"] else None,
            entrypoint=read_words("entrypoint", params["entrypoint"]),
            command=read_words("command", params["command"]),
            path_entries=read_list("path_entries", params["path_entries"], check_image_path),
            pythonpath_entries=read_list("pythonpath_entries", params["pythonpath_entries"], check_image_path),
            project_on_path=params["project_on_path"],
            project_on_pythonpath=params["project_on_pythonpath"],
            exclude=parse_dockerignore("\n".join(_check_lines(params["exclude"] or ())), "exclude"),
            on_editable=params["on_editable"],
        )

    @property
    def name(self) -> str:
        """The last part of the image's name; folders in the image are called so."""
        return self.image.repository.rpartition("/")[2]

    @property
    def place_of_venv(self) -> str:
        """Where the virtualenv is in the image."""
        return self.venv_dest or VENV_DEST.format(name=self.name)

    @property
    def place_of_project(self) -> str:
        """Where the project is in the image, if there is one."""
        return self.project_dest or PROJECT_DEST.format(name=self.name)


def _read_venv(params: Mapping[str, Any]) -> str:
    if params["venv"] is not None:
        return check_host_path(params["venv"], "venv")
    name = params["venv_name"]
    if name is None:
        raise InvalidInput("venv: give the path of a virtualenv, or its name below venv_root as venv_name")
    if name in (".", "..") or "/" in name or "\0" in name:
        raise InvalidInput(f"venv_name: {name!r} is not the name of a folder; give the path as venv instead")
    return os.path.join(check_host_path(params["venv_root"], "venv_root"), name)


def _read_base(params: Mapping[str, Any]) -> str:
    if params["base_image"] is None:
        raise InvalidInput("base_image: it is missing; name the image to start from, such as python:3.13-slim")
    return check_base_image(params["base_image"])


def _read_system_packages(params: Mapping[str, Any], read: Read) -> tuple[str, ...]:
    """Return the packages of the list and of the file, in which each line has one name, in order."""
    listed = read_list("system_packages", params["system_packages"], check_system_package)
    path = params["system_packages_file"]
    if path is None:
        return tuple(sorted(listed))
    try:
        lines = read(check_host_path(path, "system_packages_file")).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidInput(f"system_packages_file: {path!r} cannot be read: {reason}; name a text file with one package a line") from None
    names = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    return tuple(sorted({*listed, *(check_system_package(name, f"{path}, line {number}") for number, name in names if name)}))


def _read_requirements(entries: Sequence[str]) -> tuple[str, ...]:
    found = [parse_requirement(str(text), f"requirements[{index}]") for index, text in enumerate(entries)]
    for requirement in found:
        check_installable(requirement, "secrets, as a netrc file with the id netrc")
    return tuple(requirement.line_with_hashes for requirement in found)


def _read_env(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    env = read_env(params["env"] or {})
    if any(name == "PYTHONPATH" for name, _value in env):
        raise InvalidInput(
            "env: PYTHONPATH is made from project_on_pythonpath and pythonpath_entries; add the folders to pythonpath_entries"
        )
    return env


def _read_dest(option: str, path: str | None) -> str | None:
    if path is None:
        return None
    checked = check_image_path(path, option)
    if checked.count("/") < 2:
        raise InvalidInput(
            f"{option}: {path!r} is a folder of the base image itself; write one below it, such as {checked.rstrip('/')}/app"
        )
    return checked


def _read_labels(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labels = dict(read_labels(params["labels"] or {}))
    if params["maintainer"] is not None:
        if MAINTAINER in labels:
            raise InvalidInput(f"maintainer: it is the label {MAINTAINER}, which is in labels as well; give it once")
        labels[MAINTAINER] = read_value("maintainer", MAINTAINER, params["maintainer"])
    return tuple(sorted(labels.items()))


def _check_lines(entries: Sequence[str]) -> Sequence[str]:
    for index, entry in enumerate(entries):
        if "\n" in entry or "\r" in entry:
            raise InvalidInput(f"exclude[{index}]: {entry!r} holds a line break; write each pattern as an entry of its own")
    return entries
