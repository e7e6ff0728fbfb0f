# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the Python libraries that a module needs: here, or under another interpreter of the host. Talks to no engine."""

from __future__ import annotations

import importlib
import os.path
import sys

from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module

from ._errors import DockenvError

# In this order: the interpreter that the role makes for Docker work, then those for which distributions package libraries.
INTERPRETERS = ("/usr/local/bin/docker-python", "/usr/bin/python3", "/usr/local/bin/python3")

# A submodule, because any folder called "docker" on the import path already passes for a package "docker".
PACKAGING = "packaging.requirements"
PACKAGING_HINT = "install python3-packaging on the host"
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


def ensure_packaging() -> None:
    """Do what :func:`ensure_importable` does, for the library that reads requirements; called before anything is read."""
    ensure_importable(PACKAGING, hint=PACKAGING_HINT)


def ensure_docker_sdk() -> None:
    """Do what :func:`ensure_importable` does, for the Docker SDK for Python.

    Where docker-python is this interpreter with a virtualenv, the SDK is taken from there: to probe and to start over takes
    longer than all that a task does that finds nothing to do.
    """
    if not _is_importable(DOCKER_SDK) and not _is_importable_from(_find_own_sites(), DOCKER_SDK):
        ensure_importable(DOCKER_SDK, hint=DOCKER_SDK_HINT)


def _find_own_sites() -> list[str]:
    """Return the folders of packages of docker-python's virtualenv, if it was made with the interpreter that runs this."""
    virtualenv = os.path.dirname(os.path.dirname(os.path.realpath(INTERPRETERS[0])))
    if os.path.realpath(os.path.join(virtualenv, "bin", "python3")) != os.path.realpath(sys.executable):
        return []
    version = "python{}.{}".format(*sys.version_info)
    sites = [os.path.join(virtualenv, library, version, "site-packages") for library in ("lib", "lib64")]
    return [site for site in sites if os.path.isdir(site) and not os.path.islink(os.path.dirname(os.path.dirname(site)))]


def _is_importable_from(sites: list[str], name: str) -> bool:
    """Add the folders to the search path, behind the standard library and before other packages; take them away again if it is in vain."""
    packages = ("site-packages", "dist-packages")
    at = next((number for number, path in enumerate(sys.path) if os.path.basename(path) in packages), len(sys.path))
    before = list(sys.path)
    sys.path[at:at] = sites
    if sites and _is_importable(name):
        return True
    sys.path[:] = before
    return False


def _is_importable(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True
