# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks of a virtualenv on the host, validated; touches nothing."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Callable

from .._credentials import redact, secrets_in
from .._errors import InvalidInput
from .._proxies import read_proxy_variables
from .._requirements import (
    Requirement,
    RequirementsFile,
    is_readable_url,
    parse_constraints_file,
    parse_requirement,
    parse_requirements_file,
    parse_version,
)

# Folders that exist for something else; a virtualenv can stand below most of them.
SYSTEM_FOLDERS = frozenset(
    "/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin"
    " /usr/include /usr/lib /usr/libexec /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin /usr/local/share /usr/sbin /usr/share"
    " /usr/src /var /var/cache /var/lib /var/log /var/spool /var/tmp".split()
)
KERNEL_FOLDERS = ("/dev/", "/proc/", "/sys/")
PACKAGE_KEYS = ("name", "version", "state", "editable")
PACKAGE_STATES = ("present", "latest", "absent")
INTERPRETER = re.compile(r"python(3(\.\d+)?)?\Z")

# Quotes, variables and colons would need another escape in every activation script; venv refuses the colon too.
_UNUSABLE_IN_PATH = re.compile(r"[\x00-\x1f\x7f'\"`\\$:]")
# Names that venv and pip write into bin/ themselves.
_RESERVED_NAME = re.compile(r"(python|pip|pypy)[0-9.]*\Z|[Aa]ctivate")


@dataclass(frozen=True)
class Link:
    """A name on the host for a command of the virtualenv, or for a ``target`` elsewhere."""

    source: str
    path: str
    command: str | None
    target: str | None
    is_present: bool
    force: bool

    @property
    def is_interpreter(self) -> bool:
        """Whether the link stands for the virtualenv's Python, which needs a wrapper."""
        return self.command is not None and INTERPRETER.match(self.command) is not None


@dataclass(frozen=True)
class Spec:
    """A virtualenv as asked for.

    ``requirements`` are all that shall be installed, ``latest`` the canonical names among them that follow the index, ``absent``
    names with the entry that says so. ``options`` are pip's from requirements files. ``proxies`` are the variables that say them.
    """

    path: str
    is_present: bool
    python: str
    requirements: tuple[Requirement, ...]
    latest: frozenset[str]
    absent: tuple[tuple[str, str], ...]
    constraints: tuple[Requirement, ...]
    options: tuple[tuple[str, str], ...]
    index_url: str | None
    extra_index_urls: tuple[str, ...]
    proxies: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    recreate: str

    @classmethod
    def from_params(
        cls, params: Mapping[str, Any], read: Callable[[str], str], find_program: Callable[[str], str | None], home: str
    ) -> Spec:
        """Return what the module's parameters ask for.

        ``read`` returns a file's text and raises OSError, ``find_program`` returns the path of a program by its name,
        ``home`` is the home folder of the user who runs the module. Raises InvalidInput.
        """
        path, is_present = _checked_path(params["path"], home), params["state"] == "present"
        packages, latest, absent = _parse_packages(params["packages"] or [])
        # What a virtualenv was made from may be gone by the time that it goes.
        files, limits = RequirementsFile(), RequirementsFile()
        if is_present:
            files = _read_requirements(params["requirements"], "requirements", parse_requirements_file, read)
            limits = _read_requirements(params["constraints"], "constraints", parse_constraints_file, read)
        requirements = _without_repetitions(packages + files.requirements)
        _refuse_contradictions(packages, requirements, absent)
        _refuse_partial_hashes(requirements)
        return cls(
            path=path,
            is_present=is_present,
            python=_find_python(params["python"], find_program) if is_present else params["python"],
            requirements=requirements,
            latest=latest,
            absent=absent,
            constraints=files.constraints + limits.constraints,
            options=files.options + limits.options,
            index_url=_checked_index(params["index_url"], "index_url") if params["index_url"] else None,
            extra_index_urls=tuple(
                _checked_index(url, f"extra_index_urls[{index}]") for index, url in enumerate(params["extra_index_urls"] or [])
            ),
            proxies=read_proxy_variables(params["proxies"] or {}),
            links=_parse_links(params["links"] or [], path, is_present),
            recreate=params["recreate"],
        )

    @property
    def secrets(self) -> frozenset[str]:
        """User names and passwords in URLs, which nobody may see."""
        texts = [self.index_url or "", *self.extra_index_urls, *(value for _name, value in self.options + self.proxies)]
        texts += [requirement.url or "" for requirement in (*self.requirements, *self.constraints)]
        return frozenset(secret for text in texts for secret in secrets_in(text))

    @property
    def has_hashes(self) -> bool:
        """Whether pip shall check every archive it installs."""
        return any(requirement.hashes for requirement in self.requirements)


