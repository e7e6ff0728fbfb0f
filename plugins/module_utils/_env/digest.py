# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The digest of all that goes into an image, with its parts; decides whether a build is needed without an image's id.

Not in it: times, owners and the place of the context; values of secrets; caches, and whether to pull.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from .._build_options import BuildOptions
from .._image import Image
from .names import OUR_LABELS

# Raised when the same input would make another image, or another digest.
SCHEMA = 1

LABEL_DIGEST = f"{OUR_LABELS}digest"
LABEL_PARTS = f"{OUR_LABELS}parts"
LABEL_ENVIRONMENT = f"{OUR_LABELS}environment"
LABEL_BASE = f"{OUR_LABELS}base"

# The line in a Dockerfile of ours that holds what builds nothing; see folder.py.
RECORD_PREFIX = "# dockenv: "

# 64 bits; a part is only compared with the same part of the build before.
_PART_LENGTH = 16
# So many files become text at a time.
_AT_ONCE = 1000


@dataclass(frozen=True)
class ContextEntry:
    """One file, link or folder of a build context: ``path`` relative, ``content`` the SHA-256 of a file or the target of a link.

    Of the mode only execution counts; it is all that a checkout keeps, and the rest follows the umask.
    """

    path: str
    kind: str
    content: str
    is_executable: bool = False


@dataclass(frozen=True)
class BuildInput:
    """What a build is made from; ``secrets`` are ids with versions, ``base`` what the base image's name stands for, if known."""

    dockerfile: str
    context: tuple[ContextEntry, ...] = ()
    args: tuple[tuple[str, str], ...] = ()
    target: str | None = None
    platforms: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    base: str | None = None


@dataclass(frozen=True)
class InputDigest:
    """The digest of an input, and short digests of its parts by name. The base is kept beside: it may be unknown at times."""

    value: str
    parts: Mapping[str, str]
    base: str | None = None


def compute_digest(build: BuildInput) -> InputDigest:
    """Return the digest; equal for equal inputs in any order."""
    parts = {
        "schema": str(SCHEMA),
        "dockerfile": short_hash(without_record(build.dockerfile)),
        "context": _hash_entries(sorted(build.context, key=attrgetter("path"))),
        "args": short_hash(sorted(build.args)),
        "target": short_hash(build.target),
        "platforms": short_hash(sorted(set(build.platforms))),
        "secrets": short_hash(sorted(build.secrets)),
    }
    return InputDigest(f"sha256:{hashlib.sha256(_canonical(parts)).hexdigest()}", parts, build.base)


def digest_labels(digest: InputDigest, name: str, kind: str = LABEL_ENVIRONMENT) -> dict[str, str]:
    """Return the labels that an image carries so that the next run can compare; ``kind`` is the label that says what it was made for."""
    labels = {
        LABEL_DIGEST: digest.value,
        LABEL_PARTS: _canonical(digest.parts).decode(),
        kind: name,
    }
    return labels if digest.base is None else {**labels, LABEL_BASE: digest.base}


def read_labels(labels: Mapping[str, str]) -> InputDigest | None:
    """Return the digest that an image carries; None if it has none that can be believed, as where a label was changed."""
    try:
        parts = json.loads(labels[LABEL_PARTS])
    except (KeyError, ValueError):
        return None
    if not isinstance(parts, dict) or f"sha256:{hashlib.sha256(_canonical(parts)).hexdigest()}" != labels.get(LABEL_DIGEST):
        return None
    return InputDigest(labels[LABEL_DIGEST], parts, labels.get(LABEL_BASE))


def compare(old: InputDigest, new: InputDigest) -> tuple[str, ...]:
    """Return what moved, as reasons in a fixed order; a base is compared where both are known."""
    if old.parts.get("schema") != new.parts["schema"]:
        return ("generator_changed",)
    reasons = [f"{name}_changed" for name, value in new.parts.items() if old.parts.get(name) != value]
    if None not in (old.base, new.base) and old.base != new.base:
        reasons.append("base_updated")
    return tuple(reasons)


def is_made_by_us(image: Image, name: str, kind: str = LABEL_ENVIRONMENT) -> bool:
    """Whether an image was built by this collection for the environment of that name, or for what another label names."""
    return image.labels.get(kind) == name and read_labels(image.labels) is not None


def find_build_reasons(image: Image | None, digest: InputDigest, options: BuildOptions) -> tuple[str, ...]:
    """Return why an image is to be built from this input; empty if it is not."""
    if image is None:
        return ("image_missing",)
    if options.rebuild == "never":
        return ()
    old = read_labels(image.labels)
    reasons = ("unmanaged_image",) if old is None else compare(old, digest)
    return reasons or (("rebuild_always",) if options.rebuild == "always" else ())


def without_record(dockerfile: str) -> str:
    """Return a Dockerfile without the comment in which a folder keeps what builds nothing."""
    return "".join(line for line in dockerfile.splitlines(keepends=True) if not line.startswith(RECORD_PREFIX))


def short_hash(value: Any) -> str:
    """Return a digest of a value that JSON can hold; long enough to tell whether one thing changed."""
    return hashlib.sha256(_canonical(value)).hexdigest()[:_PART_LENGTH]


def _hash_entries(entries: Sequence[ContextEntry]) -> str:
    """Return the :func:`short_hash` of a list of them all, without a text of it: a virtualenv may have tens of thousands of files."""
    digest = hashlib.sha256(b"[")
    for start in range(0, len(entries), _AT_ONCE):
        some = [[entry.path, entry.kind, entry.is_executable, entry.content] for entry in entries[start : start + _AT_ONCE]]
        digest.update((b"," if start else b"") + _canonical(some)[1:-1])
    digest.update(b"]")
    return digest.hexdigest()[:_PART_LENGTH]


def _canonical(value: Any) -> bytes:
    """JSON of one form only; a lone surrogate, which a file's name may hold, stays an escape."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
