# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides whether installed distributions are what was asked for; pure, reads and starts nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .._requirements import Requirement, is_active, is_version_in, parse_dependency


@dataclass(frozen=True)
class Origin:
    """Where a distribution came from when it was not an index, as PEP 610 records it; never with credentials."""

    url: str
    vcs: str = ""
    revision: str = ""
    subdirectory: str = ""
    is_editable: bool = False


@dataclass(frozen=True)
class Distribution:
    """An installed distribution; ``requires`` are its ``Requires-Dist`` lines."""

    name: str
    canonical: str
    version: str
    requires: tuple[str, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True)
class Receipt:
    """What the manifest remembers of an installation: the hashes asked for, and the digest of the project installed from the disk."""

    version: str
    hashes: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class Problem:
    """A reason to start pip.

    ``about`` is the canonical name of the installed distribution that is not well, if there is one; ``is_stale`` says that it must
    be removed first, because pip would take it for good.
    """

    sentence: str
    about: str | None = None
    is_stale: bool = False


@dataclass(frozen=True)
class Installed:
    """All that is known of what a virtualenv holds.

    ``environment`` are the marker values of its interpreter, ``receipts`` the manifest by canonical name, ``digests`` the present
    digests of projects on the disk, by URL.
    """

    distributions: Mapping[str, Distribution]
    environment: Mapping[str, str]
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """``needed`` maps each canonical name that the requirements need to what needs it, ``requested`` are those named or matched directly."""

    problems: tuple[Problem, ...]
    needed: Mapping[str, str]
    requested: frozenset[str]


def origin_of(requirement: Requirement) -> Origin | None:
    """Return what PEP 610 would record for a requirement with a URL; None for one from an index."""
    if requirement.url is None:
        return None
    url, _hash, fragment = requirement.url.partition("#")
    subdirectory = re.search(r"(?:^|&)subdirectory=([^&]+)", fragment)
    vcs, plus, rest = url.partition("+")
    revision = ""
    if plus and re.match(r"(git|hg|svn|bzr)\Z", vcs):
        parts = urlsplit(rest)
        if "@" in parts.path:
            path, _at, revision = parts.path.rpartition("@")
            parts = parts._replace(path=path)
        url = urlunsplit(parts)
    else:
        vcs = ""
    return Origin(without_credentials(url), vcs, revision, subdirectory.group(1) if subdirectory else "", requirement.editable is not None)


def read_origin(data: Mapping[str, Any]) -> Origin | None:
    """Return what a ``direct_url.json`` (PEP 610) says; None for one that cannot be understood."""
    try:
        vcs = data.get("vcs_info", {})
        is_editable = data.get("dir_info", {}).get("editable", False)
        revision = vcs.get("requested_revision", "")
        return Origin(without_credentials(data["url"]), vcs.get("vcs", ""), revision, data.get("subdirectory", ""), is_editable)
    except (KeyError, AttributeError, TypeError, ValueError):
        return None


def without_credentials(url: str) -> str:
    """Return the URL without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def find_distribution(requirement: Requirement, installed: Installed) -> Distribution | None:
    """Return what stands for a requirement: by its name, or where it has none by where it came from."""
    if requirement.canonical is not None:
        return installed.distributions.get(requirement.canonical)
    origin = origin_of(requirement)
    return next((found for found in installed.distributions.values() if found.origin and found.origin.url == origin.url), None)


def judge(requirements: tuple[Requirement, ...], constraints: tuple[Requirement, ...], installed: Installed) -> Judgement:
    """Compare the requirements, the dependencies of what they name, and the constraints with what is installed.

    The rules are pip's (PEP 440, 508, 610); nothing about it asks an index.
    """
    active = [requirement for requirement in requirements if is_active(requirement, installed.environment)]
    found = [(requirement, find_distribution(requirement, installed)) for requirement in active]
    problems = [problem for requirement, distribution in found for problem in _problems_of(requirement, distribution, installed)]
    needed = {distribution.canonical: requirement.source for requirement, distribution in found if distribution}
    seen: set[tuple[str, str]] = set()
    for requirement, distribution in found:
        if distribution:
            problems += _walk_dependencies(distribution, requirement.extras, installed, needed, seen)
    problems += _broken_constraints(constraints, needed, installed)
    requested = frozenset(distribution.canonical for _requirement, distribution in found if distribution)
    return Judgement(tuple(dict.fromkeys(problems)), needed, requested)


def _problems_of(requirement: Requirement, distribution: Distribution | None, installed: Installed) -> Iterator[Problem]:
    asked = f"{str(requirement)!r} ({requirement.source})"
    if distribution is None:
        yield Problem(f"{asked} is not installed")
        return
    have = f"{distribution.name} {distribution.version}"
    if not is_version_in(requirement.specifier, distribution.version):
        yield Problem(f"{have} is installed, which is not {asked}", distribution.canonical)
        return
    receipt = installed.receipts.get(distribution.canonical)
    if receipt is not None and receipt.version != distribution.version:
        receipt = None
    origin = origin_of(requirement)
    if origin is not None and origin != distribution.origin:
        yield Problem(f"{have} was not installed from {asked}", distribution.canonical, True)
    elif requirement.url in installed.digests and (receipt is None or receipt.digest != installed.digests[requirement.url]):
        yield Problem(f"the project behind {asked} changed since it was installed", distribution.canonical, True)
    if requirement.hashes and (receipt is None or set(receipt.hashes) != set(requirement.hashes)):
        yield Problem(f"{have} was not installed with the hashes of {asked}", distribution.canonical, True)


def _walk_dependencies(
    top: Distribution, extras: tuple[str, ...], installed: Installed, needed: dict[str, str], seen: set[tuple[str, str]]
) -> list[Problem]:
    """Return what is missing below a distribution; note all names in ``needed``."""
    problems = []
    queue = [(top, extra) for extra in ("", *extras)]
    while queue:
        distribution, extra = queue.pop()
        if (distribution.canonical, extra) in seen:
            continue
        seen.add((distribution.canonical, extra))
        for dependency in filter(None, map(parse_dependency, distribution.requires)):
            if not is_active(dependency, installed.environment, (extra,) if extra else ()):
                continue
            found = installed.distributions.get(dependency.canonical)
            needed.setdefault(dependency.canonical, distribution.name)
            if found is None:
                problems.append(Problem(f"{str(dependency)!r}, which {distribution.name} needs, is not installed"))
                continue
            if not is_version_in(dependency.specifier, found.version):
                problems.append(
                    Problem(
                        f"{found.name} {found.version} is installed, but {distribution.name} needs {str(dependency)!r}", found.canonical
                    )
                )
            queue += [(found, wanted) for wanted in ("", *dependency.extras)]
    return problems


def _broken_constraints(constraints: tuple[Requirement, ...], needed: Mapping[str, str], installed: Installed) -> Iterator[Problem]:
    for constraint in constraints:
        distribution = installed.distributions.get(constraint.canonical)
        if distribution is None or constraint.canonical not in needed or not is_active(constraint, installed.environment):
            continue
        origin = origin_of(constraint)
        if not is_version_in(constraint.specifier, distribution.version) or (origin and origin != distribution.origin):
            have = f"{distribution.name} {distribution.version}"
            yield Problem(
                f"{have} is installed, which the constraint {str(constraint)!r} ({constraint.source}) forbids", constraint.canonical
            )
