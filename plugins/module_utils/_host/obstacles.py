# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what stands where the role docker_server would make a link. Reads only."""

from __future__ import annotations

import os.path
from collections.abc import Iterable

from .observe import kind_of


def find_link_obstacles(links: Iterable[str], replaceable: Iterable[str]) -> list[str]:
    """Return a sentence for each path of a link that cannot be made; at a ``replaceable`` one anything may stand."""
    return [
        *(sentence for path in links if (sentence := _blocked(path) or _taken(path))),
        *(sentence for path in replaceable if (sentence := _blocked(path))),
    ]


def _taken(path: str) -> str | None:
    kind = kind_of(path)
    if kind not in ("file", "folder"):
        return None
    return f"{path!r} is a {kind} that the role docker_server did not make; move it away, or choose another path"


def _blocked(path: str) -> str | None:
    above = os.path.dirname(path)
    while os.path.isabs(above) and not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isabs(above) or os.path.isdir(above):
        return None
    return f"{path!r} cannot be made, because {above!r} is no folder; choose another path"
