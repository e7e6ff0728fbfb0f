# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build images with the engine's classic builder, for hosts without BuildKit. Tags and removes nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import CommandFailed
from .buildkit import BuildRequest
from .buildlog import BuildLog
from .engine import Engine
from .feeding import feeding
from .progress import Failure, describe_failure

_STEP = re.compile(r"Step \d+/\d+ : .+")
# "Running in" stands before the id of an image that this build made; a base's id or one from the cache comes without
_RUNNING = re.compile(r" ---> Running in [0-9a-f]+")
_IMAGE = re.compile(r" ---> ([0-9a-f]{12,})")
_COMMAND_FAILED = re.compile(r"The command '.*' returned a non-zero code: (\d+)", re.DOTALL)
_NEEDS_BUILDKIT = "requires BuildKit"


def build(engine: Engine, request: BuildRequest, log: BuildLog) -> None:
    """Build the image ``request.tag``; check_supported() has seen the request.

    Raises CommandFailed, with the end of the output and the failed step, if the build fails; then no image has the tag, and
    the images of the steps before are gone.
    """
    reader = _Reader(log)
    with engine.asking(f"building the image {request.tag}"):
        if request.feed is None:
            reader.read(engine.client.build(path=request.context, **_arguments(request)))
        else:
            with feeding(request.feed) as descriptor, open(descriptor, "rb", closefd=False) as file:
                reader.read(engine.client.build(fileobj=file, custom_context=True, **_arguments(request)))
    if reader.error is None:
        return
    _remove_unfinished(engine, reader.made)
    raise CommandFailed(
        describe_failure(request.tag, _failure(reader), log.path),
        command=["POST", "/build", request.context],
        rc=reader.rc or 1,
        stdout=log.last_lines,
        stderr=reader.error,
    )


def _arguments(request: BuildRequest) -> dict[str, Any]:
    return {
        "dockerfile": request.dockerfile,
        "tag": request.tag,
        "buildargs": dict(request.args),
        "labels": dict(request.labels),
        "target": request.target or "",
        "cache_from": list(request.cache_from),
        "pull": request.pull,
        "nocache": request.no_cache,
        "rm": True,
        "forcerm": True,
        "decode": True,
        # The engine's time-out is for answers; a step may be silent for as long as it takes
        "timeout": None,
    }


class _Reader:
    """What a build said so far: the step it is at, the last image it made, and the error that ended it."""

    def __init__(self, log: BuildLog) -> None:
        self._log = log
        self._ran = False
        self.step = ""
        self.made: str | None = None
        self.error: str | None = None
        self.rc = 0

    def read(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Take in all messages of the engine."""
        for event in events:
            for line in (event.get("stream") or event.get("status") or event.get("error") or "").splitlines():
                self._read_line(self._log.add(line))
            if "error" in event:
                self.error = event["error"]
                self.rc = (event.get("errorDetail") or {}).get("code") or 0

    def _read_line(self, line: str) -> None:
        if _STEP.fullmatch(line):
            self.step, self._ran = line, False
        elif _RUNNING.fullmatch(line):
            self._ran = True
        elif (found := _IMAGE.fullmatch(line)) and self._ran:
            self.made = found.group(1)


def _failure(reader: _Reader) -> Failure:
    error = reader.error or ""
    found = _COMMAND_FAILED.fullmatch(error)
    reason = f"exit code: {found.group(1)}" if found else error
    if _NEEDS_BUILDKIT in error:
        reason += " (install the plugin buildx for the docker command, or take what needs it out of the Dockerfile)"
    return Failure(reader.step, reason)


def _remove_unfinished(engine: Engine, image_id: str | None) -> None:
    """Remove the last image of a failed build, and with it the untagged ones it is based on, unless something uses it."""
    if image_id is None:
        return
    image = engine.find_image(image_id)
    if image is not None and not image.tags:
        engine.remove_image(image_id)
