# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks ask for folders that are there already: to build them as they are, or with other packages. Does nothing on its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._build_options import BuildOptions, Secret
from .._env.buildout import CONFIG
from .._env.dockerfile import DOCKERFILE
from .._env.folder import Folder
from .._env.install_script import INSTALLERS, NETRC
from .._env.logins import Login, merge_logins, split_index_url
from .._env.names import check_environment, check_host_path, is_environment
from .._env.plan import (
    InstallRequest,
    find_folder_lock_reasons,
    finish_install,
    hold_revisions,
    plan_build,
    plan_files,
    plan_lock,
    request_install,
)
from .._env.stages import find_bases
from .._env.steps import MakeLock, Plan
from .._env.wanted import INDEX_OPTIONS, parse_wanted, read_asked
from .._errors import DockenvError, InvalidInput, NotOurs
from .._image_name import parse_image_name
from .._requirements import Requirement
from . import disk, filesystem
from .buildouts import LOCK_STEP, plan_relock, project_of_folder
from .converge import Failure
from .observe import Seen
from .place import Place
from .tasks import Outlook, add_logins, may_have_another_python, refuse_foreign_image
from .unlocked import Resolve, Resolver, Trial, Unlocked


@dataclass(frozen=True)
class Built:
    """The image of a folder as it is now. A lock of ours that does not fit what is asked for is made again before."""

    place: Place
    options: BuildOptions
    force: bool = False
    launchers: tuple[str, ...] = field(default=(), init=False)
    needs_engine: bool = field(default=True, init=False)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets of the build."""
        return self.options.secrets

    def find_bases(self, seen: Seen) -> tuple[str, ...]:
        """Return the names of the images that the folder starts from."""
        return bases_of(seen.observed.folder, self.options.target)

    def find_project(self, seen: Seen) -> str | None:
        """Return the folder of the project, where a buildout installs."""
        return project_of_folder(self.place, seen.observed.folder)

    def plan(self, seen: Seen, resolver: Resolver) -> Outlook:
        """Return what is to be done; without a lock from the resolver the lock there was stands in.

        Raises NotOurs for an image of the user's, and InvalidInput without a Dockerfile.
        """
        folder = seen.observed.folder
        if not folder.dockerfile:
            raise InvalidInput(f"There is no {DOCKERFILE} in {self.place.folder} any more; make the environment with docker_env")
        if not self.force:
            option = "image" if self.place.context else "name"
            refuse_foreign_image(self.place, seen.observed.image, option, "choose another name, or set force to take the name from it")
        if folder.is_buildout:
            return self._plan_buildout(seen, resolver.lock)
        reasons = find_folder_lock_reasons(folder) if folder.is_ours else ()
        request = InstallRequest(folder.wanted[0], MakeLock() if reasons else None)
        return _plan_folder(self, seen, request, reasons, resolver)

    def _plan_buildout(self, seen: Seen, resolve: Resolve) -> Outlook:
        trial = Trial(self.place, bases_of(seen.observed.folder)[0], seen.observed, (), self.options, self.secrets)
        reasons, target = plan_relock(seen, trial, resolve)
        return _plan_target(self, seen, plan_lock(reasons, LOCK_STEP), target)


@dataclass(frozen=True)
class Install:
    """Packages in an environment that is there: asked for (``present``), in the newest version (``latest``), or not (``absent``).

    ``logins`` are those of the environment's package indexes.
    """

    place: Place
    requirements: tuple[Requirement, ...]
    state: str
    options: BuildOptions
    logins: tuple[Login, ...] = ()
    launchers: tuple[str, ...] = field(default=(), init=False)
    needs_engine: bool = field(default=True, init=False)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets of the build, with the one of the logins."""
        return add_logins(self.options.secrets, self.logins)

    def find_bases(self, seen: Seen) -> tuple[str, ...]:
        """Return the name of the base image."""
        return bases_of(seen.observed.folder)

    def find_project(self, seen: Seen) -> str | None:
        """Return none: no buildout installs here."""
        return None

    def plan(self, seen: Seen, resolver: Resolver) -> Outlook:
        """Return what is to be done; without a lock from the resolver only what is asked for moves. Raises NotOurs."""
        folder = seen.observed.folder
        _check_is_ours(self.place, folder)
        refuse_foreign_image(self.place, seen.observed.image, "env", "let docker_env take the name from it with force")
        request = request_install(folder, self.requirements, self.state)
        if request.requirements != folder.wanted[0]:
            reasons: tuple[str, ...] = ("requirements_changed",)
        else:
            reasons = find_folder_lock_reasons(folder) or ("newer_versions",)
        return _plan_folder(self, seen, request, reasons, resolver)