def _checked_path(path: str, home: str) -> str:
    if not os.path.isabs(path) or ".." in path.split("/"):
        raise InvalidInput(f"path: {path!r} is not an absolute path without '..'; write one such as '/usr/local/lib/docker/virtualenv'")
    if _UNUSABLE_IN_PATH.search(path):
        raise InvalidInput(
            f"path: {path!r} holds a quotation mark, '$', '\\', ':' or a control character, which activation scripts cannot carry"
        )
    normal = os.path.normpath("/" + path.lstrip("/"))
    is_home = normal == os.path.normpath(home) or os.path.dirname(normal) == "/home"
    if normal in SYSTEM_FOLDERS or normal.startswith(KERNEL_FOLDERS) or is_home:
        raise InvalidInput(
            f"path: {normal!r} is a folder of the system or a home folder; name a folder of its own for the virtualenv below it"
        )
    return normal


def _find_python(python: str, find_program: Callable[[str], str | None]) -> str:
    if "/" in python and not os.path.isabs(python):
        raise InvalidInput(f"python: {python!r} is neither a name nor an absolute path; write 'python3.11' or '/usr/bin/python3'")
    found = find_program(python)
    if found is None:
        raise InvalidInput(f"python: there is no program {python!r} on this host; install it, or name another interpreter")
    return found


def _checked_index(url: str, source: str) -> str:
    if not re.match(r"(https?|file)://\S+\Z", url) or not is_readable_url(url):
        raise InvalidInput(f"{source}: {redact(url)!r} is no URL of a package index; write one such as 'https://HOST/simple'")
    return url


def _parse_packages(entries: list[Any]) -> tuple[tuple[Requirement, ...], frozenset[str], tuple[tuple[str, str], ...]]:
    """Return the requirements to have, the canonical names to keep at the latest version, and the names to remove."""
    present: list[Requirement] = []
    latest: set[str] = set()
    absent: list[tuple[str, str]] = []
    for index, entry in enumerate(entries):
        source = f"packages[{index}]"
        requirement, state = parse_package(entry, source)
        if state == "absent":
            absent.append((requirement.canonical, source))
            continue
        present.append(requirement)
        if state == "latest":
            latest.add(requirement.canonical)
    return tuple(present), frozenset(latest), tuple(absent)


def parse_package(entry: Any, source: str) -> tuple[Requirement, str]:
    """Return what an entry of packages asks for, and in which state. Raises InvalidInput, naming ``source``."""
    if isinstance(entry, str):
        return parse_requirement(entry, source), "present"
    if not isinstance(entry, Mapping):
        raise InvalidInput(f"{source}: {entry!r} is neither a requirement nor a mapping with a name")
    unknown = sorted(str(key) for key in entry if key not in PACKAGE_KEYS)
    if unknown:
        raise InvalidInput(f"{source}: there is no key {unknown[0]!r} here; known are {', '.join(PACKAGE_KEYS)}")
    name, version, state, editable = (entry.get(key) for key in PACKAGE_KEYS)
    if not isinstance(name, str):
        raise InvalidInput(f"{source}: the mapping has no name; write one such as 'docker'")
    if state not in (None, *PACKAGE_STATES):
        raise InvalidInput(f"{source}: {state!r} is no state; use one of {', '.join(PACKAGE_STATES)}")
    if editable not in (None, True, False):
        raise InvalidInput(f"{source}: editable is {editable!r}; it is true or false")
    requirement = _with_version(parse_requirement(f"-e {name}" if editable else name, source), version, source)
    _refuse_state(requirement, state, source)
    return requirement, state or "present"


def _with_version(requirement: Requirement, version: Any, source: str) -> Requirement:
    if version is None:
        return requirement
    if requirement.url is not None or requirement.specifier:
        raise InvalidInput(f"{source}: {str(requirement)!r} says itself which version it is; remove the key 'version'")
    return replace(requirement, specifier=parse_version(version, source))


