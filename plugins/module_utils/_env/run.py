# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks to run in an environment, validated, and whether a container does it already; touches nothing."""

from __future__ import annotations

import os.path
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

from .._errors import InvalidInput
from .digest import short_hash
from .launcher import is_system_folder
from .names import OUR_LABELS, check_base_image, check_environment, check_host_path, check_variable
from .ports import Port, Volume, parse_port, read_volumes

# On every container that docker_env_run made; on one that may be found again, it holds digests of what was asked for.
LABEL_RUN = f"{OUR_LABELS}run"

CALLER = "caller"
IMAGE_USER = "image"

# Networks in which a container has no ports of its own to publish
_WITHOUT_PORTS = ("host", "none", "container")

_RUN_AS = re.compile(r"([0-9]{1,10}):([0-9]{1,10})")
_ID_MAX = 4294967294  # -1 means "leave as it is" to setuid(2)
# As the engine has it: daemon/names/names.go of moby
_CONTAINER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_NETWORK = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*|container:[a-zA-Z0-9][a-zA-Z0-9_.-]*")

RunAs = Union[str, "tuple[int, int]"]


@dataclass(frozen=True)
class RunSpec:
    """A command to run: ``argv`` empty for what the image itself starts, ``workdir`` None for its working directory.

    ``environment`` or ``image`` is there, or both. ``run_as`` is CALLER, IMAGE_USER, or a pair of numbers. ``ports`` None means
    that the environment says which are published. ``creates`` and ``removes`` are absolute paths on the host, with wildcards.
    """

    environment: str | None
    root: str
    image: str | None = None
    argv: tuple[str, ...] = ()
    project: str | None = None
    project_target: str | None = None
    workdir: str | None = None
    run_as: RunAs = CALLER
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    ports: tuple[Port, ...] | None = None
    volumes: tuple[Volume, ...] = ()
    network_mode: str | None = None
    stdin: bytes | None = field(default=None, repr=False)
    detach: bool = False
    container_name: str | None = None
    timeout: int | None = None
    creates: str | None = None
    removes: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> RunSpec:
        """Return what the module's parameters ask for. Raises InvalidInput, naming the option and the entry."""
        project = check_host_path(params["project_path"], "project_path") if params["project_path"] else None
        target = _read_target(project, params["project_target"])
        spec = cls(
            environment=check_environment(params["env"], "env") if params["env"] else None,
            root=check_host_path(params["path"], "path"),
            image=check_base_image(params["image"], "image") if params["image"] else None,
            argv=read_argv(params["argv"], params["command"]),
            project=project,
            project_target=target,
            workdir=_read_workdir(params["workdir"], target),
            run_as=parse_run_as(params["run_as"]),
            env=read_variables(params["env_vars"], params["secret_env_vars"]),
            ports=None if params["published_ports"] is None else _read_ports(params["published_ports"]),
            volumes=_read_volumes(params["volumes"] or ()),
            network_mode=_read_network(params["network_mode"]),
            stdin=_read_stdin(params["stdin"], params["stdin_add_newline"]),
            detach=params["detach"],
            container_name=_read_container(params["container_name"]),
            timeout=_read_timeout(params["command_timeout"]),
            creates=_below(project, params["creates"], "creates"),
            removes=_below(project, params["removes"], "removes"),
        )
        _check_together(spec)
        return spec

    @property
    def has_ports(self) -> bool:
        """Whether the network is one in which ports can be published."""
        return (self.network_mode or "").partition(":")[0] not in _WITHOUT_PORTS

    def publish(self, recorded: Sequence[Port]) -> tuple[Port, ...]:
        """Return the ports to publish; those of the environment only for what goes on running, or two commands would collide."""
        if self.ports is not None:
            return self.ports
        return tuple(recorded) if self.detach and self.has_ports else ()

    def mount(self, recorded: Sequence[Volume]) -> tuple[Volume, ...]:
        """Return the volumes to mount; those of the environment as launchers do, unless something else is at their place."""
        taken = {self.project_target, *(volume.target for volume in self.volumes)}
        kept = [volume for volume in recorded if not volume.source.startswith(".") and volume.target not in taken]
        return (*kept, *self.volumes)


def read_argv(argv: Sequence[str] | None, command: str | None) -> tuple[str, ...]:
    """Return the words of a command; a string is split as a shell would, and no shell sees it. Raises InvalidInput."""
    option, words = ("argv", argv) if command is None else ("command", _split(command))
    if words is None:
        return ()
    if not words or not words[0]:
        raise InvalidInput(f"{option}: there is no command in it; name a program, or leave the option out for what the image starts")
    for index, word in enumerate(words):
        if "\0" in word:
            raise InvalidInput(f"{option}[{index}]: {word!r} holds a NUL, which no argument of a program can; remove it")
    return tuple(words)


def parse_run_as(text: str) -> RunAs:
    """Read ``caller``, ``image`` or ``UID:GID``. Raises InvalidInput."""
    if text in (CALLER, IMAGE_USER):
        return text
    match = _RUN_AS.fullmatch(text)
    numbers = [int(number) for number in match.groups()] if match else []
    if not numbers or max(numbers) > _ID_MAX:
        raise InvalidInput(f"run_as: {text!r} is not a user; write 'caller', 'image', or two numbers such as '1000:1000', in quotes")
    return numbers[0], numbers[1]


