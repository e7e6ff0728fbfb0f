# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write down the argument list of every process that is seen on this host, containers included, until it is stopped.

Argument: the file to write to. A line is there as soon as the process was seen.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

# Commands of a build live for much longer.
PAUSE_SECONDS = 0.01


def read_commands():
    """Yield the argument lists of all processes, words joined by spaces."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield (entry / "cmdline").read_bytes().replace(b"\0", b" ").replace(b"\n", b" ")
            except OSError:  # It ended meanwhile.
                continue


def main():
    seen = set()
    with open(sys.argv[1], "ab", buffering=0) as file:
        while True:
            for command in read_commands():
                if command not in seen:
                    seen.add(command)
                    file.write(command + b"\n")
            time.sleep(PAUSE_SECONDS)


main()
