# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the project of a buildout is, and what the lock of its versions is made from. Does nothing on its own."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Callable

from .._env.buildout import Buildout, Project, render_versions
from .._env.buildout_script import PROJECT
from .._env.folder import Folder, asked_of, find_buildout_lock_reasons, relock_buildout, render_buildout_folder
from .._env.spec import EnvSpec
from .._env.steps import MakeLock
from .._errors import DockenvError, InvalidInput
from . import disk
from .observe import Seen
from .place import STATE, Place
from .unlocked import Resolve, Trial

LOCK_STEP = MakeLock(is_buildout=True)


def project_of(place: Place, buildout: Buildout | None) -> str | None:
    """Return the folder of the project that a definition asks for. Raises InvalidInput for the environment's own."""
    if buildout is None:
        return None
    if buildout.project == place.folder:
        raise InvalidInput(
            f"project_path: {place.folder!r} is the environment's own folder; move the project into its folder {PROJECT!r}, and leave this out"
        )
    return buildout.project or os.path.join(place.folder, PROJECT)


def project_of_folder(place: Place, folder: Folder) -> str | None:
    """Return the folder of the project that an environment was defined with; None where no buildout installs."""
    if not folder.is_buildout:
        return None
    recorded = folder.record.get(PROJECT)
    return recorded if isinstance(recorded, str) else os.path.join(place.folder, PROJECT)


def see_project(place: Place, seen: Seen, path: str | None) -> Seen:
    """Return the same with the files of the project in a folder, without those of the environment. Raises DockenvError."""
    if path is None:
        return seen
    project = disk.read_project(path, (place.folder, os.path.join(place.root, STATE)))
    # One in the environment's own folder was seen there already.
    context = tuple(entry for entry in seen.observed.context if not entry.path.startswith(f"{PROJECT}/"))
    return replace(seen, observed=replace(seen.observed, context=context, project=project))


def plan_lock_of(spec: EnvSpec, seen: Seen, trial: Trial, resolve: Resolve) -> tuple[tuple[str, ...], Folder]:
    """Return why a definition needs another lock, empty if it does not, and the folder with its lock. Raises InvalidInput.

    ``trial`` is without folders. Without an answer from ``resolve`` the lock there was stands in.
    """
    folder, project = seen.observed.folder, _project(seen)
    lock = folder.lock if folder.is_buildout else None
    reasons = find_buildout_lock_reasons(folder, asked_of(render_buildout_folder(spec, project), project))
    newest = spec.buildout is not None and spec.buildout.newest
    if newest and trial.options.rebuild == "always":
        reasons = reasons or ("newer_versions",)
    if reasons:
        kept = None if newest else lock
        lock = resolve(replace(trial, folders=_tries(kept, lambda text: render_buildout_folder(spec, project, text))), LOCK_STEP) or lock
    return reasons, render_buildout_folder(spec, project, lock)


def define_buildout(spec: EnvSpec, seen: Seen) -> Folder:
    """Return the folder of a definition that nobody builds now: a lock that does not fit any more is not in it. Raises InvalidInput."""
    folder, project = seen.observed.folder, _project(seen)
    reasons = find_buildout_lock_reasons(folder, asked_of(render_buildout_folder(spec, project), project))
    return render_buildout_folder(spec, project, None if reasons else folder.lock)


def plan_relock(seen: Seen, trial: Trial, resolve: Resolve) -> tuple[tuple[str, ...], Folder]:
    """Return the same for a folder as it is now, maybe edited by hand."""
    folder, project = seen.observed.folder, _project(seen)
    reasons = find_buildout_lock_reasons(folder, asked_of(folder, project))
    if not reasons:
        return (), folder
    found = resolve(replace(trial, folders=_tries(folder.lock, lambda text: relock_buildout(folder, project, text))), LOCK_STEP)
    lock = found or folder.lock
    return reasons, folder if lock is None else relock_buildout(folder, project, lock)


def _tries(lock: str | None, with_lock: Callable[[str], Folder]) -> tuple[Folder, ...]:
    """Return the folders to try: what is locked stays if it can, and moves if it must."""
    nothing = render_versions()
    return tuple(with_lock(text) for text in dict.fromkeys((lock or nothing, nothing)))


def _project(seen: Seen) -> Project:
    if seen.observed.project is None:
        raise DockenvError(f"The project of {seen.observed.path} was not looked at")
    return seen.observed.project
