# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do what an environment needs, alone on it: look again, lock, build, write. The engine is given, so a fake one serves too."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from .._docker.containers import OWNER
from .._docker.images import push, remove_unused
from .._docker.running import remove_lost
from .._env.steps import Build, MakeLock, Plan, RemoveFile, RemoveFolder, RemoveImage, RemoveName, Step, WriteFile
from .._errors import EngineError
from . import filesystem, locking, picking
from .building import build_new, swap
from .converge import Result, make_result, plan_clean_up, plan_push, see
from .host import Host
from .observe import Seen
from .place import Place
from .pythons import remember_target
from .tasks import Absent, Defined, Outlook
from .unlocked import Resolver, Trial, Unlocked

if TYPE_CHECKING:
    from .converge import Task


def preview_lock(task: Task, host: Host, unlocked: Unlocked | Trial, step: MakeLock) -> str | None:
    """Return the new lock and leave nothing on the host; None where the base image would have to be fetched. Raises CommandFailed."""
    if isinstance(unlocked, Trial):
        return picking.preview_versions(host, unlocked)
    return locking.preview_lock(host, _with_logins(task, host, unlocked), step)


def preview_python(host: Host, unlocked: Unlocked) -> str | None:
    """Return the Python for which to lock and leave nothing on the host; None where the base image would have to be fetched."""
    return None if host.engine.find_image(unlocked.base) is None else locking.find_python(host, unlocked)


def converge_alone(task: Task, host: Host, expected: Plan) -> Result:
    """Look again, as another task may have done it meanwhile, and do it. Raises DockenvError."""
    seen = see(task, host)
    cleaning = plan_clean_up(seen)
    _remove_left(task, host, cleaning)
    replaced: tuple[str, ...] = ()
    if not isinstance(task, (Defined, Absent)) and any(isinstance(step, (MakeLock, Build)) for step in expected.steps):
        newest = task.options.pull or task.options.base_check == "registry"
        bases = [locking.ensure_base(host.engine, base, newest) for base in task.find_bases(seen)]
        replaced = tuple(base for base in bases if base is not None and task.options.prune_previous)
        seen = see(task, host)

    def make_lock(unlocked: Unlocked | Trial, step: MakeLock) -> str:
        if isinstance(unlocked, Trial):
            return picking.pick_versions(host, unlocked)
        with host.searching_builder():
            return locking.make_lock(host, _with_logins(task, host, unlocked), step)

    def find_python(unlocked: Unlocked) -> str:
        remember_target(host, unlocked.base)
        return locking.find_python(host, unlocked)

    outlook = task.plan(seen, Resolver(make_lock, find_python))
    pushing = plan_push(task, host, seen, outlook)
    plan = cleaning.then(outlook.plan).then(pushing)
    _apply(task, host, seen, outlook)
    for image_id in replaced:
        remove_unused(host.engine, image_id)
    for step in pushing.steps:
        push(host.engine, step.tag)
    if any(isinstance(step, RemoveFolder) for step in plan.steps):
        task.place.forget()
    image = host.engine.find_image(str(task.place.image)) if task.needs_engine and outlook.target is not None else None
    return make_result(task, seen, Outlook(plan, outlook.target), image)


def _remove_left(task: Task, host: Host, cleaning: Plan) -> None:
    for step in cleaning.steps:
        for path in step.paths:
            filesystem.remove_tree(path)
        for tag in step.tags:
            host.engine.remove_image(tag, force=True)


def _apply(task: Task, host: Host, seen: Seen, outlook: Outlook) -> None:
    """Build first: until the new image works, nothing else is touched."""
    place, steps = task.place, outlook.plan.steps
    build = next((step for step in steps if isinstance(step, Build)), None)
    replaced = next((step.id for step in steps if isinstance(step, RemoveImage)), None) if build else None
    new = None
    if build is not None and outlook.target is not None:
        remove_lost(host.engine, OWNER)
        new = build_new(host, place, seen.observed, outlook.target, task.options, task.secrets, build)
    for step in steps:
        if isinstance(step, Build) and new is not None:
            swap(host, place, new, replaced)
        elif isinstance(step, RemoveImage):
            _remove_image(task, host, place.old_tag if replaced else str(place.image))
        elif isinstance(step, RemoveName):
            host.engine.remove_image(step.tag)
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
        filesystem.write_file(step.path, step.content, step.mode, place.part if is_inside else f"{step.path}.dockenv-new")
    elif isinstance(step, RemoveFile):
        filesystem.remove_file(step.path)
        if os.path.dirname(os.path.dirname(step.path)) == place.folder:
            with suppress(OSError):  # layers are still in it
                os.rmdir(os.path.dirname(step.path))
    elif isinstance(step, RemoveFolder):
        filesystem.remove_folder(step.path, place.discarded)


def _with_logins(task: Task, host: Host, unlocked: Unlocked) -> Unlocked:
    secrets = () if isinstance(task, (Defined, Absent)) else task.secrets
    return replace(unlocked, logins=locking.read_logins(secrets, host.environment))
