# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolve what an environment asks for, for the Python of its base image. Writes no file of the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Callable

from .._build_options import Secret
from .._docker.buildkit import secret_values
from .._docker.engine import Engine
from .._docker.images import find_registry_digest, pull
from .._env.install_script import INSTALLERS, NETRC
from .._env.lock import compare_locks, merge_locks, parse_lock
from .._env.logins import Login, find_login, parse_netrc, render_netrc
from .._env.steps import MakeLock
from .._env.wanted import INDEX_OPTIONS, parse_wanted, render_requirements
from .._errors import CommandFailed, EngineError, InvalidInput
from .._resolver import uv
from .._resolver.in_image import lock_in_image
from .._resolver.request import Index, LockRequest, Target, machine_of
from .._resolver.tool import find_uv, install_uv
from .filesystem import read_text
from .host import Host
from .pythons import find_target, remember_target
from .scratch import scratch_folder
from .unlocked import Unlocked
from .view import identify

_UV = INSTALLERS[0]


def ensure_base(engine: Engine, base: str, newest: bool) -> str | None:
    """Pull the base image if the engine does not have it, or, with ``newest``, not that of the registry.

    Returns the id of the image that had the name before, None if that did not move. Raises EngineError, with what to do, if it cannot be had.
    """
    image = engine.find_image(base)
    if image is not None and not (newest and find_registry_digest(engine, base) not in (None, identify(image, base))):
        return None
    try:
        pull(engine, base)
    except EngineError as error:
        advice = "where no registry is reached, make the base image with docker_base_image and name it as base_image"
        raise EngineError(f"The base image {base} cannot be had: {error.message}; {advice}", **error.details) from error
    return None if image is None else image.id


def preview_lock(host: Host, unlocked: Unlocked, step: MakeLock) -> str | None:
    """Return the new lock and leave nothing on the host, as in check mode; None where the base image would have to be fetched."""
    if host.engine.find_image(unlocked.base) is None:
        return None
    with scratch_folder() as tools:
        return make_lock(host, unlocked, step, tools)


def make_lock(host: Host, unlocked: Unlocked, step: MakeLock, tools: str | None = None) -> str:
    """Return the new lock; a program that is missing for it is installed in ``tools``.

    By default that is the host's folder for such; only then anything is left on the host.

    Raises CommandFailed, with the resolver's reason, if there is no lock.
    """
    if tools is None:
        remember_target(host, unlocked.base)
    targets = _find_targets(host, unlocked)
    request = _request(unlocked, step, targets[0])
    if unlocked.installer != _UV:
        _refuse_foreign(host, unlocked, targets)
        return lock_in_image(host.engine, unlocked.base, request)
    program = find_uv(host.environment, host.tools) or install_uv(host.environment, tools or host.tools)

    def resolve(what: LockRequest) -> str:
        with scratch_folder() as folder:
            return uv.lock(program, what, folder, host.environment)

    lock = (_lock_additions(request, step.added, resolve) if step.added else None) or resolve(request)
    for target in targets[1:]:
        _refuse_difference(lock, resolve(replace(request, target=target, locked=lock, upgrade=())))
    return lock


def find_python(host: Host, unlocked: Unlocked) -> str:
    """Return the Python for which a lock is made, in words that are equal where the same lock serves. Raises CommandFailed."""
    targets = _find_targets(host, unlocked)
    machines = ", ".join(target.machine for target in targets)
    return str(replace(targets[0].without_patch(), machine=machines))


def _find_targets(host: Host, unlocked: Unlocked) -> tuple[Target, ...]:
    """Return the Python of the base image on each platform, by their machines; all images of one name are taken to have the same."""
    own = find_target(host, unlocked.base)
    machines = {machine_of(platform) for platform in unlocked.platforms} or {own.machine}
    return tuple(replace(own, machine=machine) for machine in sorted(machines))


def _refuse_foreign(host: Host, unlocked: Unlocked, targets: Sequence[Target]) -> None:
    own = find_target(host, unlocked.base)
    if targets != (own,):
        raise InvalidInput(
            f"platform: with installer pip the lock is made in the base image, which runs on {own.machine} here; "
            "set installer to uv, or build each platform on a host of its own"
        )


def _refuse_difference(lock: str, other: str) -> None:
    """A lock says for no package on which platforms it is."""
    change = compare_locks(parse_lock(lock), parse_lock(other))
    if change:
        names = ", ".join([*change.added, *change.removed, *(after for _before, after in change.moved)])
        raise InvalidInput(f"platform: the platforms need different packages ({names}); make an environment for each of them")


def _lock_additions(request: LockRequest, added: Sequence[str], resolve: Callable[[LockRequest], str]) -> str | None:
    """Return the lock by resolving only what is new, which takes half the time with a hundred packages.

    What the lock has already is preferred, as it is in resolving all. None if something of it has to move, so that all must be resolved.
    """
    lines = request.requirements.splitlines(keepends=True)
    new = "".join(line for line in lines if line.strip() in added or line.startswith("-"))
    try:
        return merge_locks(request.locked, resolve(replace(request, requirements=new)))
    except CommandFailed:
        return None


def read_logins(secrets: Sequence[Secret], environment: Mapping[str, str]) -> tuple[Login, ...]:
    """Return the logins at package indexes that a build gets; resolving needs them too. Raises InvalidInput if they cannot be read."""
    netrc = next((secret for secret in secrets if secret.id == NETRC), None)
    if netrc is None:
        return ()
    values = secret_values([netrc], environment)
    try:
        return parse_netrc(values[NETRC] if NETRC in values else read_text(netrc.source))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidInput(f"secrets: the file of {NETRC!r} cannot be read: {reason}") from None


def _request(unlocked: Unlocked, step: MakeLock, target: Target) -> LockRequest:
    """Hand indexes over apart from the texts: only so they can have logins."""
    file = parse_wanted(unlocked.requirements, unlocked.constraints)
    indexes = {name: [_index(value, unlocked.logins) for option, value in file.options if option == name] for name in INDEX_OPTIONS}
    others = [(name, value) for name, value in file.options if name not in INDEX_OPTIONS]
    pins = [line for line in unlocked.locked.splitlines(keepends=True) if not line.startswith("-")]
    return LockRequest(
        requirements=render_requirements(file.requirements, others, has_constraints=False),
        target=target,
        constraints="".join(f"{each.line_with_hashes}\n" for each in file.constraints),
        locked="".join(pins),
        upgrade=step.upgrade,
        index=_last(indexes["--index-url"]),
        extra_indexes=tuple(indexes["--extra-index-url"]),
        netrc=render_netrc(unlocked.logins),
    )


def _last(indexes: Sequence[Index]) -> Index | None:
    """Of several default indexes pip and uv take the last."""
    return indexes[-1] if indexes else None


def _index(url: str, logins: Sequence[Login]) -> Index:
    login = find_login(url, logins)
    return Index(url) if login is None else Index(url, login.user, login.password)
