# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until a task of docker_env has come to a certain moment, kill it as nothing can prevent, and say what is left of it.

Arguments: the environment, the moment, and what to kill: ``task``, the module's own processes, or ``all``, those of the resolver
and the build as well. The rest has to end by itself. Then a docker command with which to look whether the environment works.
Prints JSON: the environment's image and files before and after, and what came of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path("/var/lib/dockenv/envs")
SOCKET = "/var/run/docker.sock"
PATIENCE_SECONDS = 300
# Shorter than any moment, and long enough to leave the processors to the task
LOOK_SECONDS = 0.005
# What the command of a killed task may take to notice
END_SECONDS = 20


class Engine(http.client.HTTPConnection):
    """A connection to the engine of this host."""

    def __init__(self):
        super().__init__("localhost")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)

    def ask(self, path):
        """Return the answer, None for what is not there."""
        self.request("GET", path)
        response = self.getresponse()
        answer = json.loads(response.read())
        return answer if response.status == 200 else None


def image_of(engine, name):
    found = engine.ask(f"/images/{name}/json")
    return found and found["Id"]


def read_processes():
    """Return parent and command by process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(entry.name)] = (parent, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:  # It ended meanwhile.
                continue
    return found


def find_task():
    """Return the commands of the module and of all it started, by process; nothing before it runs."""
    processes = read_processes()
    found = {
        number: command
        for number, (_parent, command) in processes.items()
        if command.rstrip().endswith("AnsiballZ_docker_env.py") and "async_wrapper" not in command
    }
    size = -1
    while size != len(found):
        size = len(found)
        found.update({number: command for number, (parent, command) in processes.items() if parent in found})
    return found


def read_files(name):
    """Return the digests of the files in the environment's folder."""
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((ROOT / name).rglob("*")) if path.is_file()}


def has_come_to(log, begun, text):
    """Whether the log of the build that began after that time holds the text."""
    return log.exists() and log.stat().st_mtime > begun and text in log.read_text()


def moments(name, engine, before):
    """Return what tells that a moment has come, by its name."""
    state = ROOT / ".dockenv"
    log, dockerfile = state / f"{name}.log", ROOT / name / "Dockerfile"
    begun, written = time.time(), dockerfile.stat().st_mtime_ns
    return {
        "start": find_task,
        "resolving": lambda: any(" pip compile " in command for command in find_task().values()),
        "staging": (state / f"{name}.new").exists,
        "building": lambda: has_come_to(log, begun, "install.py"),
        "tagged": lambda: image_of(engine, f"{name}:dockenv-new"),
        "proving": lambda: engine.ask(f'/containers/json?all=1&filters={{"label":["dockenv.python.task={name}"]}}'),
        "writing": lambda: dockerfile.stat().st_mtime_ns != written,
        "swapped": lambda: image_of(engine, name) != before,
    }


def find_sessions(processes):
    """Return the session of each process that still runs: a resolver's helpers come and go between two looks."""
    found = {}
    for number in processes:
        with contextlib.suppress(ProcessLookupError):
            found[number] = os.getsid(number)
    return found


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def kill(number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def main():
    name, moment, extent, docker = sys.argv[1:]
    engine = Engine()
    before = {"image": image_of(engine, name), "files": read_files(name)}
    reached = wait_for(moments(name, engine, before["image"])[moment], PATIENCE_SECONDS)
    processes = find_task()
    sessions = find_sessions(processes)
    task = sessions[min(sessions)] if sessions else None
    victims = {number: processes[number] for number, session in sessions.items() if extent == "all" or session == task}
    for number in sorted(victims):
        kill(number)
    ended = wait_for(lambda: not any(number in read_processes() for number in processes), END_SECONDS)
    after = {"image": image_of(engine, name), "files": read_files(name)}
    command = [docker, "run", "--rm", "--network=none", name, "python", "-c", "import six"]
    works = subprocess.run(command, check=False).returncode == 0
    outcome = {"reached": reached, "killed": sorted(victims.values()), "ended": ended, "works": works}
    print(json.dumps({**outcome, "before": before, "after": after}))


main()
