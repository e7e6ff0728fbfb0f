# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks ask for an environment, each with its own way from what is seen to a plan. Does nothing on its own."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._build_options import BuildOptions, Secret
from .._env.digest import is_made_by_us
from .._env.folder import Folder
from .._env.install_script import NETRC
from .._env.launcher import launcher_paths, render_launchers
from .._env.logins import Login, render_netrc
from .._env.names import check_environment, check_host_path
from .._env.plan import (
    define_folder,
    find_lock_reasons,
    hold_revisions,
    plan_build,
    plan_definition,
    plan_lock,
    plan_removal,
    plan_renaming,
    refuse_foreign_folder,
    request_lock,
)
from .._env.spec import EnvSpec
from .._env.steps import MakeLock, Plan
from .._errors import NotOurs
from .._image import Image
from . import disk, filesystem
from .buildouts import LOCK_STEP, define_buildout, plan_lock_of, project_of
from .host import Host
from .observe import Seen
from .place import Place
from .unlocked import Resolve, Resolver, Trial, Unlocked


@dataclass(frozen=True)
class Outlook:
    """What is to be done, and the folder afterwards; None where there is to be none."""

    plan: Plan
    target: Folder | None


@dataclass(frozen=True)
class Present:
    """The environment as defined: folder, lock, launchers and image. ``docker`` are the words of the launchers."""

    spec: EnvSpec
    options: BuildOptions
    docker: tuple[str, ...] = ("docker",)
    force: bool = False
    needs_engine: bool = field(default=True, init=False)

    @property
    def place(self) -> Place:
        """Where the environment is."""
        return Place(self.spec.name, self.spec.root, self.spec.image)

    @property
    def launchers(self) -> tuple[str, ...]:
        """The paths at which launchers are to be."""
        return launcher_paths(self.spec.launcher)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets of the build, with the one of the logins in URLs."""
        return add_logins(self.options.secrets, self.spec.wanted.logins)

    def find_bases(self, seen: Seen) -> tuple[str, ...]:
        """Return the name of the base image."""
        return (self.spec.base,)

    def find_project(self, seen: Seen) -> str | None:
        """Return the folder of the project, where a buildout installs. Raises InvalidInput."""
        return project_of(self.place, self.spec.buildout)

    def plan(self, seen: Seen, resolver: Resolver) -> Outlook:
        """Return what is to be done; without a lock from the resolver the lock there was stands in. Raises NotOurs."""
        refuse_foreign_folder(self.spec, seen.observed)
        if not self.force:
            refuse_foreign_image(self.place, seen.observed.image, "name", "choose another name, or set force to take the name from it")
        if self.spec.buildout is not None:
            return self._plan_buildout(seen, resolver.lock)
        folder = _without_buildout(seen.observed.folder)
        spec = self.spec.keeping(*folder.wanted)
        reasons = find_lock_reasons(spec, folder)
        outlook = self._plan_target(spec, seen, Plan(), define_folder(spec, folder))
        if not reasons and not may_have_another_python(folder, outlook):
            return outlook
        unlocked = unlocked_of(spec, folder, self.options.platforms)
        python = resolver.find_python(unlocked)
        reasons += ("python_changed",) if folder.is_for_another(python) else ()
        if not reasons:
            return outlook
        # A lock for another base or another Python has nothing that may stay unseen.
        step = request_lock(folder, *spec.wanted.texts) if reasons == ("requirements_changed",) else MakeLock()
        lock = resolver.lock(unlocked, step)
        return self._plan_target(spec, seen, plan_lock(reasons, step), define_folder(spec, folder, lock, python))

    def _plan_buildout(self, seen: Seen, resolve: Resolve) -> Outlook:
        trial = Trial(self.place, self.spec.base, seen.observed, (), self.options, self.secrets)
        reasons, target = plan_lock_of(self.spec, seen, trial, resolve)
        return self._plan_target(self.spec, seen, plan_lock(reasons, LOCK_STEP), target)

    def _plan_target(self, spec: EnvSpec, seen: Seen, lock: Plan, target: Folder) -> Outlook:
        observed = seen.observed
        files = plan_definition(spec, observed, render_launchers(spec, self.docker), target)
        build = plan_build(spec.name, str(spec.image), observed, target, self.options)
        renaming = plan_renaming(observed, self.options)
        # The folder keeps the old name in mind until no image has it any more.
        rest = build.then(renaming).then(files) if renaming.changed else files.then(build)
        return Outlook(lock.then(rest), target)


@dataclass(frozen=True)
class Defined:
    """The files of the definition and its launchers only; no engine is asked."""

    spec: EnvSpec
    options: BuildOptions
    docker: tuple[str, ...] = ("docker",)
    needs_engine: bool = field(default=False, init=False)

    @property
    def place(self) -> Place:
        """Where the environment is."""
        return Place(self.spec.name, self.spec.root, self.spec.image)

    @property
    def launchers(self) -> tuple[str, ...]:
        """The paths at which launchers are to be."""
        return launcher_paths(self.spec.launcher)

    def find_project(self, seen: Seen) -> str | None:
        """Return the folder of the project, where a buildout installs. Raises InvalidInput."""
        return project_of(self.place, self.spec.buildout)

    def plan(self, seen: Seen, resolver: Resolver) -> Outlook:
        """Return what is to be written; a lock that does not fit any more goes, so that it is not built. Raises NotOurs."""
        refuse_foreign_folder(self.spec, seen.observed)
        if self.spec.buildout is not None:
            spec, target = self.spec, define_buildout(self.spec, seen)
        else:
            folder = _without_buildout(seen.observed.folder)
            spec = self.spec.keeping(*folder.wanted)
            target = define_folder(spec, Folder() if find_lock_reasons(spec, folder) else folder)
        return Outlook(plan_definition(spec, seen.observed, render_launchers(spec, self.docker), target), target)


@dataclass(frozen=True)
class Absent:
    """No folder, no launchers and no image of the environment."""

    place: Place
    options: BuildOptions
    force: bool = False
    launchers: tuple[str, ...] = ()
    needs_engine: bool = field(default=True, init=False)

    def find_bases(self, seen: Seen) -> tuple[str, ...]:
        """Return none: what goes is compared with nothing."""
        return ()

    def find_project(self, seen: Seen) -> str | None:
        """Return none: a project is its user's, and may be gone."""
        return None

    def plan(self, seen: Seen, resolver: Resolver) -> Outlook:
        """Return what is to be removed. Raises NotOurs for what is the user's, InvalidInput for an image in use."""
        return Outlook(plan_removal(self.place.name, seen.observed, seen.exists, self.force), None)


