# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter with which the role docker_server decides about packages; the rules are in module_utils/_host."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import InvalidInput
from ..module_utils._host.apt_sources import Repository, render_preferences, render_source
from ..module_utils._host.dnf_sources import render_repository
from ..module_utils._host.openpgp import normalize_fingerprint
from ..module_utils._host.packages import Pin, Present, Wanted, plan_packages, preferred
from ..module_utils._requirements import read_version_text

DOCUMENTATION = r"""
name: docker_packages_plan
short_description: Plan the packages of a Docker engine, their versions and the files of apt or dnf for them
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Compares the packages that are asked for with those of a host, and says which must come in which versions, which must go, and
    what the files of apt or dnf must hold for it.
  - It decides only. Nothing on the host is read or written.
options:
  _input:
    description:
      - What is asked for. C(packages), C(conflicts) and C(engine) are lists of names, C(pins) is a list of mappings with C(option),
        C(packages) and C(version), C(hold) and C(allow_downgrade) are booleans.
      - C(repository) is a mapping with C(url), C(suite), C(component), C(architecture) and C(fingerprint), or empty for the
        distribution's. C(files) are the paths of apt's files, a mapping with C(source), C(key) and C(preferences).
      - C(manager) is C(apt), or C(dnf) for a host of Red Hat's family. There the file of the repository holds versions and holds too,
        so C(files) has no C(preferences), and without C(repository) neither can be asked for.
    type: dict
    required: true
  host:
    description: What M(dockenv.python.docker_host_info) returned for the host.
    type: dict
    required: true
  offered:
    description:
      - What M(dockenv.python.docker_repository_info) returned as RV(dockenv.python.docker_repository_info#module:versions).
      - Without it no version is chosen, and no problem of one is found.
    type: dict
seealso:
  - module: dockenv.python.docker_host_info
  - module: dockenv.python.docker_repository_info
"""

EXAMPLES = r"""
- name: Ask the host
  dockenv.python.docker_host_info:
    packages: [docker.io, docker-cli]
  register: host

- name: Show what is missing
  ansible.builtin.debug:
    msg: "{{ {'packages': ['docker.io', 'docker-cli']} | dockenv.python.docker_packages_plan(host=host) }}"
"""

RETURN = r"""
_value:
  description: What is to be done.
  type: dict
  contains:
    differs:
      description: Whether packages must come, go or change their version.
      type: bool
    engine:
      description: Whether the engine itself is one of them.
      type: bool
    pinned:
      description: Whether a version is asked for.
      type: bool
    install:
      description: The words with which apt installs what must come. For dnf, C(=) must become C(-).
      type: list
      elements: str
    remove:
      description: Names of packages that must go.
      type: list
      elements: str
    changes:
      description: A line for each package, with its version before and after.
      type: list
      elements: str
    problems:
      description: What is not to be had, a sentence each. With any of them nothing should be changed.
      type: list
      elements: str
    invalid:
      description: What is wrong with what is asked for, and with apt's files on the host, a sentence each, whatever is offered.
      type: list
      elements: str
    anything:
      description: Whether there is anything to do at all.
      type: bool
    hold:
      description: Names of packages to hold.
      type: list
      elements: str
    unhold:
      description: Names of packages to let go.
      type: list
      elements: str
    source:
      description: The text of the file for the repository, empty without one.
      type: str
    preferences:
      description: The text of apt's preferences, empty without any, and with dnf.
      type: str
    write:
      description: Which of C(source), C(key) and C(preferences) must be written.
      type: list
      elements: str
    delete:
      description: Paths of files that must go.
      type: list
      elements: str
    edit:
      description: Files with other repositories too, and the lines (C(lines), from 1) that must go from each.
      type: list
      elements: dict
"""


_VERSION = re.compile(r"[A-Za-z0-9.+~:-]+")
_FINGERPRINT = re.compile(r"[0-9A-F]{40}")
_WORD = re.compile(r"[^\s#]+")
# What says where the packages of a repository are
_PLACE = ("url", "suite", "component", "architecture")
# Where an option of the role is called otherwise than apt's field
_OPTIONS = {"component": "channel"}


def docker_packages_plan(wanted: Any, host: Any = None, offered: Any = None) -> dict[str, Any]:
    """Return the plan for ``wanted`` as a mapping. Raises AnsibleFilterError if an argument is no mapping."""
    for name, value in (("its input", wanted), ("host", host), ("offered", offered or {})):
        if not isinstance(value, Mapping):
            raise AnsibleFilterError(f"docker_packages_plan takes a mapping as {name}, not {value!r}")
    asked = _read_wanted(wanted)
    fact = host.get("fact") or {}
    present = Present(host.get("packages", {}), tuple(host.get("held", ())), tuple(fact.get("held", ())))
    plan = asdict(plan_packages(asked, present, offered))
    files = _plan_files(wanted, asked, host)
    anything = plan["differs"] or any(plan[name] for name in ("hold", "unhold")) or any(files[name] for name in ("write", "delete", "edit"))
    result = {**plan, **files, "anything": anything, "invalid": find_invalid(wanted) + _find_mixed(wanted, host)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in result.items()}


