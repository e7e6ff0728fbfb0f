# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove from a Docker engine what is not needed any more. A program by itself: a timer of systemd runs it on the host.

It asks and tells the engine through the docker client. Volumes are data, and never removed. Nor is anything with a label of the
collection dockenv.python, and no image that an environment of it needs: one whose layers it is made of, and one that the
Dockerfile of an environment's folder names. Where such a name holds a variable, no image is removed.
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
# Where environments, and staged images of virtualenvs, are by default; those elsewhere are known by their images, or named.
ENVIRONMENTS = ("/var/lib/dockenv/envs", "/var/lib/dockenv/images")
OBJECTS = ("containers", "images", "networks", "build-cache")

# More than _env/stages.py finds does no harm, less would: names of stages, and what stands in a here-document, are among these.
_COMMENT = re.compile(r"^\s*#.*\n?", re.MULTILINE)
_CONTINUED = re.compile(r"\\[ \t\r]*\n")
_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)", re.IGNORECASE | re.MULTILINE)
# COPY --from=X, and RUN --mount=from=X or --mount=type=bind,from=X
_USES = re.compile(r"(?:--|[,=])from=([^\s,]+)")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})")
_ENDED = ("created", "exited", "dead")
# What the engine answers when somebody began to use a thing meanwhile: then it is needed.
_IN_USE = re.compile(r"conflict|in use|being used|dependent child|active endpoints|No such|network .* not found", re.IGNORECASE)
# What it answers when a thing is not there, or cannot be because nothing can have such a name
_NOT_THERE = re.compile(r"No such|network .* not found|invalid reference format")
# The engine's own
_PREDEFINED = ("bridge", "host", "none")


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
    parser.add_argument("--environments", action="append", default=[])
    return parser.parse_args(words)


def prune(kind: str, options: argparse.Namespace, now: datetime.datetime) -> bool:
    """Remove things of one kind, and return whether all of it went well."""
    if kind == "containers":
        return remove("container", [each["Id"] for each in select_containers(inspect("container"), options, now)])
    if kind == "images":
        return remove("image", [name for each in find_images(options, now) for name in names_of(each)])
    if kind == "networks":
        return remove("network", [each["Id"] for each in select_networks(inspect("network"), inspect("container"), options, now)])
    since = ["--filter", f"until={options.hours:d}h"] if options.hours else []
    return tell("builder", "prune", "--force", *since)


def find_images(options: argparse.Namespace, now: datetime.datetime) -> list[dict[str, Any]]:
    """Return the images to remove: none where an environment may need any."""
    named = set()
    for path in [path for folder in (*ENVIRONMENTS, *options.environments) for path in glob.glob(f"{folder}/*/Dockerfile")]:
        with open(path, encoding="utf-8", errors="replace") as file:
            names = read_bases(file.read())
        unknown = [name for name in names if "$" in name]
        if unknown:
            sys.stdout.write(f"No image is removed: {path} says {unknown[0]}, which may be any\n")
            return []
        named.update(names)
    used = {each["Image"] for each in inspect("container")}
    used |= {each["Id"] for name in sorted(named) for each in inspect("image", [name])}
    return select_images(inspect("image"), used, options, now)


def read_bases(dockerfile: str) -> list[str]:
    """Return the names of all images that a Dockerfile may start from, copy from or mount, as they stand there."""
    text = _CONTINUED.sub(" ", _COMMENT.sub("", dockerfile))
    return [name.strip("\"'") for name in _FROM.findall(text) + _USES.findall(text)]


def select_containers(containers: Iterable[Mapping[str, Any]], options: argparse.Namespace, now: datetime.datetime) -> list[Any]:
    """Return the containers that ended, are old enough, pass the filters, and are not the collection's."""
    return [
        each
        for each in containers
        if each["State"]["Status"] in _ENDED
        and is_old([each["Created"], each["State"].get("FinishedAt", "")], options.hours, now)
        and is_chosen(each["Config"].get("Labels") or {}, options.filters)
    ]


def select_networks(
    networks: Iterable[Mapping[str, Any]], containers: Iterable[Mapping[str, Any]], options: argparse.Namespace, now: datetime.datetime
) -> list[Any]:
    """Return the networks that no container has, running or not, that are old enough, pass the filters, and are not the collection's."""
    used = {word for each in containers for name, end in networks_of(each).items() for word in (name, end.get("NetworkID"))}
    return [
        each
        for each in networks
        if each["Name"] not in _PREDEFINED
        and not any(each.get(key) for key in ("Containers", "ConfigOnly", "Ingress"))
        and used.isdisjoint((each["Id"], each["Name"]))
        and is_old([each["Created"]], options.hours, now)
        and is_chosen(each.get("Labels") or {}, options.filters)
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


def networks_of(container: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return a container's ends in networks, by the network's name."""
    return (container.get("NetworkSettings") or {}).get("Networks") or {}


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
    if asked.returncode and not all(_NOT_THERE.search(line) for line in asked.stderr.splitlines() or [""]):
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
