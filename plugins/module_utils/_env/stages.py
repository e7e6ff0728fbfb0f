# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the images that a Dockerfile of the user's starts from; pure text. It reads no more of the language than that needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FROM = re.compile(r"FROM\s+(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<name>\S+))?", re.IGNORECASE)
# COPY --from=X, and RUN --mount=from=X or --mount=type=bind,from=X
_USES = re.compile(r"(?:--|[,=])from=([^\s,]+)")
_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?")
# The empty image; no engine has one of that name.
_SCRATCH = "scratch"


@dataclass
class _Stage:
    name: str
    uses: list[str]


def find_bases(dockerfile: str, target: str | None = None) -> tuple[str, ...]:
    """Return the images, in order, that go into the stage ``target``, or into the last one, with the stages it needs.

    Names that hold a variable are left out: what they mean is decided at the build.
    """
    stages = _read_stages(dockerfile)
    wanted = _find_stage(stages, target, len(stages)) if target else len(stages) - 1
    bases: dict[str, None] = {}
    queue = [wanted] if wanted is not None and wanted >= 0 else []
    seen = set(queue)
    while queue:
        number = queue.pop(0)
        for used in stages[number].uses:
            earlier = _find_stage(stages, used, number)
            if earlier is None and "$" not in used and used != _SCRATCH:
                bases[used] = None
            elif earlier is not None and earlier not in seen:
                seen.add(earlier)
                queue.append(earlier)
    return tuple(bases)


def _read_stages(dockerfile: str) -> list[_Stage]:
    stages: list[_Stage] = []
    for instruction in _instructions(dockerfile):
        found = _FROM.match(instruction)
        if found:
            stages.append(_Stage((found.group("name") or "").lower(), [found.group("image").strip("\"'")]))
        elif stages and instruction.split(None, 1)[0].upper() in ("COPY", "RUN"):
            stages[-1].uses += _USES.findall(instruction)
    return stages


def _find_stage(stages: list[_Stage], name: str, before: int) -> int | None:
    """Return the number of an earlier stage by its name or number; what is none is an image."""
    numbers = [number for number, stage in enumerate(stages[:before]) if name.lower() in (stage.name, str(number))]
    return numbers[-1] if numbers else None


def _instructions(dockerfile: str) -> Iterator[str]:
    """Yield instructions with their continued lines joined, without comments and without the text of here-documents."""
    pending, ends = "", []
    for line in dockerfile.splitlines():
        text = line.strip()
        if ends:
            ends = ends[1:] if text == ends[0] else ends
        elif text.endswith("\\"):
            pending += text[:-1] + " "
        elif text and not text.startswith("#"):
            yield pending + text
            ends = _HEREDOC.findall(pending + text)
            pending = ""
    if pending:
        yield pending
