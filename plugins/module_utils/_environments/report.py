# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn what came of a task into a module's return values; the same keys in every state. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._env.folder import Folder
from .._env.lock import Lock, compare_locks
from .._env.wanted import parse_wanted
from .._errors import InvalidInput
from .converge import Failure, Result
from .place import Place
from .steps import describe_image, say


def report(result: Result) -> dict[str, Any]:
    """Return a module's return values."""
    return {
        "changed": result.plan.changed,
        "reasons": list(result.plan.reasons),
        "actions": [say(step) for step in result.plan.steps],
        "diff": [dict(entry) for entry in result.plan.diff],
        "environment": None if result.folder is None else describe_environment(result.place, result.folder),
        "lock_changes": _compare(result.before, result.folder or Folder()),
        "image": None if result.image is None else describe_image(result.image, result.place),
        "log_path": result.log_path,
    }


def report_many(outcomes: Sequence[Result | Failure]) -> dict[str, Any]:
    """Return the return values of a module for many environments; each has an entry with the values of one."""
    entries = [_report_entry(outcome) for outcome in outcomes]
    return {
        "changed": any(entry["changed"] for entry in entries),
        "reasons": list(dict.fromkeys(reason for entry in entries for reason in entry["reasons"])),
        "actions": [action for entry in entries for action in entry["actions"]],
        "diff": [change for entry in entries for change in entry.pop("diff")],
        "environments": entries,
    }


def report_failures(outcomes: Sequence[Result | Failure]) -> dict[str, Any]:
    """Return the message of a task and, if one environment failed, the details of its error; empty if none failed."""
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    if not failures:
        return {}
    if len(outcomes) == 1:
        return {"msg": failures[0].error.message, **failures[0].error.details}
    what = "; ".join(f"{failure.name}: {failure.error.message}" for failure in failures)
    details = failures[0].error.details if len(failures) == 1 else {}
    return {"msg": f"{len(failures)} of {len(outcomes)} environments failed, the others are as asked for: {what}", **details}


def _report_entry(outcome: Result | Failure) -> dict[str, Any]:
    if isinstance(outcome, Result):
        return {"name": outcome.place.name, **report(outcome), "error": None}
    return {"name": outcome.name, **_report_nothing(), "error": {"msg": outcome.error.message, **outcome.error.details}}


def _report_nothing() -> dict[str, Any]:
    nothing: dict[str, Any] = {key: [] for key in ("reasons", "actions", "diff")}
    unknown = dict.fromkeys(("environment", "image", "log_path"))
    return {"changed": False, **nothing, **unknown, "lock_changes": _compare(Folder(), Folder())}


def describe_environment(place: Place, folder: Folder) -> dict[str, Any]:
    """Return what the folder says: what was asked for, and what is locked. One of the user's says neither."""
    requirements = parse_wanted(*folder.wanted).requirements if folder.is_ours else ()
    return {
        "name": place.name,
        "path": place.folder,
        "image": str(place.image),
        "base_image": folder.record.get("base"),
        "launcher": folder.record.get("launcher"),
        "requirements": [str(requirement) for requirement in requirements],
        "packages": {pin.name: pin.version or pin.what for pin in _locked(folder).pins},
    }


def _compare(before: Folder, after: Folder) -> dict[str, Any]:
    change = compare_locks(_locked(before), _locked(after))
    return {
        "added": list(change.added),
        "removed": list(change.removed),
        "moved": [{"before": before_, "after": after_} for before_, after_ in change.moved],
    }


def _locked(folder: Folder) -> Lock:
    """Return the lock of a folder of ours; a requirements.txt of the user's, or one that goes, may be anything."""
    try:
        return folder.locked if folder.is_ours else Lock()
    except InvalidInput:
        return Lock()