def _refuse_state(requirement: Requirement, state: str | None, source: str) -> None:
    """Raise InvalidInput for a requirement that cannot be in the state asked for."""
    if state == "latest" and requirement.url is not None:
        raise InvalidInput(
            f"{source}: {str(requirement)!r} does not come from an index, so there is no latest version of it; use state: present"
        )
    if state != "absent":
        return
    if requirement.name is None or requirement.url or requirement.specifier or requirement.extras or requirement.marker:
        raise InvalidInput(f"{source}: {str(requirement)!r} cannot be absent: name the package alone, as in 'requests'")
    if requirement.canonical == "pip":
        raise InvalidInput(f"{source}: pip cannot be absent, since all other packages are installed with it; remove the entry")


def _read_requirements(
    path: str | None, option: str, parse: Callable[[str, str, Callable[[str], str]], RequirementsFile], read: Callable[[str], str]
) -> RequirementsFile:
    if path is None:
        return RequirementsFile()
    if not os.path.isabs(path):
        raise InvalidInput(f"{option}: {path!r} is not an absolute path of a file on the host")
    try:
        text = read(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{option}: {path!r} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}") from None
    return parse(text, path, read)


def _without_repetitions(requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """Return the requirements, each line once; equal entries come together when lists are merged."""
    return tuple({requirement.line_with_hashes: requirement for requirement in reversed(requirements)}.values())[::-1]


def _refuse_contradictions(
    packages: tuple[Requirement, ...], requirements: tuple[Requirement, ...], absent: tuple[tuple[str, str], ...]
) -> None:
    first: dict[str, Requirement] = {}
    for requirement in packages:
        other = first.setdefault(requirement.canonical or requirement.line, requirement)
        # Two lines for one name are how requirements differ by marker; without markers one of them is a mistake.
        if other.line != requirement.line and not (other.marker and requirement.marker):
            raise InvalidInput(
                f"{requirement.source}: {str(requirement)!r} and {str(other)!r} ({other.source}) ask for the same package; keep one"
            )
    for name, source in absent:
        for requirement in requirements:
            if requirement.canonical == name:
                raise InvalidInput(f"{source}: {name!r} is to be absent, but {requirement.source} asks for {str(requirement)!r}; keep one")


def _refuse_partial_hashes(requirements: tuple[Requirement, ...]) -> None:
    hashed = next((requirement for requirement in requirements if requirement.hashes), None)
    if hashed is None:
        return
    for requirement in requirements:
        if not requirement.hashes or not (requirement.is_pinned or requirement.url):
            raise InvalidInput(
                f"{requirement.source}: {str(requirement)!r} needs '==' and a hash, because {hashed.source} has hashes and pip then asks them of all"
            )


def _parse_links(entries: list[Mapping[str, Any]], venv: str, is_venv_present: bool) -> tuple[Link, ...]:
    links: list[Link] = []
    for index, entry in enumerate(entries):
        link = _parse_link(entry, f"links[{index}]", venv, is_venv_present and entry["state"] == "present")
        same = next((other for other in links if other.path == link.path), None)
        if same is not None:
            raise InvalidInput(f"{link.source}: {link.path!r} is already given by {same.source}; keep one")
        links.append(link)
    return tuple(links)


def _parse_link(entry: Mapping[str, Any], source: str, venv: str, is_present: bool) -> Link:
    path, command, target = entry["path"], entry.get("command"), entry.get("target")
    _refuse_relative(path, f"{source}.path")
    normal = os.path.normpath(path)
    if normal == venv or normal.startswith(venv + "/") or normal in SYSTEM_FOLDERS:
        raise InvalidInput(f"{source}.path: {path!r} is no place for a link to a command; use one such as '/usr/local/bin/docker-python'")
    if (command and target) or (is_present and not command and not target):
        raise InvalidInput(f"{source}: give either a command of the virtualenv, or a target elsewhere")
    if target:
        _refuse_relative(target, f"{source}.target")
    if command and ("/" in command or command in (".", "..") or _UNUSABLE_IN_PATH.search(command)):
        raise InvalidInput(f"{source}.command: {command!r} is no name of a command in the virtualenv's bin folder")
    link = Link(source, normal, command or None, target or None, is_present, entry["force"])
    name = os.path.basename(normal)
    if link.is_interpreter and (_RESERVED_NAME.match(name) or _UNUSABLE_IN_PATH.search(name)):
        raise InvalidInput(
            f"{source}.path: the name {name!r} cannot stand for the virtualenv's Python; use another, such as 'docker-python'"
        )
    return link


def _refuse_relative(path: str, source: str) -> None:
    if not os.path.isabs(path) or ".." in path.split("/") or _UNUSABLE_IN_PATH.search(path.replace(":", "")):
        raise InvalidInput(f"{source}: {path!r} is not an absolute path without '..' and quotation marks")
