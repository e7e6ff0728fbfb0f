# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read from the host's disk what a base image takes from the host; changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

from .. import _commands
from .._errors import DockenvError, InvalidInput
from .certificates import Certificate, split_certificates
from .recipe import Host
from .sources import Source, parse_deb822, parse_one_line
from .spec import BaseImageSpec

# apt's method for a list of mirrors in a file, which images of clouds use; the file stays on the host
_MIRROR_FILE = "mirror+file:"


def observe_host(spec: BaseImageSpec, root: Path = Path("/")) -> Host:
    """Return what ``spec`` leaves to the host; ``root`` is the top of the host's file system.

    Raises InvalidInput for a file of certificates, or of package sources, that cannot be read.
    """
    release = _read_assignments(root / "etc/os-release")
    return Host(
        distribution=release.get("ID", ""),
        codename=release.get("VERSION_CODENAME", ""),
        architecture=spec.architecture or _architecture(),
        sources=() if spec.mirror else tuple(_with_mirror_read(source, root) for source in _read_sources(root)),
        certificates=_read_certificates(spec, root),
    )


def _read_assignments(path: Path) -> dict[str, str]:
    """Return the variables of an os-release(5) file, an empty mapping if there is none that can be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key: value.strip("\"'") for key, _separator, value in pairs}


def _architecture() -> str:
    answer = _commands.run(["dpkg", "--print-architecture"])
    if answer.rc != 0:
        raise DockenvError(f"The host's architecture is unknown, dpkg does not tell it ({answer.last_words}); give it as architecture")
    return answer.stdout.strip()


def _read_sources(root: Path) -> tuple[Source, ...]:
    apt = root / "etc/apt"
    one_line = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.list"))]
    deb822 = sorted((apt / "sources.list.d").glob("*.sources"))
    return (
        *(source for path in one_line if os.path.isfile(path) for source in parse_one_line(_read_source(path, root))),
        *(source for path in deb822 if os.path.isfile(path) for source in parse_deb822(_read_source(path, root))),
    )


def _with_mirror_read(source: Source, root: Path) -> Source:
    """Put the first mirror of a file in the place of the file: the image would not have the file."""
    if not source.uri.startswith(_MIRROR_FILE):
        return source
    path = root / source.uri[len(_MIRROR_FILE) :].lstrip("/")
    words = [line.split()[0] for line in _read_source(path, root).splitlines() if line.strip()]
    mirrors = [word for word in words if not word.startswith("#")]
    return Source(mirrors[0] if mirrors else source.uri, source.suite, source.components, source.options)


def _read_source(path: Path, root: Path) -> str:
    """Return the text of a file; what is no UTF-8 in it can only be a comment."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        name = f"/{path.relative_to(root)}"
        raise InvalidInput(
            f"mirror: {name!r}, a part of this host's package sources, cannot be read: {error.strerror}; give a URL"
        ) from None


def _read_certificates(spec: BaseImageSpec, root: Path) -> tuple[Certificate, ...]:
    """Return all certificates of the files asked for, each once, in the order of their fingerprints."""
    found: dict[str, Certificate] = {}
    for index, name in enumerate(spec.ca_certificates):
        where = f"ca_certificates[{index}]: {name!r}"
        try:
            text = (root / name.lstrip("/")).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it is not text"
            raise InvalidInput(f"{where} cannot be read: {reason}") from error
        found.update((certificate.fingerprint, certificate) for certificate in split_certificates(text, where))
    return tuple(found[fingerprint] for fingerprint in sorted(found))
