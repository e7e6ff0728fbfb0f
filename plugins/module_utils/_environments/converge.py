# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring an environment to what a task asks for: see, plan, apply. The engine is given, so a fake one serves too."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Union

from .._docker.containers import OWNER, remove_lost
from .._docker.images import find_registry_digest, push, remove_unused
from .._env.folder import Folder
from .._env.plan import Build, MakeLock, Plan, RemoveFile, RemoveFolder, RemoveImage, Step, WriteFile
from .._errors import EngineError
from .._image import Image
from . import disk
from .building import build_new, swap
from .folders import Built, Install
from .host import Host
from .locking import Unlocked, ensure_base, make_lock, preview_lock, read_logins
from .observe import EngineView, Seen, see_engine, see_folder
from .place import Place
from .tasks import Absent, Defined, Outlook, Present

Task = Union[Present, Defined, Absent, Built, Install]


@dataclass(frozen=True)
class CleanUp:
    """Remove what a task that was killed left."""

    paths: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Push:
    """Push the image to the registry that its name says."""

    tag: str


@dataclass(frozen=True)
class Result:
    """What was done, or would be done; the folder and the image afterwards, None if there is none or it is not built yet."""

    place: Place
    plan: Plan
    before: Folder
    folder: Folder | None
    image: Image | None
    log_path: str | None


def converge(task: Task, host: Host, check_mode: bool, seen: Seen | None = None) -> Result:
    """Do what is needed, or only find it out in check mode. Raises DockenvError; then folder and image are as they were.

    ``seen`` is what :func:`see` said, where somebody looked already.
    """
    seen = seen or see(task, host)
    outlook = task.plan(seen, lambda unlocked, step: preview_lock(host, _with_logins(task, host, unlocked), step) if check_mode else None)
    plan = _clean_up(seen).then(outlook.plan).then(_plan_push(task, host, seen, outlook))
    if check_mode or not plan.changed:
        return _result(task, seen, Outlook(plan, outlook.target), _image_if_kept(plan, seen))
    with task.place.exclusive():
        return _converge_alone(task, host, plan)


def _converge_alone(task: Task, host: Host, expected: Plan) -> Result:
    """Look again, as another task may have done it meanwhile, and do it."""
    seen = see(task, host)
    cleaning = _clean_up(seen)
    _remove_left(task, host, cleaning)
    replaced: tuple[str, ...] = ()
    if not isinstance(task, (Defined, Absent)) and any(isinstance(step, (MakeLock, Build)) for step in expected.steps):
        newest = task.options.pull or task.options.base_check == "registry"
        bases = [ensure_base(host.engine, base, newest) for base in task.find_bases(seen)]
        replaced = tuple(base for base in bases if base is not None and task.options.prune_previous)
        seen = see(task, host)
    outlook = task.plan(seen, lambda unlocked, step: make_lock(host, _with_logins(task, host, unlocked), step))
    pushing = _plan_push(task, host, seen, outlook)
    plan = cleaning.then(outlook.plan).then(pushing)
    _apply(task, host, seen, outlook)
    for image_id in replaced:
        remove_unused(host.engine, image_id)
    for step in pushing.steps:
        push(host.engine, step.tag)
    if any(isinstance(step, RemoveFolder) for step in plan.steps):
        task.place.forget()
    image = host.engine.find_image(str(task.place.image)) if task.needs_engine and outlook.target is not None else None
    return _result(task, seen, Outlook(plan, outlook.target), image)


def see(task: Task, host: Host, view: EngineView | None = None) -> Seen:
    """Look at the disk, and at the engine if the task needs one; a ``view`` is shared by tasks that look at the same time."""
    seen = see_folder(task.place, task.launchers)
    if isinstance(task, Defined):
        return seen
    return see_engine(task.place, seen, view or EngineView(host.engine, task.options.base_check), task.find_bases(seen))


def _with_logins(task: Task, host: Host, unlocked: Unlocked) -> Unlocked:
    secrets = () if isinstance(task, (Defined, Absent)) else task.secrets
    return replace(unlocked, logins=read_logins(secrets, host.environment))


def _clean_up(seen: Seen) -> Plan:
    if not seen.left_paths and not seen.left_tags:
        return Plan()
    return Plan((CleanUp(seen.left_paths, seen.left_tags),), ("interrupted",))


def _remove_left(task: Task, host: Host, cleaning: Plan) -> None:
    for step in cleaning.steps:
        for path in step.paths:
            disk.remove_tree(path)
        for tag in step.tags:
            host.engine.remove_image(tag, force=True)


def _plan_push(task: Task, host: Host, seen: Seen, outlook: Outlook) -> Plan:
    """Push what is built, and what the registry does not have, as after a push that failed."""
    if isinstance(task, (Defined, Absent)) or not task.options.push:
        return Plan()
    step, image = Push(str(task.place.image)), seen.observed.image
    if image is None or any(isinstance(each, Build) for each in outlook.plan.steps):
        return Plan((step,), ())
    pushed = find_registry_digest(host.engine, step.tag)
    has_it = f"{task.place.image.repository}@{pushed}" in image.digests
    return Plan() if has_it else Plan((step,), ("not_pushed",))


def _apply(task: Task, host: Host, seen: Seen, outlook: Outlook) -> None:
    """Build first: until the new image works, nothing else is touched."""
    place, steps = task.place, outlook.plan.steps
    build = next((step for step in steps if isinstance(step, Build)), None)
    replaced = next((step.id for step in steps if isinstance(step, RemoveImage)), None) if build else None
    new = None
    if build is not None and outlook.target is not None:
        remove_lost(host.engine, OWNER)
        new = build_new(host, place, seen.observed, outlook.target, task.options, task.secrets, build.labels)
    for step in steps:
        if isinstance(step, Build) and new is not None:
            swap(host, place, new, replaced)
        elif isinstance(step, RemoveImage):
            _remove_image(task, host, place.old_tag if replaced else str(place.image))
        else:
            _apply_to_disk(place, step)


def _remove_image(task: Task, host: Host, tag: str) -> None:
    """What is replaced only loses its name if a container came to use it; what shall be absent must go."""
    force = not isinstance(task, Absent) or task.force
    if not host.engine.remove_image(tag, force=force):
        raise EngineError(f"The image {tag} came into use while it was to be removed; remove its containers, or set force")


def _apply_to_disk(place: Place, step: Step) -> None:
    if isinstance(step, WriteFile):
        is_inside = step.path.startswith(f"{place.folder}/")
        disk.write_file(step.path, step.content, step.mode, place.part if is_inside else f"{step.path}.dockenv-new")
    elif isinstance(step, RemoveFile):
        disk.remove_file(step.path)
        if os.path.dirname(os.path.dirname(step.path)) == place.folder:
            with suppress(OSError):  # layers are still in it
                os.rmdir(os.path.dirname(step.path))
    elif isinstance(step, RemoveFolder):
        disk.remove_folder(step.path, place.discarded)


def _image_if_kept(plan: Plan, seen: Seen) -> Image | None:
    """Return the image if it is the same afterwards."""
    goes = any(isinstance(step, (Build, RemoveImage)) for step in plan.steps)
    return None if goes else seen.observed.image


def _result(task: Task, seen: Seen, outlook: Outlook, image: Image | None) -> Result:
    is_built = any(isinstance(step, Build) for step in outlook.plan.steps)
    log_path = (task.options.log_path or task.place.log) if is_built else None
    return Result(task.place, outlook.plan, seen.observed.folder, outlook.target, image, log_path)
