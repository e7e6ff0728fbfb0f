# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask apt what a repository offers, in a folder of its own: apt's files and lists on the host are neither read nor written."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Callable

from .._errors import CommandFailed, InvalidInput
from .apt_sources import Repository, render_source
from .openpgp import armour_key, normalize_fingerprint, read_fingerprints
from .versions import newest_first

# Runs a command to its end and returns exit status, stdout and stderr.
RunCommand = Callable[[Sequence[str]], tuple[int, str, str]]

_ERROR = re.compile(r"^(?:E|W|Err): ?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Apt:
    """How to start apt's commands: ``options`` that lead it to its files, and what runs them."""

    options: tuple[str, ...]
    run: RunCommand


def check_key(key: bytes, fingerprint: str, origin: str, manager: str = "apt") -> None:
    """Raise InvalidInput unless every key in ``key`` has the ``fingerprint``; ``origin`` is where it came from, for ``manager``."""
    wanted = normalize_fingerprint(fingerprint)
    try:
        found = read_fingerprints(key)
    except InvalidInput as error:
        raise InvalidInput(f"What is at {origin} cannot be the repository's key: {error.message}. Name the key's address") from error
    others = [each for each in found if each != wanted]
    if others:
        raise InvalidInput(
            f"The key at {origin} has the fingerprint {', '.join(others)}, and {wanted} is trusted: {manager} was not given it. "
            "Trust the other fingerprint only if its owner announced it"
        )


@contextmanager
def open_repository(repository: Repository, key: bytes, run: RunCommand) -> Iterator[Apt]:
    """Yield an apt that knows only ``repository`` and trusts only ``key``, with its lists fetched.

    Raises CommandFailed if apt does not accept the repository.
    """
    with _folder() as folder:
        key_file = os.path.join(folder, "key.asc")
        _write(key_file, armour_key(key).encode())
        _write(os.path.join(folder, "parts", "repository.sources"), render_source(replace(repository, key=key_file)).encode())
        where = ("-o", "Dir::Etc::SourceList=/dev/null", "-o", f"Dir::Etc::SourceParts={folder}/parts")
        yield _update(Apt((*where, *_private(folder)), run), f"the repository {repository.url} {repository.suite}")


@contextmanager
def open_system(run: RunCommand) -> Iterator[Apt]:
    """Yield an apt that knows the host's sources, with their lists as they are now. Raises CommandFailed if there is a bad one."""
    with _folder() as folder:
        yield _update(Apt(_private(folder), run), "the host's sources of packages")


def list_versions(apt: Apt, packages: Iterable[str]) -> dict[str, list[str]]:
    """Return the versions of each package that can be installed, the newest first."""
    names = list(packages)
    _rc, stdout, _stderr = apt.run(["apt-cache", *apt.options, "madison", *names])
    rows = [[cell.strip() for cell in line.split("|")] for line in stdout.splitlines()]
    binaries = [row for row in rows if len(row) == 3 and row[2].endswith(" Packages")]
    return {name: newest_first(version for package, version, _origin in binaries if package == name) for name in names}


def _update(apt: Apt, what: str) -> Apt:
    command = ["apt-get", "update", "--quiet", "-o", "APT::Update::Error-Mode=any", *apt.options]
    rc, stdout, stderr = apt.run(command)
    if rc != 0:
        said = [match.strip() for match in _ERROR.findall(stderr)]
        reasons = " ".join(dict.fromkeys(said)) or f"exit status {rc}"
        raise CommandFailed(f"apt does not accept {what}, nothing was changed: {reasons}", command, rc, stdout, stderr)
    return apt


def _private(folder: str) -> tuple[str, ...]:
    """Return options for lists and caches below ``folder``."""
    return (
        *("-o", f"Dir::State::Lists={folder}/lists"),
        *("-o", f"Dir::Cache={folder}/cache"),
        *("-o", "Acquire::Languages=none"),
        *("-o", "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false"),
    )


@contextmanager
def _folder() -> Iterator[str]:
    """Yield a new folder that is removed in the end; apt's own account, which fetches and verifies, may read it."""
    folder = tempfile.mkdtemp(prefix="dockenv-apt-")
    try:
        os.chmod(folder, 0o701)
        for name in ("parts", "lists/partial", "cache/archives/partial"):
            os.makedirs(os.path.join(folder, name))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o644)