def find_invalid(wanted: Mapping[str, Any]) -> list[str]:
    """Return a sentence for every value that cannot stand in the files, and for what the program that manages packages cannot do."""
    invalid = [sentence for pin in wanted.get("pins", ()) for sentence in _version_problems(pin["option"], pin["version"])]
    repository = wanted.get("repository") or {}
    for name, value in repository.items():
        if name == "fingerprint" and not _FINGERPRINT.fullmatch(normalize_fingerprint(str(value))):
            invalid.append(f"docker_server_upstream_fingerprint must be 40 hexadecimal digits, not {value!r}")
        elif name != "fingerprint" and not (isinstance(value, str) and _WORD.fullmatch(value)):
            invalid.append(f"docker_server_upstream_{_OPTIONS.get(name, name)} must be set to one word, and is {value!r}")
    if "@" in str(repository.get("url", "")):
        instead = "name a mirror that asks for none" if _uses_dnf(wanted) else "put that into /etc/apt/auth.conf.d"
        invalid.append(f"docker_server_upstream_url must hold no password, everybody reads it: {instead}")
    return invalid + _find_impossible(wanted)


def _find_impossible(wanted: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each thing that dnf does with a repository of the role's own alone, where there is none."""
    if not _uses_dnf(wanted) or wanted.get("repository"):
        return []
    asked = [pin["option"] for pin in wanted.get("pins", ()) if pin["version"]] + (["docker_server_hold"] if wanted.get("hold") else [])
    impossible = [f"{option} needs upstream's repository on this host: set docker_server_source to upstream" for option in asked]
    if not wanted["packages"]:
        impossible.append("this release has no Docker engine of its own: set docker_server_source to upstream")
    return impossible


def _uses_dnf(wanted: Mapping[str, Any]) -> bool:
    return wanted.get("manager") == "dnf"


def _version_problems(option: str, version: Any) -> list[str]:
    try:
        text = read_version_text(version or "", option)
    except InvalidInput as error:
        return [error.message]
    is_valid = not text or _VERSION.fullmatch(text)
    return [] if is_valid else [f"{option} must be a version or the beginning of one, such as 26.1, not {text!r}"]


def _find_mixed(wanted: Mapping[str, Any], host: Mapping[str, Any]) -> list[str]:
    """Return a sentence for every file that cannot be rid of the repository without losing another one."""
    sources = (host.get("apt") or {}).get("sources", []) if wanted.get("repository") else []
    return [
        f"{each['path']} names the engine's repository and another one in one stanza: give each a stanza of its own, or take the engine's out"
        for each in sources
        if each.get("mixed")
    ]


def _read_wanted(wanted: Mapping[str, Any]) -> Wanted:
    return Wanted(
        packages=tuple(wanted["packages"]),
        pins=tuple(Pin(pin["option"], tuple(pin["packages"]), _read_version(wanted, pin["version"])) for pin in wanted.get("pins", ())),
        conflicts=tuple(wanted.get("conflicts", ())),
        engine=tuple(wanted.get("engine", ())),
        hold=bool(wanted.get("hold")) and not _uses_dnf(wanted),
        allow_downgrade=bool(wanted.get("allow_downgrade")),
    )


def _read_version(wanted: Mapping[str, Any], version: Any) -> str:
    """Return the version that is asked for. With rpm each package of upstream's has an epoch of its own, so it says nothing here."""
    text = str(version or "")
    return text.rpartition(":")[2] if _uses_dnf(wanted) else text


def _render_files(wanted: Mapping[str, Any], asked: Wanted, key: str) -> dict[str, str]:
    """Return the texts of the files by name, empty for those that must not be there."""
    place = wanted.get("repository")
    repository = Repository(*(place[word] for word in _PLACE), key=key) if place else None
    if _uses_dnf(wanted):
        versions = {name: pin.version for pin in asked.pins for name in pin.packages}
        held = asked.packages if wanted.get("hold") else ()
        return {"source": render_repository(repository, {**dict.fromkeys(asked.packages, ""), **versions}, held) if repository else ""}
    preferences = render_preferences(preferred(asked), asked.allow_downgrade)
    return {"source": render_source(repository) if repository else "", "preferences": preferences}


def _plan_files(wanted: Mapping[str, Any], asked: Wanted, host: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the files must hold, and which must be written, edited and deleted."""
    paths, repository = wanted.get("files", {}), wanted.get("repository") or {}
    if not paths:
        return {"source": "", "preferences": "", "write": [], "delete": [], "edit": []}
    texts = _render_files(wanted, asked, paths["key"])
    seen, found = host.get("apt") or host.get("dnf") or {}, host.get("files") or {}
    write = [name for name, text in texts.items() if text and found.get(paths[name], {}).get("digest") != _digest(text)]
    delete = [paths[name] for name, text in texts.items() if not text and found.get(paths[name], {}).get("ours")]
    mentions = [each for each in seen.get("sources", []) if each["path"] != paths["source"]] if repository else []
    if repository:
        fingerprint = normalize_fingerprint(str(repository["fingerprint"]))
        keyrings = seen.get("keyrings", {})
        write += [] if keyrings.get(paths["key"]) == [fingerprint] else ["key"]
        kept = [paths["key"], *seen.get("shared", [])]
        delete += [path for path, prints in keyrings.items() if path not in kept and prints == [fingerprint]]
    elif paths["source"] in delete and paths["key"] in found and {*found[paths["key"]].get("named_by", [])} <= {paths["source"]}:
        delete.append(paths["key"])
    return {
        "source": "",
        "preferences": "",
        **texts,
        "write": write,
        "delete": [each["path"] for each in mentions if each["alone"]] + delete,
        "edit": [{"path": each["path"], "lines": each["lines"]} for each in mentions if not each["alone"]],
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class FilterModule:
    """The filter plugins of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"docker_packages_plan": docker_packages_plan}
