"""Runs playbooks and modules on the bench's host, and says how long they took."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
INVENTORY = FOLDER / "inventory.yml"
HOST = "dockenv-bench"

# Runs on the host: the seconds that each of N runs of a module's wrapper takes, the interpreter's start included.
TIMER = """
import json, subprocess, sys, time
seconds = []
for number in range(int(sys.argv[2])):
    start = time.monotonic()
    done = subprocess.run([sys.executable, sys.argv[1]], stdout=subprocess.PIPE, text=True, check=True)
    seconds.append(time.monotonic() - start)
    result = json.loads(done.stdout.strip().splitlines()[-1])
    if result.get("changed") or result.get("failed"):
        sys.exit(f"the module changed something or failed: {result}")
print(json.dumps(seconds))
"""


def playbook_seconds(name: str, **variables: object) -> float:
    """Run a playbook of this folder on the host; return the seconds of the whole process. Raises where it changes or fails."""
    command = ["ansible-playbook", f"--inventory={INVENTORY}", str(FOLDER / name), f"--extra-vars={json.dumps(variables)}"]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode != 0 or " changed=0 " not in done.stdout:
        raise RuntimeError(f"{name}: there was something to do, or it failed:\n{done.stdout}\n{done.stderr}")
    return seconds


class Module:
    """A module with its options, placed on the host as Ansible places it, and run there again and again."""

    def __init__(self, name: str, options: dict[str, object]) -> None:
        self._wrapper = _place(name, options)

    def seconds(self) -> float:
        """Run it once; return the seconds on the host. Raises where it changes or fails."""
        done = _on_host("/usr/bin/python3", "-c", TIMER, self._wrapper, "1")
        return json.loads(done)[0]


def _place(name: str, options: dict[str, object]) -> str:
    """Run the module once, which may change the host, and return the path of its wrapper, which is kept there."""
    _on_host("rm", "-rf", "/root/.ansible/tmp")
    command = ["ansible", "all", f"--inventory={INVENTORY}", f"--module-name={name}", f"--args={json.dumps(options)}"]
    environment = ["env", "ANSIBLE_KEEP_REMOTE_FILES=1", "ANSIBLE_PIPELINING=0"]
    subprocess.run([*environment, *command], check=True, stdout=subprocess.DEVNULL)
    kept = _on_host("find", "/root/.ansible/tmp", "-name", "AnsiballZ_*.py").split()
    target = f"/root/{Path(kept[0]).name}"
    _on_host("mv", kept[0], target)
    return target


def _on_host(*words: str) -> str:
    done = subprocess.run(["docker", "exec", HOST, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} on {HOST}: {done.stdout}{done.stderr}")
    return done.stdout
