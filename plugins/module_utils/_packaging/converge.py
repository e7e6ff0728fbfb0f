# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the image of a virtualenv to what a task asks for: see, plan, apply. The engine is given, so a fake one serves too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType
from typing import Callable

from .._docker.images import find_registry_digest, remove_unused
from .._env.steps import Build, Plan
from .._environments.host import Host
from .._environments.steps import CleanUp, Push
from .._environments.view import EngineView
from .._image import Image
from .._venv_image.decide import CannotRelocate
from .._venv_image.plan import LABEL_IMAGE, Seen, Stage, plan_image, plan_removal, plan_stage, plan_unstage
from . import staging
from .context import Context, find_old_paths, read_context
from .memo import Memo
from .observe import Base, see_base, see_source
from .tasks import ALWAYS, Absent, Present, base_tag

# Reads what the image is built from, for the base image that there is now; its argument says whether that has just been fetched
_Look = Callable[[bool], "Context | None"]


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


def converge(task: Present | Absent, host: Host, check_mode: bool) -> Result:
    """Do what is needed, or only find it out in check mode. Raises DockenvError; then image and build folder are as they were."""
    if isinstance(task, Absent):
        return _converge_absent(task, host, check_mode)
    look = _prepare_look(task, host, keep=not check_mode)
    context = look(False)
    plan = _plan(task, host, context)
    if not check_mode and plan.changed:
        host.prepare()
        with task.place.exclusive():
            return _converge_alone(task, host, look)
    image = None if task.is_staged or _has(plan, Build) else host.sight.find_image(str(task.place.image))
    return Result(plan, context, image)


def _converge_absent(task: Absent, host: Host, check_mode: bool) -> Result:
    seen, cleaning = _see(task, host)
    plan = cleaning.then(plan_removal(str(task.place.image), seen, task.force))
    if not check_mode and plan.changed:
        host.prepare()
        with task.place.exclusive():
            _work().remove(task, host, plan)
    return Result(plan)


def _converge_alone(task: Present, host: Host, look: _Look) -> Result:
    """Look again, as another task may have done it meanwhile, and do it. The base image is fetched only for something to build or write."""
    context, replaced = look(False), None
    plan = _plan(task, host, context)
    if _has(plan, (Build, Stage)):
        replaced = _work().fetch_base(task, host, _takes_newest(task))
        context = look(True)
        plan = _plan(task, host, context)
    _work().apply(task, host, plan, context)
    if replaced is not None and task.options.prune_previous:
        remove_unused(host.engine, replaced)
    log_path = (task.options.log_path or task.place.log) if _has(plan, Build) else None
    return Result(plan, context, None if task.is_staged else host.engine.find_image(str(task.place.image)), log_path)


def _prepare_look(task: Present, host: Host, keep: bool) -> _Look:
    """Look at the virtualenv; its files are read again only for a base image that is another one. Raises DockenvError."""
    source = see_source(task.spec)
    staging.refuse_foreign(task.build_dir)
    memo = Memo(task.place.memo, find_old_paths(task.spec, source))
    known: dict[Base | None, Context | None] = {None: None}

    def look(is_fetched: bool) -> Context | None:
        base = see_base(host, task.spec.base, source.traits.minor, keep)
        if base is not None and base not in known:
            try:
                known[base] = read_context(task.spec, source, base, task.options, staging.all_paths(task.build_dir), memo)
            except CannotRelocate:
                if is_fetched or (host.sight.find_image(task.spec.base) is not None and not _takes_newest(task)):
                    raise
                # Into the base image that is fetched it may fit.
                return None
            if keep:
                memo.save()
        return known[base]

    return look


def _takes_newest(task: Present) -> bool:
    return task.options.pull or task.options.base_check == "registry"


def _plan(task: Present, host: Host, context: Context | None) -> Plan:
    """Plan with what is known; without a context, as long as the base image has to be fetched for it, anything may have changed."""
    if task.is_staged:
        return _plan_stage(task, context)
    seen, cleaning = _see(task, host)
    build = None if context is None else context.build_input(task.options, seen.base)
    kept = task.build_dir if task.keep == ALWAYS else None
    plan = plan_image(str(task.place.image), seen, build, task.options, kept, task.force)
    if not plan.changed:
        plan = _plan_stage(task, context) if kept else plan_unstage(seen.build_dir)
    return cleaning.then(plan).then(_plan_push(task, host, seen, plan) if task.options.push else Plan())


def _plan_stage(task: Present, context: Context | None) -> Plan:
    before = staging.find_dockerfile(task.build_dir) or ""
    if context is None:
        return plan_stage(task.build_dir, False, before, None)
    return plan_stage(task.build_dir, staging.is_current(task.build_dir, context), before, context.dockerfile)


def _plan_push(task: Present, host: Host, seen: Seen, plan: Plan) -> Plan:
    """Push what is built, and what the registry does not have, as after a push that failed."""
    step = Push(str(task.place.image))
    if seen.image is None or _has(plan, Build):
        return Plan((step,), ())
    pushed = find_registry_digest(host.engine, step.tag)
    return Plan() if f"{task.place.image.repository}@{pushed}" in seen.image.digests else Plan((step,), ("not_pushed",))


def _see(task: Present | Absent, host: Host) -> tuple[Seen, Plan]:
    """Return what there is, and the plan to remove what a task that was killed has left."""
    is_present = isinstance(task, Present)
    view = EngineView(host.sight, task.options.base_check if is_present else "none")
    ours = {task.place.new_tag, task.place.old_tag, base_tag(task.place)}
    tags = tuple(sorted(ours & {tag for image in view.images if LABEL_IMAGE in image.labels for tag in image.tags}))
    paths = staging.find_leftovers(task.build_dir)
    cleaning = Plan((CleanUp(paths, tags),), ("interrupted",)) if paths or tags else Plan()
    image = view.examine_image(str(task.place.image))
    if image is not None:
        image = replace(image, tags=tuple(tag for tag in image.tags if tag not in ours))
    containers = tuple(user.name for user in view.find_users(image.id)) if image is not None else ()
    base = view.find_base((task.spec.base,)) if is_present else None
    return Seen(image, containers, base, staging.find_ours(task.build_dir)), cleaning


def _has(plan: Plan, kind: type | tuple[type, ...]) -> bool:
    return any(isinstance(step, kind) for step in plan.steps)


def _work() -> ModuleType:
    """Return what does the work; a task that finds nothing to do is done sooner without reading all that builds and resolves."""
    from . import working

    return working
