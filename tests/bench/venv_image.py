"""Measures the packaging of a virtualenv against a copy of its files into an image, and what it takes of the host."""

from __future__ import annotations

import json
import uuid
from functools import cache
from pathlib import Path

from hosts import Module, command_seconds, on_host, prepare, put_file
from measure import Case

BASE = "dockenv-bench/python:3.13"
PACKAGES = ["django", "pandas", "requests", "gunicorn"]
VENV = "/srv/bench/venv"
# A file of the virtualenv that is another one each time, so that no layer of an earlier round serves.
MARK = f"{VENV}/mark"
COPY = "/root/copy.sh"
# Runs on the host: the largest of the processes that a command starts, in kilobytes, and what it wrote.
WEIGHER = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True, text=True)
print(json.dumps([resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.stdout]))
"""
KILOBYTES = 1024


def cases() -> list[Case]:
    """Return the cases, in the order in which they run."""
    prepare("envs.yml", base=BASE)
    prepare("venv_image.yml", venv=VENV, packages=PACKAGES)
    put_file(COPY, (Path(__file__).parent / "copy.sh").read_text())
    megabytes = int(on_host("du", "--summarize", "--block-size=1MB", VENV).split()[0])
    return [
        Case(
            f"`docker_venv_image`, a virtualenv of {megabytes} MB, for the first time / `tar` into `docker build` with one `COPY`",
            ours=package,
            theirs=copy,
            limit=1.2,
            rounds=3,
        ),
        Case("the same, nothing to do (module time) / no time", nothing_to_do, lambda: 0.0, limit=0.5, is_difference=True),
        Case(
            "the largest process of its first packaging / no memory", weigh, lambda: 0.0, limit=100, unit="MB", is_difference=True, rounds=1
        ),
    ]


def package() -> float:
    """Return the seconds of packaging, with nothing remembered of an earlier one."""
    module = _packaging()
    _forget()
    seconds, result = module.run()
    if not result["changed"] or result["strategy"] != "relocate":
        raise RuntimeError(f"it was not packaged: {result}")
    return seconds


def copy() -> float:
    """Return the seconds of copying the same files, byte code included, which packaging makes anew."""
    _mark()
    return command_seconds("sh", COPY, VENV, BASE)[0]


def nothing_to_do() -> float:
    """Return the seconds of a run without a change, after whatever was measured before."""
    _packaging().run()
    return _packaging().seconds()


def weigh() -> float:
    """Return the megabytes of the largest process that works while the virtualenv is packaged."""
    module = _packaging()
    _forget()
    kilobytes, output = json.loads(on_host("/usr/bin/python3", "-c", WEIGHER, "/usr/bin/python3", module.wrapper))
    if not json.loads(output.splitlines()[-1])["changed"]:
        raise RuntimeError(f"it was not packaged: {output}")
    return kilobytes / KILOBYTES


@cache
def _packaging() -> Module:
    return Module("dockenv.python.docker_venv_image", {"venv": VENV, "name": "bench-venv", "base_image": BASE})


@cache
def _removal() -> Module:
    return Module("dockenv.python.docker_venv_image", {"name": "bench-venv", "state": "absent"})


def _forget() -> None:
    _removal().run()
    _mark()


def _mark() -> None:
    put_file(MARK, f"{uuid.uuid4()}\n")
