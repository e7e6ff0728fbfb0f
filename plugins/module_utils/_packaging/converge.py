# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the image of a virtualenv to what a task asks for: see, plan, apply. The engine is given, so a fake one serves too."""

from __future__ import annotations

from dataclasses import dataclass

from .._build_options import BuildOptions
from .._docker.containers import OWNER, remove_lost
from .._docker.images import find_registry_digest, push
from .._env.plan import Build, Plan, RemoveImage
from .._environments.building import swap
from .._environments.converge import CleanUp, Push
from .._environments.host import Host
from .._environments.locking import ensure_base
from .._environments.observe import EngineView
from .._environments.place import Place
from .._errors import EngineError
from .._image import Image
from .._venv_image.plan import Seen, Stage, plan_image, plan_removal, plan_stage
from .._venv_image.spec import VenvImageSpec
from . import staging
from .build import build_new
from .context import Context, read_context
from .observe import see_source


@dataclass(frozen=True)
class Task:
    """What a module is asked for; ``place`` has the log and the tags, ``build_dir`` gets the context where it is kept."""

    spec: VenvImageSpec
    options: BuildOptions
    place: Place
    state: str
    build_dir: str
    keep_build_dir: str
    force: bool = False


@dataclass(frozen=True)
class Result:
    """What was done, or would be done.

    ``context`` is None where nothing is built from it, or where the base image would have to be fetched to know it; ``image`` is
    None where there is none or it is not built yet.
    """

    plan: Plan
    context: Context | None = None
    image: Image | None = None
    log_path: str | None = None


def converge(task: Task, host: Host, check_mode: bool) -> Result:
    """Do what is needed, or only find it out in check mode. Raises DockenvError; then image and build folder are as they were."""
    if task.state == "absent":
        return _converge_absent(task, host, check_mode)
    source = see_source(task.spec)
    if not check_mode:
        ensure_base(host.engine, task.spec.base, newest=task.options.pull or task.options.base_check == "registry")
    elif host.engine.find_image(task.spec.base) is None:
        return _foresee_without_base(task, host)
    context = read_context(task.spec, source, host)
    if task.state == "staged":
        return _converge_staged(task, context, check_mode)
    plan = _plan_present(task, host, context)
    if check_mode or not plan.changed:
        return Result(plan, context, _image_if_kept(task, host, plan))
    with task.place.exclusive():
        plan = _plan_present(task, host, context)
        _apply(task, host, plan, context)
    log_path = (task.options.log_path or task.place.log) if any(isinstance(step, Build) for step in plan.steps) else None
    return Result(plan, context, host.engine.find_image(str(task.spec.image)), log_path)


def _converge_absent(task: Task, host: Host, check_mode: bool) -> Result:
    plan = plan_removal(task.spec, _see(task, host), staging.find_ours(task.build_dir), task.force)
    if not check_mode and plan.changed:
        with task.place.exclusive():
            for step in plan.steps:
                if isinstance(step, RemoveImage):
                    _remove_image(task, host)
                elif isinstance(step, CleanUp):
                    _clean_up(host, step)
                else:
                    staging.remove(step.path)
            task.place.forget()
    return Result(plan)


def _converge_staged(task: Task, context: Context, check_mode: bool) -> Result:
    plan = plan_stage(task.build_dir, staging.is_current(task.build_dir, context))
    if not check_mode and plan.changed:
        with task.place.exclusive():
            staging.write(task.build_dir, context)
    return Result(plan, context)


def _foresee_without_base(task: Task, host: Host) -> Result:
    """A base image that has to be fetched is new, so that the image is built in any case."""
    if task.state == "staged":
        return Result(plan_stage(task.build_dir, is_current=False))
    return Result(Plan((Build(str(task.spec.image), {}),), ("base_missing",)))


def _plan_present(task: Task, host: Host, context: Context) -> Plan:
    seen = _see(task, host)
    left = task.place.leftovers, tuple(tag for tag in (task.place.new_tag, task.place.old_tag) if host.engine.find_image(tag))
    cleaning = Plan((CleanUp(*left),), ("interrupted",)) if any(left) else Plan()
    plan = cleaning.then(plan_image(task.spec, seen, context.build_input(task.options, seen.base), task.options))
    return plan.then(_plan_push(task, host, seen, plan)) if task.options.push else plan


def _plan_push(task: Task, host: Host, seen: Seen, plan: Plan) -> Plan:
    """Push what is built, and what the registry does not have, as after a push that failed."""
    step = Push(str(task.spec.image))
    if seen.image is None or any(isinstance(each, Build) for each in plan.steps):
        return Plan((step,), ())
    pushed = find_registry_digest(host.engine, step.tag)
    return Plan() if f"{task.spec.image.repository}@{pushed}" in seen.image.digests else Plan((step,), ("not_pushed",))


def _see(task: Task, host: Host) -> Seen:
    view = EngineView(host.engine, task.options.base_check)
    image = host.engine.find_image(str(task.spec.image))
    return Seen(image, view.users.get(image.id, ()) if image else (), view.find_base((task.spec.base,)))


def _apply(task: Task, host: Host, plan: Plan, context: Context) -> None:
    replaced = next((step.id for step in plan.steps if isinstance(step, RemoveImage)), None)
    for step in plan.steps:
        if isinstance(step, CleanUp):
            _clean_up(host, step)
        elif isinstance(step, Build):
            remove_lost(host.engine, OWNER)
            new = build_new(host, task.place, task.options, context, step.labels, task.build_dir, task.keep_build_dir)
            swap(host, task.place, new, replaced)
        elif isinstance(step, RemoveImage):
            host.engine.remove_image(task.place.old_tag, force=True)
        elif isinstance(step, Push):
            push(host.engine, step.tag)


def _clean_up(host: Host, step: CleanUp) -> None:
    for path in step.paths:
        staging.remove(path)
    for tag in step.tags:
        host.engine.remove_image(tag, force=True)


def _remove_image(task: Task, host: Host) -> None:
    if not host.engine.remove_image(str(task.spec.image), force=task.force):
        raise EngineError(f"The image {task.spec.image} came into use while it was to be removed; remove its containers, or set force")


def _image_if_kept(task: Task, host: Host, plan: Plan) -> Image | None:
    return None if any(isinstance(step, (Build, Stage)) for step in plan.steps) else host.engine.find_image(str(task.spec.image))
