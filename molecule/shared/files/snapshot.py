# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write what a host holds to a JSON file, so that two moments can be compared; changes nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

ROOTS = ("/boot", "/etc", "/home", "/opt", "/root", "/srv", "/usr", "/var")

# What a package manager, systemd and Python keep for themselves, and what the engine's data root holds:
# these change without anybody's wish, or are asked about by tests of their own.
PASSED_OVER = (
    "/etc/ld.so.cache",
    "/root/.ansible",
    "/root/.cache",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/dpkg",
    "/var/lib/systemd",
    "/var/log",
    "/var/tmp",
)


def lines_of(*command: str) -> list[str]:
    """Return the sorted lines that a command prints."""
    return sorted(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines())


def describe(path: str) -> list[str]:
    """Return kind, mode and owner of a path, and its link's target or its content's digest."""
    status = os.lstat(path)
    described = [stat.filemode(status.st_mode), str(status.st_uid), str(status.st_gid)]
    if stat.S_ISLNK(status.st_mode):
        described.append(os.readlink(path))
    elif stat.S_ISREG(status.st_mode):
        described.append(hashlib.sha256(Path(path).read_bytes()).hexdigest())
    return described


def is_compared(path: str) -> bool:
    """Tell whether a path's state is somebody's wish."""
    # The account tools write backups such as /etc/group- whenever they save.
    return path not in PASSED_OVER and os.path.basename(path) != "__pycache__" and not path.endswith("-")


def describe_files() -> dict[str, list[str]]:
    """Return the description of each file and folder below the roots, by path."""
    files = {}
    for root in ROOTS:
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if is_compared(os.path.join(folder, name))]
            for name in folders + names:
                path = os.path.join(folder, name)
                if is_compared(path):
                    files[path] = describe(path)
    return files


def main() -> None:
    """Write the snapshot to the path given as argument."""
    snapshot = {
        "packages": lines_of("dpkg-query", "--show", "--showformat=${Package} ${db:Status-Abbrev}\n"),
        "groups": lines_of("getent", "group"),
        "users": lines_of("getent", "passwd"),
        "files": describe_files(),
    }
    Path(sys.argv[1]).write_text(json.dumps(snapshot), encoding="utf-8")


if __name__ == "__main__":
    main()
