# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn what came of a task into a module's return values; the same keys in every state. Pure."""

from __future__ import annotations

from typing import Any

from .._env.folder import Folder
from .._env.lock import compare_locks, parse_lock
from .._env.plan import Build, MakeLock, RemoveFile, RemoveFolder, RemoveImage, Step, WriteFile
from .._env.wanted import CONSTRAINTS, REQUIREMENTS_IN, parse_wanted
from .._image import Image
from .converge import CleanUp, Push, Result
from .place import Place


def report(result: Result) -> dict[str, Any]:
    """Return a module's return values."""
    return {
        "changed": result.plan.changed,
        "reasons": list(result.plan.reasons),
        "actions": [_say(step) for step in result.plan.steps],
        "diff": [dict(entry) for entry in result.plan.diff],
        "environment": None if result.folder is None else describe_environment(result.place, result.folder),
        "lock_changes": _compare(result.before, result.folder or Folder()),
        "image": None if result.image is None else describe_image(result.image, result.place),
        "log_path": result.log_path,
    }


def describe_environment(place: Place, folder: Folder) -> dict[str, Any]:
    """Return what the folder says: what was asked for, and what is locked."""
    wanted = parse_wanted(folder.files.get(REQUIREMENTS_IN, ""), folder.files.get(CONSTRAINTS))
    return {
        "name": place.name,
        "path": place.folder,
        "image": str(place.image),
        "base_image": folder.record.get("base"),
        "launcher": folder.record.get("launcher"),
        "requirements": [str(requirement) for requirement in wanted.requirements],
        "packages": {pin.name: pin.version or pin.what for pin in parse_lock(folder.lock or "").pins},
    }


def describe_image(image: Image, place: Place) -> dict[str, Any]:
    """Return what the engine says of the environment's image."""
    return {
        "id": image.id,
        "name": place.image.repository,
        "tag": place.image.tag,
        "labels": dict(image.labels),
        "size": image.size,
        "created": image.created,
        "digests": list(image.digests),
    }


def _compare(before: Folder, after: Folder) -> dict[str, Any]:
    change = compare_locks(parse_lock(before.lock or ""), parse_lock(after.lock or ""))
    return {
        "added": list(change.added),
        "removed": list(change.removed),
        "moved": [{"before": before_, "after": after_} for before_, after_ in change.moved],
    }


def _say(step: Step | CleanUp | Push) -> str:
    if isinstance(step, WriteFile):
        return f"write {step.path}"
    if isinstance(step, (RemoveFile, RemoveFolder)):
        return f"remove {step.path}"
    if isinstance(step, MakeLock):
        return "lock the requirements"
    if isinstance(step, Build):
        return f"build {step.tag}"
    if isinstance(step, RemoveImage):
        return f"remove the image {step.id}"
    if isinstance(step, Push):
        return f"push {step.tag}"
    return f"remove what an interrupted task left: {', '.join((*step.paths, *step.tags))}"
