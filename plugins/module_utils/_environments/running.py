# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command in an environment, or find that a container runs it already. The engine is given, so a fake one serves too."""

from __future__ import annotations

import glob
import json
import os
import pwd
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from .._docker import containers, running
from .._docker.accounts import Account, make_account
from .._docker.containers import Container
from .._docker.running import Mount, RunRequest, RunResult
from .._env.digest import LABEL_ENVIRONMENT
from .._env.dockerfile import DOCKERFILE
from .._env.folder import Folder
from .._env.ports import Port, Volume, parse_port, parse_volume
from .._env.run import CALLER, IMAGE_USER, LABEL_RUN, RunSpec, find_start_reasons, fingerprint
from .._errors import DockenvError, EngineError, InvalidInput, NotOurs
from .._image import Image
from . import filesystem
from .host import Host
from .place import Place

# What sethostname(2) takes
_HOSTNAME_MAX = 64

# The engine's answer where the name of a container is taken
_CONFLICT = 409
# How often, and after how many seconds, to look whether a container that another task is making is made, and started
_MOMENTS = 50
_MOMENT = 0.2


@dataclass(frozen=True)
class Environment:
    """What a task runs in: the name of the image, and the ports and volumes of the definition, if there is one here."""

    image: str
    is_defined: bool = False
    ports: tuple[Port, ...] = ()
    volumes: tuple[Volume, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a task.

    ``note`` says why nothing ran, ``failure`` what is wrong with what ran. ``is_skipped`` means that check mode cannot tell whether
    anything would change. ``container`` goes on running; ``reasons`` and ``diff`` are those of starting it. ``times`` are begin and end.
    """

    changed: bool
    note: str = ""
    failure: str = ""
    is_skipped: bool = False
    result: RunResult | None = None
    image: Image | None = None
    container: Container | None = None
    reasons: tuple[str, ...] = ()
    diff: Mapping[str, Any] = field(default_factory=dict)
    times: tuple[datetime, datetime] | None = None


def execute(spec: RunSpec, host: Host, check_mode: bool) -> Outcome:
    """Do what is asked for, or find out what that would be. Raises DockenvError for what cannot be run."""
    settled = _find_settled(spec)
    if settled:
        return Outcome(False, f"{'Would' if check_mode else 'Did'} not run command since {settled}", result=RunResult(0, b"", b""))
    _require_project(spec, host)
    environment = find_environment(spec)
    if spec.detach:
        return _start(spec, host, environment, check_mode)
    if check_mode:
        # As ansible.builtin.command does: what a command changes is only known where creates or removes say so
        is_known = spec.creates is not None or spec.removes is not None
        return Outcome(is_known, "Command would have run if not in check mode", is_skipped=not is_known, result=RunResult(0, b"", b""))
    return _run(spec, host, environment)


def find_environment(spec: RunSpec) -> Environment:
    """Return what the folder of the environment says; without a folder, the image has the environment's name."""
    if spec.environment is None:
        return Environment(spec.image or "")
    text = filesystem.find_text(os.path.join(spec.root, spec.environment, DOCKERFILE))
    folder = Folder({} if text is None else {DOCKERFILE: text})
    place = Place.of_folder(spec.environment, spec.root, folder)
    source = f"the record in {place.folder}/{DOCKERFILE}"
    return Environment(
        image=spec.image or str(place.image),
        is_defined=text is not None,
        ports=tuple(parse_port(str(entry), source) for entry in folder.record.get("ports") or ()),
        volumes=tuple(parse_volume(str(entry), source) for entry in folder.record.get("volumes") or ()),
    )


def _find_settled(spec: RunSpec) -> str:
    """Return which of creates and removes says that nothing is to be run, in the words of ansible.builtin.command."""
    if spec.creates and _exists(spec.creates, spec.project):
        return f"'{spec.creates}' exists"
    if spec.removes and not _exists(spec.removes, spec.project):
        return f"'{spec.removes}' does not exist"
    return ""


def _exists(pattern: str, project: str | None) -> bool:
    """Whether a path with wildcards is there; the path of the project has none, whatever characters are in it."""
    if project is not None and pattern.startswith(f"{project}/"):
        pattern = glob.escape(project) + pattern[len(project) :]
    return bool(glob.glob(pattern))


def _require_project(spec: RunSpec, host: Host) -> None:
    """Raise InvalidInput for a project that is not there; where the engine is on another machine, only that can tell."""
    is_here = host.connection.host.startswith("unix://") and not host.connection.cli_context
    if spec.project is not None and is_here and not os.path.isdir(spec.project):
        raise InvalidInput(f"project_path: {spec.project!r} is not a folder of this host; make it first, or correct the path")


def _run(spec: RunSpec, host: Host, environment: Environment) -> Outcome:
    image = _require_image(spec, host, environment)
    running.remove_lost(host.engine, LABEL_RUN)
    begin = datetime.now()
    result = running.run(host.engine, make_request(spec, environment, image), spec.timeout)
    failure = "non-zero return code" if result.rc != 0 else ""
    if result.timed_out:
        failure = f"The command did not end within {spec.timeout} seconds and was stopped; give it more with command_timeout"
    return Outcome(True, failure=failure, result=result, image=image, times=(begin, datetime.now()))


def _start(spec: RunSpec, host: Host, environment: Environment, check_mode: bool) -> Outcome:
    """Start a container as asked for; where another task was quicker to give one the name, look again at what it made.

    The engine gives the name away before it lists the container, on a busy machine by more than a moment.
    """
    for _moment in range(_MOMENTS):
        try:
            return _start_once(spec, host, environment, check_mode)
        except EngineError as error:
            if spec.container_name is None or error.details.get("status") != _CONFLICT:
                raise
        time.sleep(_MOMENT)
    return _start_once(spec, host, environment, check_mode)


def _start_once(spec: RunSpec, host: Host, environment: Environment, check_mode: bool) -> Outcome:
    """Start a container, unless one of its name runs that was asked for in the same way."""
    image = host.engine.find_image(environment.image) if check_mode else _require_image(spec, host, environment)
    request = make_request(spec, environment, image)
    parts = _fingerprint(request)
    old = _find_container(spec, host)
    recorded = {} if old is None else _parse_parts(old.labels[LABEL_RUN])
    reasons = find_start_reasons(parts, None if old is None else old.state, recorded)
    if not reasons:
        return Outcome(False, image=image, container=old)
    before = {} if old is None else {"state": old.state, "image": old.image_id, "request": recorded}
    diff = {"before": before, "after": {"state": "running", "image": request.image, "request": parts}}
    outcome = Outcome(True, image=image, reasons=reasons, diff=diff)
    if check_mode:
        return outcome
    running.remove_lost(host.engine, LABEL_RUN)
    labelled = replace(request, labels={**request.labels, LABEL_RUN: json.dumps(parts, sort_keys=True)})
    return replace(outcome, container=running.start(host.engine, labelled, None if old is None else old.id))


def _require_image(spec: RunSpec, host: Host, environment: Environment) -> Image:
    image = host.engine.find_image(environment.image)
    if image is not None:
        return image
    if spec.image is not None:
        raise DockenvError(f"image: the engine has no image {spec.image}; pull it, make it with docker_env, or correct the name")
    if environment.is_defined:
        raise DockenvError(
            f"env: the environment {spec.environment!r} has no image {environment.image} yet; build it with docker_env or docker_env_build"
        )
    raise DockenvError(
        f"env: there is no environment {spec.environment!r} in {spec.root}, and no image {environment.image}; make it with docker_env, "
        "correct path, or name the image of an environment from elsewhere with image"
    )


def make_request(spec: RunSpec, environment: Environment, image: Image | None) -> RunRequest:
    """Return the container to make; without an image, one that can only be compared."""
    account = _find_account(spec)
    identity = {} if account is None else {"USER": account.name, "LOGNAME": account.name}
    shares_names = (spec.network_mode or "").startswith("container:")
    name = spec.environment or ""
    return RunRequest(
        image=environment.image if image is None else image.id,
        argv=spec.argv,
        name=spec.container_name,
        account=account,
        env={**identity, **spec.env},
        labels={LABEL_RUN: "", **({LABEL_ENVIRONMENT: name} if name else {})},
        mounts=() if spec.project is None else (Mount(spec.project, spec.project_target or spec.project),),
        volumes=tuple(volume.mounted for volume in spec.mount(environment.volumes)),
        ports=tuple(containers.Port(port.container, port.host, port.protocol, port.address) for port in spec.publish(environment.ports)),
        network_mode=spec.network_mode,
        hostname=name if name and len(name) <= _HOSTNAME_MAX and not shares_names else None,
        workdir=spec.workdir,
        stdin=spec.stdin,
        # A command is the whole command, as in a launcher; without one, the image starts what it was made for
        reset_entrypoint=bool(spec.argv),
        init=True,
    )


def _find_account(spec: RunSpec) -> Account | None:
    """Return the user in the container, with the name that the host has for it, if it has one."""
    if spec.run_as == IMAGE_USER:
        return None
    uid, gid = (os.geteuid(), os.getegid()) if spec.run_as == CALLER else spec.run_as
    name = None
    with suppress(KeyError):
        name = pwd.getpwuid(uid).pw_name
    return make_account(uid, gid, name)


def _find_container(spec: RunSpec, host: Host) -> Container | None:
    """Return the container that has the name. Raises NotOurs for one that was made otherwise."""
    if spec.container_name is None:
        return None
    for _moment in range(_MOMENTS):
        found = containers.list_containers(host.engine, name=spec.container_name)
        if not found or found[0].state != "created":
            break
        time.sleep(_MOMENT)  # another task is about to start it, unless that was killed
    if found and LABEL_RUN not in found[0].labels:
        raise NotOurs(
            f"container_name: the container {spec.container_name!r} was not made by this module; choose another name, or remove it yourself"
        )
    return found[0] if found else None


def _fingerprint(request: RunRequest) -> dict[str, str]:
    return fingerprint(
        {
            "image": request.image,
            "command": [request.argv, request.reset_entrypoint],
            "env": dict(request.env),
            "user": None if request.account is None else asdict(request.account),
            "mounts": [[asdict(mount) for mount in request.mounts], request.volumes],
            "ports": [asdict(port) for port in request.ports],
            "network": [request.network_mode, request.hostname],
            "workdir": request.workdir,
        }
    )


def _parse_parts(text: str) -> dict[str, str]:
    try:
        parts = json.loads(text)
    except ValueError:
        return {}
    return parts if isinstance(parts, dict) else {}


def report_run(spec: RunSpec, outcome: Outcome, strip: bool = True) -> dict[str, Any]:
    """Return a module's return values; the same keys in every state. ``strip`` takes empty lines off the ends of outputs."""
    result, container = outcome.result, outcome.container
    begin, end = outcome.times or (None, None)
    return {
        "changed": outcome.changed,
        "skipped": outcome.is_skipped,
        "cmd": list(spec.argv),
        "rc": None if result is None else result.rc,
        "stdout": _decode(result and result.stdout, strip),
        "stderr": _decode(result and result.stderr, strip),
        "start": begin and str(begin),
        "end": end and str(end),
        "delta": str(end - begin) if begin and end else None,
        "image": None if outcome.image is None else {"id": outcome.image.id, "tags": list(outcome.image.tags)},
        "container": None if container is None else describe_container(container),
        "reasons": list(outcome.reasons),
        "diff": dict(outcome.diff),
    }


def describe_container(container: Container) -> dict[str, Any]:
    """Return what the engine says of a container."""
    return {
        "id": container.id,
        "name": container.name,
        "state": container.state,
        "image_id": container.image_id,
        "ports": [asdict(port) for port in container.ports],
    }


def _decode(output: bytes | None, strip: bool) -> str:
    text = (output or b"").decode("utf-8", "replace")
    return text.rstrip("\r\n") if strip else text
