# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at an engine's data: the folder where it lies, what it holds, what of it is mounted or runs without the engine. Reads only."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .engine_variables import DEFAULT_DATA_ROOT, SYSTEM_FOLDERS

MOUNTS_FILE = "/proc/self/mountinfo"
RUN_FOLDER = "/run/docker"
# What Debian's init script starts the engine with
DEFAULTS_FILE = "/etc/default/docker"
INIT_SCRIPT = (
    ("EnvironmentFiles", DEFAULTS_FILE),
    ("ExecStart", "{ argv[]=dockerd $DOCKER_OPTS ; ignore_errors=no }"),
)
# What an engine holds below its data root that somebody may miss, and where it shows
HOLDINGS = {
    "containers": "containers/*",
    "images": "image/*/imagedb/content/sha256/*",
    "volumes": "volumes/*/_data",
    "plugins": "plugins/*/config.json",
    "a Swarm": "swarm/docker-state.json",
}
# What every engine writes at its start and nobody else does, so that a folder with one of them is a data root
MARKS = ("engine-id", "image/*/repositories.json", "network/files/local-kv.db", "volumes/metadata.db")
# With users that are remapped, an engine keeps all this in a folder named after them.
_REMAPPED = "[0-9]*.[0-9]*"
# What engines make in a data root: moby's daemon, its storage drivers, builders and libnetwork
_OWN = re.compile(
    r"aufs|btrfs|buildkit|builder|containerd|containers|devicemapper|engine-id|fuse-overlayfs|image|network|overlay|overlay2|plugins|rootfs"
    r"|runtimes|swarm|tmp|trust|vfs|volumes|zfs|nuke-graph-directory\.sh|\d+\.\d+"
)

_COMMAND = re.compile(r"argv\[\]=(.*?) ; ignore_errors=")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(\w+)=(.*)")
_FLAG = re.compile(r"(?:--data-root|--graph|-g)(?:=(.*))?")


@dataclass(frozen=True)
class Start:
    """The data root that the engine's start names by a flag: in its own words (``command``), or in variables that it takes."""

    command: str | None = None
    variable: str | None = None


def read_start(properties: Iterable[tuple[str, str]]) -> Start:
    """Read from properties of a unit, as ``systemctl show`` has them, which data root its command names."""
    commands, assignments = [], []
    for name, value in properties:
        if name == "ExecStart":
            commands += _COMMAND.findall(value)
        elif name == "Environment":
            assignments += re.findall(r'"([^"]*)"|(\S+)', value)
        elif name == "EnvironmentFiles":
            assignments += [(line, "") for line in _read_lines(value.partition(" (")[0])]
    matches = [_ASSIGNMENT.fullmatch(quoted or plain) for quoted, plain in assignments]
    variables = {match.group(1): match.group(2).strip().strip("\"'") for match in matches if match}
    words = commands[-1].split() if commands else []
    named = [match.group(1) for match in map(_VARIABLE.fullmatch, words) if match]
    return Start(_find_flag(words), _find_flag([word for name in named for word in variables.get(name, "").split()]))


def find_data_root(options: Mapping[str, Any], start: Start, engine: str | None) -> tuple[str, str]:
    """Return the folder of the engine's data and what names it, ``command``, ``variable``, ``file`` or ``engine``.

    What the ``engine`` itself says comes first; one that does not answer would go by the flags of its ``start``, then by the
    ``options`` of daemon.json.
    """
    in_file = (options.get(name) for name in ("data-root", "graph"))
    named = {
        "command": start.command,
        "variable": start.variable,
        "file": next((path for path in in_file if isinstance(path, str) and path and "\0" not in path), None),
        "engine": DEFAULT_DATA_ROOT,
    }
    path = engine or next(path for path in named.values() if path)
    by = next((by for by, path_named in named.items() if path_named and os.path.normpath(path_named) == os.path.normpath(path)), "engine")
    return path, by


def read_engine_root(info: Mapping[str, Any]) -> str | None:
    """Return the data root from an engine's answer to ``/info``, which with remapped users names a folder of theirs in it."""
    root = info.get("DockerRootDir")
    is_remapped = any("name=userns" in option for option in info.get("SecurityOptions") or ())
    return os.path.dirname(root) if root and is_remapped else root


def observe_holdings(data_root: str) -> list[str]:
    """Return what an engine's data root holds that is more than its own, such as ``images``; from the disk, so of a stopped one too."""
    return [name for name, pattern in HOLDINGS.items() if _has_any(data_root, pattern)]


def find_own_roots(folders: Iterable[str]) -> list[str]:
    """Return the folders, without links, that are an engine's alone: it has made its files there, and they are none of the system's."""
    roots = {os.path.realpath(folder) for folder in folders if os.path.isabs(folder)}
    return sorted(root for root in roots - SYSTEM_FOLDERS if any(_has_any(root, mark) for mark in MARKS))


def find_data(roots: Iterable[str]) -> list[str]:
    """Return the paths of what engines made in their ``roots``; what lies there besides is somebody else's."""
    return [path for root in roots for path in sorted(glob.glob(f"{glob.escape(root)}/*")) if _OWN.fullmatch(os.path.basename(path))]


def find_mounts(roots: Iterable[str]) -> list[dict[str, str]]:
    """Return ``path`` and ``kind`` of what is mounted for containers: in folders of the ``roots``, not at those, and in /run/docker.

    The deepest come first, in the order in which they can be unmounted.
    """
    inside = re.compile("|".join([f"{RUN_FOLDER}/.+", *(f"{re.escape(root)}/[^/]+/.+" for root in roots)]))
    lines = [line.partition(" - ")[::2] for line in _read_lines(MOUNTS_FILE)]
    mounts = [(_unescape(place.split()[4]), source.split()[0]) for place, source in lines]
    return [{"path": path, "kind": kind} for path, kind in sorted(mounts, reverse=True) if inside.fullmatch(path)]


def _has_any(data_root: str, pattern: str) -> bool:
    folder = glob.escape(data_root)
    return any(True for inner in ("", _REMAPPED) for _found in glob.iglob(os.path.join(folder, inner, pattern)))


def _find_flag(words: Sequence[str]) -> str | None:
    found = None
    for word, following in zip(words, [*words[1:], ""]):
        match = _FLAG.fullmatch(word)
        if match:
            found = following if match.group(1) is None else match.group(1)
    return (found or "").strip("\"'") or None


def _read_lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []


def _unescape(path: str) -> str:
    """Return a path of proc_pid_mountinfo(5), where white space and backslashes are octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), path)