def bases_of(folder: Folder, target: str | None = None) -> tuple[str, ...]:
    """Return the names of the images that a folder starts from; one of ours says itself which one it was defined with."""
    recorded = folder.record.get("base") if folder.is_ours else None
    return (recorded,) if isinstance(recorded, str) else find_bases(folder.dockerfile, target)


def read_builds(params: Mapping[str, Any], options: BuildOptions) -> tuple[Built | Failure, ...]:
    """Return the tasks that the parameters of docker_env_build ask for, and the folders for which there can be none.

    Raises InvalidInput, naming the option.
    """
    if params["jobs"] < 1:
        raise InvalidInput(f"jobs: {params['jobs']} is not a number of builds; use 1 or more")
    root = check_host_path(params["path"], "path")
    if params["context"]:
        places: tuple[Place | Failure, ...] = (_find_context(params["context"], params["image"], root),)
    elif params["name"] is not None:
        places = _find_named(params["name"], root)
    else:
        places = _find_all(root)
    if len(places) > 1 and options.log_path:
        raise InvalidInput("log_path: several environments would write to one file; leave it out, and each has a log of its own below path")
    return tuple(place if isinstance(place, Failure) else Built(place, options, params["force"]) for place in places)


def read_install(params: Mapping[str, Any], options: BuildOptions) -> Install:
    """Return the task that the parameters of docker_env_install ask for. Raises InvalidInput, naming the option, and NotOurs."""
    requirements = read_asked(params, filesystem.read_text)
    name, root = check_environment(params["env"], "env"), check_host_path(params["path"], "path")
    folder = disk.read_own(os.path.join(root, name))
    place = Place.of_folder(name, root, folder)
    _check_is_ours(place, folder)
    logins = _read_logins(params, folder)
    if logins and any(secret.id == NETRC for secret in options.secrets):
        raise InvalidInput(f"secrets: {NETRC!r} is there, and an index URL holds a login as well; put all logins into the secret")
    return Install(place, requirements, params["state"], options, logins)


def _plan_folder(task: Built | Install, seen: Seen, request: InstallRequest, reasons: tuple[str, ...], resolver: Resolver) -> Outlook:
    """Plan the lock that is requested, the files that follow, and the build. A lock that comes out as it was is no step.

    Where a lock for another Python would be built, another one is made as well.
    """
    folder, step = seen.observed.folder, request.lock
    outlook = _plan_target(task, seen, Plan(), folder)
    if step is None and not may_have_another_python(folder, outlook):
        return outlook
    requirements = hold_revisions(folder, request.requirements, folder.wanted[1], step.upgrade if step else ())
    unlocked = _unlocked_of(folder, requirements, task.options.platforms)
    python = resolver.find_python(unlocked)
    if folder.is_for_another(python):
        reasons = (*(reasons if step else ()), "python_changed")
        step = MakeLock(step.upgrade if step else ())
    if step is None:
        return outlook
    lock = resolver.lock(unlocked, step)
    target = finish_install(folder, request, lock, python)
    is_step = lock is None or target != folder
    return _plan_target(task, seen, plan_lock(reasons, step) if is_step else Plan(), target)


def _plan_target(task: Built | Install, seen: Seen, lock: Plan, target: Folder) -> Outlook:
    plan = lock.then(plan_files(seen.observed, target))
    return Outlook(plan.then(plan_build(task.place.name, str(task.place.image), seen.observed, target, task.options)), target)


