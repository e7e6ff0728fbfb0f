# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at many environments at once, with two questions to the engine and one for each base image; changes nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable

from .._docker.containers import Container
from .._docker.engine import Engine
from .._docker.images import ImageSummary, split_reference
from .._env.digest import LABEL_ENVIRONMENT
from .._env.dockerfile import DOCKERFILE
from .._env.drift import find_drift
from .._env.folder import Folder
from .._env.lock import find_unlocked
from .._env.names import check_environment, check_host_path
from .._env.plan import Observed
from .._env.wanted import CONSTRAINTS, REQUIREMENTS_IN, parse_wanted
from .._errors import DockenvError, InvalidInput
from . import disk
from .buildouts import project_of_folder, see_project
from .observe import Seen
from .place import Place
from .running import describe_container
from .view import EngineView


@dataclass(frozen=True)
class Sighting:
    """One environment: its folder as observed, None where only an image is here, and what the engine has of it.

    ``tag`` is the image's name. ``problem`` is why the folder cannot be read, empty if it can.
    """

    name: str
    tag: str
    observed: Observed | None = None
    image: ImageSummary | None = None
    containers: tuple[Container, ...] = ()
    problem: str = ""


def survey(params: Mapping[str, Any], connect: Callable[[], Engine]) -> tuple[Sighting, ...]:
    """Return the environments below ``path``, and those of which only an image is here; the named ones, or all. Raises DockenvError."""
    root = check_host_path(params["path"], "path")
    named = None if params["name"] is None else {check_environment(name, f"name[{at}]") for at, name in enumerate(params["name"])}
    view = EngineView(connect(), base_check="local")
    view.load()
    found = [_look_at(name, root, view) for name in _list_folders(root, named)]
    found += _find_pulled(view, {sighting.name for sighting in found}, named)
    return tuple(sorted(found, key=lambda sighting: (sighting.name, sighting.tag)))


def _list_folders(root: str, named: set[str] | None) -> list[str]:
    """Return the names of the folders that a build could be made of."""
    try:
        names = os.listdir(root)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DockenvError(f"path: the folder {root} cannot be read: {error.strerror}; correct the path, or become its owner") from error
    return [name for name in names if _is_wanted(name, named) and os.path.isfile(os.path.join(root, name, DOCKERFILE))]


def _is_wanted(name: str, named: set[str] | None) -> bool:
    if named is not None:
        return name in named
    try:
        return bool(check_environment(name))
    except InvalidInput:
        return False


def _look_at(name: str, root: str, view: EngineView) -> Sighting:
    path = os.path.join(root, name)
    try:
        folder, context = disk.read_folder(path)
        place = Place.of_folder(name, root, folder)
    except DockenvError as error:
        return Sighting(name, name, Observed(path), containers=_find_containers(view, name, None), problem=error.message)
    image, base = view.find_image(str(place.image)), folder.record.get("base")
    observed = Observed(path, folder, context, base=view.find_base([base]) if isinstance(base, str) else None)
    try:
        observed = see_project(place, Seen(observed, exists=True), project_of_folder(place, folder)).observed
    except DockenvError as error:
        return Sighting(name, str(place.image), observed, image, _find_containers(view, name, image), problem=error.message)
    return Sighting(name, str(place.image), observed, image, _find_containers(view, name, image))


def _find_containers(view: EngineView, name: str, image: ImageSummary | None) -> tuple[Container, ...]:
    """Return the containers of an environment; those of images that were replaced have its label."""
    return tuple(
        container
        for container in view.containers
        if container.labels.get(LABEL_ENVIRONMENT) == name or (image is not None and container.image_id == image.id)
    )


def _find_pulled(view: EngineView, defined: set[str], named: set[str] | None) -> Iterator[Sighting]:
    """Yield the images of environments that have no folder here; one without a name was replaced."""
    for image in view.images:
        name = image.labels.get(LABEL_ENVIRONMENT)
        if name is not None and name not in defined and image.tags and (named is None or name in named):
            yield Sighting(name, image.tags[0], image=image, containers=_find_containers(view, name, image))


def describe_sighting(sighting: Sighting) -> dict[str, Any]:
    """Return what is known of an environment; the same keys whatever that is."""
    try:
        described, problem = _describe_folder(sighting), sighting.problem
    except DockenvError as error:
        described, problem = _describe_nothing(), error.message
    image = sighting.image
    return {
        "name": sighting.name,
        "image_name": sighting.tag,
        "path": None if sighting.observed is None else sighting.observed.path,
        "managed": sighting.observed is not None and sighting.observed.folder.is_ours,
        **described,
        "image": None if image is None else _describe_image(image, sighting.tag),
        "containers": [
            {**describe_container(container), "current": image is not None and container.image_id == image.id}
            for container in sighting.containers
        ],
        "problem": problem or None,
    }


def _describe_nothing() -> dict[str, Any]:
    return {"definition": None, "requirements": [], "lock": None, "packages": [], "drift": []}


def _describe_folder(sighting: Sighting) -> dict[str, Any]:
    if sighting.observed is None or sighting.problem:
        return _describe_nothing()
    folder = sighting.observed.folder
    wanted = parse_wanted(folder.files.get(REQUIREMENTS_IN, ""), folder.files.get(CONSTRAINTS)).requirements
    lock = folder.locked
    asked, unlocked = {requirement.canonical for requirement in wanted}, find_unlocked(wanted, lock)
    labels = None if sighting.image is None else sighting.image.labels
    return {
        "definition": _describe_definition(folder),
        "requirements": [str(requirement) for requirement in wanted],
        "lock": None if folder.lock is None else _describe_lock(sighting.observed.path, folder, unlocked),
        "packages": [{"name": pin.name, "version": pin.version or pin.what, "requested": pin.name in asked} for pin in lock.pins],
        "drift": list(find_drift(sighting.observed, labels, unlocked)),
    }


def _describe_definition(folder: Folder) -> dict[str, Any]:
    record = folder.record
    return {
        "base_image": record.get("base"),
        "python": record.get("python"),
        "installer": record.get("installer"),
        "launcher": record.get("launcher"),
        "ports": record.get("ports", []),
        "volumes": record.get("volumes", []),
    }


def _describe_lock(path: str, folder: Folder, unlocked: Sequence[str]) -> dict[str, Any]:
    digest = hashlib.sha256((folder.lock or "").encode()).hexdigest()
    return {"path": os.path.join(path, folder.lock_name), "digest": f"sha256:{digest}", "unlocked": list(unlocked)}


def _describe_image(image: ImageSummary, tag: str) -> dict[str, Any]:
    name, version = split_reference(tag)
    return {
        "id": image.id,
        "name": name,
        "tag": version,
        "labels": dict(image.labels),
        "size": image.size,
        "created": datetime.fromtimestamp(image.created, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "digests": list(image.digests),
    }
