# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What shall be installed in an environment: the texts of requirements.in and constraints.txt, made and edited; pure text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Callable

from .._credentials import has_stray_at, secrets_in
from .._errors import InvalidInput
from .._requirements import (
    Requirement,
    RequirementsFile,
    check_installable,
    check_no_secret,
    parse_constraints_file,
    parse_requirement,
    parse_requirements_file,
)
from .digest import short_hash
from .logins import Login, merge_logins, split_index_url
from .names import check_host_path

REQUIREMENTS_IN = "requirements.in"
CONSTRAINTS = "constraints.txt"

_HEADER = "# What is asked for; requirements.txt is the lock that follows from it.\n"
INDEX_OPTIONS = ("--index-url", "--extra-index-url")
_URL_OPTIONS = (*INDEX_OPTIONS, "--find-links")


@dataclass(frozen=True)
class Wanted:
    """The text of requirements.in, that of constraints.txt where there are constraints, and the logins that are in neither.

    ``keeps_entries`` says that no packages were named, which is not the same as an empty list of them.
    """

    requirements: str
    constraints: str | None = None
    logins: tuple[Login, ...] = ()
    keeps_entries: bool = False

    @property
    def texts(self) -> tuple[str, str | None]:
        """The texts of both files."""
        return self.requirements, self.constraints

    def keeping(self, requirements: str, constraints: str | None) -> Wanted:
        """Return this with the packages that the texts of before ask for, where none were named. Raises InvalidInput."""
        if not self.keeps_entries or not requirements:
            return self
        before, options = parse_wanted(requirements, constraints), parse_wanted(*self.texts).options
        if before.options == options and constraints == self.constraints:
            return replace(self, requirements=requirements)
        return replace(self, requirements=render_requirements(before.requirements, options, self.constraints is not None))


def read_wanted(params: Mapping[str, Any], read: Callable[[str], str]) -> Wanted:
    """Return what packages, requirements, constraints and the index options ask for. Raises InvalidInput."""
    if params["packages"] and params["requirements"]:
        raise InvalidInput("packages, requirements: give only one of them, a list of packages or a requirements file")
    listed = [parse_requirement(str(text), f"packages[{index}]") for index, text in enumerate(params["packages"] or ())]
    file = _read_file("requirements", params["requirements"], parse_requirements_file, read)
    limits = _read_file("constraints", params["constraints"], parse_constraints_file, read)
    requirements = _without_repetitions([*listed, *file.requirements])
    constraints = [*file.constraints, *limits.constraints]
    for requirement in (*requirements, *constraints):
        check_installable(requirement)
    options, logins = _split_options([*_index_options(params), *_file_options(file, "requirements"), *_file_options(limits, "constraints")])
    keeps_entries = params["packages"] is None and not params["requirements"]
    return Wanted(render_requirements(requirements, options, bool(constraints)), _render_constraints(constraints), logins, keeps_entries)


def read_asked(params: Mapping[str, Any], read: Callable[[str], str]) -> tuple[Requirement, ...]:
    """Return the requirements that the options name and requirements of docker_env_install name. Raises InvalidInput."""
    if bool(params["name"]) == bool(params["requirements"]):
        raise InvalidInput("name, requirements: give exactly one of them, a list of packages or a requirements file")
    listed = [parse_requirement(str(text), f"name[{index}]") for index, text in enumerate(params["name"] or ())]
    for requirement in listed:
        if params["state"] == "absent" and requirement.line != requirement.name:
            raise InvalidInput(f"{requirement.source}: {str(requirement)!r} says more than a name; to remove a package, only name it")
    file = _read_file("requirements", params["requirements"], parse_requirements_file, read)
    if file.options or file.constraints:
        raise InvalidInput(
            f"requirements: {params['requirements']!r} holds options or constraints, which are part of the environment's definition; "
            "give them to docker_env"
        )
    requirements = _without_repetitions([*listed, *file.requirements])
    for requirement in requirements:
        check_installable(requirement)
    return tuple(requirements)


def render_requirements(requirements: Iterable[Requirement], options: Iterable[tuple[str, str]], has_constraints: bool) -> str:
    """Return the text of requirements.in; entries are sorted, so that their order decides nothing."""
    lines = [f"{name} {value}".rstrip() for name, value in dict.fromkeys(options)]
    lines += [f"--constraint {CONSTRAINTS}"] if has_constraints else []
    lines += sorted({requirement.line_with_hashes for requirement in requirements}, key=str.lower)
    return _HEADER + "".join(f"{line}\n" for line in lines)


def _render_constraints(constraints: Sequence[Requirement]) -> str | None:
    lines = sorted({constraint.line_with_hashes for constraint in constraints}, key=str.lower)
    return "".join(f"{line}\n" for line in lines) or None


def add_requirements(text: str, requirements: Iterable[Requirement]) -> str:
    """Return requirements.in with the entries of the same names replaced and the others added; all else stays.

    Entries of one name with different markers are for different Pythons, and stay beside each other. What render_requirements() made
    is in order afterwards too; in a file that was edited by hand, additions come last.
    """
    is_ordered = _ordered(text) == text
    new = {requirement.line: requirement for requirement in requirements}
    left, lines = dict(new), []
    for entry, old in _entries(text):
        rivals = [] if old is None or old.line in new else [line for line, each in new.items() if _takes_the_place_of(each, old)]
        lines += [left.pop(line).line_with_hashes + "\n" for line in rivals if line in left] if rivals else [entry]
        if old is not None:
            left.pop(old.line, None)
    added = sorted((requirement.line_with_hashes for requirement in left.values()), key=str.lower)
    result = _ended("".join(lines)) + "".join(f"{line}\n" for line in added)
    return _ordered(result) if is_ordered else result


