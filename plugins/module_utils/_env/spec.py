# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks of an image environment, validated; touches nothing."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Callable

from .._build_options import Secret
from .._errors import InvalidInput
from .._image_name import ImageName, parse_image_name
from .buildout import Buildout, read_buildout
from .install_script import INSTALLERS, NETRC
from .logins import Login
from .names import (
    check_base_image,
    check_environment,
    check_host_path,
    check_image_path,
    check_python,
    check_registry_prefix,
)
from .options import User, read_commands, read_env, read_labels, read_list, read_system_packages, read_user, read_words
from .ports import Port, Volume, parse_port, read_volumes
from .wanted import Wanted, read_wanted

DEFAULT_BASE = "python"
DEFAULT_VARIANT = "slim"

Read = Callable[[str], str]


@dataclass(frozen=True)
class EnvSpec:
    """An environment as asked for.

    ``root`` is the folder with all environments, ``base`` the image it starts from. ``wanted`` is what shall be installed.
    ``pre_install`` and ``post_install`` are commands as lists of words; ``template`` is the text of the user's own template;
    ``secrets`` are ids with versions. ``buildout`` is there where a buildout installs.
    """

    name: str
    root: str
    image: ImageName
    base: str
    python: str
    wanted: Wanted
    installer: str = INSTALLERS[0]
    system_packages: tuple[str, ...] = ()
    user: User | None = None
    env: tuple[tuple[str, str], ...] = ()
    workdir: str | None = None
    ports: tuple[Port, ...] = ()
    volumes: tuple[Volume, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    labels: tuple[tuple[str, str], ...] = ()
    pre_install: tuple[tuple[str, ...], ...] = ()
    post_install: tuple[tuple[str, ...], ...] = ()
    template: str | None = None
    launcher: str | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    buildout: Buildout | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any], read: Read, secrets: Sequence[Secret] = ()) -> EnvSpec:
        """Return what the module's parameters ask for.

        ``read`` returns the text of a file and raises OSError; ``secrets`` are those of the build options. Raises
        InvalidInput, naming the option and, in a list, the entry by its index.
        """
        name = check_environment(params["name"])
        buildout = read_buildout(params)
        wanted = read_wanted(params, read)
        return cls(
            name=name,
            root=check_host_path(params["path"], "path"),
            image=parse_image_name(params["image"] or name),
            base=_read_base(params),
            python=params["python"] or "",
            wanted=wanted,
            installer=params["installer"],
            system_packages=read_system_packages(params["system_packages"] or (), params["user"]),
            user=read_user(params["user"]),
            env=read_env(params["env"] or {}),
            workdir=check_image_path(params["workdir"], "workdir") if params["workdir"] else None,
            ports=read_list("ports", params["ports"], parse_port),
            volumes=read_volumes(params["volumes"]),
            entrypoint=read_words("entrypoint", params["entrypoint"]),
            command=read_words("command", params["command"]),
            labels=read_labels(params["labels"] or {}),
            pre_install=read_commands("pre_install", params["pre_install"] or ()),
            post_install=read_commands("post_install", params["post_install"] or ()),
            template=_read_template(params["template"], read),
            launcher=_read_launcher(params["launcher"]),
            secrets=_read_secrets(secrets, wanted.logins),
            buildout=buildout,
        )

    @property
    def folder(self) -> str:
        """The environment's own folder."""
        return os.path.join(self.root, self.name)

    def keeping(self, requirements: str, constraints: str | None) -> EnvSpec:
        """Return this with the packages that the texts of before ask for, where none were named. Raises InvalidInput."""
        return replace(self, wanted=self.wanted.keeping(requirements, constraints))


def _read_base(params: Mapping[str, Any]) -> str:
    python, base_image = params["python"], params["base_image"]
    if (python is None) == (base_image is None):
        raise InvalidInput("python, base_image: give exactly one of them, such as python: '3.13'")
    base = check_base_image(base_image) if base_image else f"{DEFAULT_BASE}:{check_python(python)}-{DEFAULT_VARIANT}"
    prefix = check_registry_prefix(params["registry_prefix"]) if params["registry_prefix"] else ""
    return prefix + base


def _read_template(path: str | None, read: Read) -> str | None:
    if path is None:
        return None
    try:
        return read(check_host_path(path, "template"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidInput(f"template: {path!r} cannot be read: {reason}") from None


def _read_launcher(path: str | None) -> str | None:
    if path is None:
        return None
    checked = check_image_path(path, "launcher")
    if checked == "/" or checked.endswith("-python"):
        raise InvalidInput(f"launcher: {path!r} cannot be used: name the command; the interpreter beside it gets '-python' added")
    return checked


def _read_secrets(secrets: Sequence[Secret], logins: Sequence[Login]) -> tuple[tuple[str, str], ...]:
    """Return ids and versions of all secrets of the build, with the one that the logins in index URLs make."""
    found = tuple((secret.id, secret.version or "") for secret in secrets)
    if not logins:
        return found
    if any(secret.id == NETRC for secret in secrets):
        raise InvalidInput(f"secrets: {NETRC!r} is there, and an index URL holds a login as well; put all logins into the secret")
    return (*found, (NETRC, ""))
