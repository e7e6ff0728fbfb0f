# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine says of one image, as a value; pure, asks no engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Image:
    """An image of the engine: ``size`` in bytes, ``created`` as the engine writes it (RFC 3339).

    ``digests`` are the names with digests under which registries have it, ``layers`` the digests of its layers, base first.
    ``comment`` is of the image itself: unlike labels, no image that is based on it inherits the comment.
    """

    id: str
    tags: tuple[str, ...]
    labels: Mapping[str, str]
    env: Mapping[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    architecture: str
    size: int
    created: str
    digests: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    comment: str = ""

    @classmethod
    def from_inspect(cls, answer: Mapping[str, Any]) -> Image:
        """Read the engine's answer to an image inspection, in which an empty list or mapping may be null."""
        config = answer.get("Config") or {}
        return cls(
            id=answer["Id"],
            tags=tuple(answer.get("RepoTags") or ()),
            labels=dict(config.get("Labels") or {}),
            env=dict(entry.partition("=")[::2] for entry in config.get("Env") or ()),
            entrypoint=tuple(config.get("Entrypoint") or ()),
            command=tuple(config.get("Cmd") or ()),
            architecture=answer.get("Architecture") or "",
            size=answer.get("Size") or 0,
            created=answer.get("Created") or "",
            digests=tuple(answer.get("RepoDigests") or ()),
            layers=tuple((answer.get("RootFS") or {}).get("Layers") or ()),
            comment=answer.get("Comment") or "",
        )
