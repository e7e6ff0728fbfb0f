# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads requirements as PEP 508 and pip's requirements files write them, and writes them back; touches no disk and no index.

The formats: U(https://packaging.python.org/en/latest/specifications/dependency-specifiers/) and
U(https://pip.pypa.io/en/stable/reference/requirements-file-format/).
"""

from __future__ import annotations

import os.path
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Callable
from urllib.parse import quote, unquote, urlsplit

from ._credentials import has_stray_at, redact, secrets_in
from ._errors import InvalidInput

try:
    from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName, default_environment
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Pep508
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.utils import (
        InvalidSdistFilename,
        InvalidWheelFilename,
        canonicalize_name,
        parse_sdist_filename,
        parse_wheel_filename,
    )
    from packaging.version import InvalidVersion, Version
except ImportError:
    HAS_PACKAGING = False
else:
    HAS_PACKAGING = True

ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz", ".tar")
# What pip accepts for --hash; shorter digests are refused there too.
HASH_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}

# pip's option, and whether it takes a value; spelled long in the result.
FILE_OPTIONS = {
    "--index-url": True,
    "--extra-index-url": True,
    "--find-links": True,
    "--trusted-host": True,
    "--no-binary": True,
    "--only-binary": True,
    "--no-index": False,
    "--prefer-binary": False,
    "--require-hashes": False,
    "--pre": False,
}
SHORT_OPTIONS = {"-i": "--index-url", "-f": "--find-links", "-r": "--requirement", "-c": "--constraint", "-e": "--editable"}
LONG_OPTIONS = {"--pypi-url": "--index-url"}

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_NAMED_URL = re.compile(r"\s*[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[^\]]*\])?\s*@")
_COMMENT = re.compile(r"(^|\s+)#.*$")
_EXTRAS = re.compile(r"(?P<rest>.+?)\s*\[(?P<extras>[A-Za-z0-9._,\s-]*)\]\Z")
# The last three end a line for Python, and so for pip.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_UNREADABLE_URL = "its URL cannot be read; correct its host or path"
# Where a task of docker_env gives logins at package indexes
_PLACE_OF_LOGIN = "index_url or extra_index_urls"
# What goes on in the next line, and what begins an option or a comment; no requirement needs it.
_UNSAFE_IN_LINE = re.compile(r"\\|\s[-#]")
# Characters that pip's line format gives a meaning of their own, or splits at.
_UNSAFE_IN_PATH = re.compile(r"[\s#;\[\]\\$]")


@dataclass(frozen=True)
class Requirement:
    """One requirement of the user's.

    ``name`` is None where only a URL or a path is known. ``url`` is set for everything that does not come from an
    index (a path as ``file://``), ``editable`` is the absolute path of a folder installed in place. ``hashes`` are
    ``algorithm:hex``. ``source`` says where it was written: ``packages[2]`` or ``/path/file, line 7``.
    """

    source: str
    name: str | None
    extras: tuple[str, ...]
    specifier: SpecifierSet
    marker: Marker | None = None
    url: str | None = None
    hashes: tuple[str, ...] = ()
    editable: str | None = None

    @property
    def canonical(self) -> str | None:
        """The name as PEP 503 normalizes it."""
        return None if self.name is None else canonicalize_name(self.name)

    @property
    def path(self) -> str | None:
        """The local path behind a ``file://`` URL."""
        return path_of_url(self.url) if self.url else None

    @property
    def is_pinned(self) -> bool:
        """Whether exactly one version fits."""
        return any(spec.operator in ("==", "===") and not spec.version.endswith(".*") for spec in self.specifier)

    @property
    def line(self) -> str:
        """The line for a requirements file of pip's, without hashes; it may hold the credentials of a URL."""
        extras = self._extras_text
        if self.editable is not None:
            text = f"-e {url_of_path(self.editable)}{extras}"
        elif self.url is None:
            text = f"{self.name}{extras}{self.specifier}"
        elif self.name is not None:
            text = f"{self.name}{extras} @ {self.url}"
        else:
            text = f"{self.path}{extras}" if extras else self.url
        # pip takes a semicolon for a part of the URL unless a space stands before it.
        return text if self.marker is None else f"{text} ; {self.marker}"

    @property
    def line_with_hashes(self) -> str:
        """The line for a requirements file of pip's, with its hashes."""
        return " ".join([self.line, *(f"--hash={value}" for value in self.hashes)])

    def __str__(self) -> str:
        """The requirement for people: without credentials."""
        return redact(self.line) if self.editable is None else f"-e {self.editable}{self._extras_text}"

    @property
    def _extras_text(self) -> str:
        return f"[{','.join(self.extras)}]" if self.extras else ""


@dataclass(frozen=True)
class RequirementsFile:
    """What a requirements file and the files it includes hold; ``options`` are pip's, spelled long, each with its value or ''."""

    requirements: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def merged(self, other: RequirementsFile) -> RequirementsFile:
        """Return this followed by the other."""
        return RequirementsFile(
            self.requirements + other.requirements,
            self.constraints + other.constraints,
            self.options + other.options,
        )


def check_no_secret(requirement: Requirement, place_of_login: str = _PLACE_OF_LOGIN) -> None:
    """Raise InvalidInput for credentials in a URL, which would stay in the files of an environment.

    ``place_of_login`` is where the task can give them.
    """
    if requirement.url and secrets_in(requirement.url):
        raise InvalidInput(
            f"{requirement.source}: the URL holds a password or a token, which would be readable in the image; "
            f"put the package on an index, and give the login in {place_of_login}"
        )
    if requirement.url and has_stray_at(requirement.url):
        raise InvalidInput(
            f"{requirement.source}: the URL holds an '@' behind its host, as one with a password that is not escaped does; write it as %40"
        )


def check_installable(requirement: Requirement, place_of_login: str = _PLACE_OF_LOGIN) -> None:
    """Raise InvalidInput for what a build cannot reach, and for credentials that would stay in the files, as check_no_secret does."""
    if requirement.editable is not None or requirement.path is not None:
        raise InvalidInput(
            f"{requirement.source}: {str(requirement)!r} is a path on the host, which a build does not see; "
            "give a name, or the URL of a wheel or of a repository"
        )
    check_no_secret(requirement, place_of_login)
    if requirement.name is None:
        raise InvalidInput(f"{requirement.source}: {str(requirement)!r} does not say its name; write NAME @ URL")
    if _UNSAFE_IN_LINE.search(requirement.line):
        raise InvalidInput(
            f"{requirement.source}: {str(requirement)!r} holds a backslash, or a space before '-' or '#', "
            "which mean something else in a requirements file; remove that"
        )


def url_of_path(path: str) -> str:
    """Return an absolute path as pip writes it in ``direct_url.json``."""
    return "file://" + quote(path)


def path_of_url(url: str) -> str | None:
    """Return the path behind a ``file://`` URL, or None for any other."""
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None


def is_readable_url(url: str) -> bool:
    """Return whether a URL can be taken apart, and does not stand for what can be no path."""
    try:
        return _CONTROL.search(path_of_url(url) or "") is None
    except ValueError:
        return False


def parse_requirement(text: str, source: str, folder: str | None = None) -> Requirement:
    """Read one requirement: PEP 508, a URL, a path, or ``-e PATH``.

    A relative path is taken from ``folder``; without one it is refused. Raises InvalidInput, naming ``source``.
    """
    if _CONTROL.search(text):
        raise _invalid(text, source, "it holds a control character; write one requirement on one line")
    stripped = text.strip()
    if not stripped:
        raise InvalidInput(f"{source}: the requirement is empty; write a name such as 'requests>=2.32', or remove the entry")
    editable = re.match(r"(?:-e|--editable)(?:\s+|=)(?P<path>.+)\Z", stripped)
    if editable:
        return _parse_editable(editable.group("path"), text, source, folder)
    if stripped.startswith("-"):
        raise _invalid(text, source, "the only option a requirement may start with is -e")
    is_location = not _NAMED_URL.match(stripped) and _is_location(stripped)
    found = _parse_location(stripped, text, source, folder) if is_location else _parse_pep508(stripped, text, source)
    if found.marker is not None and _CONTROL.search(str(found.marker)):  # written as an escape
        raise _invalid(text, source, "its marker holds a control character")
    return found


def canonical_name(name: str) -> str:
    """Return a project's name as PEP 503 normalizes it."""
    return canonicalize_name(name)


def parse_dependency(text: str) -> Requirement | None:
    """Read what an installed distribution requires (``Requires-Dist``); None for what old packages wrote and nobody can read."""
    try:
        return _parse_pep508(text.strip(), text, "metadata")
    except InvalidInput:
        return None


def marker_environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the values of environment markers on this machine, with those of another interpreter laid over."""
    return {**default_environment(), **overrides}


def is_active(requirement: Requirement, environment: Mapping[str, str], extras: Iterable[str] = ()) -> bool:
    """Return whether the requirement's marker holds, with any of the extras asked for."""
    if requirement.marker is None:
        return True
    try:
        return any(requirement.marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras))
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion):
        return False


def is_version_in(specifier: SpecifierSet, version: str) -> bool:
    """Return whether an installed version fits; pre-releases do, since somebody chose to install them (as pip judges)."""
    try:
        return specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False


def older_than(version: str, other: str) -> bool:
    """Return whether a version comes before another (PEP 440); one that cannot be read comes before all."""
    try:
        return Version(version) < Version(other)
    except InvalidVersion:
        return True


def read_version_text(value: Any, source: str) -> str:
    """Accept a text or a whole number; a fraction may have lost a zero before anybody could see it. Raises InvalidInput."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InvalidInput(f"{source}: {value!r} is no text; write the version in quotation marks, because YAML takes 1.10 for 1.1")
    return str(value)


def parse_version(value: Any, source: str) -> SpecifierSet:
    """Read a version option: ``7.1.0`` means exactly that, ``>=7.1,<8`` is a specifier. Raises InvalidInput."""
    stripped = read_version_text(value, source).strip()
    is_bare = re.match(r"[0-9v]", stripped) is not None
    try:
        specifiers = SpecifierSet(f"=={stripped}" if is_bare else stripped)
        _refuse_legacy_versions(specifiers)
    except (InvalidSpecifier, InvalidVersion):
        specifiers = None
    if not specifiers:
        raise InvalidInput(f"{source}: {value!r} is not a version; write one such as '7.1.0', or a specifier such as '>=7.1,<8' (PEP 440)")
    return specifiers


def parse_requirements_file(text: str, path: str, read: Callable[[str], str]) -> RequirementsFile:
    """Read the text of a requirements file found at the absolute ``path``, and the files that it includes.

    ``read`` returns the text of an included file by its absolute path, and raises OSError. Relative paths are taken
    from the folder of the file they stand in. Raises InvalidInput, naming file and line.
    """
    return _parse_file(text, path, read, (path,), False)


def parse_constraints_file(text: str, path: str, read: Callable[[str], str]) -> RequirementsFile:
    """Read the text of a constraints file as parse_requirements_file does; all that it names is in ``constraints``."""
    return _parse_file(text, path, read, (path,), True)


def _invalid(text: str, source: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{source}: {redact(text)!r} cannot be read as a requirement: {reason}")


def _is_location(text: str) -> bool:
    head = re.split(r"\s*;|\s", text, maxsplit=1)[0]
    return bool(_URL.match(text)) or "/" in head or head.startswith((".", "~")) or head.lower().endswith(ARCHIVES)


def _parse_pep508(stripped: str, text: str, source: str) -> Requirement:
    named_url = _NAMED_URL.match(stripped)
    if named_url and not _URL.match(stripped[named_url.end() :].lstrip()):
        raise _invalid(text, source, "after the @ stands a URL, as in 'app @ file:///srv/app'")
    if named_url and not is_readable_url(stripped[named_url.end() :].split()[0]):
        raise _invalid(text, source, _UNREADABLE_URL)
    try:
        parsed = Pep508(stripped)
        _refuse_legacy_versions(parsed.specifier)
    except (InvalidRequirement, InvalidSpecifier, InvalidVersion):
        reason = (
            "write a name, and if needed extras, version and marker, as in 'requests[socks]>=2.32; python_version >= \"3.9\"' (PEP 508)"
        )
        raise _invalid(text, source, reason) from None
    return Requirement(source, parsed.name, tuple(sorted(parsed.extras)), parsed.specifier, parsed.marker, parsed.url)


def _refuse_legacy_versions(specifiers: SpecifierSet) -> None:
    """Raise InvalidVersion for what packaging before 22 still accepts and pip no longer does."""
    for spec in specifiers:
        if spec.operator != "===":
            is_prefix = spec.operator in ("==", "!=") and spec.version.endswith(".*")
            Version(spec.version[:-2] if is_prefix else spec.version)


def _parse_editable(location: str, text: str, source: str, folder: str | None) -> Requirement:
    rest, extras = _split_extras(location.strip().strip("'\""), text, source)
    if rest.startswith("file:") and not is_readable_url(rest):
        raise _invalid(text, source, _UNREADABLE_URL)
    path = path_of_url(rest) if rest.startswith("file:") else rest
    if path is None or _URL.match(path):
        raise _invalid(text, source, "an editable requirement is a folder on the host, as in '-e /srv/app'")
    absolute = _absolute(path, text, source, folder)
    return Requirement(source, None, extras, SpecifierSet(), url=url_of_path(absolute), editable=absolute)


def _parse_location(stripped: str, text: str, source: str, folder: str | None) -> Requirement:
    # As pip does: a URL may hold a semicolon, so there a space must stand before the marker's.
    location, *conditions = re.split(r"\s+;" if _URL.match(stripped) else r";", stripped, maxsplit=1)
    marker = _parse_marker(conditions[0], text, source) if conditions else None
    rest, extras = _split_extras(location.strip(), text, source)
    if _URL.match(rest):
        if re.search(r"\s", rest):
            raise _invalid(text, source, "a URL holds no spaces; write %20")
        if not is_readable_url(rest):
            raise _invalid(text, source, _UNREADABLE_URL)
        name, egg_extras = _name_in_fragment(rest)
        return Requirement(source, name or _name_of_archive(urlsplit(rest).path), extras or egg_extras, SpecifierSet(), marker, rest)
    path = _absolute(rest, text, source, folder)
    if extras and _UNSAFE_IN_PATH.search(path):
        raise _invalid(text, source, "pip cannot read extras after a path with such characters; write 'NAME[EXTRA] @ file:///PATH' instead")
    return Requirement(source, _name_of_archive(path), extras, SpecifierSet(), marker, url_of_path(path))


def _parse_marker(condition: str, text: str, source: str) -> Marker:
    try:
        return Pep508(f"placeholder;{condition}").marker
    except InvalidRequirement:
        raise _invalid(text, source, f"{condition.strip()!r} is not an environment marker (PEP 508)") from None


def _split_extras(location: str, text: str, source: str) -> tuple[str, tuple[str, ...]]:
    match = None if _name_in_fragment(location)[0] else _EXTRAS.match(location)
    if match is None:
        return location, ()
    try:
        return match.group("rest"), tuple(sorted(Pep508(f"placeholder[{match.group('extras')}]").extras))
    except InvalidRequirement:
        raise _invalid(text, source, f"{match.group('extras')!r} are no extras") from None


def _absolute(path: str, text: str, source: str, folder: str | None) -> str:
    if path.startswith("~") or (folder is None and not os.path.isabs(path)):
        raise _invalid(text, source, "a path must be absolute")
    return os.path.normpath(os.path.join(folder or "/", path))


def _name_in_fragment(url: str) -> tuple[str | None, tuple[str, ...]]:
    """Return name and extras of ``#egg=name[extra]``."""
    match = re.search(r"[#&]egg=([^&]+)", url)
    if match is None:
        return None, ()
    try:
        parsed = Pep508(match.group(1))
    except InvalidRequirement:
        return None, ()
    return parsed.name, tuple(sorted(parsed.extras))


def _name_of_archive(path: str) -> str | None:
    file_name = unquote(path.rsplit("/", 1)[-1])
    try:
        if file_name.endswith(".whl"):
            return str(parse_wheel_filename(file_name)[0])
        return str(parse_sdist_filename(file_name)[0])
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of the first physical line and the text of each line that says something, as pip joins them."""
    start, parts = 0, []
    for number, physical in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not physical and not parts:
            continue
        start = start if parts else number
        is_comment = _COMMENT.match(physical) is not None
        if physical.endswith("\\") and not is_comment:
            parts.append(physical[:-1])
            continue
        # A comment ends a continued line, and the space keeps it a comment there.
        parts.append(" " + physical if is_comment else physical)
        yield start, _COMMENT.sub("", "".join(parts)).strip()
        parts = []
    if parts:
        yield start, _COMMENT.sub("", "".join(parts)).strip()


def _parse_file(text: str, path: str, read: Callable[[str], str], seen: tuple[str, ...], is_constraints: bool) -> RequirementsFile:
    found = RequirementsFile()
    for number, line in _logical_lines(text):
        if line:
            found = found.merged(_parse_line(line, f"{path}, line {number}", read, seen, is_constraints))
    return found


def _parse_line(line: str, source: str, read: Callable[[str], str], seen: tuple[str, ...], is_constraints: bool) -> RequirementsFile:
    folder = os.path.dirname(seen[-1])
    words = re.split(r"\s(?=-)", line, maxsplit=1) if not line.startswith("-") else ["", line]
    options = _parse_options(words[1], source) if len(words) > 1 else ()
    hashes = tuple(value for name, value in options if name == "--hash")
    others = tuple(option for option in options if option[0] != "--hash")
    editables = tuple(value for name, value in others if name == "--editable")
    entry = words[0] or (f"-e {editables[0]}" if editables else "")
    if entry:
        if len(others) > len(editables) or (words[0] and editables) or len(editables) > 1:
            raise InvalidInput(f"{source}: {redact(line)!r}: the only option after a requirement is --hash")
        requirement = replace(parse_requirement(entry, source, folder), hashes=tuple(_checked_hash(value, source) for value in hashes))
        return _as_constraint(requirement, line) if is_constraints else RequirementsFile(requirements=(requirement,))
    if hashes:
        raise InvalidInput(f"{source}: {redact(line)!r}: --hash stands without a requirement; write it after one")
    return _apply_options(others, source, folder, read, seen, is_constraints)


def _as_constraint(requirement: Requirement, line: str) -> RequirementsFile:
    if requirement.name is None or requirement.editable is not None or requirement.extras:
        raise InvalidInput(f"{requirement.source}: {redact(line)!r} cannot be a constraint: a constraint has a name and no extras")
    return RequirementsFile(constraints=(requirement,))


def _parse_options(text: str, source: str) -> tuple[tuple[str, str], ...]:
    """Return pip's options in a text, spelled long, with their values."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise InvalidInput(f"{source}: {redact(text)!r}: a quotation mark is not closed") from None
    options = []
    while words:
        name, equals, value = words.pop(0).partition("=")
        short = re.match(r"(-[a-z])(.+)\Z", name)
        if short and not equals:
            name, equals, value = short.group(1), "=", short.group(2)
        name = SHORT_OPTIONS.get(name, LONG_OPTIONS.get(name, name))
        takes_value = FILE_OPTIONS.get(name, name in ("--requirement", "--constraint", "--editable", "--hash"))
        if not takes_value and name not in FILE_OPTIONS:
            raise InvalidInput(f"{source}: {redact(text)!r}: the option {redact(name)!r} is not supported here")
        if takes_value and not equals and words:
            value = words.pop(0)
        if bool(value) != takes_value:
            raise InvalidInput(f"{source}: {redact(text)!r}: the option {name} takes {'a' if takes_value else 'no'} value")
        if _URL.match(value) and not is_readable_url(value):
            raise InvalidInput(f"{source}: {redact(text)!r}: {_UNREADABLE_URL}")
        options.append((name, value))
    return tuple(options)


def _apply_options(
    options: tuple[tuple[str, str], ...], source: str, folder: str, read: Callable[[str], str], seen: tuple[str, ...], is_constraints: bool
) -> RequirementsFile:
    found = RequirementsFile()
    for name, value in options:
        if name in ("--requirement", "--constraint"):
            included = _include(value, source, folder, read, seen, is_constraints or name == "--constraint")
            found = found.merged(included)
        elif name == "--find-links" and not _URL.match(value):
            found = found.merged(RequirementsFile(options=((name, os.path.normpath(os.path.join(folder, value))),)))
        else:
            found = found.merged(RequirementsFile(options=((name, value),)))
    return found


def _include(
    value: str, source: str, folder: str, read: Callable[[str], str], seen: tuple[str, ...], is_constraints: bool
) -> RequirementsFile:
    if _URL.match(value):
        raise InvalidInput(f"{source}: {redact(value)!r} is included by URL; only files on the host can be included")
    path = os.path.normpath(os.path.join(folder, value))
    if path in seen:
        raise InvalidInput(f"{source}: {path!r} includes itself; remove the line")
    try:
        text = read(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{source}: {path!r} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}") from None
    return _parse_file(text, path, read, (*seen, path), is_constraints)


def _checked_hash(value: str, source: str) -> str:
    algorithm, _colon, digest = value.partition(":")
    if len(digest) != HASH_LENGTHS.get(algorithm) or not re.match(r"[0-9a-fA-F]+\Z", digest):
        raise InvalidInput(f"{source}: --hash={value} is not a hash; write ALGORITHM:HEX with one of {', '.join(HASH_LENGTHS)}")
    return f"{algorithm}:{digest.lower()}"
