# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides what to do for the image of a virtualenv, from what is asked for and what was observed; does none of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .._build_options import BuildOptions
from .._env.digest import BuildInput, InputDigest, compute_digest, digest_labels, find_build_reasons, is_made_by_us, read_labels
from .._env.names import OUR_LABELS
from .._env.steps import Build, Plan, RemoveFolder, RemoveImage, Step
from .._errors import InvalidInput, NotOurs
from .._image import Image

# The label that holds the name under which an image was made
LABEL_IMAGE = f"{OUR_LABELS}venv_image"
# In a diff, for what depends on a base image that was not fetched
_UNKNOWN = "what goes into it is known when the base image is there\n"


@dataclass(frozen=True)
class Stage:
    """Write what an image is built from into a folder."""

    path: str


@dataclass(frozen=True)
class Seen:
    """What there is: the image of that name, the names of containers that use it, and what the base image's name stands for.

    ``build_dir`` is the path of the build folder, if there is one that this module has written.
    """

    image: Image | None
    containers: tuple[str, ...] = ()
    base: str | None = None
    build_dir: str | None = None


def plan_image(name: str, seen: Seen, build: BuildInput | None, options: BuildOptions, kept: str | None, force: bool) -> Plan:
    """Plan to build the image if what goes into it is not what it was made from; ``kept`` is the folder to keep the context in.

    Without ``build``, which is so as long as the base image is not there, it is taken to be something else.
    Raises NotOurs for an image of the user's, unless ``force``.
    """
    image = seen.image
    is_ours = image is not None and is_made_by_us(image, name, LABEL_IMAGE)
    if image is not None and not is_ours and not force:
        raise NotOurs(f"name: the image {name} was not made by this module; choose another name, or set force to take the name from it")
    digest = None if build is None else compute_digest(build)
    reasons = _find_reasons(image, digest, options)
    if not reasons:
        return Plan()
    labels = {} if digest is None else digest_labels(digest, name, LABEL_IMAGE)
    steps: list[Step | Stage] = [Build(name, labels, no_cache="secrets_changed" in reasons)]
    if kept is not None:
        steps.append(Stage(kept))
    elif seen.build_dir is not None:
        steps.append(RemoveFolder(seen.build_dir))
    if image is not None and is_ours and options.prune_previous and len(image.tags) <= 1 and not seen.containers:
        steps.append(RemoveImage(image.id))
    before = read_labels(image.labels) if image is not None else None
    return Plan(tuple(steps), reasons, (_diff(f"image {name}", _describe(before), _UNKNOWN if digest is None else _describe(digest)),))


def plan_stage(build_dir: str, is_current: bool, before: str, after: str | None) -> Plan:
    """Plan to write the build folder; ``before`` and ``after`` are the texts of its Dockerfile, None as long as that is not known."""
    diff = _diff(f"{build_dir}/Dockerfile", before, _UNKNOWN if after is None else after)
    return Plan() if is_current else Plan((Stage(build_dir),), ("build_dir_changed",), (diff,))


def plan_unstage(build_dir: str | None) -> Plan:
    """Plan to remove the build folder, where there is one."""
    return Plan() if build_dir is None else Plan((RemoveFolder(build_dir),), ("build_dir_changed",))


def plan_removal(name: str, seen: Seen, force: bool) -> Plan:
    """Plan to remove the image and the build folder, where there is one of ours.

    Raises InvalidInput for an image that containers use, unless ``force``.
    """
    image = seen.image if seen.image is not None and is_made_by_us(seen.image, name, LABEL_IMAGE) else None
    if image is not None and seen.containers and not force:
        names = ", ".join(sorted(seen.containers))
        raise InvalidInput(f"name: the image {name} is used by the containers {names}; remove them first, or set force")
    steps: list[Step] = [RemoveImage(image.id)] if image is not None else []
    steps += [RemoveFolder(seen.build_dir)] if seen.build_dir is not None else []
    diff = (_diff(f"image {name}", _describe(read_labels(image.labels)), ""),) if image is not None else ()
    return Plan(tuple(steps), ("removed",) if steps else (), diff)


def _find_reasons(image: Image | None, digest: InputDigest | None, options: BuildOptions) -> tuple[str, ...]:
    if digest is not None:
        return find_build_reasons(image, digest, options)
    if image is None:
        return ("image_missing",)
    if options.rebuild == "never":
        return ()
    return ("unmanaged_image",) if read_labels(image.labels) is None else ("base_missing",)


def _describe(digest: InputDigest | None) -> str:
    """Return what goes into an image, each part as its short digest: enough to see which one moved."""
    parts = {} if digest is None else {**digest.parts, **({"base": digest.base} if digest.base else {})}
    return "".join(f"{name}: {value}\n" for name, value in parts.items())


def _diff(header: str, before: str, after: str) -> Mapping[str, str]:
    return {"before_header": header, "after_header": header, "before": before, "after": after}