def _unlocked_of(folder: Folder, requirements: str, platforms: tuple[str, ...]) -> Unlocked:
    bases = bases_of(folder)
    if not bases:
        raise InvalidInput(f"{DOCKERFILE}: it does not say which image it starts from, so nothing can be resolved for its Python")
    installer = folder.record.get("installer", INSTALLERS[0])
    return Unlocked(bases[0], installer, requirements, folder.wanted[1], folder.lock or "", platforms=platforms)


def _check_is_ours(place: Place, folder: Folder) -> None:
    if not folder.dockerfile:
        raise InvalidInput(f"env: there is no environment {place.name!r} in {place.root}; make it with docker_env, or correct path")
    if not folder.is_ours:
        raise NotOurs(
            f"env: {place.folder}/{DOCKERFILE} was not made by this collection, and installs what it wants; edit it, and build it with docker_env_build"
        )
    if folder.is_buildout:
        raise InvalidInput(
            f"env: a buildout installs what is in {place.name!r}; name the package in the project's {CONFIG}, and run docker_env"
        )


def _read_logins(params: Mapping[str, Any], folder: Folder) -> tuple[Login, ...]:
    """Return the logins in URLs of the indexes that the environment has; another one would be no part of its definition."""
    known = [value.rstrip("/") for option, value in parse_wanted(*folder.wanted).options if option in INDEX_OPTIONS]
    given = [("index_url", params["index_url"])] if params["index_url"] else []
    given += [(f"extra_index_urls[{index}]", url) for index, url in enumerate(params["extra_index_urls"] or ())]
    logins = []
    for option, value in given:
        url, login = split_index_url(value, option)
        if url.rstrip("/") not in known:
            has = ", ".join(known) or "those of the host's settings"
            raise InvalidInput(f"{option}: {url!r} is not an index of the environment, which has {has}; change that with docker_env")
        logins += [login] if login is not None else []
    return merge_logins(logins)


def _find_named(names: Iterable[str], root: str) -> tuple[Place | Failure, ...]:
    places: list[Place | Failure] = []
    for index, name in enumerate(names):
        option = f"name[{index}]"
        check_environment(name, option)
        if any(place.name == name for place in places):
            raise InvalidInput(f"{option}: {name!r} is there twice; remove one of them")
        if not os.path.isfile(os.path.join(root, name, DOCKERFILE)):
            raise InvalidInput(f"{option}: there is no environment {name!r} in {root}; make it with docker_env, or correct path")
        places.append(_place_of(name, root, option))
    return tuple(places)


def _find_all(root: str) -> tuple[Place | Failure, ...]:
    """Return all environments below the root; what is hidden or holds no Dockerfile is none."""
    try:
        entries = sorted(entry for entry in os.listdir(root) if not entry.startswith("."))
    except OSError as error:
        raise InvalidInput(f"path: the folder {root!r} cannot be read: {error.strerror}") from None
    names = [entry for entry in entries if os.path.isfile(os.path.join(root, entry, DOCKERFILE))]
    return tuple(_place_of(name, root, f"path: the folder {root}") for name in names)


def _find_context(context: str, image: str | None, root: str) -> Place:
    """Return the place of any folder with a Dockerfile. One of docker_env is the same environment as it is with path and name.

    In and beside one of the user's nothing is written: its state is below the root.
    """
    path = check_host_path(context, "context")
    if not os.path.isfile(os.path.join(path, DOCKERFILE)):
        raise InvalidInput(f"context: there is no {DOCKERFILE} in {path!r}; name the folder that has one")
    folder = disk.read_dockerfile(path)
    if folder.is_ours and is_environment(os.path.basename(path)):
        return Place.of_folder(os.path.basename(path), os.path.dirname(path), folder, image)
    name = image or folder.record.get("image")
    if not isinstance(name, str):
        raise InvalidInput(f"image: {path} does not say which image it makes; give a name for it")
    checked = parse_image_name(name)
    # The whole name is none that an environment can have, so the image is of no environment.
    return Place(str(checked), root, checked, path)


def _place_of(name: str, root: str, option: str) -> Place | Failure:
    """Return the place of an environment, or why it has none; one folder that was spoilt by hand does not stop the others."""
    try:
        check_environment(name, option)
        return Place.of_folder(name, root, disk.read_dockerfile(os.path.join(root, name)))
    except DockenvError as error:
        return Failure(name, error)
