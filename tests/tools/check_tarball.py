# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that the collection's tarball holds what users need, and nothing that git does not know.

check_tarball.py tests/output/dockenv-python-0.1.0.tar.gz
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Made by the build; galaxy.yml becomes MANIFEST.json.
GENERATED = {"FILES.json", "MANIFEST.json"}
# All that git knows below these is for users.
FOLDERS = ("docs/", "meta/", "playbooks/", "plugins/", "roles/")
FILES = {"CHANGELOG.md", "COPYING", "README.md"}


def find_problems(packed: set[str], known: set[str]) -> list[str]:
    """Return a line for each file that is missing in the tarball or has no place there."""
    wanted = {name for name in known if name.startswith(FOLDERS)} | FILES
    missing = [f"not in the tarball: {name}" for name in sorted(wanted - packed)]
    foreign = [f"has no place in the tarball: {name}" for name in sorted(packed - wanted - GENERATED)]
    return missing + foreign


def main(tarball: Path) -> int:
    """Return 0 when the content is right, 1 otherwise."""
    with tarfile.open(tarball) as archive:
        packed = {member.name for member in archive.getmembers() if not member.isdir()}
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(listing, cwd=ROOT, text=True).split("\0")
    problems = find_problems(packed, {name for name in names if name and (ROOT / name).exists()})
    print(f"{tarball.name}: {len(packed)} files, {len(problems)} problems", *problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
