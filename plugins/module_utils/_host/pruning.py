# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timer that prunes: its options, and the files that it needs on a host. Pure text; systemd.timer(5) has the format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._errors import InvalidInput
from .drop_ins import HEADER
from .own_files import OwnFile
from .prune_script import OBJECTS

NAME = "dockenv-prune"
SCRIPT = f"/usr/local/lib/docker/{NAME}.py"
SERVICE = f"/etc/systemd/system/{NAME}.service"
TIMER = f"/etc/systemd/system/{NAME}.timer"
TIMER_UNIT = f"{NAME}.timer"

# None of these means anything to systemd in a command line, nor in OnCalendar but what it should.
_SCHEDULE = re.compile(r"[A-Za-z0-9*:,./~][A-Za-z0-9*:,./~ _+-]*")
_HOURS = re.compile(r"([0-9]{1,6})h")
_FOLDER = re.compile(r"/[A-Za-z0-9._/+@:-]+")
_FILTER = re.compile(r"label!?=[A-Za-z0-9._/-]+(?:=[A-Za-z0-9._:/@+-]*)?")


def read_prune(variables: Mapping[str, Any], script: str) -> list[OwnFile]:
    """Return the files for the role's variables ``prune*``; ``script`` is the text of prune_script.py. Raises InvalidInput."""
    objects = _read_objects(variables.get("prune_objects"))
    words = [f"--objects={','.join(objects)}", f"--hours={_read_hours(variables.get('prune_until')):d}"]
    words += [f"--filter={condition}" for condition in _read_filters(variables.get("prune_filters") or [])]
    words += [f"--environments={folder}" for folder in _read_folders(variables.get("prune_environments") or [])]
    words += ["--all-images"] if variables.get("prune_all_images") else []
    schedule = variables.get("prune_schedule")
    if not isinstance(schedule, str) or not _SCHEDULE.fullmatch(schedule):
        raise InvalidInput(
            f"prune_schedule: {schedule!r} is not a schedule; write one as in systemd.time(7), such as 'weekly' or 'Sun 03:00'"
        )
    return [
        OwnFile(SCRIPT, script),
        OwnFile(SERVICE, _SERVICE.format(header=HEADER, script=SCRIPT, words=" ".join(words))),
        OwnFile(TIMER, _TIMER.format(header=HEADER, schedule=schedule)),
    ]


def _read_objects(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)) or not value or not all(name in OBJECTS for name in value):
        raise InvalidInput(f"prune_objects: {value!r} must be a list of some of {', '.join(OBJECTS)}")
    return [name for name in OBJECTS if name in value]


def _read_hours(value: Any) -> int:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise InvalidInput(f"prune_until: {value!r} is not a number of hours; write one such as '168h'")
    return int(match.group(1))


def _read_filters(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise InvalidInput(f"prune_filters: {value!r} must be a list")
    for condition in value:
        if not isinstance(condition, str) or not _FILTER.fullmatch(condition):
            raise InvalidInput(
                f"prune_filters: {condition!r} is not a filter; write label=NAME, label=NAME=VALUE, label!=NAME or label!=NAME=VALUE"
            )
    return list(value)


def _read_folders(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise InvalidInput(f"prune_environments: {value!r} must be a list")
    for folder in value:
        if not isinstance(folder, str) or not _FOLDER.fullmatch(folder):
            raise InvalidInput(f"prune_environments: {folder!r} is not an absolute path of letters, digits and the characters ._/+@:-")
    return list(value)


# An engine that does not run is not started for this.
_SERVICE = """\
{header}[Unit]
Description=Remove what the Docker engine does not need any more
After=docker.service
ConditionPathExists=/run/docker.pid

[Service]
Type=oneshot
Nice=10
ExecStart=/usr/bin/python3 -I {script} {words}
"""
_TIMER = """\
{header}[Unit]
Description=Remove now and then what the Docker engine does not need any more

[Timer]
OnCalendar={schedule}
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
"""
