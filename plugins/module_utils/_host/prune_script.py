# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove from a Docker engine what is not needed any more. A program by itself: a timer of systemd runs it on the host.

It asks and tells the engine through the docker client. Volumes are data, and never removed. Nor is anything with a label of the
collection dockenv.python, and no image that an environment of it needs: one whose layers it is made of, and one that the
Dockerfile of an environment's folder names.
"""

from __future__ import annotations

import argparse
import datetime
import glob
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CLIENT = "/usr/bin/docker"
OUR_LABELS = "dockenv.python."
# Where environments are by default; those elsewhere are known by their images.
ENVIRONMENTS = "/var/lib/dockenv/envs/*/Dockerfile"
OBJECTS = ("containers", "images", "networks", "build-cache")

_FROM = re.compile(r"\s*FROM\s+(?:--\S+\s+)*(\S+)", re.IGNORECASE)
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})")
_ENDED = ("created", "exited", "dead")
# What the engine answers when somebody began to use a thing meanwhile: then it is needed.
_IN_USE = re.compile(r"conflict|in use|being used|dependent child|No such", re.IGNORECASE)


def main(words: Sequence[str]) -> int:
    """Remove what the command line names, say what was removed, and return the exit status."""
    options = parse_words(words)
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        failed = [kind for kind in OBJECTS if kind in options.objects and not prune(kind, options, now)]
    except OSError as error:
        sys.stderr.write(f"Nothing more was removed: {error}\n")
        return 1
    return 1 if failed else 0


def parse_words(words: Sequence[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", required=True, type=lambda text: text.split(","))
    parser.add_argument("--hours", type=int, default=0)
    parser.add_argument("--filter", action="append", default=[], dest="filters")
    parser.add_argument("--all-images", action="store_true")
    return parser.parse_args(words)


def prune(kind: str, options: argparse.Namespace, now: datetime.datetime) -> bool:
    """Remove things of one kind, and return whether all of it went well."""
    if kind == "containers":
        return remove("container", [each["Id"] for each in select_containers(inspect("container"), options, now)])
    if kind == "images":
        return remove("image", [name for each in find_images(options, now) for name in names_of(each)])
    since = ["--filter", f"until={options.hours:d}h"] if options.hours else []
    if kind == "networks":
        labels = [word for each in options.filters for word in ("--filter", each)]
        return tell("network", "prune", "--force", *since, *labels)
    return tell("builder", "prune", "--force", *since)


def find_images(options: argparse.Namespace, now: datetime.datetime) -> list[dict[str, Any]]:
    """Return the images to remove."""
    named = set()
    for path in glob.glob(ENVIRONMENTS):
        with open(path, encoding="utf-8", errors="replace") as file:
            named |= set(read_bases(file.read()))
    used = {each["Image"] for each in inspect("container")}
    used |= {each["Id"] for name in sorted(named) for each in inspect("image", [name])}
    return select_images(inspect("image"), used, options, now)


def read_bases(dockerfile: str) -> list[str]:
    """Return the names of images that a Dockerfile starts from."""
    return [match.group(1) for match in map(_FROM.match, dockerfile.splitlines()) if match]


def select_containers(containers: Iterable[Mapping[str, Any]], options: argparse.Namespace, now: datetime.datetime) -> list[Any]:
    """Return the containers that ended, are old enough, pass the filters, and are not the collection's."""
    return [
        each
        for each in containers
        if each["State"]["Status"] in _ENDED
        and is_old([each["Created"], each["State"].get("FinishedAt", "")], options.hours, now)
        and is_chosen(each["Config"].get("Labels") or {}, options.filters)
    ]


def select_images(images: Sequence[Mapping[str, Any]], used: set[str], options: argparse.Namespace, now: datetime.datetime) -> list[Any]:
    """Return the images that nothing needs; without ``all_images`` only those without a name.

    ``used`` are the ids of those that containers run or environments name.
    """
    ours = [layers_of(each) for each in images if is_ours(labels_of(each))]
    return [
        each
        for each in images
        if each["Id"] not in used
        and (options.all_images or not (each.get("RepoTags") or each.get("RepoDigests")))
        and not any(layers_of(each) == layers[: len(layers_of(each))] for layers in ours)
        and is_old([each["Created"], (each.get("Metadata") or {}).get("LastTagTime", "")], options.hours, now)
        and is_chosen(labels_of(each), options.filters)
    ]


def is_chosen(labels: Mapping[str, str], filters: Iterable[str]) -> bool:
    """Whether labels are not the collection's and pass all filters, each ``label=NAME``, ``label!=NAME``, or one with ``=VALUE`` after it."""
    return not is_ours(labels) and all(_passes(labels, each) for each in filters)


def is_ours(labels: Mapping[str, str]) -> bool:
    """Whether one of the labels is the collection's."""
    return any(name.startswith(OUR_LABELS) for name in labels)


def is_old(times: Iterable[str], hours: int, now: datetime.datetime) -> bool:
    """Whether all of the times lie that many hours back. Texts that are no time do not count."""
    known = [time for time in map(parse_time, times) if time is not None]
    return all(time <= now - datetime.timedelta(hours=hours) for time in known)


def parse_time(text: str) -> datetime.datetime | None:
    """Return a time as the engine writes it, to the second."""
    match = _TIME.fullmatch(text or "")
    return datetime.datetime.fromisoformat(match.group(1) + match.group(2).replace("Z", "+00:00")) if match else None


def layers_of(image: Mapping[str, Any]) -> list[str]:
    """Return the digests of an image's layers, from the lowest."""
    return list((image.get("RootFS") or {}).get("Layers") or [])


def labels_of(image: Mapping[str, Any]) -> Mapping[str, str]:
    """Return an image's labels."""
    return (image.get("Config") or {}).get("Labels") or {}


def names_of(image: Mapping[str, Any]) -> list[str]:
    """Return what to remove so that the image goes: its names, or its id where it has none."""
    return list(image.get("RepoTags") or []) or [image["Id"]]


def inspect(kind: str, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return what the engine says of things of a kind; of all without ``names``. What is not there is left out."""
    if names is None:
        # Images that only others are made of would be listed with --all, too.
        every = ["--all"] if kind == "container" else []
        names = ask([kind, "ls", "--quiet", "--no-trunc", *every]).split()
    unique = list(dict.fromkeys(names))
    return json.loads(ask([kind, "inspect", *unique]) or "[]") if unique else []


def ask(words: Sequence[str]) -> str:
    """Return what the client prints. Raises OSError if it fails for another reason than that something is not there."""
    # A program of its own, which no module runs.
    asked = subprocess.run(  # pylint: disable=ansible-bad-function
        [CLIENT, *words], check=False, capture_output=True, text=True
    )
    if asked.returncode and not all("No such" in line for line in asked.stderr.splitlines() or [""]):
        raise OSError(asked.stderr.strip())
    return asked.stdout


def remove(kind: str, names: Sequence[str]) -> bool:
    """Remove things one by one, and return whether all went but those that are in use again."""
    failed = [name for name in names if not tell(kind, "rm", name)]
    return not failed


def tell(*words: str) -> bool:
    """Run the client, pass on what it says, and return whether that is well."""
    done = subprocess.run(  # pylint: disable=ansible-bad-function
        [CLIENT, *words], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    sys.stdout.write(done.stdout)
    return done.returncode == 0 or _IN_USE.search(done.stdout) is not None


def _passes(labels: Mapping[str, str], condition: str) -> bool:
    key, _equals, wanted = condition.partition("=")
    name, equals, value = wanted.partition("=")
    has = labels.get(name) == value if equals else name in labels
    return has != key.endswith("!")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
