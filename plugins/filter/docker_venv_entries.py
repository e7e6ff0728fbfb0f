# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter that turns DebOps-style package entries of the role docker_server into options of docker_venv. Pure."""

from __future__ import annotations

import contextlib
import os.path
from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import InvalidInput
from ..module_utils._requirements import Requirement
from ..module_utils._venv.spec import PACKAGE_KEYS, parse_package

DOCUMENTATION = r"""
name: docker_venv_entries
short_description: Split package entries with links into packages and links
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Takes packages as the role P(dockenv.python.docker_server#role) knows them, and returns what M(dockenv.python.docker_venv)
    takes as its options C(packages) and C(links).
  - Reads every entry, so that a malformed one is known before anything on the host is changed.
options:
  _input:
    description:
      - A requirement as a string, or a mapping.
      - A mapping has a C(name), and may have a C(version), a C(state) (V(present), V(latest) or V(absent)),
        C(editable) as in M(dockenv.python.docker_venv), a C(path) for a link to one of the package's commands, and C(src),
        the command's name or its path in a virtualenv. Without C(src) the command is called as the link is.
      - The link goes when C(state=absent).
    type: list
    elements: raw
    required: true
  overrides:
    description:
      - Entries that take the place of those of O(_input) for the same package; only their names are looked at. The names are
        compared as package indexes do, so V(PyYAML) and V(pyyaml) are the same.
      - A package is replaced as a whole, with its version and link, and also where the entry here has an environment marker.
    type: list
    elements: raw
    default: []
seealso:
  - module: dockenv.python.docker_venv
"""

EXAMPLES = r"""
- name: Show what docker_venv would be told
  ansible.builtin.debug:
    msg: "{{ entries | dockenv.python.docker_venv_entries }}"
  vars:
    entries:
      - jsonpatch>=1.33
      - name: tabulate
        version: 0.9.0
        path: /usr/local/bin/tabulate

- name: Show the defaults without what is asked for otherwise
  ansible.builtin.debug:
    msg: "{{ ['docker>=7.1.0', 'PyYAML'] | dockenv.python.docker_venv_entries(overrides=['docker==7.1.0']) }}"
"""

RETURN = r"""
_value:
  description: The entries split.
  type: dict
  contains:
    packages:
      description: For the option C(packages) of M(dockenv.python.docker_venv).
      type: list
      elements: raw
    links:
      description: For the option C(links) of M(dockenv.python.docker_venv).
      type: list
      elements: dict
    problems:
      description: What is wrong with the entries, a sentence each. With any of them nothing should be changed.
      type: list
      elements: str
"""

KEYS = (*PACKAGE_KEYS, "path", "src")


def docker_venv_entries(entries: Any, overrides: Any = ()) -> dict[str, list[Any]]:
    """Return packages, links and problems of ``entries``, without those that ``overrides`` name too.

    Raises AnsibleFilterError if either is no list.
    """
    for argument in (entries, overrides):
        if isinstance(argument, (str, Mapping)) or not hasattr(argument, "__iter__"):
            raise AnsibleFilterError(f"docker_venv_entries takes a list of packages, not {argument!r}")
    replaced = _names_of(overrides)
    split: dict[str, list[Any]] = {"packages": [], "links": [], "problems": []}
    for index, entry in enumerate(entries):
        try:
            name = _read_entry(entry, f"entry {index + 1}").canonical
        except InvalidInput as error:
            split["problems"].append(error.message)
            continue
        if name in replaced:
            continue
        split["packages"].append(_package_of(entry))
        if isinstance(entry, Mapping) and entry.get("path"):
            split["links"].append(_link_of(entry))
    return split


def _names_of(entries: Any) -> set[str]:
    """Return the canonical names (PEP 503) of all entries that have one; a malformed one is told where it is an entry itself."""
    names = set()
    for entry in entries:
        with contextlib.suppress(InvalidInput):
            names.add(_read_entry(entry, "override").canonical)
    return names - {None}


def _read_entry(entry: Any, source: str) -> Requirement:
    """Return the requirement of an entry. Raises InvalidInput if docker_venv could not read it."""
    if not isinstance(entry, Mapping):
        return parse_package(entry, source)[0]
    unknown = sorted(str(key) for key in entry if key not in KEYS)
    if unknown:
        raise InvalidInput(f"{source}: there is no key {unknown[0]!r} here; known are {', '.join(KEYS)}")
    requirement, _state = parse_package({key: entry[key] for key in PACKAGE_KEYS if key in entry}, source)
    path, command = entry.get("path"), entry.get("src")
    if command and not path:
        raise InvalidInput(f"{source}: 'src' says where a link leads, and there is no 'path' for the link")
    if command and not isinstance(command, str):
        raise InvalidInput(f"{source}: 'src' is {command!r}, which is no name of a command")
    if path and not (isinstance(path, str) and path.startswith("/")):
        raise InvalidInput(f"{source}: the path {path!r} of the link is not absolute")
    return requirement


def _package_of(entry: Any) -> Any:
    return entry if isinstance(entry, str) else {key: entry[key] for key in PACKAGE_KEYS if entry.get(key) is not None}


def _link_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "path": entry["path"],
        "command": os.path.basename(entry.get("src") or entry["path"]),
        "state": "absent" if entry.get("state") == "absent" else "present",
    }


class FilterModule:
    """The filter plugins of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"docker_venv_entries": docker_venv_entries}
