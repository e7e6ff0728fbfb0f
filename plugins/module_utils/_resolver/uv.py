# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn requirements into a lock with hashes, for another Python than this one, with uv. Installs nothing."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .._errors import CommandFailed, InvalidInput
from .._process import DEVNULL, stream
from .request import UNREACHABLE, Index, LockRequest, Target

# In seconds; building a git requirement's metadata may compile
LOCK_TIMEOUT = 1800

# The C libraries for which uv knows the tags of wheels, as minor versions of glibc 2 (uv pip compile --python-platform)
_GLIBC_MINORS = (17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40)
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}

# Where uv finds its netrc
_STDIN = "/proc/self/fd/0"

_MASK = "********"
_LONGEST_REASON = 600

# What versions of uv put before the parts of an error; the escapes are a multiplication sign and lines of boxes
_DECORATION = re.compile(r"^[\s\u00d7\u2570\u251c\u2502\u2500\u25b6]*(?:(?:error|cause|Caused by): ?)?")


def lock(uv: str, request: LockRequest, folder: str, environment: Mapping[str, str]) -> str:
    """Return the lock, a requirements file with every package, its version and its hashes, sorted by name.

    Requirements from git have their commit instead of hashes. ``folder`` is private to the task, and files are left in it: uv
    reads settings from folders above it. Raises CommandFailed, with uv's reason, if the requirements cannot be met or had.
    """
    for name, text in (("requirements.in", request.requirements), ("constraints.txt", request.constraints)):
        _write(os.path.join(folder, name), text)
    locked = os.path.join(folder, "requirements.txt")
    _write(locked, request.locked)
    argv = uv_argv(uv, request)
    lines: list[str] = []
    child = uv_environment(request, environment)
    with _in_memory(request.netrc) as stdin:
        ended = stream(argv, on_line=lines.append, env=child, cwd=folder, timeout=LOCK_TIMEOUT, stdin=stdin)
    if ended.rc != 0:
        output = _masked("\n".join(lines), request)
        reason = f"it took longer than {LOCK_TIMEOUT} seconds" if ended.timed_out else explain_uv(output)
        raise CommandFailed(f"The requirements cannot be resolved for {request.target}: {reason}", command=argv, rc=ended.rc, stderr=output)
    with open(locked, encoding="utf-8") as file:
        return file.read()


def uv_argv(uv: str, request: LockRequest) -> list[str]:
    """Return the words of uv's command, which runs in the folder with the files. They hold no URL and no secret."""
    words = [uv, "pip", "compile", "requirements.in", "--output-file=requirements.txt", "--generate-hashes", "--quiet"]
    # Nothing but pins: a comment that changes would count as another lock
    words += ["--no-header", "--no-annotate"]
    words += [f"--python-version={request.target.python}", f"--python-platform={uv_platform(request.target)}"]
    words += ["--constraints=constraints.txt"] if request.constraints.strip() else []
    words += [f"--upgrade-package={name}" for name in request.upgrade]
    return words


def uv_platform(target: Target) -> str:
    """Return uv's name for the platform. Raises InvalidInput for one that uv does not know."""
    machine = _MACHINES.get(target.machine)
    if machine and target.libc == "musl":
        return f"{machine}-unknown-linux-musl"
    found = re.fullmatch(r"glibc 2\.(\d+)", target.libc)
    minors = [minor for minor in _GLIBC_MINORS if found and minor <= int(found.group(1))]
    if machine and minors:
        return f"{machine}-manylinux_2_{minors[-1]}"
    raise InvalidInput(
        f"uv cannot resolve for {target}: it knows x86_64 and aarch64, with glibc 2.{_GLIBC_MINORS[0]} or newer or with musl; "
        "set installer to pip, which resolves in the image itself"
    )


def uv_environment(request: LockRequest, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv, in which alone the indexes and their credentials are."""
    child = dict(environment)
    # Else uv fetches a Python of the wanted version, which takes ten seconds and which resolving does not need
    child["UV_PYTHON_DOWNLOADS"] = "never"
    child["UV_PYTHON"] = sys.executable
    # The certificates that the host trusts, under the old and the new name of the setting
    child["UV_SYSTEM_CERTS"] = child["UV_NATIVE_TLS"] = "true"
    child["NO_COLOR"] = "1"
    if request.netrc:
        child["NETRC"] = _STDIN
        child.update(_git_variables(request, environment))
    if request.index:
        child.update(_index_variables("dockenv", request.index))
        child["UV_DEFAULT_INDEX"] = f"dockenv={request.index.url}"
    extras = {f"dockenv{number}": index for number, index in enumerate(request.extra_indexes)}
    for name, index in extras.items():
        child.update(_index_variables(name, index))
    if extras:
        child["UV_INDEX"] = " ".join(f"{name}={index.url}" for name, index in extras.items())
    return child


def _index_variables(name: str, index: Index) -> dict[str, str]:
    parts = {"USERNAME": index.username, "PASSWORD": index.password}
    return {f"UV_INDEX_{name.upper()}_{part}": value for part, value in parts.items() if value is not None}


def _git_variables(request: LockRequest, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the logins for git: it does not know NETRC, but takes settings for what a URL begins with (``git-config(1)``)."""
    headers = {}
    for host, user, password in request.logins:
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        named = re.findall(rf"git\+(https?://{re.escape(host)}(?::\d+)?)/", request.requirements + request.constraints)
        headers.update((f"http.{origin}/.extraHeader", f"Authorization: Basic {token}") for origin in (f"https://{host}", *named))
    first = int(environment.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(headers))}
    for number, (name, value) in enumerate(headers.items(), first):
        variables.update({f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value})
    return variables


@contextmanager
def _in_memory(text: str) -> Iterator[int]:
    """Yield the descriptor of a file that is on no disk; of an empty one without text."""
    if not text:
        yield DEVNULL
        return
    descriptor = os.memfd_create("netrc")
    try:
        os.write(descriptor, text.encode())
        yield descriptor
    finally:
        os.close(descriptor)


def explain_uv(output: str) -> str:
    """Return one short sentence for why uv failed, in its own words, with what to do about a missing network or password."""
    paragraphs = [paragraph for paragraph in output.split("\n\n") if paragraph.strip()]
    if not paragraphs:
        return "uv gave no reason"
    lines = [_DECORATION.sub("", line).strip() for line in paragraphs[0].splitlines()]
    lines = [line for line in lines if line]
    because = next((number for number, line in enumerate(lines) if line.startswith("Because")), None)
    fatal = next((line for line in lines if line.startswith("fatal: ")), lines[-1])
    if because is not None:
        reason = " ".join(lines[because:])
    else:
        first = next((line for line in lines if line.startswith("Failed to fetch")), lines[0])
        reason = first if first == fatal else f"{first}: {fatal}"
    return _shorten(reason) + _advice(output)


def _shorten(reason: str) -> str:
    reason = reason.rstrip(".")
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]} …"


def _advice(output: str) -> str:
    if "401 Unauthorized" in output or "403 Forbidden" in output:
        return "; an index did not let the user in: check its user name and password"
    if any(word in output for word in ("dns error", "tcp connect error", "operation timed out", "client error (Connect)")):
        return f"; {UNREACHABLE}"
    return ""


def _masked(text: str, request: LockRequest) -> str:
    passwords = [index.password for index in (request.index, *request.extra_indexes) if index and index.password]
    for password in (*passwords, *(password for _host, _user, password in request.logins)):
        text = text.replace(password, _MASK)
    return text


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
