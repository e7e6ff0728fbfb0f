# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test of one environment on a copy of the collection.

    ansible_test.py .cache/oldest sanity --venv

ansible-test wants the collection in a folder `ansible_collections/dockenv/python`, Pythons that are no shims, and
pip from a download site of its own. So it gets a copy of what git would track, with the real interpreters first
on PATH, and a home folder in which pip's start file is a short one that runs pip's wheel from the package index.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from interpreters import Version, find_interpreters

ROOT = Path(__file__).resolve().parents[2]
PLACE = Path("ansible_collections/dockenv/python")
# Not in the checkout: paths below it end up in `#!` lines, which Linux cuts after 127 characters.
HOME = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "dockenv-ansible-test"

# The first Python of target hosts that the collection supports.
OLDEST_TARGET: Version = (3, 9)

ASK_PIP = """
import types
from ansible_test._internal.python_requirements import get_venv_packages
for version in {versions!r}:
    print(get_venv_packages(types.SimpleNamespace(version=version))["pip"])
"""

START_PIP = """
import runpy, sys
sys.path.insert(0, {wheel!r})
sys.argv[1:] = ["install", *(word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def main(environment: Path, arguments: list[str]) -> int:
    """Prepare the copy and the home folder, run ansible-test, and return its exit status."""
    pythons = find_interpreters()
    # The layout must be free of the links that a path to the checkout may have. Each command has its own: two that run side by side
    # would make the same virtualenv in it.
    copy = ROOT / "tests/output/ansible-test" / f"{environment.name}-{arguments[0]}" / PLACE
    # What is prepared in the home folder serves all.
    with exclusive():
        copy_tracked_files(copy)
        write_pip_settings()
        for version in pip_versions(environment, pythons):
            provide_pip(version)
    # The tools of .venv, of which sanity uses shellcheck, come after those of the environment.
    tools = [str(environment / "bin"), str(ROOT / ".venv/bin")]
    path = [*tools, *dict.fromkeys(str(python.parent) for python in pythons.values())]
    process_environment = {
        **os.environ,
        "HOME": str(HOME),
        "PATH": os.pathsep.join([*path, os.environ["PATH"]]),
        # Of the checkout that it was called from; the copy is all that ansible-test may see.
        "ANSIBLE_COLLECTIONS_PATH": str(copy.parents[2]),
    }
    command = [environment / "bin/ansible-test", *arguments]
    return subprocess.run(command, cwd=copy, env=process_environment, check=False).returncode


@contextmanager
def exclusive() -> Iterator[None]:
    """Wait until no other process prepares anything in the home folder and the copies, and keep others from it."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_tracked_files(copy: Path) -> None:
    """Make the copy equal to what git tracks or would add; what is equal already and the output of earlier runs stay."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(listing, cwd=ROOT, text=True).split("\0")
    tracked = {name for name in names if name and os.path.lexists(ROOT / name)}
    copy.mkdir(parents=True, exist_ok=True)
    # With a repository of its own the copy is not taken for an ignored folder of the checkout.
    subprocess.run(["git", "init", "--quiet", copy], check=True)
    for folder, folders, files in os.walk(copy):
        relative = Path(folder).relative_to(copy)
        folders[:] = [name for name in folders if str(relative / name) not in {".git", "tests/output"}]
        for stale in {str(relative / name) for name in files} - tracked:
            (copy / stale).unlink()
    for name in sorted(tracked):
        source, target = ROOT / name, copy / name
        if not (target.exists() and filecmp.cmp(source, target) and source.stat().st_mode == target.stat().st_mode):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def write_pip_settings() -> None:
    """Put pip's settings, of its files and variables, into the home folder: ansible-test passes no variables on."""
    listing = [ROOT / ".cache/uv/bin/python", "-m", "pip", "config", "list"]
    settings: dict[str, str] = {}
    for line in subprocess.check_output(listing, text=True).splitlines():
        key, value = line.split("=", 1)
        # Variables (:env:) come first in the list, and win.
        settings.setdefault(key.rpartition(".")[2], value.strip("'").replace("\\n", " ").strip())
    path = HOME / ".config/pip/pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    text = "\n".join(["[global]", *(f"{key} = {value}" for key, value in settings.items()), ""])
    if path.read_text() != text:
        path.write_text(text)


def pip_versions(environment: Path, pythons: dict[Version, Path]) -> set[str]:
    """Return the versions of pip that this release of ansible-test starts its virtual environments with."""
    versions = [f"{major}.{minor}" for major, minor in pythons if (major, minor) >= OLDEST_TARGET]
    question = [environment / "bin/python", "-c", ASK_PIP.format(versions=versions)]
    return set(subprocess.check_output(question, text=True).split())


def provide_pip(version: str) -> None:
    """Put the wheel of this pip, and a file that starts it, where ansible-test keeps its download."""
    cache = HOME / ".ansible/test/cache"
    wheel = cache / f"pip-{version}-py3-none-any.whl"
    start = cache / f"get_pip_{version.replace('.', '_')}.py"
    if start.exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    pip = [ROOT / ".cache/uv/bin/python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "download", "--quiet", "--no-deps", "--dest", cache, f"pip=={version}"], check=True)
    temporary = start.with_suffix(f".{os.getpid()}")
    temporary.write_text(START_PIP.format(wheel=str(wheel)))
    temporary.replace(start)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), sys.argv[2:]))
