# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until docker_base_image bootstraps on this host, kill the module as nothing can prevent, and see what is left of it.

Knows the processes of the bootstrap by their TMPDIR, which is a folder of the module.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

MARK = b"TMPDIR=/var/lib/dockenv/bootstrap/"
PATIENCE_SECONDS = 60


def find_processes():
    """Return the ids of the processes of bootstraps."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and has_mark(entry)]


def has_mark(entry):
    try:
        return any(variable.startswith(MARK) for variable in (entry / "environ").read_bytes().split(b"\0"))
    except OSError:  # It ended meanwhile.
        return False


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit(what)
        time.sleep(0.1)


def main():
    # The command, what it runs in its namespace, and that one's children, at work on the packages
    wait_until(lambda: len(find_processes()) > 4, "the bootstrap did not start")
    processes = find_processes()
    parents = {int((Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[1]) for process in processes}
    (module,) = parents.difference(processes)
    os.kill(module, signal.SIGKILL)
    print("killed")
    wait_until(lambda: not find_processes(), "the bootstrap survived")
    print("no process left")


main()
