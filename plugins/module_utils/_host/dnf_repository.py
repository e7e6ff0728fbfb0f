# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask dnf what a repository offers, in a folder of its own: dnf's files and caches on the host are neither read nor written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from .._errors import CommandFailed
from .apt_sources import Repository
from .dnf_sources import render_repository
from .openpgp import armour_key
from .repository import RunCommand
from .versions import newest_first


@dataclass(frozen=True)
class Dnf:
    """How to start dnf: ``options`` that lead it to its files, what runs it, and ``what`` it is asked about, in words."""

    options: tuple[str, ...]
    run: RunCommand
    what: str


@contextmanager
def open_dnf_repository(repository: Repository, key: bytes, run: RunCommand) -> Iterator[Dnf]:
    """Yield a dnf that knows only ``repository``. It verifies packages with ``key`` when it installs them, not yet when it is asked."""
    with tempfile.TemporaryDirectory(prefix="dockenv-dnf-") as folder:
        key_file = os.path.join(folder, "key.asc")
        _write(key_file, armour_key(key))
        _write(os.path.join(folder, "docker.repo"), render_repository(replace(repository, key=key_file)))
        options = (f"--setopt=reposdir={folder}", f"--setopt=cachedir={folder}/cache", "--setopt=skip_if_unavailable=False")
        yield Dnf(options, run, f"the repository {repository.url} {repository.suite}")


@contextmanager
def open_dnf_system(run: RunCommand) -> Iterator[Dnf]:
    """Yield a dnf that knows the host's repositories, with its own cache: theirs are too large to be fetched for a question."""
    yield Dnf((), run, "the host's repositories")


def list_dnf_versions(dnf: Dnf, packages: Sequence[str]) -> dict[str, list[str]]:
    """Return the versions of each package that can be installed, the newest first. Raises CommandFailed if a repository is bad."""
    # One line for each version, and with dnf 4 an empty one behind it, because that ends lines itself.
    command = ["dnf", "--quiet", *dnf.options, "repoquery", "--queryformat", "%{name} %{evr}\n", *packages]
    rc, stdout, stderr = dnf.run(command)
    if rc != 0:
        reasons = " ".join(_errors(stderr)) or f"exit status {rc}"
        raise CommandFailed(f"dnf does not accept {dnf.what}, nothing was changed: {reasons}", command, rc, stdout, stderr)
    rows = [line.split() for line in stdout.splitlines() if len(line.split()) == 2]
    return {name: newest_first(version.removeprefix("0:") for package, version in rows if package == name) for name in packages}


def _errors(stderr: str) -> Iterable[str]:
    return dict.fromkeys(line.removeprefix("Error: ").strip() for line in stderr.splitlines() if line.strip())


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