def remove_requirements(text: str, names: Iterable[str]) -> str:
    """Return requirements.in without the entries of the canonical names; all else stays."""
    gone = frozenset(names)
    return "".join(entry for entry, old in _entries(text) if old is None or old.canonical not in gone)


def parse_wanted(text: str, constraints: str | None = None) -> RequirementsFile:
    """Read requirements.in, also one edited by hand; it may only include constraints.txt beside it.

    Raises InvalidInput, also for a login: the lock would repeat it, and be shown.
    """

    def read(path: str) -> str:
        if path != f"/{CONSTRAINTS}" or constraints is None:
            raise FileNotFoundError(2, "it is not part of the environment")
        return constraints

    file = parse_requirements_file(text, f"/{REQUIREMENTS_IN}", read)
    for name, value in file.options:
        if name in _URL_OPTIONS and (secrets_in(value) or (name in INDEX_OPTIONS and has_stray_at(value))):
            raise InvalidInput(
                f"{REQUIREMENTS_IN}: {name} holds a login; take it out of the file, and give it in index_url or extra_index_urls, "
                "or as the secret 'netrc'"
            )
    for requirement in (*file.requirements, *file.constraints):
        check_no_secret(requirement)
    return file


def digest_wanted(text: str, constraints: str | None = None) -> str:
    """Return a short digest of what requirements.in asks for, whatever its order and comments. Raises InvalidInput."""
    file = parse_wanted(text, constraints)
    lines = (sorted(each.line_with_hashes for each in entries) for entries in (file.requirements, file.constraints))
    return short_hash([*lines, file.options])


def find_additions(old: tuple[str, str | None], new: tuple[str, str | None]) -> tuple[str, ...]:
    """Return the lines that requirements.in has more, if that is the only difference; both are texts with those of constraints.txt."""
    before, after = parse_wanted(*old), parse_wanted(*new)
    same = (file.options for file in (before, after)), ({each.line_with_hashes for each in file.constraints} for file in (before, after))
    if any(first != second for first, second in same):
        return ()
    lines = [{each.line_with_hashes for each in file.requirements} for file in (before, after)]
    return tuple(sorted(lines[1] - lines[0])) if lines[0] <= lines[1] else ()


def _takes_the_place_of(new: Requirement, old: Requirement) -> bool:
    same_python = None in (new.marker, old.marker) or str(new.marker) == str(old.marker)
    return new.canonical == old.canonical and same_python


def _entries(text: str) -> Iterable[tuple[str, Requirement | None]]:
    """Yield each entry with all its lines, and what it asks for if it is a requirement."""
    for entry in re.findall(r"(?:[^\n]*\\\n)*[^\n]*\n|(?:[^\n]*\\\n)*[^\n]+\Z", text):
        found = parse_requirements_file(entry, f"/{REQUIREMENTS_IN}", lambda _path: "").requirements
        yield entry, found[0] if found else None


def _ordered(text: str) -> str:
    """Return requirements.in as render_requirements() would order it, without comments of the user's."""
    entries = [entry for entry, found in _entries(text) if found is not None]
    options = [entry for entry, found in _entries(text) if found is None and not entry.lstrip().startswith("#")]
    return _HEADER + "".join(options) + "".join(sorted(entries, key=str.lower))


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _read_file(option: str, path: str | None, parse: Callable[..., RequirementsFile], read: Callable[[str], str]) -> RequirementsFile:
    if not path:
        return RequirementsFile()
    checked = check_host_path(path, option)
    try:
        return parse(read(checked), checked, read)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidInput(f"{option}: {path!r} cannot be read: {reason}") from None


def _without_repetitions(requirements: Sequence[Requirement]) -> list[Requirement]:
    """Refuse a name that is asked for in two ways; with markers one of them may be for another Python."""
    seen: dict[str | None, Requirement] = {}
    for requirement in requirements:
        earlier = seen.setdefault(requirement.canonical, requirement)
        if earlier.line != requirement.line and None in (earlier.marker, requirement.marker):
            raise InvalidInput(
                f"{requirement.source}: {str(requirement)!r} was asked for as {str(earlier)!r} already, in {earlier.source}; "
                "keep one of them"
            )
    return list(requirements)


def _index_options(params: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return pip's option, its value, and the option of the module that it comes from."""
    found = [("--index-url", params["index_url"], "index_url")] if params["index_url"] else []
    urls = params["extra_index_urls"] or ()
    return found + [("--extra-index-url", url, f"extra_index_urls[{index}]") for index, url in enumerate(urls)]


def _file_options(file: RequirementsFile, option: str) -> list[tuple[str, str, str]]:
    return [(name, value, f"{option}: {name}") for name, value in file.options]


def _split_options(options: Iterable[tuple[str, str, str]]) -> tuple[list[tuple[str, str]], tuple[Login, ...]]:
    """Return the options without logins, and the logins."""
    found, logins = [], []
    for name, value, option in options:
        if name in _URL_OPTIONS:
            value, login = split_index_url(value, option)
            logins += [login] if login is not None else []
        found.append((name, value))
    return found, merge_logins(logins)
