# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads and compares locks, and decides which earlier locks stay image layers of their own; pure text.

A layer is a whole earlier lock: its build step installs exactly what it says, on top of the layers before. What has moved
or gone since would stay in the image below its successor; so a lock is only kept while the newest holds all its pins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .._requirements import Requirement, RequirementsFile, is_version_in, parse_requirements_file
from .install_script import LOCK

# Each layer costs a build step of about half a second on a host that has none of them. The next addition merges
# all that came after the first.
MAX_LAYERS = 8

# Said by the lock itself: what comes from version control has none.
_HASHES = "--require-hashes"

# Nearly every line of a lock is such a one; the whole grammar takes fifty times as long, which counts with many environments.
_SIMPLE = re.compile(
    r"(?<!\\\n)^(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)=="
    # https://packaging.python.org/en/latest/specifications/version-specifiers/#normalization
    r"(?P<version>(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?(?:\+[a-z0-9]+(?:\.[a-z0-9]+)*)?)"
    r"(?P<hashes>(?:[ \t]+(?:\\\n[ \t]*)?--hash=sha256:[0-9a-f]{64})+)$",
    re.MULTILINE,
)
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Pin:
    """One line of a lock; ``what`` is the line without hashes, ``name`` canonical, ``version`` empty for a URL."""

    name: str
    version: str
    what: str
    hashes: frozenset[str]

    @property
    def url(self) -> str:
        """Where it comes from, if that is no index."""
        return self.what.partition(" @ ")[2].partition(" ; ")[0]

    @property
    def is_from_repository(self) -> bool:
        """Whether version control has it, at the revision in its URL (``git+https``)."""
        return "+" in self.url.partition("://")[0]

    def satisfies(self, older: Pin) -> bool:
        """Whether what the older pin installed is what this one installs; an index may have got more files meanwhile."""
        return self.what == older.what and self.hashes >= older.hashes


@dataclass(frozen=True)
class Lock:
    """A lock as read: ``pins`` sorted by name, ``options`` the lines that say where packages come from."""

    pins: tuple[Pin, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def contains(self, older: Lock) -> bool:
        """Whether this lock is the older one, or that with additions."""
        pins = {(pin.name, pin.what): pin for pin in self.pins}
        found = ((pins.get((pin.name, pin.what)), pin) for pin in older.pins)
        return self.options == older.options and all(mine is not None and mine.satisfies(pin) for mine, pin in found)


@dataclass(frozen=True)
class LockChange:
    """How one lock differs from another: names with versions, or URLs."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved)


@lru_cache(maxsize=1024)
def parse_lock(text: str) -> Lock:
    """Read a lock. Raises InvalidInput, naming the line, for what is no requirements file."""
    simple = [
        Pin(match["name"], match["version"], f"{match['name']}=={match['version']}", frozenset(_HASH.findall(match["hashes"])))
        for match in _SIMPLE.finditer(text)
    ]
    # In place of what is read already stand empty lines, for the numbers in errors.
    file = _read(_SIMPLE.sub(lambda match: "\n" * match.group().count("\n"), text))
    pins = [*simple, *(_pin_of(requirement) for requirement in file.requirements)]
    return Lock(tuple(sorted(pins, key=lambda pin: (pin.name, pin.what))), file.options)


def compare_locks(old: Lock, new: Lock) -> LockChange:
    """Return what was added, removed and moved, sorted by name; hashes do not count."""
    before, after = ({pin.name: pin.what for pin in lock.pins} for lock in (old, new))
    return LockChange(
        added=tuple(after[name] for name in sorted(after.keys() - before.keys())),
        removed=tuple(before[name] for name in sorted(before.keys() - after.keys())),
        moved=tuple((before[name], after[name]) for name in sorted(before.keys() & after.keys()) if before[name] != after[name]),
    )


def find_unlocked(wanted: Iterable[Requirement], lock: Lock) -> tuple[str, ...]:
    """Return what requirements.in asks for and the lock does not give, as after an edit by hand.

    What has a marker may be left out of a lock for good reason, and is not looked at.
    """
    pins = {pin.name: pin for pin in lock.pins}
    return tuple(str(entry) for entry in wanted if entry.marker is None and not _is_met(entry, pins.get(entry.canonical or "")))


def complete_lock(pins: str, options: Iterable[tuple[str, str]]) -> str:
    """Return a lock that says itself where its packages come from; ``pins`` is what a resolver made of requirements.in."""
    own = parse_lock(pins).options
    lines = [f"{name} {value}".rstrip() for name, value in dict.fromkeys(options) if (name, value) not in own and name != _HASHES]
    return "".join(f"{line}\n" for line in lines) + pins


def merge_locks(old: str, new: str) -> str | None:
    """Return a lock and the lock of more requirements as one; None if they differ in a pin, or if one has more than plain pins.

    What stands in both is as it is in the old one.
    """
    pins = [dict(_simple_pins(text)) for text in (old, new)]
    if any(_SIMPLE.sub("", text).strip() for text in (old, new)):
        return None
    versions = [{name: _SIMPLE.match(pin)["version"] for name, pin in each.items()} for each in pins]
    if any(versions[0].get(name, version) != version for name, version in versions[1].items()):
        return None
    merged = {**pins[1], **pins[0]}
    return "".join(f"{merged[name]}\n" for name in sorted(merged))


def split_layers(layers: Sequence[str], old_lock: str | None, new_lock: str) -> tuple[tuple[str, ...], str]:
    """Return the locks that are layers of their own, oldest first, and the lock to install last.

    ``layers`` are the folder's, ``old_lock`` its lock. A lock with the same pins as the old one changes nothing, whatever
    its comments say. Without anything to keep the result is that of a fresh folder: no layers.
    """
    steps = [*layers, *([] if old_lock is None else [old_lock])]
    newest = parse_lock(new_lock)
    kept = []
    for step in steps:
        if not newest.contains(parse_lock(step)):
            break
        kept.append(step)
    if kept and parse_lock(kept[-1]).contains(newest):
        return tuple(kept[:-1]), kept[-1]
    if len(kept) > MAX_LAYERS:
        kept = kept[:1]
    return tuple(kept), new_lock


def _simple_pins(text: str) -> Iterator[tuple[str, str]]:
    for match in _SIMPLE.finditer(text):
        yield match["name"], match.group()


def _read(text: str) -> RequirementsFile:
    return parse_requirements_file(text, f"/{LOCK}", lambda _path: "")


def _pin_of(requirement: Requirement) -> Pin:
    versions = [spec.version for spec in requirement.specifier if spec.operator in ("==", "===")]
    return Pin(requirement.canonical or requirement.line, versions[0] if versions else "", requirement.line, frozenset(requirement.hashes))


def _is_met(entry: Requirement, pin: Pin | None) -> bool:
    if pin is None:
        return False
    if entry.url is not None or not pin.version:
        return entry.url is None or not pin.version
    return is_version_in(entry.specifier, pin.version)
