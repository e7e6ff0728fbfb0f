# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide what to do about a base image: compare what is with what should be; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .._errors import DockenvError, NotOurs
from .._image import Image
from .._image_name import ImageName
from .recipe import Recipe, digest, is_ours, read_definition
from .spec import BaseImageSpec

# Until it is proven, a new image has a name in this repository, with a tag made of its future name.
_TEMPORARY_REPOSITORY = "dockenv.python/unfinished"


class Step(Enum):
    """What can be done, in the order in which it is done."""

    CLEAN = "clean"
    BOOTSTRAP = "bootstrap"
    TAG = "tag"
    PRUNE = "prune"
    REMOVE = "remove"


@dataclass(frozen=True)
class Observation:
    """What the engine has: the image of that name, what an interrupted run left, the containers of the image."""

    current: Image | None = None
    leftover: Image | None = None
    containers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What to do and why; nothing, if it has no steps. ``actions`` says each step in words."""

    steps: tuple[Step, ...]
    reasons: tuple[str, ...]
    actions: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def temporary_name(name: ImageName) -> ImageName:
    """Return the name under which an image is made before it gets ``name``; always the same, so that it is found again."""
    return ImageName(_TEMPORARY_REPOSITORY, digest({"name": str(name)}).partition(":")[2])


def plan_present(spec: BaseImageSpec, recipe: Recipe, seen: Observation) -> Plan:
    """Return the way to an image made from ``recipe``. Raises NotOurs if the name belongs to another's image."""
    if seen.current is not None and not is_ours(seen.current) and not spec.force:
        raise NotOurs(f"The image {spec.name} was not made by docker_base_image, so it stays; choose another name, or set force: true")
    found, wanted = _definition(seen.current), recipe.definition()
    reasons = _reasons_to_build(spec, seen.current, found, wanted)
    build = bool(reasons)
    steps = [
        *([Step.CLEAN] if seen.leftover else []),
        *([Step.BOOTSTRAP, Step.TAG] if build else []),
        *([Step.PRUNE] if build and _is_left_unused(seen) else []),
    ]
    before, after = _states(seen, found, wanted if build else found)
    return Plan(tuple(steps), (*reasons, *_leftover_reasons(seen)), _actions(steps, spec, seen, recipe), before, after)


def plan_absent(spec: BaseImageSpec, seen: Observation) -> Plan:
    """Return the way to no image of that name.

    Raises NotOurs if the name belongs to another's image, DockenvError if containers use it; ``force`` overrides both.
    """
    if seen.current is not None and not spec.force:
        if not is_ours(seen.current):
            raise NotOurs(f"The image {spec.name} was not made by docker_base_image, so it stays; set force: true to remove it")
        if seen.containers and _is_last_tag(seen.current):
            raise DockenvError(
                f"The image {spec.name} is used by the containers {', '.join(seen.containers)}; "
                "remove them first, or set force: true to take only the name away"
            )
    steps = [*([Step.CLEAN] if seen.leftover else []), *([Step.REMOVE] if seen.current else [])]
    reasons = ["the image exists"] if seen.current else []
    before, after = _states(seen, _definition(seen.current), None)
    return Plan(tuple(steps), (*reasons, *_leftover_reasons(seen)), _actions(steps, spec, seen, None), before, after)


def _definition(image: Image | None) -> dict[str, Any] | None:
    return None if image is None else read_definition(image)


def _reasons_to_build(spec: BaseImageSpec, image: Image | None, found: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> list[str]:
    if image is None or found is None:
        return ["the image does not exist"]
    if not is_ours(image):
        return ["the image was not made by this module"]
    if spec.rebuild == "never":
        return []
    changed = [f"{part} changed" for part in sorted({*found, *wanted}) if found.get(part) != wanted.get(part)]
    return changed or (["a rebuild was asked for"] if spec.rebuild == "always" else [])


def _leftover_reasons(seen: Observation) -> list[str]:
    return ["an interrupted run left an unfinished image"] if seen.leftover else []


def _is_left_unused(seen: Observation) -> bool:
    return seen.current is not None and _is_last_tag(seen.current) and not seen.containers


def _is_last_tag(image: Image) -> bool:
    return len(image.tags) <= 1


def _states(seen: Observation, found: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = ({"state": "absent"} if definition is None else {"state": "present", **definition} for definition in (found, wanted))
    if seen.leftover:
        before["unfinished_image"] = seen.leftover.id
    return before, after


def _actions(steps: list[Step], spec: BaseImageSpec, seen: Observation, recipe: Recipe | None) -> tuple[str, ...]:
    current = seen.current.id if seen.current else ""
    suite = recipe.suite if recipe else ""
    untag = seen.current is not None and (not _is_last_tag(seen.current) or bool(seen.containers))
    words = {
        Step.CLEAN: "remove the unfinished image of an interrupted run",
        Step.BOOTSTRAP: f"bootstrap {suite} and import it",
        Step.TAG: f"tag the new image as {spec.name}",
        Step.PRUNE: f"remove the replaced image {current}",
        Step.REMOVE: f"untag {spec.name}" if untag else f"remove the image {spec.name}",
    }
    return tuple(words[step] for step in steps)
