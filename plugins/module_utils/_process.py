# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a long command line by line, so that it never outlives the task. Judges no exit status and writes no file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Callable

DEVNULL = subprocess.DEVNULL

# How long a command may take to clean up after itself before it is killed, in seconds
GRACE = 5.0

# Started in the command's place, this asks the kernel (prctl 1 is PR_SET_PDEATHSIG, see prctl(2)) to end the command
# when the task dies, even by SIGKILL, and then becomes the command. A preexec_fn would do the same, but can deadlock
# where several commands are started from threads. The parent may have died before the request: hence the comparison.
_LEASH = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit(f"{sys.argv[2]}: {error.strerror}")
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status (minus the signal's number where one killed it), or by running out of time."""

    rc: int
    timed_out: bool = False


def stream(
    argv: Sequence[str],
    on_line: Callable[[str], None],
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    timeout: float | None = None,
    stdin: int = DEVNULL,
) -> Ended:
    """Run ``argv`` and hand each line of its output and error output, without its end, to ``on_line``.

    ``stdin`` is a file descriptor; by default there is no input. ``timeout`` is in seconds. The command and all it started are
    ended when the time is over, when ``on_line`` raises, and when this process dies. A program that cannot be started gives
    rc 1 and a line that says why.
    """
    # run_command hands lines on only when all is over.
    process = subprocess.Popen(  # pylint: disable=ansible-bad-function
        [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *argv],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )
    expired = threading.Event()
    timer = threading.Timer(timeout, _expire, (process, expired)) if timeout else None
    try:
        if timer:
            timer.start()
        if process.stdout is not None:
            with process.stdout as lines:
                for line in lines:
                    on_line(line.rstrip("\r\n"))
        process.wait()
    finally:
        if timer:
            timer.cancel()
        _end_group(process)
    return Ended(process.returncode, expired.is_set())


def _expire(process: subprocess.Popen[str], expired: threading.Event) -> None:
    expired.set()
    _end_group(process)


def _end_group(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    # What the command started may still hold its output open, also when the command itself has ended
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
