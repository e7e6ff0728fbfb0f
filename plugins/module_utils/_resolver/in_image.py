# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask an image's own Python, in a throw-away container, what it is and what its pip would install. Changes no image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from .._docker.accounts import make_account
from .._docker.engine import Engine
from .._docker.running import RunRequest, RunResult, run
from .._errors import CommandFailed
from .pip import explain_pip, is_conflict, lock_from_report, pip_files, pip_report_argv
from .request import PROBE, LockRequest, Target

# In seconds
PROBE_TIMEOUT = 120
LOCK_TIMEOUT = 1800

_FILES = "/.dockenv"

# Writes the files that it is told in one line, and becomes the command. They may hold passwords, and so are in memory all the way.
_WITH_FILES = """
import json, os, sys
for path, text in json.loads(sys.stdin.readline()).items():
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
os.execvp(sys.argv[1], sys.argv[1:])
"""


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
    env = {"HOME": _FILES, "PIP_CONFIG_FILE": f"{_FILES}/pip.conf", "PIP_NO_CACHE_DIR": "1"}
    env.update(PIP_ROOT_USER_ACTION="ignore", PIP_NO_INPUT="1", NO_COLOR="1")
    asked = RunRequest(
        image,
        (python, "-I", "-c", _WITH_FILES, *argv),
        account=make_account(0, 0, None),
        env=env,
        labels=labels or {},
        in_memory=(_FILES,),
        reset_entrypoint=True,
    )
    result = _feed(engine, asked, request)
    # pip moves nothing that it is told to keep; then all may move, as with a lock for another Python.
    if result.rc != 0 and request.locked and is_conflict(result.stderr.decode("utf-8", "replace")):
        result = _feed(engine, asked, replace(request, locked=""))
    if result.rc != 0:
        raise _failed(f"The requirements cannot be resolved for {request.target} by pip in the image {image}", argv, result)
    return lock_from_report(result.stdout.decode("utf-8", "replace"))


def _feed(engine: Engine, asked: RunRequest, request: LockRequest) -> RunResult:
    files = {f"{_FILES}/{name}": text for name, text in pip_files(request).items()}
    return run(engine, replace(asked, stdin=f"{json.dumps(files)}\n".encode()), LOCK_TIMEOUT)


def _failed(what: str, argv: tuple[str, ...], result: RunResult) -> CommandFailed:
    stderr = result.stderr.decode("utf-8", "replace")
    reason = "its time ran out" if result.timed_out else explain_pip(stderr)
    return CommandFailed(f"{what}: {reason}", command=list(argv), rc=result.rc, stderr=stderr)
