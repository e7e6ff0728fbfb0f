# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine has at one moment, for whatever becomes an image; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from .._docker.containers import Container, list_containers
from .._docker.engine import Engine
from .._docker.images import ImageSummary, familiar_name, find_registry_digest, list_images
from .._image import Image


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


def identify(image: Image | ImageSummary, reference: str) -> str:
    """Return the digest under which the registry of the name has the image, or its id if it came from none."""
    repository = reference.partition("@")[0]
    names = (repository, repository.rpartition(":")[0])
    digests = sorted(digest.partition("@")[2] for digest in image.digests if digest.partition("@")[0] in names)
    return digests[0] if digests else image.id
