# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask short commands, several at once, and collect their answers. Raises nothing: a command that cannot run answers so."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

# Nothing here takes longer on a healthy host: most of these commands print a version.
TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What a command answered; ``rc`` is None if it could not be started or did not end in time, and ``stderr`` says why."""

    rc: int | None
    stdout: str
    stderr: str

    @property
    def last_words(self) -> str:
        """The last line that says something, or the exit status where there is none."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return lines[-1].strip() if lines else f"exit status {self.rc}"


Running = Union["subprocess.Popen[str]", Answer]


def start(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Running:
    """Start a command in the C locale, so that its texts can be read, with nothing on its standard input.

    Its other variables are those of ``environment``, or of this process.
    """
    variables = {**(os.environ if environment is None else environment), "LC_ALL": "C", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        # run_command waits for each, and these run side by side.
        return subprocess.Popen(  # pylint: disable=ansible-bad-function
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=variables,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return Answer(rc=None, stdout="", stderr=f"{command[0]}: {error.strerror}")


def collect(running: Mapping[str, Running]) -> dict[str, Answer]:
    """Wait for started commands and return their answers by the same names."""
    return {name: _finish(process) for name, process in running.items()}


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Answer:
    """Run one command to its end; ``environment`` is as for :func:`start`."""
    return _finish(start(command, environment))


def ask(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return what a command printed, and nothing if it failed; ``environment`` is as for :func:`start`."""
    answer = run(command, environment)
    return answer.stdout if answer.rc == 0 else ""


def _finish(process: Running) -> Answer:
    if isinstance(process, Answer):
        return process
    try:
        stdout, stderr = process.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, _rest = process.communicate()
        return Answer(rc=None, stdout=stdout, stderr=f"{process.args[0]} did not end within {TIMEOUT_SECONDS:.0f} seconds")
    return Answer(rc=process.returncode, stdout=stdout, stderr=stderr)
