# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until a task of docker_venv_image has come to a certain moment, and kill it with all it started, as nothing can prevent.

Arguments: the image, the moment, and a docker command. Prints JSON: the image before and after, and whether it works.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

STATE = Path("/var/lib/dockenv/images")
SOCKET = "/var/run/docker.sock"
PATIENCE_SECONDS = 300
# Shorter than any moment, and long enough to leave the processors to the task
LOOK_SECONDS = 0.005


class Engine(http.client.HTTPConnection):
    """A connection to the engine of this host: a docker command takes longer to start than a moment lasts."""

    def __init__(self):
        super().__init__("localhost")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)

    def find_image(self, name):
        """Return the id of an image, None if there is none of the name."""
        self.request("GET", f"/images/{name}/json")
        response = self.getresponse()
        answer = json.loads(response.read())
        return answer["Id"] if response.status == 200 else None


def find_task():
    """Return the processes of the module and of all it started."""
    parents, found = {}, set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").rstrip()
                if command.endswith("AnsiballZ_docker_venv_image.py") and "async_wrapper" not in command:
                    found.add(int(entry.name))
    size = -1
    while size != len(found):
        size = len(found)
        found |= {number for number, parent in parents.items() if parent in found}
    return found


def main():
    image, moment, docker = sys.argv[1:]
    begun = time.time()
    log = STATE / ".dockenv" / f"{image}:latest.log"
    engine = Engine()
    before = engine.find_image(image)

    def has_logged(text):
        return log.exists() and log.stat().st_mtime > begun and text in log.read_text()

    moments = {
        "start": find_task,
        "building": lambda: has_logged("COPY"),
        "proving": lambda: has_logged("RUN --mount"),
        "tagged": lambda: engine.find_image(f"{image}:dockenv-new"),
        "swapped": lambda: engine.find_image(image) != before,
        "keeping": (STATE / f"{image}:latest.dockenv-new").exists,
    }
    end = time.monotonic() + PATIENCE_SECONDS
    while not moments[moment]() and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
    reached, killed = time.monotonic() < end, find_task()
    for number in killed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    command = [docker, "run", "--rm", "--network=none", image, "python", "-c", "import django"]
    works = subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
    outcome = {"reached": reached, "killed": len(killed), "before": before, "after": engine.find_image(image), "works": works}
    print(json.dumps(outcome))


main()
