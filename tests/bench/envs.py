"""Measures the environments against the steps of pydock, and against a `ping` where there is nothing to do."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

from hosts import Module, apply, command_seconds, on_host, prepare, put_file, task_seconds
from measure import Case

BASE = "dockenv-bench/python:3.13"
PACKAGES = ["requests", "pandas", "scikit-learn", "matplotlib", "notebook"]
# A version each round, so that the images of earlier rounds answer for none.
FLASKS = ["3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.1.0", "3.1.1", "3.1.2"]
SINGLES = ["rich", "click", "toml", "tabulate", "colorama", "humanize", "more-itertools", "sortedcontainers", "xmltodict", "termcolor"]
MANY, MANY_PACKAGES = 100, ["flask", "requests"]

ROOT = "/var/lib/dockenv/envs"
MANY_ROOT = "/srv/many"
# A comment in each, so that no lock is read for all.
COPY_MANY = f"""
set -eu
cd {MANY_ROOT}
for number in $(seq "$1"); do
  cp --recursive env-0 "env-$number"
  echo "# $number" >> "env-$number/requirements.txt"
done
"""
INDEX, WHEELS = "/root/index.py", "/srv/wheels"
# Arguments: the base image, the packages
DOWNLOAD = f"""
set -eu
base=$1
shift
mkdir --parents {WHEELS}/new {WHEELS}/simple
docker run --rm --volume {WHEELS}/new:/new "$base" pip download --quiet --dest /new "$@"
for wheel in {WHEELS}/new/*; do
  name=$(basename "${{wheel%%-*}}" | tr '[:upper:]_.' '[:lower:]--')
  mkdir --parents "{WHEELS}/simple/$name"
  mv "$wheel" "{WHEELS}/simple/$name"
done
"""
TEMPLATE = "/root/template"
ADDED = "/root/added.txt"
PYDOCK = "/root/pydock.sh"
# Users see megabytes as `docker images` shows them.
MEGABYTE = 1_000_000


def cases() -> list[Case]:
    """Return the cases, in the order in which they run; each starts from what those before it have left."""
    prepare("envs.yml", base=BASE)
    put_file(PYDOCK, (Path(__file__).parent / "pydock.sh").read_text())
    return [
        Case(
            f"`docker_env`, create with {', '.join(PACKAGES)} / `docker build`, `docker run pip install`, `pip freeze`, `docker commit`",
            ours=create,
            theirs=create_with_pydock,
            limit=0.25,
            rounds=3,
        ),
        Case(
            "its image / that of the same steps, from an index whose files pip may keep",
            ours=lambda: _megabytes("bench"),
            theirs=size_of_pydock,
            limit=0.85,
            unit="MB",
            rounds=1,
            warm_up=False,
        ),
        Case("`docker_env_install`, flask added to it, with the lock / the same steps", add, add_with_pydock, limit=0.7),
        Case(
            f"its image after {len(SINGLES)} single additions / one built afresh from the same lock",
            ours=size_after_singles,
            theirs=size_of_fresh_build,
            limit=1.05,
            unit="MB",
            rounds=1,
            warm_up=False,
        ),
        Case(
            "`docker_env`, nothing to do / `ping` (a task of a play)",
            ours=nothing_to_do,
            theirs=lambda: task_seconds("ansible.builtin.ping", {}),
            limit=1.5,
        ),
        Case(
            f"`docker_env_build`, nothing to do for {MANY} environments / for one (module time)",
            ours=lambda: _many().seconds(),
            theirs=lambda: _one().seconds(),
            limit=2,
            is_difference=True,
        ),
    ]


def definition() -> dict[str, object]:
    """Return the options of the environment that is measured."""
    return {"name": "bench", "base_image": BASE, "packages": PACKAGES, "template": TEMPLATE}


# --- create


def create() -> float:
    """Create the environment where there is none. No layer is in the builder's cache; what was downloaded once is."""
    creation = _creation()
    _removal().run()
    _renew_layers()
    return _change(creation)


@cache
def _creation() -> Module:
    _renew_layers()
    return Module("dockenv.python.docker_env", definition())


@cache
def _removal() -> Module:
    return Module("dockenv.python.docker_env", {"name": "bench", "state": "absent"})


def _renew_layers() -> None:
    """Let what is built next have no layer of what was built before; a variable adds none of its own."""
    lines = ["FROM @BASE_IMAGE@", f"ENV BENCH={next(_numbers)}", "@INSTALL@", "@SETTINGS@", "@START@"]
    put_file(TEMPLATE, "".join(f"{line}\n" for line in lines))


_numbers = itertools.count()


def _change(module: Module) -> float:
    seconds, result = module.run()
    if not result["changed"]:
        raise RuntimeError(f"there was nothing to do: {result}")
    return seconds


def create_with_pydock() -> float:
    """Do as pydock does; what its Dockerfile builds before there are packages is in the builder's cache."""
    command_seconds("sh", PYDOCK, "build", BASE)
    seconds = sum(command_seconds("sh", PYDOCK, *words)[0] for words in (("build", BASE), ("install", *PACKAGES)))
    command_seconds("sh", PYDOCK, "keep")
    return seconds


def size_of_pydock() -> float:
    """Return the megabytes of the image that pydock's steps make where pip can keep what it downloads, as the public index lets it."""
    gateway = on_host("docker", "network", "inspect", "--format={{(index .IPAM.Config 0).Gateway}}", "bridge").strip()
    put_file(INDEX, (Path(__file__).parent / "index.py").read_text())
    on_host("sh", "-c", DOWNLOAD, "sh", BASE, *PACKAGES)
    on_host("systemd-run", "--unit=bench-index", "/usr/bin/python3", INDEX, WHEELS, gateway, "8081")
    try:
        on_host("sh", PYDOCK, "build", BASE)
        on_host("sh", PYDOCK, "install", f"--index-url=http://{gateway}:8081/simple/", f"--trusted-host={gateway}", *PACKAGES)
        return _megabytes("pydock-bench")
    finally:
        on_host("systemctl", "stop", "bench-index")
        on_host("sh", PYDOCK, "restore")


def _megabytes(image: str) -> float:
    return int(on_host("docker", "image", "inspect", "--format={{.Size}}", image)) / MEGABYTE


# --- add


def add() -> float:
    """Add flask to the environment as it was created."""
    _creation().run()
    return _add(f"flask=={next(_flasks)}")


def _add(requirement: str) -> float:
    addition = _addition()
    put_file(ADDED, f"{requirement}\n")
    return _change(addition)


@cache
def _addition() -> Module:
    put_file(ADDED, f"{PACKAGES[0]}\n")
    return Module("dockenv.python.docker_env_install", {"env": "bench", "requirements": ADDED})


def add_with_pydock() -> float:
    """Do as pydock does."""
    command_seconds("sh", PYDOCK, "restore")
    return command_seconds("sh", PYDOCK, "install", f"flask=={next(_flasks_of_pydock)}")[0]


_flasks, _flasks_of_pydock = iter(FLASKS), iter(FLASKS)


def size_after_singles() -> float:
    """Return the megabytes of the image after additions, one at a time."""
    _creation().run()
    for name in SINGLES:
        _add(name)
    return _megabytes("bench")


def size_of_fresh_build() -> float:
    """Return the megabytes of the image of a folder that has the same lock from the start."""
    apply("dockenv.python.docker_env", {**definition(), "name": "fresh", "packages": [*PACKAGES, *SINGLES], "state": "defined"})
    on_host("cp", f"{ROOT}/bench/requirements.txt", f"{ROOT}/fresh/requirements.txt")
    apply("dockenv.python.docker_env_build", {"name": ["fresh"]})
    return _megabytes("fresh")


# --- nothing to do


def nothing_to_do() -> float:
    """Return the seconds of a task for the environment as it was created."""
    _creation().run()
    return task_seconds("dockenv.python.docker_env", definition())


@cache
def _one() -> Module:
    definition = {"name": "env-0", "path": MANY_ROOT, "base_image": BASE, "packages": MANY_PACKAGES}
    apply("dockenv.python.docker_env", definition)
    return Module("dockenv.python.docker_env_build", {"path": MANY_ROOT, "name": ["env-0"]})


@cache
def _many() -> Module:
    """Place the module for many environments that are built, each with a lock of its own."""
    _one()
    on_host("sh", "-c", COPY_MANY, "sh", str(MANY - 1))
    return Module("dockenv.python.docker_env_build", {"path": MANY_ROOT, "jobs": 4})