def _without_buildout(folder: Folder) -> Folder:
    """Return what a folder says to a definition without a buildout: nothing, where one made it."""
    return Folder() if folder.is_buildout else folder


def may_have_another_python(folder: Folder, outlook: Outlook) -> bool:
    """Whether it is worth a look at the base image's Python: an image that stays was built when the lock fitted."""
    return outlook.plan.builds and folder.locked_for is not None


def unlocked_of(spec: EnvSpec, folder: Folder, platforms: tuple[str, ...]) -> Unlocked:
    """Return what the lock of a definition is made from, with the lock there is."""
    constraints = spec.wanted.constraints
    requirements = hold_revisions(folder, *spec.wanted.texts)
    return Unlocked(spec.base, spec.installer, requirements, constraints, folder.lock or "", platforms=platforms)


def add_logins(secrets: tuple[Secret, ...], logins: Iterable[Login]) -> tuple[Secret, ...]:
    """Return the secrets of a build, with the one that logins at package indexes make."""
    text = render_netrc(logins)
    return (*secrets, Secret(NETRC, "value", text)) if text else secrets


def refuse_foreign_image(place: Place, image: Image | None, option: str, advice: str) -> None:
    """Raise NotOurs if the place's name means an image that the collection did not build for it; ``advice`` says what to do."""
    if image is not None and not is_made_by_us(image, place.name):
        raise NotOurs(f"{option}: the image {place.image} was not built by this collection; {advice}")


def read_task(params: Mapping[str, Any], options: BuildOptions, host: Host) -> Present | Defined | Absent:
    """Return the task that the parameters of docker_env ask for. Raises InvalidInput."""
    if params["state"] == "absent":
        return Absent(_find_place(params), options, params["force"])
    spec = EnvSpec.from_params(params, filesystem.read_text, options.secrets)
    if params["state"] == "defined":
        return Defined(spec, options, host.docker_words)
    return Present(spec, options, host.docker_words, params["force"])


def _find_place(params: Mapping[str, Any]) -> Place:
    """Return where an environment is of which only the name may be known; its folder says which image it has."""
    name, root = check_environment(params["name"]), check_host_path(params["path"], "path")
    folder = disk.read_dockerfile(os.path.join(root, name))
    return Place.of_folder(name, root, folder, None if folder.is_ours else params["image"])
