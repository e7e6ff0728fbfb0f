# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Python is, as far as a virtualenv depends on it, and whether one made by it fits another; pure, starts nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

# SOABI names version, ABI, architecture and libc at once: cpython-311-x86_64-linux-gnu. Before Python 3.11 the link of a
# virtualenv may stand in sys._base_executable.
PROBE = """\
import json, os, platform, sys, sysconfig
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
except (AttributeError, OSError, ValueError):
    libc = ""
print(json.dumps([
    platform.python_version().rstrip("+"),
    sys.implementation.name,
    sysconfig.get_config_var("SOABI") or "",
    sysconfig.get_platform(),
    libc,
    os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
]))
"""


@dataclass(frozen=True)
class Traits:
    """A Python: ``abi`` is its SOABI, ``libc`` like ``glibc 2.36`` and empty for another C library; ``executable`` is no link."""

    version: str
    implementation: str
    abi: str
    platform: str
    libc: str
    executable: str

    @classmethod
    def from_probe(cls, output: str) -> Traits:
        """Read what PROBE has written. Raises ValueError for anything else."""
        values = json.loads(output)
        if not isinstance(values, list) or len(values) != 6 or not all(isinstance(value, str) for value in values):
            raise ValueError(f"{output!r} is not what the probe writes")
        return cls(*values)

    @property
    def minor(self) -> str:
        """The version as it decides over the layout of a virtualenv: ``3.11``."""
        return ".".join(self.version.split(".")[:2])


def find_misfits(venv: Traits, base: Traits, has_native_code: bool) -> tuple[str, ...]:
    """Return why files made for one Python do not run under the other; empty if they do.

    A newer glibc runs what was linked with an older one, and not the other way round; that, the ABI and the architecture matter
    only to native code.
    """
    if venv.implementation != base.implementation or venv.minor != base.minor:
        have, need = (f"{traits.implementation} {traits.minor}" for traits in (base, venv))
        return (f"the virtualenv is of {need}, the base image has {have}",)
    if not has_native_code:
        return ()
    if (venv.abi, venv.platform) != (base.abi, base.platform):
        have, need = (f"{traits.abi or 'an unnamed ABI'} on {traits.platform}" for traits in (base, venv))
        return (f"the virtualenv has native code for {need}, the base image has {have}",)
    if _libc_version(venv.libc) > _libc_version(base.libc):
        return (f"the virtualenv has native code made with {venv.libc}, the base image has {base.libc or 'another C library'}",)
    return ()


def _libc_version(libc: str) -> tuple[int, ...]:
    return tuple(int(part) for part in libc.rpartition(" ")[2].split(".") if part.isdigit())
