# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask an image's own Python, in a throw-away container, what it is and what its pip would install. Changes no image."""

from __future__ import annotations

from collections.abc import Mapping

from .._docker.accounts import make_account
from .._docker.engine import Engine
from .._docker.running import RunRequest, RunResult, run
from .._errors import CommandFailed
from .pip import explain_pip, lock_from_report, pip_files, pip_report_argv
from .request import PROBE, LockRequest, Target

# In seconds
PROBE_TIMEOUT = 120
LOCK_TIMEOUT = 1800

_FILES = "/.dockenv"


def probe(engine: Engine, image: str, python: str = "python3", labels: Mapping[str, str] | None = None) -> Target:
    """Return what the image's Python is, for resolving. Raises CommandFailed if the image has none that runs."""
    argv = (python, "-I", "-c", PROBE)
    result = run(engine, RunRequest(image, argv, labels=labels or {}, network_mode="none", reset_entrypoint=True), PROBE_TIMEOUT)
    if result.rc != 0:
        raise _failed(f"Asking {python} of the image {image} for its version failed", argv, result)
    return Target.from_probe(result.stdout.decode("utf-8", "replace"))


def lock_in_image(
    engine: Engine, image: str, request: LockRequest, python: str = "python3", labels: Mapping[str, str] | None = None
) -> str:
    """Return the lock that the image's pip works out; it has the hash of one file for each package, the one for the image.

    Raises CommandFailed if the image has no pip, and if the requirements cannot be met or had.
    """
    argv = tuple(pip_report_argv(python, request, _FILES))
    files = {f"{_FILES}/{name}": text.encode() for name, text in pip_files(request).items()}
    env = {"PIP_CONFIG_FILE": f"{_FILES}/pip.conf", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1", "NO_COLOR": "1"}
    root = make_account(0, 0, None)
    asked = RunRequest(image, argv, account=root, env=env, labels=labels or {}, files=files, reset_entrypoint=True)
    result = run(engine, asked, LOCK_TIMEOUT)
    if result.rc != 0:
        raise _failed(f"The requirements cannot be resolved for {request.target} by pip in the image {image}", argv, result)
    return lock_from_report(result.stdout.decode("utf-8", "replace"))


def _failed(what: str, argv: tuple[str, ...], result: RunResult) -> CommandFailed:
    stderr = result.stderr.decode("utf-8", "replace")
    reason = "its time ran out" if result.timed_out else explain_pip(stderr)
    return CommandFailed(f"{what}: {reason}", command=list(argv), rc=result.rc, stderr=stderr)
