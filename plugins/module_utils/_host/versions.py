# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare and choose versions of packages, by Debian's rules, which order what rpm has of engines in the same way. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence

# What packages of one source differ in: what a rebuild for one architecture appends, and, with rpm, the epoch.
_OF_ITS_OWN = re.compile(r"^\d+:|\+b\d+$")
_PARTS = re.compile(r"(\D*)(\d*)")


def compare_versions(one: str, other: str) -> int:
    """Return a number below, at or above zero, as ``one`` is older than, equal to or newer than ``other`` (deb-version(7))."""
    for left, right in zip(_split(one), _split(other)):
        result = _compare_parts(left, right)
        if result:
            return result
    return 0


def newest_first(versions: Iterable[str]) -> list[str]:
    """Return the versions, each once, the newest first."""
    return sorted(set(versions), key=functools.cmp_to_key(compare_versions), reverse=True)


def matches_version(version: str, wanted: str) -> bool:
    """Tell whether ``version`` is ``wanted`` or begins with it: ``26.1`` is that of ``5:26.1.5-1`` and not of ``5:26.10.0-1``.

    An epoch is looked at where ``wanted`` has one.
    """
    return re.match(version_pattern(wanted), version) is not None


def version_pattern(wanted: str) -> str:
    """Return the rule of :func:`matches_version` as an extended regular expression, which apt's preferences take too."""
    epoch = "" if ":" in wanted else "([0-9]+:)?"
    literal = re.sub(r"([.+*?()\[\]{}^$|\\])", r"\\\1", wanted)
    return f"^{epoch}{literal}([-.+~]|$)"


def engine_release(version: str) -> tuple[int, ...]:
    """Return the numbers of the upstream version, by which packages of different distributors can be compared."""
    match = re.match(r"(?:\d+:)?(\d+(?:\.\d+)*)", version)
    return tuple(int(number) for number in match.group(1).split(".")) if match else ()


def choose_versions(packages: Sequence[str], wanted: str, offered: Mapping[str, Sequence[str]]) -> dict[str, str] | None:
    """Return the newest version that matches ``wanted`` and that all ``packages`` have, by package, or None without one.

    Packages of one source have one version, but for the number of rebuilds and the epoch.
    """
    by_source = [{_OF_ITS_OWN.sub("", version): version for version in reversed(newest_first(offered.get(name, ())))} for name in packages]
    common = newest_first(set.intersection(*(set(versions) for versions in by_source)))
    fitting = [version for version in common if all(matches_version(versions[version], wanted) for versions in by_source)]
    return {name: versions[fitting[0]] for name, versions in zip(packages, by_source)} if fitting else None


def _split(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.partition(":")
    upstream, _hyphen, revision = (rest if colon else version).rpartition("-")
    if not _hyphen:
        upstream, revision = revision, "0"
    return (epoch if colon else "0", upstream, revision)


def _compare_parts(one: str, other: str) -> int:
    """Compare texts and numbers by turns, as deb-version(7) has it."""
    pairs = zip(_PARTS.findall(one) + [("", "")] * len(other), _PARTS.findall(other) + [("", "")] * len(one))
    for (text, number), (other_text, other_number) in pairs:
        left = ([_rank(char) for char in text] + [0], int(number or 0))
        right = ([_rank(char) for char in other_text] + [0], int(other_number or 0))
        if left != right:
            return -1 if left < right else 1
    return 0


def _rank(char: str) -> int:
    """Return where a character sorts: a tilde before the end, letters before all others."""
    if char == "~":
        return -1
    return ord(char) if char.isalpha() else ord(char) + 256
