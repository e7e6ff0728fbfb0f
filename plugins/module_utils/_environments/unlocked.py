# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a lock is made from. Makes none."""

from __future__ import annotations

from dataclasses import dataclass

from .._env.logins import Login


@dataclass(frozen=True)
class Unlocked:
    """What a lock is made from: the image, the texts of requirements.in and constraints.txt, the lock before, and logins."""

    base: str
    installer: str
    requirements: str
    constraints: str | None = None
    locked: str = ""
    logins: tuple[Login, ...] = ()