def read_variables(plain: Mapping[str, Any] | None, secret: Mapping[str, Any] | None) -> dict[str, str]:
    """Return environment variables, sorted; values may have several lines. Raises InvalidInput, without a value in it."""
    found: dict[str, str] = {}
    for option, values in (("env_vars", plain), ("secret_env_vars", secret)):
        for name, value in (values or {}).items():
            check_variable(name, option)
            if name in found:
                raise InvalidInput(f"{option}: {name!r} is in env_vars as well; keep one of them")
            if isinstance(value, (bool, dict, list)) or value is None:
                raise InvalidInput(f"{option}: the value of {name!r} is not text; write it in quotes")
            if "\0" in str(value):
                raise InvalidInput(f"{option}: the value of {name!r} holds a NUL, which no variable can; remove it")
            found[name] = str(value)
    return dict(sorted(found.items()))


def fingerprint(request: Mapping[str, Any]) -> dict[str, str]:
    """Return a short digest of each part of a request. The container itself tells all that is in it, secrets too."""
    return {name: short_hash(value) for name, value in request.items()}


def find_start_reasons(parts: Mapping[str, str], state: str | None, recorded: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return why a container has to be started; empty if one is running that was asked for in the same way.

    ``state`` is that of the container of the name, None if there is none; ``recorded`` are the parts that it was made with.
    """
    if state is None:
        return ("container_missing",)
    changed = tuple(f"{name}_changed" for name, value in parts.items() if (recorded or {}).get(name) != value)
    return changed or (() if state == "running" else ("container_stopped",))


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise InvalidInput(f"command: {command!r} cannot be split into words: {error}; close the quote, or use argv") from None


def _read_target(project: str | None, target: str | None) -> str | None:
    """Return where the project is mounted: at the same place as on the host, as launchers do, unless said otherwise."""
    if project is None:
        if target:
            raise InvalidInput("project_target: there is no project_path to mount there; add it, or leave project_target out")
        return None
    if target:
        chosen = check_host_path(target, "project_target")
        if chosen == "/":
            raise InvalidInput("project_target: '/' would hide the whole image; write another path, such as '/usr/src/app'")
        return chosen
    if is_system_folder(project):
        raise InvalidInput(
            f"project_path: {project!r} is a folder of the system, and mounted at the same place it would hide the image's; "
            "write a project_target, such as '/usr/src/app'"
        )
    return project


def _read_workdir(workdir: str | None, target: str | None) -> str | None:
    if not workdir:
        return target
    if not workdir.startswith("/") and target is None:
        raise InvalidInput(f"workdir: {workdir!r} is not an absolute path, and there is no project_path that it could be below")
    return check_host_path(os.path.join(target or "/", workdir), "workdir")


def _read_ports(entries: Sequence[str]) -> tuple[Port, ...]:
    return tuple(parse_port(str(entry), f"published_ports[{index}]") for index, entry in enumerate(entries))


def _read_volumes(entries: Sequence[str]) -> tuple[Volume, ...]:
    volumes = read_volumes(entries)
    for index, volume in enumerate(volumes):
        if volume.source.startswith("."):
            raise InvalidInput(f"volumes[{index}]: {entries[index]!r} does not say whose folder it is in; write an absolute path")
    return volumes


def _read_network(mode: str | None) -> str | None:
    if mode and not _NETWORK.fullmatch(mode):
        raise InvalidInput(
            f"network_mode: {mode!r} is not a network; write 'bridge', 'host', 'none', a network's name, or 'container:NAME'"
        )
    return mode or None


def _read_container(name: str | None) -> str | None:
    if name and not _CONTAINER.fullmatch(name):
        raise InvalidInput(
            f"container_name: {name!r} is not a name for a container; use letters, digits, '_', '.' and '-', at least two of them"
        )
    return name or None


def _read_stdin(text: str | None, add_newline: bool) -> bytes | None:
    if text is None:
        return None
    return f"{text}\n".encode() if add_newline else text.encode()


def _read_timeout(seconds: int | None) -> int | None:
    if seconds is not None and seconds <= 0:
        raise InvalidInput(f"command_timeout: {seconds} is not a time to wait; give a number of seconds above 0")
    return seconds


def _below(project: str | None, path: str | None, option: str) -> str | None:
    """Return a path of the host; one that is not absolute is below the project, as it is for the command."""
    if not path:
        return None
    if project is None and not path.startswith("/"):
        raise InvalidInput(f"{option}: {path!r} is not an absolute path, and there is no project_path that it could be below")
    return os.path.join(project or "/", path)


def _check_together(spec: RunSpec) -> None:
    if spec.environment is None and spec.image is None:
        raise InvalidInput("env, image: give the name of an environment, or of an image")
    if spec.detach and (spec.stdin is not None or spec.timeout is not None):
        raise InvalidInput("detach: nobody waits for the command, so that stdin and command_timeout have no meaning; leave them out")
    if spec.ports and not spec.has_ports:
        raise InvalidInput(
            f"published_ports: with network_mode {spec.network_mode!r} a container has no ports to publish; leave one of them out"
        )
    if spec.project_target in {volume.target for volume in spec.volumes}:
        raise InvalidInput(f"volumes: the project is mounted at {spec.project_target!r} already; choose another place for one of them")
