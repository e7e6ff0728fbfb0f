# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out what the Python of a base image is, and remember it: an image's id stands for all that is in it."""

from __future__ import annotations

import os
from dataclasses import asdict

from .._resolver.in_image import probe
from .._resolver.request import Target
from .host import Host
from .memory import find_memory, recall, remember


def find_target(host: Host, base: str) -> Target:
    """Return what the image's Python is, by a container where it is not remembered. Raises CommandFailed if it has none that runs."""
    try:
        return Target(**(recall(host, base) or {}))
    except TypeError:
        return probe(host.engine, base)


def remember_target(host: Host, base: str) -> None:
    """Let :func:`find_target` need no container for this image any more; a folder that cannot be written is no error."""
    path = find_memory(host, base)
    if path is not None and not os.path.exists(path):
        remember(host, base, asdict(find_target(host, base)))
