# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Understand the output of builds: the step that failed and why; pure, runs no build."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# BuildKit numbers the steps. A step's own output has a time after the number ("#5 0.217 text"), so it passes for neither.
_STEP = re.compile(r"#(\d+) (\[.+)")
_STEP_ERROR = re.compile(r"#(\d+) ERROR: (.+)")
# The summary at the end. In 20.10 an error can hide at the end of a step's output that lacks a line end, but not here.
_SUMMARY = re.compile(r" > (\[.+):")
_CACHE_STEP = re.compile(r"#(\d+) (?:importing|exporting) cache")
# What BuildKit's client puts before an error, in all versions since 18.09
_PREFIXES = (
    "ERROR: ",
    "failed to solve with frontend dockerfile.v0: ",
    "failed to solve: rpc error: code = Unknown desc = ",
    "failed to solve: ",
    "failed to create LLB definition: ",
    "failed to build LLB: ",
    "failed to compute cache key: ",
)
# How both generations of BuildKit say that a RUN command failed; the command itself is in the step's name already
_COMMAND_FAILED = re.compile(r"(?:executor failed running \[.*\]|process \".*\" did not complete successfully): (?P<reason>.+)")


@dataclass(frozen=True)
class Failure:
    """Why a build failed: the step as written in the Dockerfile (empty if it did not come to one) and the reason."""

    step: str
    reason: str


def find_failure(lines: Iterable[str]) -> Failure:
    """Read the failed step and the reason from BuildKit's ``--progress=plain`` output.

    A cache that could not be read is no reason: the build goes on without it.
    """
    names: dict[str, str] = {}
    ignored: set[str] = set()
    failed: tuple[str, str] | None = None
    summary = complaint = last = ""
    for line in lines:
        if found := _CACHE_STEP.match(line):
            ignored.add(found.group(1))
        elif found := _STEP.match(line):
            names.setdefault(found.group(1), found.group(2))
        elif (found := _STEP_ERROR.match(line)) and found.group(1) not in ignored:
            failed = (found.group(1), found.group(2))
        elif found := _SUMMARY.fullmatch(line):
            summary = found.group(1)
        elif line.startswith("ERROR: "):
            complaint = line
        elif line.strip() and not line.startswith("#"):
            last = line
    if failed:
        return Failure(names.get(failed[0], ""), _shorten(failed[1]))
    return Failure(summary, _shorten((complaint or last).strip()))


def _shorten(reason: str) -> str:
    stripped = True
    while stripped:
        stripped = False
        for prefix in _PREFIXES:
            if reason.startswith(prefix):
                reason, stripped = reason[len(prefix) :], True
    found = _COMMAND_FAILED.fullmatch(reason)
    return found.group("reason") if found else reason


def describe_failure(tag: str, failure: Failure, log_path: str) -> str:
    """Return the sentence for a failed build: what was built, the step, the reason, and where the whole output is."""
    step = f" at the step {failure.step!r}" if failure.step else ""
    reason = failure.reason or "the builder gave no reason"
    return f"Building {tag} failed{step}: {reason}; the whole output is in {log_path}"
