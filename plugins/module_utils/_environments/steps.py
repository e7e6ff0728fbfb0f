# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps for whatever becomes an image, and what results say of all steps and of images; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._env.steps import Build, MakeLock, RemoveFile, RemoveFolder, RemoveImage, RemoveName, Step, WriteFile
from .._image import Image
from .place import Place


@dataclass(frozen=True)
class CleanUp:
    """Remove what a task that was killed left."""

    paths: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Push:
    """Push the image to the registry that its name says."""

    tag: str


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


def say(step: Step | CleanUp | Push) -> str:
    """Return what a step does, in words."""
    if isinstance(step, WriteFile):
        return f"write {step.path}"
    if isinstance(step, (RemoveFile, RemoveFolder)):
        return f"remove {step.path}"
    if isinstance(step, MakeLock):
        return "lock the versions that buildout picks" if step.is_buildout else "lock the requirements"
    if isinstance(step, Build):
        return f"build {step.tag}"
    if isinstance(step, RemoveImage):
        return f"remove the image {step.id}"
    if isinstance(step, RemoveName):
        return f"remove the image {step.tag}"
    if isinstance(step, Push):
        return f"push {step.tag}"
    return f"remove what an interrupted task left: {', '.join((*step.paths, *step.tags))}"
