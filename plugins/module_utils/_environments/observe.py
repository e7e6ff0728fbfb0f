# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the disk and the engine what there is of an environment; changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .._docker.engine import Engine
from .._docker.images import find_registry_digest, list_tagged
from .._env.folder import Folder
from .._env.launcher import launcher_paths
from .._env.plan import Observed
from .._image import Image
from . import disk
from .place import Place


@dataclass(frozen=True)
class Seen:
    """What is there, and what a task that was killed has left: paths on the disk, tags of the engine."""

    observed: Observed
    exists: bool
    left_paths: tuple[str, ...] = ()
    left_tags: tuple[str, ...] = ()


def see_folder(place: Place, launchers: Iterable[str] = ()) -> Seen:
    """Look at the disk only; ``launchers`` are the paths at which launchers are to be."""
    folder, context = disk.read_folder(place.folder)
    paths = {*launchers, *launcher_paths(_recorded(folder, "launcher"))}
    texts = {path: disk.find_text(path) for path in sorted(paths)}
    observed = Observed(
        path=place.folder,
        folder=folder,
        context=context,
        launchers={path: text for path, text in texts.items() if text is not None},
    )
    return Seen(observed, os.path.isdir(place.folder), place.leftovers)


def see_engine(place: Place, seen: Seen, engine: Engine, base: str | None, base_check: str) -> Seen:
    """Return the same with what the engine has; ``base`` is the name of the base image, if that is to be compared."""
    ours = {place.new_tag, place.old_tag}
    found = list_tagged(engine, place.image.repository)
    left = tuple(sorted(ours & {tag for image in found for tag in image.tags}))
    image = engine.find_image(str(place.image))
    if image is not None:
        image = replace(image, tags=tuple(tag for tag in image.tags if tag not in ours))
    containers = engine.find_containers(image.id) if image is not None else ()
    value = find_base(engine, base, base_check) if base else None
    return replace(seen, observed=replace(seen.observed, image=image, containers=containers, base=value), left_tags=left)


def find_base(engine: Engine, base: str, base_check: str) -> str | None:
    """Return what the name of a base image stands for: a registry's digest, or the id of an image that is in none."""
    if base_check == "none":
        return None
    if base_check == "registry":
        return find_registry_digest(engine, base)
    image = engine.find_image(base)
    return None if image is None else identify(image, base)


def identify(image: Image, reference: str) -> str:
    """Return the digest under which the registry of the name has the image, or its id if it came from none."""
    repository = reference.partition("@")[0]
    names = (repository, repository.rpartition(":")[0])
    digests = sorted(digest.partition("@")[2] for digest in image.digests if digest.partition("@")[0] in names)
    return digests[0] if digests else image.id


def _recorded(folder: Folder, key: str) -> str | None:
    value = folder.record.get(key)
    return value if folder.is_ours and isinstance(value, str) else None
