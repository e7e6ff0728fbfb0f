# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn what came of a task into a module's return values; the same keys in every state. Pure."""

from __future__ import annotations

import shlex
from typing import Any

from .._env.ports import Port
from .._environments.steps import describe_image, say
from .._image_name import ImageName
from .._venv_image.decide import name_some
from .._venv_image.plan import Stage
from .converge import Result
from .tasks import Absent, Present


def report(task: Present | Absent, result: Result) -> dict[str, Any]:
    """Return a module's return values."""
    words = render_run_command(task.place.image, task.spec.ports if isinstance(task, Present) else ())
    context = result.context
    return {
        "changed": result.plan.changed,
        "reasons": list(result.plan.reasons),
        "actions": [f"write {step.path}" if isinstance(step, Stage) else say(step) for step in result.plan.steps],
        "diff": [dict(entry) for entry in result.plan.diff],
        "strategy": context.decision.strategy if context else None,
        "strategy_reasons": list(context.decision.reasons) if context else [],
        "dockerfile": context.dockerfile if context else None,
        "rewritten": list(context.rewritten) if context else [],
        "image": None if result.image is None else describe_image(result.image, task.place),
        "run_command": {"argv": words, "line": shlex.join(words)},
        "build_dir": task.build_dir,
        "log_path": result.log_path,
    }


def find_warnings(result: Result) -> tuple[str, ...]:
    """Return what the user should know of an image that works nevertheless."""
    strays = result.context.strays if result.context else ()
    if not strays:
        return ()
    return (
        f"The image does not have the virtualenv's path, which these files hold: {name_some(strays)}; correct them, or leave them out "
        "with exclude",
    )


def render_run_command(image: ImageName, ports: tuple[Port, ...]) -> list[str]:
    """Return the words that start a container of the image, its ports published on this machine."""
    published = [Port(port.container, port.protocol, port.host or port.container, port.address) for port in ports]
    return ["docker", "run", "--rm", *(f"--publish={port.published}" for port in published), str(image)]
