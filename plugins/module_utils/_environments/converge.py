# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring an environment to what a task asks for: see, plan, apply. The engine is given, so a fake one serves too."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Union

from .._docker.images import find_registry_digest
from .._env.folder import Folder
from .._env.steps import Build, MakeLock, Plan, RemoveImage
from .._errors import DockenvError
from .._image import Image
from .buildouts import see_project
from .host import Host
from .observe import Seen, see_engine, see_folder
from .place import Place
from .steps import CleanUp, Push
from .tasks import Absent, Defined, Outlook, Present
from .unlocked import Resolver, Trial, Unlocked
from .view import EngineView

if TYPE_CHECKING:
    from .folders import Built, Install

    Task = Union[Present, Defined, Absent, Built, Install]


@dataclass(frozen=True)
class Failure:
    """The name of an environment that stayed as it was, and why."""

    name: str
    error: DockenvError


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

    def preview_lock(unlocked: Unlocked | Trial, step: MakeLock) -> str | None:
        return _work().preview_lock(task, host, unlocked, step) if check_mode else None

    def preview_python(unlocked: Unlocked) -> str | None:
        return _work().preview_python(host, unlocked) if check_mode else None

    outlook = task.plan(seen, Resolver(preview_lock, preview_python))
    plan = plan_clean_up(seen).then(outlook.plan).then(plan_push(task, host, seen, outlook))
    if check_mode or not plan.changed:
        return make_result(task, seen, Outlook(plan, outlook.target), _image_if_kept(plan, seen))
    if task.needs_engine:
        host.prepare()
    with task.place.exclusive():
        return _work().converge_alone(task, host, plan)


def see(task: Task, host: Host, view: EngineView | None = None) -> Seen:
    """Look at the disk, and at the engine if the task needs one; a ``view`` is shared by tasks that look at the same time."""
    found = see_folder(task.place, task.launchers)
    seen = see_project(task.place, found, task.find_project(found))
    if isinstance(task, Defined):
        return seen
    return see_engine(task.place, seen, view or EngineView(host.sight, task.options.base_check), task.find_bases(seen))


def plan_clean_up(seen: Seen) -> Plan:
    """Plan to remove what a task that was killed left."""
    if not seen.left_paths and not seen.left_tags:
        return Plan()
    return Plan((CleanUp(seen.left_paths, seen.left_tags),), ("interrupted",))


def plan_push(task: Task, host: Host, seen: Seen, outlook: Outlook) -> Plan:
    """Push what is built, and what the registry does not have, as after a push that failed."""
    if isinstance(task, (Defined, Absent)) or not task.options.push:
        return Plan()
    step, image = Push(str(task.place.image)), seen.observed.image
    if image is None or outlook.plan.builds:
        return Plan((step,), ())
    pushed = find_registry_digest(host.engine, step.tag)
    has_it = f"{task.place.image.repository}@{pushed}" in image.digests
    return Plan() if has_it else Plan((step,), ("not_pushed",))


def _work() -> ModuleType:
    """Return what does the work; a task that finds nothing to do is done sooner without reading all that builds and resolves."""
    from . import working

    return working


def _image_if_kept(plan: Plan, seen: Seen) -> Image | None:
    """Return the image if it is the same afterwards."""
    goes = any(isinstance(step, (Build, RemoveImage)) for step in plan.steps)
    return None if goes else seen.observed.image


def make_result(task: Task, seen: Seen, outlook: Outlook, image: Image | None) -> Result:
    """Return what came of a plan; ``image`` is the one afterwards."""
    log_path = (task.options.log_path or task.place.log) if outlook.plan.builds else None
    return Result(task.place, outlook.plan, seen.observed.folder, outlook.target, image, log_path)
