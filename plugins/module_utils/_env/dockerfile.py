# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes Dockerfiles of environments, and changes the install steps of those that stand there; pure text.

What a user typed stands in a Dockerfile only after a check of its characters (names.py) or in quotes (_instructions.py).
There is never a ``# syntax=`` line: it would be fetched from a registry.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .._errors import InvalidInput
from .._instructions import render_words
from .blocks import Start, install_system_packages, make_user, render_settings, render_start
from .buildout_script import BUILDOUT_SCRIPT, PROJECT, VERSIONS
from .install_script import CACHE, ENVIRONMENT, LOCK, NETRC, SCRATCH

if TYPE_CHECKING:
    from .buildout import Buildout
    from .spec import EnvSpec

DOCKERFILE = "Dockerfile"
INSTALL_SCRIPT = "install.py"
LAYERS = "layers"

HEADER = "# Made by the Ansible collection dockenv.python. It builds without it: DOCKER_BUILDKIT=1 docker build ."
DEFAULT_TEMPLATE = """\
FROM @BASE_IMAGE@
USER root
@SYSTEM_PACKAGES@
@PRE_INSTALL@
@INSTALL@
@SETTINGS@
@POST_INSTALL@
@START@
"""
# The project comes first, so that commands and packages after it may need it.
BUILDOUT_TEMPLATE = DEFAULT_TEMPLATE.replace("USER root\n", "USER root\n@PROJECT@\n")

# What a template must have, where it is known
_NEEDED = {"INSTALL": "the steps that install the lock", "PROJECT": "the line that copies the project"}
_PLACEHOLDER = re.compile(r"@([A-Z][A-Z_]*)@")
# Such a line would fetch a program from a registry, or change how lines are continued.
_DIRECTIVE = re.compile(r"\s*#\s*(?:syntax|escape|check)\s*=", re.IGNORECASE)

# One mount point that the base image has is used twice: a file mounted into a tmpfs leaves no trace in the layer.
MOUNTS = f"--mount=type=cache,id=dockenv,target={CACHE} --mount=type=tmpfs,target={SCRATCH}"
_SECRET = f" --mount=type=secret,id={NETRC},target={SCRATCH}/.netrc"
_SCRIPT = f" --mount=type=bind,source={INSTALL_SCRIPT},target={SCRATCH}/{INSTALL_SCRIPT}"
_INSTALL_LINE = re.compile(
    rf"RUN {re.escape(MOUNTS)}(?:{re.escape(_SECRET)})?{re.escape(_SCRIPT)}"
    rf" --mount=type=bind,source=(?P<lock>[A-Za-z0-9./]+),target={SCRATCH}/{re.escape(LOCK)} .*"
)
_BUILDOUT_MOUNTS = "".join(f" --mount=type=bind,source={name},target={SCRATCH}/{name}" for name in (BUILDOUT_SCRIPT, VERSIONS))
_BUILDOUT_LINE = re.compile(
    rf'RUN {re.escape(MOUNTS + _SCRIPT + _BUILDOUT_MOUNTS)} \["python3", "-B", "{SCRATCH}/{re.escape(BUILDOUT_SCRIPT)}", (?P<words>.*)\]'
)
# What changes files of an image
_STEP = re.compile(r"\s*(?:RUN|COPY|ADD|FROM)\b", re.IGNORECASE)
# Of the classic builder, which has no mounts
_COPIES = f"{SCRATCH}/dockenv"


def layer_path(number: int) -> str:
    """Return the path of a layer's lock in its folder; the first is 1."""
    return f"{LAYERS}/{number}.txt"


