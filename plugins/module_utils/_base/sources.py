# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read apt's package sources in both of their formats, and pick those of a distribution; pure text, reads no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .._errors import InvalidInput

# Options of a source that say whether it is trusted; the others, such as arch, belong to the host that has the source.
_KEPT_OPTIONS = ("signed-by", "trusted")
# Suites beside the release itself that a fresh system of that release has. Backports are a choice, so they are not here.
_POCKETS = ("", "-updates", "-security")
# Under these names, too, a host's sources may ask for its own release.
_SYMBOLIC_SUITES = ("stable", "oldstable", "oldoldstable", "testing", "unstable", "sid")
# Releases that change daily have no suites beside them.
_ROLLING_SUITES = ("unstable", "sid", "experimental")

_URL = re.compile(r"(?P<scheme>https?|file|copy):/{1,3}(?P<rest>[^\s\[\]|<>\"'`$\\;]+)")
_SUITE = re.compile(r"[a-z][a-z0-9.+-]*(?:/[a-z0-9.+-]+)*/?")
_COMPONENT = re.compile(r"[a-z0-9][a-z0-9+.-]*(?:/[a-z0-9+.-]+)*")
_OPTION = re.compile(r"(?P<key>[a-z-]+)=(?P<value>[A-Za-z0-9/._,:+-]+)")
_LINE = re.compile(r"deb\s+(?:\[\s*(?P<options>[^\]]*?)\s*\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<components>(?:\s+\S+)*)\s*")


@dataclass(frozen=True)
class Source:
    """One suite of one package archive, as a ``deb`` line of sources.list(5) has it."""

    uri: str
    suite: str
    components: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        options = " ".join(f"{key}={value}" for key, value in self.options)
        return " ".join(["deb", *([f"[{options}]"] if options else []), self.uri, self.suite, *self.components])

    @property
    def signed_by(self) -> str | None:
        """The file with the keys that sign the archive, if the source names one."""
        return dict(self.options).get("signed-by")


def parse_one_line(text: str) -> tuple[Source, ...]:
    """Return the binary package sources of a file in the one-line format; lines that apt would not read are left out."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    matches = (_LINE.fullmatch(line) for line in lines)
    return tuple(_source_from_match(match) for match in matches if match)


def parse_deb822(text: str) -> tuple[Source, ...]:
    """Return the binary package sources of a file in the deb822 format (sources.list(5)), one for each URI and suite."""
    stanzas = (_parse_stanza(block) for block in re.split(r"\n[ \t]*\n", text))
    return tuple(source for stanza in stanzas for source in _sources_of_stanza(stanza))


def _parse_stanza(block: str) -> dict[str, str]:
    """Return the fields of a stanza; a field's further lines start with a space, comment lines count for nothing."""
    fields: dict[str, str] = {}
    key = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and key:
            fields[key] += "\n" + line.strip()
        elif ":" in line:
            key, _colon, value = line.partition(":")
            key = key.strip().lower()
            fields[key] = value.strip()
    return fields


def _sources_of_stanza(fields: Mapping[str, str]) -> Iterable[Source]:
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false"):
        return
    options = tuple((key, " ".join(fields[key].split())) for key in _KEPT_OPTIONS if fields.get(key))
    for uri in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            yield Source(uri, suite, tuple(fields.get("components", "").split()), options)


def _source_from_match(match: re.Match[str]) -> Source:
    options = dict(option.partition("=")[::2] for option in (match["options"] or "").split())
    kept = tuple((key, options[key]) for key in _KEPT_OPTIONS if options.get(key))
    return Source(match["uri"], match["suite"], tuple(match["components"].split()), kept)


def select_distribution(
    sources: Iterable[Source], distribution: str, codename: str, suite: str, components: tuple[str, ...] = ()
) -> tuple[Source, ...]:
    """Return a host's sources of its distribution, with ``suite`` in the place of the host's own release.

    ``distribution`` and ``codename`` are ID and VERSION_CODENAME of os-release(5). ``components`` replace those of the
    host if given. Archives of others are left out, also those that call their suites like the distribution's.
    """
    pockets = {name + pocket: pocket for name in (codename, *_SYMBOLIC_SUITES) for pocket in _POCKETS}
    selected: dict[Source, None] = {}
    for source in sources:
        pocket = pockets.get(source.suite.rstrip("/"))
        if pocket is None or not _is_of_distribution(source, distribution):
            continue
        if pocket and suite in _ROLLING_SUITES:
            continue
        selected[Source(source.uri, suite + pocket, components or source.components, source.options)] = None
    return tuple(selected)


def _is_of_distribution(source: Source, distribution: str) -> bool:
    """A distribution's archive has a component main, and is signed by the distribution's keys or by any apt trusts."""
    keys = source.signed_by
    own = keys is None or keys.rpartition("/")[2].startswith(f"{distribution}-archive")
    return own and "main" in source.components and not source.uri.startswith("cdrom:")


def parse_mirror(entry: str, where: str, suite: str, components: tuple[str, ...]) -> Source:
    """Return the source that a user means by a URL, which gets ``suite`` and ``components``, or by a whole ``deb`` line.

    Raises InvalidInput, starting with ``where``, for anything else, and for a URL with a user name or password:
    it would stay in the image.
    """
    match = _LINE.fullmatch(entry.strip())
    source = _source_from_match(match) if match else Source(entry.strip(), suite, components)
    if "@" in source.uri:
        raise InvalidInput(f"{where}: the URL holds a user name or a password, which would stay in the image; remove it")
    if not _URL.fullmatch(source.uri):
        raise InvalidInput(
            f"{where}: {source.uri!r} is no URL of a package archive; give one that starts with "
            "http://, https://, file:/ or copy:/, or a whole line as in sources.list(5)"
        )
    check_suite(source.suite, where)
    check_components(source.components, where)
    for key, value in source.options:
        if not _OPTION.fullmatch(f"{key}={value}"):
            raise InvalidInput(f"{where}: {value!r} is no value for the option {key}")
    return source


def check_suite(suite: str, where: str) -> None:
    """Raise InvalidInput unless ``suite`` can be the name of a release."""
    if not _SUITE.fullmatch(suite):
        raise InvalidInput(f"{where}: {suite!r} is not the name of a release; give one such as 'trixie' or 'stable'")


def check_components(components: Iterable[str], where: str) -> None:
    """Raise InvalidInput unless each of ``components`` can be a component of an archive."""
    for component in components:
        if not _COMPONENT.fullmatch(component):
            raise InvalidInput(f"{where}: {component!r} is no component of an archive; give one such as 'main'")
