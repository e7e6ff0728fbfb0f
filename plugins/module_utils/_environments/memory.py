# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember on the host what images were found to have: an image's id stands for all that is in it. Asks no image."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .._errors import DockenvError
from . import filesystem
from .host import Host


def recall(host: Host, base: str, about: str = "") -> dict[str, Any] | None:
    """Return what is remembered of the Python of an image; ``about`` tells apart what is remembered of the same one."""
    path = find_memory(host, base, about)
    try:
        values = json.loads(filesystem.read_text(path) if path else "")
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def remember(host: Host, base: str, values: Mapping[str, Any], about: str = "") -> None:
    """Let :func:`recall` return these values for this very image; a folder that cannot be written is no error."""
    path = find_memory(host, base, about)
    if path is not None:
        with suppress(DockenvError):
            filesystem.write_file(path, json.dumps(values), 0o644, f"{path}.{os.getpid()}-{threading.get_ident()}")


def find_memory(host: Host, base: str, about: str = "") -> str | None:
    """Return the file for what is remembered; None if the engine does not have the image."""
    image = host.sight.find_image(base)
    return None if image is None else os.path.join(host.tools, "pythons", f"{image.id.rpartition(':')[2]}{about}.json")