def render(spec: EnvSpec, layers: int = 0) -> str:
    """Return the Dockerfile of an environment with so many layers below its lock.

    Raises InvalidInput for a value that no Dockerfile can carry and for a template that cannot be filled in.
    """
    values = {"NAME": spec.name, "BASE_IMAGE": spec.base, "PYTHON": spec.python, "USER": spec.user.name if spec.user else "root"}
    blocks = {
        "SYSTEM_PACKAGES": install_system_packages(spec.system_packages),
        "PRE_INSTALL": _run(spec, spec.pre_install),
        "INSTALL": _install(spec, layers),
        "SETTINGS": [*render_settings(spec.env, spec.labels), *make_user(spec.user)],
        "POST_INSTALL": _run(spec, spec.post_install),
        "START": _start(spec),
    }
    if spec.buildout is not None:
        blocks["PROJECT"] = [render_words("COPY", [f"{PROJECT}/", f"{spec.buildout.place}/"])]
        blocks["INSTALL"] = _run_buildout(spec.buildout)
    default = DEFAULT_TEMPLATE if spec.buildout is None else BUILDOUT_TEMPLATE
    template = default if spec.template is None else spec.template
    _check_template(template, values.keys(), blocks.keys())
    lines = [HEADER]
    for line in template.splitlines():
        block = _PLACEHOLDER.fullmatch(line.strip())
        if block and block.group(1) in blocks:
            lines += blocks[block.group(1)]
        else:
            lines.append(_PLACEHOLDER.sub(lambda match: values[match.group(1)], line))
    return "".join(f"{line}\n" for line in lines)


def is_ours(text: str) -> bool:
    """Whether a Dockerfile was made by this collection; edits below its first line do not change that."""
    return text.startswith(HEADER + "\n")


def has_install_steps(text: str) -> bool:
    """Whether layers can be added to this Dockerfile."""
    return any(_INSTALL_LINE.fullmatch(line) for line in text.splitlines())


def replace_layers(text: str, layers: int) -> str:
    """Return a Dockerfile with so many layers below its lock; all else that stands in it stays, also what was edited by hand."""
    lines, done = [], False
    for line in text.splitlines(keepends=True):
        match = _INSTALL_LINE.fullmatch(line.rstrip("\n"))
        if match is None:
            lines.append(line)
        elif not done:
            done = True
            lines += [line.replace(f"source={match.group('lock')},", f"source={path},") for path in _locks(layers)]
    return "".join(lines)


def text_before_install(text: str) -> str:
    """Return what is built before the first package is; a change there builds all layers again."""
    lines = text.splitlines(keepends=True)
    at = next((number for number, line in enumerate(lines) if _INSTALL_LINE.fullmatch(line.rstrip("\n"))), len(lines))
    return "".join(lines[:at])


def text_of_buildout(text: str) -> str:
    """Return what is built up to the buildout; a change after it cannot change what that picks."""
    lines = text.splitlines(keepends=True)
    at = next((number for number, line in enumerate(lines, 1) if _BUILDOUT_LINE.fullmatch(line.rstrip("\n"))), len(lines))
    return "".join(lines[:at])


def may_undo_install(text: str) -> bool:
    """Whether a step after those that install, and prove what they installed, could change it."""
    lines = text.splitlines()
    steps = [number for number, line in enumerate(lines, 1) if _INSTALL_LINE.fullmatch(line) or _BUILDOUT_LINE.fullmatch(line)]
    return not steps or any(_STEP.match(line) for line in lines[steps[-1] :])


def for_classic_builder(text: str) -> str:
    """Return a Dockerfile of ours without mounts: the same steps, with copies of the files and without a cache.

    Raises InvalidInput, naming the line, for a mount of the user's, which needs BuildKit.
    """
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        match, buildout = _INSTALL_LINE.fullmatch(line), _BUILDOUT_LINE.fullmatch(line)
        if match is not None and "type=secret" not in line:
            lines += classic_install_steps({match.group("lock"): LOCK})
        elif buildout is not None:
            lines += _classic_buildout(buildout.group("words"))
        elif re.match(r"\s*RUN\s+--", line, re.IGNORECASE):
            raise InvalidInput(
                f"{DOCKERFILE}, line {number}: a mount needs BuildKit, which this host does not have; install the plugin buildx "
                "for the docker command (the package docker-buildx of Debian 13 and later)"
            )
        else:
            lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def _classic_buildout(words: str) -> list[str]:
    copies = [render_words("COPY", [name, f"{_COPIES}/{name}"]) for name in (INSTALL_SCRIPT, BUILDOUT_SCRIPT, VERSIONS)]
    command = ["python3", "-B", f"{_COPIES}/{BUILDOUT_SCRIPT}", "--alone", *json.loads(f"[{words}]")]
    return [*copies, render_words("RUN", command)]


