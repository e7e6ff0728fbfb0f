# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says what pip is told and what it answered: files, command lines, variables and messages; pure, starts nothing."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from .._credentials import redact
from .._requirements import Requirement, canonical_name
from .satisfy import Distribution, read_origin
from .spec import Spec

# Variables of the caller that would make pip or Python work on something else than the virtualenv; configuration of networks,
# certificates and indexes is the host's and stays.
REDIRECTING_VARIABLES = (
    "PIP_DRY_RUN",
    "PIP_EDITABLE",
    "PIP_FORCE_REINSTALL",
    "PIP_IGNORE_INSTALLED",
    "PIP_NO_DEPS",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_REPORT",
    "PIP_REQUIREMENT",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_UPGRADE",
    "PIP_USER",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
)
# The first with both --dry-run and --report.
OLDEST_PIP = "22.2"

_CONFLICT = re.compile(r"ResolutionImpossible|conflicting dependencies|\(constraint\)")
_UNREACHABLE = re.compile(
    r"Connection refused|Name or service not known|No address associated with hostname|Temporary failure in name resolution"
    r"|Network is unreachable|No route to host|timed out|certificate verify failed"
)
_FULL = re.compile(r"No space left on device|Disk quota exceeded")
_HOST = re.compile(r"\bhost='([^']+)'")
# The host of what was not fetched, and why
_UNFETCHED = re.compile(r"Could not fetch URL \w+://(?:[^/\s]*@)?([^/\s]*)\S*: (.+) - skipping")


def render_requirements(options: tuple[tuple[str, str], ...], requirements: tuple[Requirement, ...]) -> str:
    """Return a requirements file; it may hold credentials."""
    lines = [f"{name} {shlex.quote(value)}" if value else name for name, value in options]
    lines += [requirement.line_with_hashes for requirement in requirements]
    return "".join(f"{line}\n" for line in lines)


def render_constraints(constraints: tuple[Requirement, ...], pins: tuple[str, ...]) -> str:
    """Return a constraints file."""
    return "".join(f"{line}\n" for line in (*(constraint.line_with_hashes for constraint in constraints), *pins))


def pip_command(python: str, *words: str) -> list[str]:
    """Return a command line that runs the pip of an interpreter, out of reach of the caller's folder and variables.

    It leaves no byte code, so that a virtualenv of somebody else's is as it was after pip was only asked.
    """
    return [python, "-I", "-B", "-m", "pip", *words]


def install_words(requirements: str, constraints: str, is_upgrade: bool) -> list[str]:
    """Return the words of one joint installation from a requirements file under a constraints file.

    Byte code is compiled later, when the files have their final place.
    """
    upgrade = ["--upgrade", "--upgrade-strategy", "only-if-needed"] if is_upgrade else []
    return ["install", "--no-compile", "--progress-bar", "off", *upgrade, "--requirement", requirements, "--constraint", constraints]


def environment(spec: Spec) -> dict[str, str]:
    """Return the variables to set for pip: indexes and proxies go here, never into an argument."""
    variables = {
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COLOR": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        # pip.conf may ask for installations into the home folder, which no virtualenv can serve.
        "PIP_USER": "0",
    }
    if spec.index_url:
        variables["PIP_INDEX_URL"] = spec.index_url
    if spec.extra_index_urls:
        variables["PIP_EXTRA_INDEX_URL"] = " ".join(spec.extra_index_urls)
    return {**variables, **dict(spec.proxies)}


def parse_report(text: str) -> tuple[Distribution, ...]:
    """Return what pip would install, from its report: U(https://pip.pypa.io/en/stable/reference/installation-report/)."""
    return tuple(_read_entry(entry) for entry in json.loads(text)["install"])


def _read_entry(entry: Mapping[str, Any]) -> Distribution:
    metadata = entry["metadata"]
    origin = read_origin(entry["download_info"]) if entry.get("is_direct") else None
    name = metadata["name"]
    return Distribution(name, canonical_name(name), metadata["version"], tuple(metadata.get("requires_dist", ())), origin)


def is_conflict(output: str) -> bool:
    """Return whether pip found no set of versions that satisfies all that was asked for."""
    return _CONFLICT.search(output) is not None


def explain_failure(output: str, log: str = "") -> str:
    """Return the line of pip's output that says why it failed, without credentials.

    ``log`` is what pip wrote to PIP_LOG: an index that cannot be reached is named only there, and without retries it is the only
    place that tells it from a package that does not exist.
    """
    full = _FULL.search(output)
    if full:
        return f"{full.group()}; make room where the virtualenv is, and where temporary files go, then run the task again"
    errors = [line[len("ERROR: ") :].strip() for line in output.splitlines() if line.startswith("ERROR: ")]
    said = redact(errors[0] if errors else (output.strip().splitlines() or ["it said nothing"])[-1].strip()).rstrip(".")
    unfetched = list(_find_unreachable(log))
    unreachable = _UNREACHABLE.search(output)
    if not unfetched and not unreachable:
        return said
    why = unfetched[0][1] if unfetched else unreachable.group()
    names = [host for host, _why in unfetched] or _HOST.findall(output)
    hosts = " or ".join(repr(host) for host in dict.fromkeys(names))
    return f"the package index{' at ' if hosts else ''}{hosts} cannot be reached ({why}): {said}"


def _find_unreachable(log: str) -> Iterator[tuple[str, str]]:
    """Yield the hosts of pages that pip found no way to, and why."""
    for host, reason in _UNFETCHED.findall(log):
        found = _UNREACHABLE.search(reason)
        if found:
            yield host, found.group()
