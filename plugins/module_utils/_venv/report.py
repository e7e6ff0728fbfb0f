# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts the result of a change into the values that the module returns; pure."""

from __future__ import annotations

from typing import Any

from .converge import Result, State
from .spec import Spec


def render_result(spec: Spec, result: Result) -> dict[str, Any]:
    """Return the module's result; the keys are the same in every state and in check mode."""
    after = result.after
    packages = [{"name": found.name, "version": found.version, "requested": found.canonical in after.requested} for found in after.packages]
    return {
        "changed": result.changed,
        "virtualenv": spec.path,
        "reasons": list(result.plan.reasons),
        "packages": packages,
        "python_version": after.python.version if after.python else None,
        "links": [{"path": link.path, "state": link.state, "target": link.target or None} for link in after.links],
        "actions": [list(words) for words in result.actions],
        "diff": {
            "before_header": spec.path,
            "after_header": spec.path,
            "before": render_state(result.before),
            "after": render_state(result.after),
        },
    }


def render_state(state: State) -> str:
    """Return a virtualenv and its links as text for a diff, one thing on a line."""
    lines = [f"python {state.python.version} ({state.python.base})"] if state.python else []
    lines += [f"package {found.name} {found.version}" for found in state.packages]
    lines += [f"link {link.path} -> {link.target}" for link in state.links if link.target]
    return "".join(f"{line}\n" for line in lines)
