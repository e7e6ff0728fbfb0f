# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Observe packages and dnf's files on a host of Red Hat's family, in the shape that observe_apt.py has. Reads only; decides nothing."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from typing import Any

from .dnf_sources import is_below, read_repositories
from .observe_apt import read_prints, read_text

REPOSITORY_FOLDER = "/etc/yum.repos.d"
KEY_FOLDER = "/etc/pki/rpm-gpg"
# For each package rpm prints a line: its name and its version, with an epoch where it has one.
PACKAGE_QUERY = ("rpm", "--query", "--queryformat", "%{NAME}\\t%{EVR}\\n")


def observe_dnf(urls: Sequence[str]) -> dict[str, Any] | None:
    """Return what dnf's files say of the repositories at ``urls``, and the host's architecture; None if nobody asks.

    ``sources``, ``keyrings`` and ``shared`` are as observe_apt has them.
    """
    if not urls:
        return None
    sources, named, others = [], set(), set()
    for path in sorted(glob.glob(f"{REPOSITORY_FOLDER}/*.repo")):
        entries = read_repositories(read_text(path) or "")
        wanted = [entry for entry in entries if is_below(entry, urls)]
        named.update(key for entry in wanted for key in entry.keys)
        others.update(key for entry in entries if entry not in wanted for key in entry.keys)
        if wanted:
            lines = sorted(number for entry in wanted for number in entry.lines)
            sources.append({"path": path, "lines": lines, "alone": len(wanted) == len(entries)})
    keyrings = {path for path in glob.glob(f"{KEY_FOLDER}/*") if os.path.isfile(path)} | named
    prints = {path: read_prints(path) for path in sorted(keyrings)}
    return {
        "architecture": os.uname().machine,
        "sources": sources,
        "keyrings": {path: found for path, found in prints.items() if found},
        "shared": sorted(keyrings & others),
    }


def parse_rpm_packages(listing: str) -> dict[str, Any]:
    """Return from the lines of ``PACKAGE_QUERY`` the versions of installed packages. rpm itself neither holds any, nor leaves remains."""
    rows = [line.split("\t") for line in listing.splitlines() if line.count("\t") == 1]
    return {"packages": dict(rows), "held": [], "removed": []}
