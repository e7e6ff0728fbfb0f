# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Know the files with which other tools make a machine a Docker host, and that stand against what the role makes. Pure.

They are known by their content, not by their names, as every tool calls them otherwise. A file that says anything else besides is
its owner's, and none of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from .daemon import mask_credentials
from .drop_ins import FOLDER, PREFIX

PREFERENCES = "/etc/apt/preferences.d"
CRON = "/etc/cron.d"

_ENGINE_PACKAGE = re.compile(r"(?:docker|containerd)[a-z.*-]*")
_PROXY = re.compile(r"(?:http|https|no)_proxy=", re.IGNORECASE)
# One that takes images which no container uses
_PRUNE = re.compile(r"docker (?:system|image) prune\b[^>|;&]*? (?:-[a-z]*a[a-z]*|--all)\b[^>|;&]*")
_ASSIGNMENT = re.compile(r"[A-Z]+=")


@dataclass(frozen=True)
class Leftover:
    """A file at ``path`` that another tool made; ``kind`` is one of :data:`KINDS`, ``says`` what it sets, without credentials."""

    path: str
    kind: str
    says: str


def find_leftovers(texts: Mapping[str, str]) -> list[Leftover]:
    """Return which of the files, their texts by path, are leftovers; the folder of each decides what it may be."""
    found = []
    for path, text in sorted(texts.items()):
        folder, _slash, name = path.rpartition("/")
        read = _READERS.get(folder)
        answer = read([line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]) if read else None
        if answer and not name.startswith(PREFIX):
            kind, says = answer
            found.append(Leftover(path, kind, mask_credentials(says)))
    return found


def _read_drop_in(lines: list[str]) -> tuple[str, str] | None:
    if lines and lines[0] != "[Service]":
        return None
    settings = lines[1:]
    if not settings:
        return "empty", "nothing"
    command = settings[1].partition("ExecStart=")[2] if len(settings) == 2 and settings[0] == "ExecStart=" else ""
    if command.split(" ")[0].endswith("/dockerd"):
        return "command", command
    values = [value for line in settings for value in _read_environment(line)]
    if values and all(_PROXY.match(value) for value in values):
        return "proxies", " ".join(values)
    return None


def _read_environment(line: str) -> list[str]:
    """Return the assignments of an ``Environment=`` line of systemd.exec(5), or the line itself if it is another one."""
    name, _equals, value = line.partition("=")
    return [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', value)] if name == "Environment" else [line]


def _read_preferences(lines: list[str]) -> tuple[str, str] | None:
    fields = [tuple(part.strip() for part in line.partition(":")[::2]) for line in lines]
    packages = [name for key, value in fields if key == "Package" for name in value.split()]
    versions = [value.partition("version ")[2] for key, value in fields if key == "Pin"]
    if not packages or not all(_ENGINE_PACKAGE.fullmatch(name) for name in packages) or not all(versions):
        return None
    return "pin", f"{' '.join(packages)} {' '.join(versions)}"


def _read_jobs(lines: list[str]) -> tuple[str, str] | None:
    jobs = [line for line in lines if not _ASSIGNMENT.match(line)]
    commands = [match.group().strip() for match in map(_PRUNE.search, jobs) if match]
    return ("prune", "; ".join(commands)) if jobs and len(commands) == len(jobs) else None


_READERS: dict[str, Callable[[list[str]], tuple[str, str] | None]] = {
    FOLDER: _read_drop_in,
    PREFERENCES: _read_preferences,
    CRON: _read_jobs,
}
FOLDERS = tuple(_READERS)
# What a leftover of each kind stands against, and which variable of the role is for it
KINDS = {
    "command": "started the engine as '{says}'; the role starts it as its package does, and what you need of that belongs in "
    "docker_server_daemon_options",
    "empty": "said nothing",
    "proxies": "set proxies for the engine, as docker_server_proxies does now",
    "pin": "pinned {says}, for which docker_server_version is now",
    "prune": "ran '{says}', which would take images that environments need; docker_server_prune does not",
    "config": "set {says}; what you still need of it belongs in docker_server_daemon_options",
    "compose": "was Compose {says}, and is now a link to the Compose of the engine's packages",
    "fact": "was a program; the role's fact stands in its place",
}


# The parts of the role that put something in the place of each kind
PARTS = {
    **dict.fromkeys(KINDS, frozenset({"configure"})),
    "pin": frozenset({"install"}),
    "compose": frozenset({"install"}),
    "fact": frozenset({"install", "configure", "virtualenv"}),
}
# When these have come to their end, nothing more is taken over.
TAKING_OVER = ("configure", "install")


def plan_take_over(leftovers: list[Mapping[str, str]], has_proxies: bool, parts: Collection[str]) -> list[dict[str, str]]:
    """Return what the ``parts`` of the role that run take over of the ``leftovers`` (mappings with the fields of :class:`Leftover`):
    the ``path`` of each, how it goes (``how``), and a sentence (``why``).

    ``how`` is ``engine`` for a file that the engine is started with, ``replaced`` where the role writes another one in its place, and
    ``removed``. Proxies stay unless the role has some: the engine would be without any.
    """
    ways = {"command": "engine", "empty": "engine", "proxies": "engine", "pin": "removed", "prune": "removed"}
    return [
        {
            "path": each["path"],
            "how": ways.get(each["kind"], "replaced"),
            "why": f"{each['path']} {KINDS[each['kind']].format(says=each['says'])}",
        }
        for each in leftovers
        if PARTS[each["kind"]].intersection(parts) and (each["kind"] != "proxies" or has_proxies)
    ]
