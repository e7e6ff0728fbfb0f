# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring many environments to what is asked for, some at a time; one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .._errors import DockenvError
from .converge import Failure, Result, converge, see
from .host import Host
from .view import EngineView

if TYPE_CHECKING:
    from .converge import Task


def converge_many(tasks: Sequence[Task | Failure], host: Host, jobs: int, check_mode: bool) -> tuple[Result | Failure, ...]:
    """Return what came of each task, in their order; up to ``jobs`` of them work at a time. What failed already stays as it is.

    The tasks have the same options. Raises DockenvError if the engine does not answer.
    """
    options = next((task.options for task in tasks if not isinstance(task, Failure)), None)
    if options is None:
        return tuple(task for task in tasks if isinstance(task, Failure))
    view = EngineView(host.engine, options.base_check)

    def look_and_converge(task: Task | Failure) -> Result | Failure:
        if isinstance(task, Failure):
            return task
        try:
            return converge(task, host, check_mode, see(task, host, view))
        except DockenvError as error:
            return Failure(task.place.name, error)

    # What tasks share is asked before they run side by side.
    view.load()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return tuple(pool.map(look_and_converge, tasks))
