# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out what the Python of a base image is, and remember it: an image's id stands for all that is in it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from .._errors import DockenvError
from .._resolver.in_image import probe
from .._resolver.request import Target
from . import disk
from .host import Host


def find_target(host: Host, base: str) -> Target:
    """Return what the image's Python is, by a container where it is not remembered. Raises CommandFailed if it has none that runs."""
    try:
        return Target(**(recall(host, base) or {}))
    except TypeError:
        return probe(host.engine, base)


def remember_target(host: Host, base: str) -> None:
    """Let :func:`find_target` need no container for this image any more; a folder that cannot be written is no error."""
    path = _path(host, base)
    if path is not None and not os.path.exists(path):
        remember(host, base, asdict(find_target(host, base)))


def recall(host: Host, base: str, about: str = "") -> dict[str, Any] | None:
    """Return what is remembered of the Python of an image; ``about`` tells apart what is remembered of the same one."""
    path = _path(host, base, about)
    try:
        values = json.loads(disk.read_text(path) if path else "")
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def remember(host: Host, base: str, values: Mapping[str, Any], about: str = "") -> None:
    """Let :func:`recall` return these values for this very image; a folder that cannot be written is no error."""
    path = _path(host, base, about)
    if path is not None:
        with suppress(DockenvError):
            disk.write_file(path, json.dumps(values), 0o644, f"{path}.{os.getpid()}-{threading.get_ident()}")


def _path(host: Host, base: str, about: str = "") -> str | None:
    image = host.sight.find_image(base)
    return None if image is None else os.path.join(host.tools, "pythons", f"{image.id.rpartition(':')[2]}{about}.json")
