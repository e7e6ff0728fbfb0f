# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a base image, in a container, what its Python is. Remembers nothing."""

from __future__ import annotations

from contextlib import suppress

from .._docker.running import RunRequest, run
from .._env.names import TASK_LABEL
from .._environments.host import Host
from .._errors import EngineError
from .._venv_image.traits import PROBE, Traits

# In seconds
_TIMEOUT = 120
# The status with which engines refuse to start a program that an image does not have
_NO_PROGRAM = 400


def ask_image(host: Host, base: str, minor: str) -> Traits | None:
    """Return what the base image's Python is: the one of that minor version if there are several. None if it has none.

    Raises EngineError if it cannot be asked.
    """
    for python in (f"python{minor}", "python3"):
        asked = RunRequest(base, (python, "-I", "-c", PROBE), labels={TASK_LABEL: "probe"}, network_mode="none", reset_entrypoint=True)
        try:
            answer = run(host.engine, asked, _TIMEOUT)
        except EngineError as error:
            if error.details.get("status") != _NO_PROGRAM:
                raise
            continue
        if answer.timed_out:
            raise EngineError(f"The Python of the base image {base} did not answer within {_TIMEOUT} seconds")
        with suppress(ValueError):
            return Traits.from_probe(answer.stdout.decode("utf-8", "replace"))
    return None
