# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the disk and the engine what there is of an environment; changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from .._docker.containers import OWNER, Container, has_ended, list_containers
from .._docker.engine import Engine
from .._docker.images import ImageSummary, familiar_name, find_registry_digest, list_images
from .._env.digest import LABEL_ENVIRONMENT
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


class EngineView:
    """An engine at one moment. What environments have in common is asked once, when first needed, however many they are."""

    def __init__(self, engine: Engine, base_check: str) -> None:
        self._engine = engine
        self._base_check = base_check
        self._bases: dict[str, str | None] = {}

    def load(self) -> None:
        """Ask now, before several threads need the answers. Raises EngineError."""
        _asked = (self.images, self.containers)

    @cached_property
    def images(self) -> tuple[ImageSummary, ...]:
        """All images."""
        return list_images(self._engine)

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """All containers, stopped ones too."""
        return list_containers(self._engine)

    def find_image(self, reference: str) -> ImageSummary | None:
        """Return the image of that name with its tag."""
        familiar = familiar_name(reference)
        return next((image for image in self.images if familiar in image.tags), None)

    def examine_image(self, reference: str) -> Image | None:
        """Return all that the engine knows of the image of that name."""
        return self._engine.find_image(reference)

    def find_users(self, image_id: str) -> tuple[Container, ...]:
        """Return the containers of an image."""
        return tuple(container for container in self.containers if container.image_id == image_id)

    def find_base(self, bases: Iterable[str]) -> str | None:
        """Return what the names of base images stand for together; None if one is not known, or none is to be compared."""
        values = []
        for base in bases:
            if base not in self._bases:
                self._bases[base] = self._find_base(base)
            values.append(self._bases[base])
        known = [value for value in values if value is not None]
        return " ".join(known) if known and len(known) == len(values) else None

    def _find_base(self, base: str) -> str | None:
        """Return what the name stands for: a registry's digest, or the id of an image that is in none."""
        if self._base_check == "none":
            return None
        if self._base_check == "registry":
            return find_registry_digest(self._engine, base)
        # A name with a digest, or an id, is none of the tags that are known already.
        image = self.find_image(base) or self._engine.find_image(base)
        return None if image is None else identify(image, base)


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


def see_engine(place: Place, seen: Seen, view: EngineView, bases: Iterable[str]) -> Seen:
    """Return the same with what the engine has; ``bases`` are the names of the base images, if those are to be compared."""
    ours = {place.new_tag, place.old_tag}
    lost = {tag for image in view.images if _is_lost_trial(image, place) for tag in image.tags}
    left = tuple(sorted(lost | (ours & {tag for image in view.images if LABEL_ENVIRONMENT in image.labels for tag in image.tags})))
    image = view.examine_image(str(place.image))
    if image is not None:
        image = replace(image, tags=tuple(tag for tag in image.tags if tag not in ours))
    containers = tuple(user.name for user in view.find_users(image.id)) if image is not None else ()
    observed = replace(seen.observed, image=image, containers=containers, base=view.find_base(bases))
    return replace(seen, observed=observed, left_tags=left)


def _is_lost_trial(image: ImageSummary, place: Place) -> bool:
    """Whether an image was made for a moment by a task that lives no more."""
    return image.labels.get(LABEL_ENVIRONMENT) == place.name and has_ended(image.labels.get(OWNER, ""))


def identify(image: Image | ImageSummary, reference: str) -> str:
    """Return the digest under which the registry of the name has the image, or its id if it came from none."""
    repository = reference.partition("@")[0]
    names = (repository, repository.rpartition(":")[0])
    digests = sorted(digest.partition("@")[2] for digest in image.digests if digest.partition("@")[0] in names)
    return digests[0] if digests else image.id


def _recorded(folder: Folder, key: str) -> str | None:
    value = folder.record.get(key)
    return value if folder.is_ours and isinstance(value, str) else None
