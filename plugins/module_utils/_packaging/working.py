# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do what the image of a virtualenv needs, alone on it: fetch, lock, build, write, remove. The engine is given, so a fake one serves too."""

from __future__ import annotations

from .._docker.containers import OWNER
from .._docker.images import push
from .._docker.running import remove_lost
from .._env.steps import Build, Plan, RemoveFolder, RemoveImage
from .._environments.building import swap
from .._environments.filesystem import remove_tree
from .._environments.host import Host
from .._environments.locking import ensure_base
from .._environments.steps import CleanUp, Push
from .._errors import EngineError
from .._venv_image.plan import Stage
from . import writing
from .build import build_new, lock_context
from .context import Context
from .tasks import Absent, Present


def fetch_base(task: Present, host: Host, newest: bool) -> str | None:
    """Pull the base image if it is not there, or, with ``newest``, if the registry has a newer one.

    Returns the id of the image that had the name before, None if that did not move. Raises EngineError.
    """
    return ensure_base(host.engine, task.spec.base, newest)


def apply(task: Present, host: Host, plan: Plan, context: Context | None) -> None:
    """Build the image, and do what else is planned for it; only what builds or writes needs the context.

    Raises DockenvError; then the old image is there still.
    """
    replaced = next((step.id for step in plan.steps if isinstance(step, RemoveImage)), None)
    for step in plan.steps:
        if isinstance(step, CleanUp):
            _clean_up(host, step)
        elif isinstance(step, Build) and context is not None:
            remove_lost(host.engine, OWNER)
            context = lock_context(task, host, context)
            swap(host, task.place, build_new(task, host, context, step), replaced)
        elif isinstance(step, Stage) and context is not None:
            writing.write(step.path, lock_context(task, host, context))
        elif isinstance(step, RemoveFolder):
            writing.remove(step.path)
        elif isinstance(step, RemoveImage):
            host.engine.remove_image(task.place.old_tag, force=True)
        elif isinstance(step, Push):
            push(host.engine, step.tag)


def remove(task: Absent, host: Host, plan: Plan) -> None:
    """Remove what is planned to go. Raises EngineError for an image that came into use."""
    for step in plan.steps:
        if isinstance(step, CleanUp):
            _clean_up(host, step)
        elif isinstance(step, RemoveImage):
            _remove_image(task, host)
        elif isinstance(step, RemoveFolder):
            writing.remove(step.path)
    task.place.forget()


def _clean_up(host: Host, step: CleanUp) -> None:
    for path in step.paths:
        remove_tree(path)
    for tag in step.tags:
        host.engine.remove_image(tag, force=True)


def _remove_image(task: Absent, host: Host) -> None:
    if not host.engine.remove_image(str(task.place.image), force=task.force):
        raise EngineError(f"The image {task.place.image} came into use while it was to be removed; remove its containers, or set force")