def _check_template(template: str, values: Collection[str], blocks: Collection[str]) -> None:
    for number, line in enumerate(template.splitlines(), 1):
        if _DIRECTIVE.match(line):
            raise InvalidInput(f"template, line {number}: {line.strip()!r} is for the program that reads Dockerfiles; remove it")
        for name in _PLACEHOLDER.findall(line):
            if name not in values and name not in blocks:
                known = ", ".join(f"@{each}@" for each in sorted([*values, *blocks]))
                raise InvalidInput(f"template, line {number}: @{name}@ is not known; use {known}")
            if name in blocks and line.strip() != f"@{name}@":
                raise InvalidInput(f"template, line {number}: @{name}@ stands for whole lines; put it on a line of its own")
    for name, what in _NEEDED.items():
        if name in blocks and template.count(f"@{name}@") != 1:
            raise InvalidInput(f"template: put @{name}@, {what}, on exactly one line")


def _locks(layers: int) -> list[str]:
    return [*(layer_path(number) for number in range(1, layers + 1)), LOCK]


def _run(spec: EnvSpec, commands: Iterable[tuple[str, ...]]) -> list[str]:
    mounts = "".join(f" --mount=type=secret,id={identity}" for identity, _version in spec.secrets)
    return [render_words(f"RUN{mounts}", command) for command in commands]


def _install(spec: EnvSpec, layers: int) -> list[str]:
    steps = [install_step({path: LOCK}, spec.secrets) for path in _locks(layers)]
    return [*secret_versions(spec.secrets), *steps, f"ENV VIRTUAL_ENV={ENVIRONMENT} PATH={ENVIRONMENT}/bin:$PATH"]


def _run_buildout(buildout: Buildout) -> list[str]:
    """Bootstrap and buildout are one step: what the second needs of the first is of no use alone."""
    step = render_words(f"RUN {MOUNTS}{_SCRIPT}{_BUILDOUT_MOUNTS}", ["python3", "-B", f"{SCRATCH}/{BUILDOUT_SCRIPT}", *buildout.words])
    return [step, f"ENV VIRTUAL_ENV={ENVIRONMENT} PATH={buildout.place}/bin:{ENVIRONMENT}/bin:$PATH"]


def install_step(beside: Mapping[str, str], secrets: Iterable[tuple[str, str]], arguments: Sequence[str] = ()) -> str:
    """Return the instruction that runs the install script with the files and folders of the context that are to stand beside it.

    ``beside`` maps their paths in the context to names, ``secrets`` are ids with versions.
    """
    mounts = MOUNTS + (_SECRET if any(identity == NETRC for identity, _version in secrets) else "") + _SCRIPT
    mounts += "".join(f" --mount=type=bind,source={path},target={SCRATCH}/{name}" for path, name in beside.items())
    return render_words(f"RUN {mounts}", ["python3", "-B", f"{SCRATCH}/{INSTALL_SCRIPT}", *arguments])


def classic_install_steps(beside: Mapping[str, str], arguments: Sequence[str] = ()) -> list[str]:
    """Return the same for a builder without mounts: with copies of the files, and without a cache."""
    copies = [render_words("COPY", [path, f"{_COPIES}/{name}"]) for path, name in {INSTALL_SCRIPT: INSTALL_SCRIPT, **beside}.items()]
    return [*copies, render_words("RUN", ["python3", "-B", f"{_COPIES}/{INSTALL_SCRIPT}", "--alone", *arguments])]


def secret_versions(secrets: Iterable[tuple[str, str]]) -> list[str]:
    """BuildKit's cache does not see a secret's value; an argument that follows the version makes it run the steps again."""
    versions = [f"{identity}={version}" for identity, version in sorted(secrets) if version]
    if not versions:
        return []
    return [f"ARG DOCKENV_SECRETS={hashlib.sha256(repr(versions).encode()).hexdigest()[:16]}"]


def _start(spec: EnvSpec) -> list[str]:
    home = spec.buildout.place if spec.buildout else f"/home/{spec.user.name}" if spec.user else None
    workdir = spec.workdir or home
    start = Start(workdir, tuple(port.exposed for port in spec.ports), spec.user.name if spec.user else None, spec.entrypoint, spec.command)
    return render_start(start)
