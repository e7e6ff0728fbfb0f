"""Runs playbooks and modules on the bench's host, and says how long they took."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
INVENTORY = FOLDER / "inventory.yml"
FOUR_HOSTS = FOLDER / "four_hosts.yml"
HOST = "dockenv-bench"

# Runs on the host: the seconds that a command takes, the interpreter's start included, and what it wrote.
TIMER = """
import json, subprocess, sys, time
start = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
print(json.dumps([time.monotonic() - start, done.returncode, done.stdout, done.stderr]))
"""


def prepare(name: str, **variables: object) -> None:
    """Bring the host to what a playbook of this folder says."""
    command = ["ansible-playbook", f"--inventory={INVENTORY}", str(FOLDER / name), f"--extra-vars={json.dumps(variables)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed:\n{done.stdout}\n{done.stderr}")


def playbook_seconds(name: str, inventory: Path = INVENTORY, **variables: object) -> float:
    """Run a playbook of this folder on the hosts; return the seconds of the whole process. Raises where it changes or fails."""
    command = ["ansible-playbook", f"--inventory={inventory}", str(FOLDER / name), f"--extra-vars={json.dumps(variables)}"]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode != 0 or re.findall(r" changed=(\d+) ", done.stdout) != ["0"] * done.stdout.count(" unreachable=0 "):
        raise RuntimeError(f"{name}: there was something to do, or it failed:\n{done.stdout}\n{done.stderr}")
    return seconds


def task_seconds(module: str, options: dict[str, object]) -> float:
    """Run one task of a play on the host; return its seconds as the controller sees them, from its start to its result."""
    environment = {**os.environ, "ANSIBLE_CALLBACK_PLUGINS": str(FOLDER / "callback_plugins"), "ANSIBLE_STDOUT_CALLBACK": "task_seconds"}
    play = [{"hosts": "docker_servers", "gather_facts": False, "tasks": [{module: options}, {module: options}]}]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as playbook:
        json.dump(play, playbook)
        playbook.flush()
        command = ["ansible-playbook", f"--inventory={INVENTORY}", playbook.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{module} changed something or failed:\n{done.stdout}\n{done.stderr}")
    # The first task of a play opens the connection.
    return json.loads(done.stdout.splitlines()[-1])


class Module:
    """A module with its options, placed on the host as Ansible places it, and run there again and again; ``wrapper`` is its path."""

    def __init__(self, name: str, options: dict[str, object]) -> None:
        self._name = name
        self.wrapper = _place(name, options)

    def seconds(self) -> float:
        """Run it once; return the seconds on the host. Raises where it changes or fails."""
        seconds, result = self.run()
        if result["changed"]:
            raise RuntimeError(f"{self._name}: there was something to do: {result}")
        return seconds

    def run(self) -> tuple[float, dict[str, Any]]:
        """Run it once; return the seconds on the host, and its result. Raises where it fails."""
        seconds, output = command_seconds("/usr/bin/python3", self.wrapper)
        return seconds, json.loads(output.splitlines()[-1])


def command_seconds(*words: str) -> tuple[float, str]:
    """Run a command on the host; return its seconds there and what it wrote. Raises where it fails."""
    seconds, rc, output, errors = json.loads(on_host("/usr/bin/python3", "-c", TIMER, *words))
    if rc != 0:
        raise RuntimeError(f"{' '.join(words)} failed on {HOST}:\n{output}\n{errors}")
    return seconds, output


def _place(name: str, options: dict[str, object]) -> str:
    """Run the module once, which may change the host, and return the path of its wrapper, which is kept there."""
    on_host("rm", "-rf", "/root/.ansible/tmp")
    apply(name, options, ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_PIPELINING="0")
    kept = on_host("find", "/root/.ansible/tmp", "-name", "AnsiballZ_*.py").split()
    target = f"/root/{uuid.uuid4().hex}.py"
    on_host("mv", kept[0], target)
    return target


def apply(name: str, options: dict[str, object], **environment: str) -> None:
    """Run a module on the host. Raises where it fails."""
    command = ["ansible", "all", f"--inventory={INVENTORY}", f"--module-name={name}", f"--args={json.dumps(options)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed:\n{done.stdout}\n{done.stderr}")


def put_file(path: str, content: str) -> None:
    """Write a text file on the host."""
    command = ["docker", "exec", "--interactive", HOST, "sh", "-c", 'cat > "$1"', "sh", path]
    subprocess.run(command, input=content, check=True, text=True)


def on_host(*words: str) -> str:
    """Return what a command on the host writes. Raises where it fails."""
    done = subprocess.run(["docker", "exec", HOST, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} on {HOST}: {done.stdout}{done.stderr}")
    return done.stdout
