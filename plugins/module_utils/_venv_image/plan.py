# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides what to do for the image of a virtualenv, from what is asked for and what was observed; does none of it."""

from __future__ import annotations

from dataclasses import dataclass

from .._build_options import BuildOptions
from .._env.digest import BuildInput, compute_digest, digest_labels
from .._env.names import OUR_LABELS
from .._env.plan import Build, Plan, RemoveFolder, RemoveImage, Step, find_build_reasons, is_made_by_us
from .._errors import InvalidInput, NotOurs
from .._image import Image
from .spec import VenvImageSpec

# The label that says which virtualenv an image was made from
LABEL_VENV = f"{OUR_LABELS}venv"


@dataclass(frozen=True)
class Stage:
    """Write what an image is built from into a folder."""

    path: str


@dataclass(frozen=True)
class Seen:
    """What the engine has: the image of that name, the names of containers that use it, and what the base image's name stands for."""

    image: Image | None
    containers: tuple[str, ...] = ()
    base: str | None = None


def plan_image(spec: VenvImageSpec, seen: Seen, build: BuildInput, options: BuildOptions) -> Plan:
    """Plan to build the image if what goes into it is not what it was made from. Raises NotOurs for an image of the user's."""
    image = seen.image
    if image is not None and not is_made_by_us(image, spec.venv, LABEL_VENV):
        raise NotOurs(f"name: the image {spec.image} was not made from {spec.venv} by this module; choose another name, or remove it")
    digest = compute_digest(build)
    reasons = find_build_reasons(image, digest, options)
    if not reasons:
        return Plan()
    steps: list[Step] = [Build(str(spec.image), digest_labels(digest, spec.venv, LABEL_VENV))]
    if image is not None and options.prune_previous and len(image.tags) <= 1 and not seen.containers:
        steps.append(RemoveImage(image.id))
    return Plan(tuple(steps), reasons)


def plan_stage(build_dir: str, is_current: bool) -> Plan:
    """Plan to write the build folder."""
    return Plan() if is_current else Plan((Stage(build_dir),), ("build_dir_changed",))


def plan_removal(spec: VenvImageSpec, seen: Seen, build_dir: str | None, force: bool) -> Plan:
    """Plan to remove the image and the build folder, where there is one of ours.

    Raises InvalidInput for an image that containers use, unless ``force``.
    """
    image = seen.image if seen.image is not None and is_made_by_us(seen.image, spec.venv, LABEL_VENV) else None
    if image is not None and seen.containers and not force:
        names = ", ".join(sorted(seen.containers))
        raise InvalidInput(f"name: the image {spec.image} is used by the containers {names}; remove them first, or set force")
    steps: list[Step] = [RemoveImage(image.id)] if image is not None else []
    steps += [RemoveFolder(build_dir)] if build_dir is not None else []
    return Plan(tuple(steps), ("removed",) if steps else ())
