# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the Python libraries that a module needs: here, or under another interpreter of the host. Talks to no engine."""

from __future__ import annotations

import importlib
import sys

from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module

from ._errors import DockenvError

# In this order: the interpreter that the role makes for Docker work, then those for which distributions package libraries.
INTERPRETERS = ("/usr/local/bin/docker-python", "/usr/bin/python3", "/usr/local/bin/python3")

# A submodule, because any folder called "docker" on the import path already passes for a package "docker".
DOCKER_SDK = "docker.errors"
DOCKER_SDK_HINT = "run the role dockenv.python.docker_server, or install python3-docker or the Python package docker>=7.1.0"


def ensure_importable(name: str, hint: str) -> None:
    """Return if the Python module ``name`` can be imported; else run the whole task again under an interpreter that has it.

    In that case this process ends with the other one's result and the call does not return.
    ``hint`` says, as an imperative clause, how the user gets the library.
    Raises DockenvError when no interpreter of the host has it.
    """
    if _is_importable(name):
        return
    found = None if has_respawned() else probe_interpreters_for_module(INTERPRETERS, name)
    if found is None:
        library = name.partition(".")[0]
        raise DockenvError(
            f"The Python library {library!r} is missing under {sys.executable}, and no other Python that this host has for "
            f"the purpose ({', '.join(INTERPRETERS)}) has it: {hint}"
        )
    respawn_module(found)


def ensure_docker_sdk() -> None:
    """Do what :func:`ensure_importable` does, for the Docker SDK for Python."""
    ensure_importable(DOCKER_SDK, hint=DOCKER_SDK_HINT)


def _is_importable(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True
