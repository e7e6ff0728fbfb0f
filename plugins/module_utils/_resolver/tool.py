# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find uv on the host, or install it for this collection alone. Resolves nothing."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
from collections.abc import Mapping

from .._commands import ask
from .._errors import CommandFailed, DockenvError
from .._process import stream

# What is installed where there is none, and the first that knows all the options and names of platforms used here
UV_VERSION = "0.13.8"
UV_OLDEST = (0, 8, 0)

# Where else than on PATH a uv or a pip may be: in the virtualenv that the role makes for Docker work
DOCKER_VIRTUALENV = "/usr/local/lib/docker/virtualenv"

# In seconds
_INSTALL_TIMEOUT = 600


def find_uv(environment: Mapping[str, str], tools: str) -> str | None:
    """Return the path of a uv that is new enough: on PATH, beside docker-python, or in ``tools``; None without one."""
    folders = [*environment.get("PATH", os.defpath).split(os.pathsep), f"{DOCKER_VIRTUALENV}/bin", _private_uv(tools)]
    for folder in folders:
        path = os.path.join(folder, "uv")
        if os.path.isabs(path) and os.access(path, os.X_OK) and _is_usable(path, environment):
            return path
    return None


def install_uv(environment: Mapping[str, str], tools: str) -> str:
    """Install uv below the folder ``tools``, for this collection alone, and return its path.

    It is installed beside, tried, and renamed into place; of two tasks one waits. The index is that of the host's settings
    for pip. Raises CommandFailed if pip fails, and DockenvError if the host has no pip.
    """
    final = os.path.dirname(_private_uv(tools))
    os.makedirs(tools, mode=0o755, exist_ok=True)
    with open(f"{final}.lock", "w", encoding="utf-8") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        path = os.path.join(final, "bin", "uv")
        if os.access(path, os.X_OK) and _is_usable(path, environment):
            return path
        beside = f"{final}.new"
        for folder in (beside, final):
            shutil.rmtree(folder, ignore_errors=True)
        _pip_install_uv(environment, beside)
        os.rename(beside, final)
    return path


def _private_uv(tools: str) -> str:
    return os.path.join(tools, f"uv-{UV_VERSION}", "bin")


def _is_usable(path: str, environment: Mapping[str, str]) -> bool:
    found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", ask([path, "--version"], environment))
    return found is not None and tuple(int(part) for part in found.groups()) >= UV_OLDEST


def _pip_install_uv(environment: Mapping[str, str], folder: str) -> None:
    pythons = (f"{DOCKER_VIRTUALENV}/bin/python3", sys.executable, "/usr/bin/python3")
    python = next((path for path in pythons if ask([path, "-m", "pip", "--version"], environment)), None)
    if python is None:
        raise DockenvError(
            "Requirements are resolved with uv, which this host does not have, nor a pip to install it with: "
            "run the role dockenv.python.docker_server, install the package python3-pip, or put uv on PATH"
        )
    argv = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"]
    argv += [f"--target={folder}", f"uv=={UV_VERSION}"]
    lines: list[str] = []
    ended = stream(argv, on_line=lines.append, env=environment, timeout=_INSTALL_TIMEOUT)
    if ended.rc != 0 or not _is_usable(os.path.join(folder, "bin", "uv"), environment):
        shutil.rmtree(folder, ignore_errors=True)
        reason = next((line for line in reversed(lines) if line.startswith("ERROR:")), lines[-1] if lines else "no reason given")
        raise CommandFailed(
            f"Installing uv {UV_VERSION}, with which requirements are resolved, failed: {reason}; "
            "put a uv on PATH, or correct the host's settings for pip",
            command=argv,
            rc=ended.rc,
            stdout="\n".join(lines),
        )
