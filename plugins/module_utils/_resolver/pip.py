# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask pip for what it would install, and turn its answer into a lock; pure, for hosts without uv. Runs no pip."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import DockenvError
from .request import UNREACHABLE, Index, LockRequest


def pip_report_argv(python: str, request: LockRequest, files: str) -> list[str]:
    """Return the words with which pip, in the image itself, reports on its output what it would install.

    ``files`` is the folder with what :func:`pip_files` returns. It is the home of pip, and of git, for which the logins are.
    """
    words = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--dry-run", "--ignore-installed"]
    return [*words, "--report=-", f"--requirement={files}/requirements.in", f"--constraint={files}/constraints.txt"]


def pip_files(request: LockRequest) -> dict[str, str]:
    """Return the files for pip by name; ``pip.conf`` holds the indexes with their credentials, ``.netrc`` the other logins."""
    kept = pins_kept(request.locked, request.upgrade)
    settings = [f"index-url = {_url_with_credentials(request.index)}"] if request.index else []
    # Who names an index without encryption means it; pip would pass over it
    trusted = [url.netloc for url in _urls(request) if url.scheme == "http"]
    settings += [f"trusted-host = {' '.join(trusted)}"] if trusted else []
    if request.extra_indexes:
        settings.append("extra-index-url = " + " ".join(_url_with_credentials(index) for index in request.extra_indexes))
    return {
        "requirements.in": request.requirements,
        "constraints.txt": f"{request.constraints}\n{kept}",
        "pip.conf": "\n".join(["[global]", *settings, ""]),
        ".netrc": request.netrc,
    }


def pins_kept(locked: str, upgrade: Iterable[str]) -> str:
    """Return the pins of a lock as constraints, without those to upgrade and without what comes from a URL."""
    moving = {normalise(name) for name in upgrade}
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", locked, re.MULTILINE)
    return "".join(f"{name}=={version}\n" for name, version in found if normalise(name) not in moving)


def lock_from_report(report: str) -> str:
    """Return the lock for pip's installation report (version 1 of its format): pins with hashes, sorted by name.

    A requirement from git has its commit instead of a hash. Raises DockenvError for a requirement that cannot be locked.
    """
    entries = {}
    for item in json.loads(report)["install"]:
        name = normalise(item["metadata"]["name"])
        entries[name] = _lock_entry(name, item)
    return "".join(entries[name] for name in sorted(entries))


def _lock_entry(name: str, item: Mapping[str, Any]) -> str:
    metadata, download = item["metadata"], item["download_info"]
    url, archive, vcs = download["url"], download.get("archive_info"), download.get("vcs_info")
    if vcs:
        part = f"#subdirectory={download['subdirectory']}" if download.get("subdirectory") else ""
        return f"{name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}{part}\n"
    sha256 = ((archive or {}).get("hashes") or {}).get("sha256")
    if not sha256:
        raise DockenvError(f"The requirement {name!r} cannot be locked: {url} has no hash; use an archive, or a git URL")
    pin = f"{name} @ {url}" if item.get("is_direct") else f"{name}=={metadata['version']}"
    return f"{pin} \\\n    --hash=sha256:{sha256}\n"


def explain_pip(output: str) -> str:
    """Return one sentence for why pip failed, in its own words, with what to do about a missing network or password."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line[len("ERROR: ") :] for line in lines if line.startswith("ERROR: ")]
    reason = (errors or lines or ["it gave no reason"])[-1]
    if reason.endswith("No module named pip"):
        return f"{reason}; name a base image that has it, or set installer to uv"
    # pip goes on without an index that it cannot read, and misses the package in the end
    if "connection broken by" in output:
        return f"{reason}; {UNREACHABLE}"
    if "from versions: none" in output:
        return f"{reason}; no index that was asked has it, or none lets the user in"
    return reason


def is_conflict(output: str) -> bool:
    """Whether pip failed as not all that is asked for goes together, or for this Python; other versions may."""
    return "ResolutionImpossible" in output or ("No matching distribution" in output and "connection broken by" not in output)


def normalise(name: str) -> str:
    """Return a package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _urls(request: LockRequest) -> list[urllib.parse.SplitResult]:
    return [urllib.parse.urlsplit(index.url) for index in (request.index, *request.extra_indexes) if index]


def _url_with_credentials(index: Index) -> str:
    if index.username is None:
        return index.url
    scheme, separator, rest = index.url.partition("://")
    user = _quote(index.username) + (f":{_quote(index.password)}" if index.password is not None else "")
    return f"{scheme}{separator}{user}@{rest}"


def _quote(text: str) -> str:
    return urllib.parse.quote(text, safe="")
