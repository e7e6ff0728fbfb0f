# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a base image to what its options ask for: observe, plan, apply. The engine is given, so a fake one serves too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from .._errors import EngineError
from .._image import Image
from .bootstrap import bootstrapped_tar, require_tools
from .observe import observe_host
from .plan import Observation, Plan, Step, plan_absent, plan_present, temporary_name
from .recipe import Recipe, is_ours, read_definition
from .spec import BaseImageSpec
from .workfolder import exclusive_folder

# On the disk and not in /tmp, which is often in memory: a root file system takes hundreds of megabytes.
WORK_ROOT = Path("/var/lib/dockenv/bootstrap")


class Engine(Protocol):
    """What is needed of an engine: see _docker/engine.py."""

    def find_image(self, reference: str) -> Image | None:
        """Return the image, or None."""

    def find_containers(self, image_id: str) -> tuple[str, ...]:
        """Return the names of the containers made from the image."""

    def check_import_platform(self, platform: str) -> None:
        """Raise EngineError unless images of this platform can be imported."""

    def import_image(self, stream: Iterator[bytes], repository: str, tag: str, changes: Sequence[str], platform: str, comment: str) -> str:
        """Make an image of a tar file and return its id."""

    def tag_image(self, image_id: str, repository: str, tag: str) -> None:
        """Let the tag name the image."""

    def remove_image(self, reference: str, force: bool = False) -> bool:
        """Remove the image or its tag; return whether it went."""


@dataclass(frozen=True)
class Result:
    """What was done, or would be done, and the image after it; None if it is absent or not made yet."""

    plan: Plan
    image: Image | None

    def to_dict(self, spec: BaseImageSpec) -> dict[str, Any]:
        """Return the module's return values."""
        return {
            "changed": bool(self.plan.steps),
            "reasons": list(self.plan.reasons),
            "actions": list(self.plan.actions),
            "image": _describe(self.image, spec) if self.image else None,
            "diff": {"before": dict(self.plan.before), "after": dict(self.plan.after)},
        }


def converge(spec: BaseImageSpec, engine: Engine, check_mode: bool, work_root: Path = WORK_ROOT) -> Result:
    """Do what is needed, or only find it out in check mode. Raises DockenvError; then the old image has its name still."""
    recipe = Recipe.from_spec(spec, observe_host(spec)) if spec.present else None
    plan = _plan(spec, recipe, engine)
    if not plan.steps or check_mode:
        image = None if Step.BOOTSTRAP in plan.steps or not spec.present else engine.find_image(str(spec.name))
        return Result(plan, image)
    with exclusive_folder(work_root / temporary_name(spec.name).tag) as folder:
        plan = _plan(spec, recipe, engine)  # Another process may have done it while this one waited for the folder.
        _apply(plan, spec, recipe, engine, folder)
        return Result(plan, engine.find_image(str(spec.name)))


def _plan(spec: BaseImageSpec, recipe: Recipe | None, engine: Engine) -> Plan:
    seen = _observe(spec, engine)
    if recipe is None:
        return plan_absent(spec, seen)
    plan = plan_present(spec, recipe, seen)
    if Step.BOOTSTRAP in plan.steps:
        require_tools()
        engine.check_import_platform(recipe.platform)
    return plan


def _observe(spec: BaseImageSpec, engine: Engine) -> Observation:
    current = engine.find_image(str(spec.name))
    return Observation(
        current=current,
        leftover=engine.find_image(str(temporary_name(spec.name))),
        containers=engine.find_containers(current.id) if current else (),
    )


def _apply(plan: Plan, spec: BaseImageSpec, recipe: Recipe | None, engine: Engine, folder: Path) -> None:
    replaced = engine.find_image(str(spec.name)) if Step.PRUNE in plan.steps else None
    if Step.CLEAN in plan.steps:
        engine.remove_image(str(temporary_name(spec.name)), force=True)
    if Step.BOOTSTRAP in plan.steps and recipe is not None:
        with _new_image(spec, recipe, engine, folder) as image_id:
            engine.tag_image(image_id, spec.name.repository, spec.name.tag)
    if replaced is not None:
        engine.remove_image(replaced.id)
    if Step.REMOVE in plan.steps and not engine.remove_image(str(spec.name), force=spec.force):
        raise EngineError(f"The image {spec.name} came into use while it was to be removed; it stays, try again")


@contextmanager
def _new_image(spec: BaseImageSpec, recipe: Recipe, engine: Engine, folder: Path) -> Iterator[str]:
    """Make the image under a temporary name, prove it, and give its id; at the end it has only the names it got meanwhile."""
    name = temporary_name(spec.name)
    try:
        with bootstrapped_tar(recipe, folder) as pieces:
            image_id = engine.import_image(pieces, name.repository, name.tag, recipe.instructions(), recipe.platform, recipe.digest)
        _prove(engine.find_image(image_id), recipe)
        yield image_id
    finally:
        engine.remove_image(str(name), force=True)


def _prove(image: Image | None, recipe: Recipe) -> None:
    """Raise EngineError unless the engine made of the file system and its configuration what they say."""
    definition: Mapping[str, Any] = read_definition(image) if image else {}
    wrong = [part for part, value in recipe.definition().items() if definition.get(part) != value]
    if image is None or image.size == 0:
        wrong.append("files")
    elif image.architecture != recipe.platform.split("/")[1]:
        wrong.append("architecture")
    elif not is_ours(image):
        wrong.append("comment")
    if wrong:
        raise EngineError(f"The Docker engine imported an image without what it was given: {', '.join(wrong)}; nothing was tagged")


def _describe(image: Image, spec: BaseImageSpec) -> dict[str, Any]:
    return {
        "id": image.id,
        "name": spec.name.repository,
        "tag": spec.name.tag,
        "labels": dict(image.labels),
        "architecture": image.architecture,
        "size": image.size,
        "created": image.created,
    }
