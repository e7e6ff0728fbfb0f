# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember on the host what images were found to have: an image's id stands for all that is in it. Asks no image.

What a name stood for last is remembered too, for when no image has it.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .._env.digest import short_hash
from .._errors import DockenvError
from . import filesystem
from .host import Host


def recall(host: Host, base: str, about: str = "") -> dict[str, Any] | None:
    """Return what is remembered of the Python of an image; ``about`` tells apart what is remembered of the same one."""
    path = find_memory(host, base, about)
    return None if path is None else _read(path)


def remember(host: Host, base: str, values: Mapping[str, Any], about: str = "") -> None:
    """Let :func:`recall` return these values for this very image; a folder that cannot be written is no error."""
    path = find_memory(host, base, about)
    if path is not None:
        _write(path, values)


def recall_last(host: Host, base: str, about: str = "") -> dict[str, Any] | None:
    """Return what is remembered of the image that had the name last."""
    return _read(_find_last(host, base, about))


def remember_last(host: Host, base: str, values: Mapping[str, Any], about: str = "") -> None:
    """Let :func:`recall_last` return these values; a folder that cannot be written is no error."""
    _write(_find_last(host, base, about), values)


def find_memory(host: Host, base: str, about: str = "") -> str | None:
    """Return the file for what is remembered; None if the engine does not have the image."""
    image = host.sight.find_image(base)
    return None if image is None else os.path.join(host.tools, "pythons", f"{image.id.rpartition(':')[2]}{about}.json")


def _find_last(host: Host, base: str, about: str) -> str:
    return os.path.join(host.tools, "pythons", f"last-{short_hash(base)}{about}.json")


def _read(path: str) -> dict[str, Any] | None:
    try:
        values = json.loads(filesystem.read_text(path))
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def _write(path: str, values: Mapping[str, Any]) -> None:
    with suppress(DockenvError):
        filesystem.write_file(path, json.dumps(values), 0o644, f"{path}.{os.getpid()}-{threading.get_ident()}")
