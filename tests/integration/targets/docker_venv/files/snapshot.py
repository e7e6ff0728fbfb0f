# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints a digest over everything below folders: names, kinds, modes, contents and link targets."""

from __future__ import annotations

import hashlib
import os
import stat
import sys

digest = hashlib.sha256()
for top in sys.argv[1:]:
    for parent, folders, files in os.walk(top):
        folders.sort()
        for name in sorted(folders + files):
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            digest.update(f"{path} {mode}\n".encode())
            if stat.S_ISLNK(mode):
                digest.update(os.readlink(path).encode())
            elif stat.S_ISREG(mode):
                with open(path, "rb") as file:
                    digest.update(file.read())
print(digest.hexdigest())
