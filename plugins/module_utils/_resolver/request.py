# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be locked, for which Python, from which indexes; pure values."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace

from .._errors import InvalidInput

# Docker's architectures with other names than the kernel's
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "386": "i686", "arm": "armv7l"}

# What a user can do, whichever resolver found out
UNREACHABLE = "check index_url and the network of this host"

# Run by an image's Python, this prints what Target.from_probe() reads
PROBE = """
import json, os, platform
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
except (ValueError, OSError):
    libc = "musl"
print(json.dumps({"python": platform.python_version(), "machine": platform.machine(), "libc": libc,
                  "implementation": platform.python_implementation()}))
"""


@dataclass(frozen=True)
class Target:
    """The Python for which to resolve: its version, the machine as ``uname -m`` has it, and ``glibc 2.41`` or ``musl``."""

    python: str
    machine: str
    libc: str

    @classmethod
    def from_probe(cls, output: str) -> Target:
        """Read what PROBE printed. Raises InvalidInput if that is no Python that can be resolved for."""
        try:
            answer = json.loads(output)
        except ValueError as error:
            raise InvalidInput(f"The image's Python does not say what it is, but {output[:200]!r}") from error
        if answer["implementation"] != "CPython":
            raise InvalidInput(f"The image's Python is {answer['implementation']}; only CPython can be resolved for")
        return cls(python=answer["python"], machine=answer["machine"], libc=answer["libc"])

    def without_patch(self) -> Target:
        """Return this with only the minor version, which is what wheels are made for."""
        return replace(self, python=".".join(self.python.split(".")[:2]))

    def __str__(self) -> str:
        return f"Python {self.python} on {self.machine} with {self.libc}"


def machine_of(platform: str) -> str:
    """Return the machine, as ``uname -m`` has it, of a platform as Docker writes it: ``linux/arm64``."""
    architecture = platform.split("/")[1]
    return _MACHINES.get(architecture, architecture)


@dataclass(frozen=True)
class Index:
    """A package index; the credentials are apart from the URL, so that it can be shown."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class LockRequest:
    """What to lock: ``requirements``, ``constraints`` and ``locked``, the lock there is, are texts of requirements files.

    What ``locked`` pins stays, except the names in ``upgrade`` and what must move with them. Without an ``index``, the
    settings of the host decide. ``netrc`` has a line ``machine HOST login USER password PASSWORD`` for each host that asks for one, of
    indexes, of repositories and of files by URL.
    """

    requirements: str
    target: Target
    constraints: str = ""
    locked: str = ""
    upgrade: tuple[str, ...] = ()
    index: Index | None = None
    extra_indexes: tuple[Index, ...] = ()
    netrc: str = field(default="", repr=False)

    @property
    def logins(self) -> list[tuple[str, str, str]]:
        """Host, user and password of each line of ``netrc``."""
        return re.findall(r"machine (\S+) login (\S+) password (\S+)", self.netrc)
