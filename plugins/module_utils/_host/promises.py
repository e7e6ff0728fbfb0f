# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge from an observation which promises of the role docker_server the host keeps. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Promise:
    """One thing that the role promises: its name, whether the host keeps it, and a sentence that says what was seen."""

    name: str
    kept: bool
    why: str


def judge_promises(host: Mapping[str, Any], virtualenv: str) -> list[Promise]:
    """Return the promises in the order in which one builds on the other. ``host`` is what observe_host() returned."""
    return [
        _engine_promise(host["engine"]),
        _compose_promise(host["compose"]),
        _python_promise(host["python"], virtualenv),
        _sdk_promise(host["python"]),
    ]


def find_obstacles(host: Mapping[str, Any]) -> list[str]:
    """Return a sentence for what stands where the role would make something, and which it leaves alone."""
    compose = host["compose"]
    is_taken_over = any(each["path"] == compose["path"] for each in host["leftovers"])
    if compose["kind"] not in ("file", "folder") or is_taken_over:
        return []
    link = f"a link to {compose['target']!r}" if compose["target"] else "its link"
    return [
        f"{compose['path']!r} is a {compose['kind']} that the role docker_server did not make and leaves alone; "
        f"with it out of the way the role makes {link} there"
    ]


def _engine_promise(engine: Mapping[str, Any]) -> Promise:
    seen = f"Docker {engine['version']} answers with API {engine['api']}" if engine["answers"] else engine["problem"]
    return Promise("engine", engine["answers"], seen)


def _compose_promise(compose: Mapping[str, Any]) -> Promise:
    if compose["version"]:
        return Promise("docker-compose", True, f"{compose['path']} answers as version {compose['version']}")
    why = compose["problem"] or "it printed no version"
    return Promise("docker-compose", False, f"'{compose['path']} version' does not answer: {why}")


def _python_promise(python: Mapping[str, Any], virtualenv: str) -> Promise:
    path, prefix = python["path"], python["prefix"]
    if prefix is None:
        return Promise("docker-python", False, f"{path} does not run: {python['problem'] or 'it answered something else'}")
    if prefix != virtualenv:
        return Promise("docker-python", False, f"{path} runs the Python of {prefix}, not that of {virtualenv}")
    if python["sdk"] is None:
        return Promise("docker-python", False, f"{path} cannot import the Docker SDK: {python['problem']}")
    return Promise("docker-python", True, f"{path} runs Python {python['version']} of {prefix} with the Docker SDK {python['sdk']}")


def _sdk_promise(python: Mapping[str, Any]) -> Promise:
    if python["engine"]:
        return Promise("sdk", True, f"The Docker SDK of {python['path']} reaches Docker {python['engine']}")
    why = python["problem"] or "the engine does not run"
    return Promise("sdk", False, f"The Docker SDK of {python['path']} does not reach the engine: {why}")
