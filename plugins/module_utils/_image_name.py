# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check and split image names; pure text, knows nothing of engines and registries."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._errors import InvalidInput

# The grammar of https://github.com/distribution/reference (reference.go and regexp.go)
_PATH_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_DOMAIN_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(rf"(?:{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]{{1,5}})?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_ID = re.compile(r"[a-f0-9]{64}")
_NAME_MAX_LENGTH = 255

DEFAULT_TAG = "latest"


@dataclass(frozen=True)
class ImageName:
    """A repository (with its registry, if it has one) and a tag."""

    repository: str
    tag: str

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}"


def parse_image_name(name: str, tag: str | None = None) -> ImageName:
    """Return the image that ``name`` and ``tag`` mean together; without any tag it is ``latest``.

    Raises InvalidInput, naming the option, for what no engine accepts, for a digest, and for two tags.
    """
    if "@" in name:
        raise InvalidInput(f"name: {name!r} names an image by its digest; give a name, and a tag if needed")
    repository, tag_in_name = _split_tag(name)
    if tag_in_name is not None and tag is not None:
        raise InvalidInput(f"name: {name!r} holds a tag, and tag is {tag!r} as well; give the tag only once")
    tag_option = "tag" if tag_in_name is None else "name"
    chosen = tag if tag_in_name is None else tag_in_name
    _check_repository(repository)
    if chosen is None:
        return ImageName(repository, DEFAULT_TAG)
    if not _TAG.fullmatch(chosen):
        raise InvalidInput(
            f"{tag_option}: {chosen!r} is not an image tag; use up to 128 letters, digits, '_', '.' and '-', "
            "starting with a letter, a digit or '_'"
        )
    return ImageName(repository, chosen)


def _split_tag(name: str) -> tuple[str, str | None]:
    """Split at the last colon, unless a slash follows it: then it is the port of a registry."""
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return name, None
    return repository, tag


def _check_repository(repository: str) -> None:
    registry, path = _split_registry(repository)
    if len(repository) > _NAME_MAX_LENGTH:
        raise InvalidInput(f"name: {repository!r} is longer than {_NAME_MAX_LENGTH} characters")
    if _ID.fullmatch(repository):
        raise InvalidInput(f"name: {repository!r} reads like an image's id; choose another name")
    if registry is not None and not _DOMAIN.fullmatch(registry):
        raise InvalidInput(f"name: {registry!r} in {repository!r} is not a registry's host name, with or without a port")
    for component in path.split("/"):
        if not _PATH_COMPONENT.fullmatch(component):
            raise InvalidInput(
                f"name: {component!r} in {repository!r} is not a part of an image name; use lower-case letters and digits, "
                "joined by '.', '_', '__' or '-'"
            )


def _split_registry(repository: str) -> tuple[str | None, str]:
    """The part before the first slash is a registry if it has a dot, a colon or a capital, or is ``localhost``."""
    first, slash, rest = repository.partition("/")
    if slash and (first == "localhost" or first != first.lower() or any(mark in first for mark in ".:")):
        return first, rest
    return None, repository
