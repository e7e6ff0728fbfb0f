# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List, tidy, push and pull images, and ask registries for them. Decides nothing about what should be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .._errors import EngineError
from .engine import Engine

_LATEST = "latest"


@dataclass(frozen=True)
class ImageSummary:
    """What a list of images says of one: ``size`` in bytes, ``created`` in seconds since 1970.

    An image without ``tags`` is dangling; ``digests`` are the names with digests under which registries have it.
    """

    id: str
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    created: int = 0


@dataclass(frozen=True)
class Transfer:
    """What came of a push or a pull: whether anything had to be transferred, and the digest that the registry has now."""

    changed: bool
    digest: str


def list_images(engine: Engine) -> tuple[ImageSummary, ...]:
    """Return all images, dangling ones too, in one question."""
    with engine.asking("listing the images"):
        found = engine.client.images()
    return tuple(sorted((_summarise(entry) for entry in found), key=lambda image: (image.tags, image.id)))


def remove_unused(engine: Engine, image_id: str) -> bool:
    """Remove an image that has no tag and no container, and return whether it is gone now."""
    image = engine.find_image(image_id)
    if image is None:
        return True
    if image.tags:
        return False
    # What was pushed once keeps its names with digests when its tags move on, and the engine takes them for uses
    for digest in image.digests:
        if not engine.remove_image(digest):
            return False
    return engine.remove_image(image_id)


def pull(engine: Engine, reference: str, platform: str | None = None) -> Transfer:
    """Pull an image, with the user's stored credentials. Raises EngineError, with what to do, if it cannot be had."""
    repository, tag = split_reference(reference)
    before = engine.find_image(reference)
    doing = f"pulling the image {reference}"
    with _asking_registry(engine, doing):
        events = list(engine.client.pull(repository, tag=tag, stream=True, decode=True, platform=platform))
    read_transfer(events, doing)
    after = engine.find_image(reference)
    if after is None:
        raise EngineError(f"The image {reference} is not there after {doing}; look at the log of the engine")
    digest = next((name.partition("@")[2] for name in after.digests if name.partition("@")[0] == repository), "")
    return Transfer(changed=before is None or before.id != after.id, digest=digest)


def push(engine: Engine, reference: str) -> Transfer:
    """Push an image, with the user's stored credentials. Raises EngineError, with what to do, if the registry refuses."""
    repository, tag = split_reference(reference)
    doing = f"pushing the image {reference}"
    with _asking_registry(engine, doing):
        events = list(engine.client.push(repository, tag=tag, stream=True, decode=True))
    return read_transfer(events, doing)


def read_transfer(events: Iterable[Mapping[str, Any]], doing: str) -> Transfer:
    """Read the engine's messages about a push or a pull.

    Raises EngineError if there is an error among them: the engine's answer has the status 200 all the same.
    """
    changed, digest = False, ""
    for event in events:
        if "error" in event:
            raise EngineError(f"The Docker engine failed {doing}: {event['error']}{_advice(event['error'])}")
        changed = changed or event.get("status") in ("Pushed", "Pull complete")
        digest = (event.get("aux") or {}).get("Digest", digest)
    return Transfer(changed, digest)


def find_registry_digest(engine: Engine, reference: str) -> str | None:
    """Return the digest that the registry has for the name, or None if it has none. The engine asks, and pulls nothing.

    Raises EngineError if the registry does not answer or does not let the user in.
    """
    try:
        with _asking_registry(engine, f"asking the registry for the digest of {reference}"):
            return engine.client.inspect_distribution(reference)["Descriptor"]["digest"]
    except EngineError as error:
        if error.details.get("status") == 404 or "manifest unknown" in error.message:
            return None
        raise


def familiar_name(reference: str) -> str:
    """Return a name as an engine lists it: without the registry and the folder that are meant where none is written.

    After ParseNormalizedNamed and FamiliarName of https://github.com/distribution/reference.
    """
    name = re.sub(r"^(?:index\.)?docker\.io/", "", reference)
    first, slash, rest = name.partition("/")
    return rest if first == "library" and slash and "/" not in rest else name


def split_reference(reference: str) -> tuple[str, str]:
    """Return a name's repository and tag, or its digest, which engines take in place of one. Without either that is ``latest``.

    A port of the registry is no tag.
    """
    named, at, digest = reference.partition("@")
    if at:
        return split_reference(named)[0], digest
    repository, separator, tag = reference.rpartition(":")
    if not separator or "/" in tag:
        return reference, _LATEST
    return repository, tag


def _summarise(entry: Mapping[str, Any]) -> ImageSummary:
    return ImageSummary(
        id=entry["Id"],
        tags=_names(entry.get("RepoTags")),
        digests=_names(entry.get("RepoDigests")),
        labels=dict(entry.get("Labels") or {}),
        size=entry.get("Size") or 0,
        created=entry.get("Created") or 0,
    )


def _names(names: Iterable[str] | None) -> tuple[str, ...]:
    # Engines before 24 write <none>:<none> for a dangling image
    return tuple(sorted(name for name in names or () if not name.startswith("<none>")))


@contextmanager
def _asking_registry(engine: Engine, doing: str) -> Iterator[None]:
    """Do as :meth:`Engine.asking`, and say what the user can do about the registry."""
    try:
        with engine.asking(doing):
            yield
    except EngineError as error:
        raise EngineError(error.message + _advice(error.message), **error.details) from error


def _advice(reason: str) -> str:
    lower = reason.lower()
    if any(word in lower for word in ("unauthorized", "denied", "no basic auth", "authentication required")):
        return "; run docker login for this registry, as the user that runs the module"
    if any(word in lower for word in ("connection refused", "no such host", "i/o timeout", "server gave http response")):
        return "; check the registry in the image's name, and that the engine can reach it"
    return ""
