# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a lock is made from. Makes none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Union

from .._build_options import BuildOptions, Secret
from .._env.folder import Folder
from .._env.logins import Login
from .._env.plan import Observed
from .._env.steps import MakeLock
from .place import Place


@dataclass(frozen=True)
class Unlocked:
    """What a lock is made from: the image, the texts of requirements.in and constraints.txt, the lock before, and logins.

    Without ``platforms`` it is made for the platform of the image that the engine has.
    """

    base: str
    installer: str
    requirements: str
    constraints: str | None = None
    locked: str = ""
    logins: tuple[Login, ...] = ()
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A build whose buildout picks versions: the first of ``folders`` that can be built says which.

    They differ in what their locks hold on to.
    """

    place: Place
    base: str
    observed: Observed
    folders: tuple[Folder, ...]
    options: BuildOptions
    secrets: tuple[Secret, ...] = ()


# Makes the lock; None where that would leave something on the host that check mode must not.
Resolve = Callable[[Union[Unlocked, Trial], MakeLock], Union[str, None]]


@dataclass(frozen=True)
class Resolver:
    """What a plan asks for a lock: ``lock`` makes it, ``find_python`` says for which Python, or None where ``lock`` would."""

    lock: Resolve
    find_python: Callable[[Unlocked], str | None]
