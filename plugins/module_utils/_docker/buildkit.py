# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build images with BuildKit, through the docker command line: the Docker SDK has none. Tags and removes nothing else."""

from __future__ import annotations

import csv
import io
import os
import re
import secrets as random_names
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field

from .._build_options import Secret
from .._commands import ask
from .._errors import CommandFailed, InvalidInput
from .._process import DEVNULL, stream
from .buildlog import BuildLog
from .connection import Connection
from .feeding import Feed, feeding
from .progress import Failure, describe_failure, find_failure

# Behind PATH, because a task that becomes another user often has a short one
WELL_KNOWN = ("/usr/bin/docker", "/usr/local/bin/docker", "/snap/bin/docker", "/opt/bin/docker")

# The first version with BuildKit inside, and the first that has it in the plugin buildx instead
_BUILDKIT_INSIDE = (18, 9)
_BUILDKIT_IN_PLUGIN = (23, 0)
# Earlier clients take secrets from files only
_SECRETS_FROM_ENVIRONMENT = (20, 10)

_VERSION = re.compile(r"Docker version (\d+)\.(\d+)\S*")

# What a builder can do beyond a plain build
SECRETS = "secrets"
CACHE_MOUNTS = "cache mounts"
PLATFORMS = "platforms"
CACHE_TO = "cache_to"


@dataclass(frozen=True)
class Builder:
    """What builds images on this host.

    ``kind`` is ``buildx`` (a client with the plugin), ``buildkit-cli`` (BuildKit inside the client), ``classic`` (a client
    without) or ``none`` (no client); the last two mean the engine's classic builder, and ``path`` and ``version`` are
    those of the client that was found.
    """

    kind: str
    path: str = ""
    version: str = ""
    features: frozenset[str] = field(default_factory=frozenset)

    @property
    def has_buildkit(self) -> bool:
        """Whether Dockerfiles may use mounts."""
        return self.kind in ("buildx", "buildkit-cli")

    def __str__(self) -> str:
        if self.kind == "none":
            return "the classic builder (there is no docker command here)"
        name = {"buildx": "buildx", "buildkit-cli": "BuildKit", "classic": "no BuildKit"}[self.kind]
        return f"docker {self.version} at {self.path} with {name}"


@dataclass(frozen=True)
class BuildRequest:
    """One build: ``context`` and ``dockerfile`` are absolute paths, ``tag`` is the name that the image gets.

    With ``feed``, which writes a tar file, there is no context on the disk, and ``dockerfile`` is a path in that file.
    """

    context: str
    tag: str
    dockerfile: str
    args: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    platforms: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    pull: bool = False
    no_cache: bool = False
    feed: Feed | None = None


# --- which client


def find_builder(environment: Mapping[str, str]) -> Builder:
    """Return the first client, on PATH and in well-known places, that has BuildKit; ask once per task.

    The first on PATH is not always a capable one. Without any, what is returned says which client there is.
    """
    fallback = Builder("none")
    for path in _candidates(environment.get("PATH", os.defpath)):
        builder = _examine(path, environment)
        if builder and builder.has_buildkit:
            return builder
        if builder and fallback.kind == "none":
            fallback = builder
    return fallback


def _candidates(search_path: str) -> list[str]:
    named = [os.path.join(folder, "docker") for folder in search_path.split(os.pathsep) if os.path.isabs(folder)]
    files: dict[str, str] = {}
    for path in (*named, *WELL_KNOWN):
        if os.path.isfile(path) and os.access(path, os.X_OK):
            files.setdefault(os.path.realpath(path), path)
    return list(files.values())


def _examine(path: str, environment: Mapping[str, str]) -> Builder | None:
    found = _VERSION.match(ask([path, "--version"], environment))
    if not found:
        return None  # podman's stand-in, or no program for this machine
    number = (int(found.group(1)), int(found.group(2)))
    version = found.group(0).split()[-1].rstrip(",")
    if number < _BUILDKIT_INSIDE:
        return Builder("classic", path, version)
    if number < _BUILDKIT_IN_PLUGIN:
        inside = {CACHE_MOUNTS} | ({SECRETS} if number >= _SECRETS_FROM_ENVIRONMENT else set())
        return Builder("buildkit-cli", path, version, frozenset(inside | {PLATFORMS}))
    if ask([path, "buildx", "version"], environment):
        return Builder("buildx", path, version, frozenset({CACHE_MOUNTS, SECRETS, PLATFORMS, CACHE_TO}))
    return Builder("classic", path, version)


def check_supported(builder: Builder, request: BuildRequest) -> None:
    """Raise InvalidInput if the request needs what the builder does not have; say what would have it."""
    needs = {
        SECRETS: request.secrets,
        PLATFORMS: request.platforms,
        CACHE_TO: [cache for cache in request.cache_to if not (builder.has_buildkit and cache == "type=inline")],
    }
    for feature, wanted in needs.items():
        if wanted and feature not in builder.features:
            name = {PLATFORMS: "platform", CACHE_TO: "cache_to"}.get(feature, feature)
            raise InvalidInput(
                f"{name}: this needs BuildKit, and found was {builder}; install the plugin buildx for the docker command"
                " (the package docker-buildx of Debian 13 and later)"
            )
    if builder.kind == "buildkit-cli":
        for index, cache in enumerate(request.cache_from):
            _plain_cache(f"cache_from[{index}]", cache, builder)


# --- how it is called


def build_argv(builder: Builder, connection: Connection, request: BuildRequest, variables: Mapping[str, str]) -> list[str]:
    """Return the words of the build command. They hold no secret, and no value can pass for an option.

    ``variables`` maps ids of secrets to the environment variables in which :func:`build` hands them on.
    """
    words = [builder.path, *connection_argv(connection), "build", "--progress=plain"]
    words += [f"--tag={request.tag}", f"--file={request.dockerfile}"]
    words += [f"--build-arg={name}={value}" for name, value in sorted(request.args.items())]
    words += [f"--label={name}={value}" for name, value in sorted(request.labels.items())]
    words += [f"--target={request.target}"] if request.target else []
    words += [f"--platform={','.join(request.platforms)}"] if request.platforms else []
    words += [f"--secret={_secret_word(secret, variables)}" for secret in request.secrets]
    words += _cache_argv(builder, request)
    words += ["--pull"] if request.pull else []
    words += ["--no-cache"] if request.no_cache else []
    return [*words, "-" if request.feed else request.context]


def connection_argv(connection: Connection) -> list[str]:
    """Return the docker command's options that reach the same engine as the SDK does.

    Raises InvalidInput for what the command has no option for.
    """
    if connection.cli_context:
        return [f"--context={connection.cli_context}"]
    words = [f"--host={connection.host}"]
    if not connection.encrypted:
        return words
    if connection.verified and connection.tls_hostname:
        raise InvalidInput(
            "tls_hostname: the docker command, which builds images, cannot check a certificate for another host name than "
            "the one in docker_host; use a name in docker_host that the certificate has"
        )
    words.append("--tlsverify" if connection.verified else "--tls")
    files = {"tlscacert": connection.ca_path, "tlscert": connection.client_cert, "tlskey": connection.client_key}
    return words + [f"--{option}={path}" for option, path in files.items() if path]


def _secret_word(secret: Secret, variables: Mapping[str, str]) -> str:
    if secret.type == "file":
        return _csv(f"id={secret.id}", f"src={secret.source}")
    return _csv(f"id={secret.id}", f"env={variables[secret.id]}")


def _csv(*fields: str) -> str:
    """Join fields as the docker command takes them apart: one record of comma-separated values (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()


def _cache_argv(builder: Builder, request: BuildRequest) -> list[str]:
    if builder.kind == "buildx":
        words = [f"--cache-from={cache}" for cache in request.cache_from]
        return words + [f"--cache-to={cache}" for cache in request.cache_to]
    # The client with BuildKit inside knows names of images only, and an argument in place of --cache-to=type=inline
    words = [f"--cache-from={_plain_cache('cache_from', cache, builder)}" for cache in request.cache_from]
    return words + (["--build-arg=BUILDKIT_INLINE_CACHE=1"] if request.cache_to else [])


def _plain_cache(place: str, cache: str, builder: Builder) -> str:
    """Return the name of the image with a cache. Raises InvalidInput for a cache that is none."""
    if "=" not in cache:
        return cache
    fields = dict(part.partition("=")[::2] for part in cache.split(","))
    if fields.get("type") != "registry" or not fields.get("ref"):
        raise InvalidInput(
            f"{place}: {cache!r} needs the plugin buildx, and found was {builder}; use the name of an image, or install the plugin"
        )
    return fields["ref"]


# --- the build itself


def build(
    builder: Builder,
    connection: Connection,
    request: BuildRequest,
    log: BuildLog,
    environment: Mapping[str, str],
    timeout: float | None = None,
) -> None:
    """Build the image ``request.tag``; ``timeout`` is in seconds. If this process dies, the build ends as well.

    Raises InvalidInput before anything is built if a secret cannot be had, and CommandFailed, with the end of the output and
    the failed step, if the build fails; then no image has the tag.
    """
    values = secret_values(request.secrets, environment)
    variables = {name: f"DOCKENV_{random_names.token_hex(8).upper()}" for name in values}
    argv = build_argv(builder, connection, request, variables)
    lines: list[str] = []
    child_environment = {**_child_environment(environment, connection), **{variables[name]: values[name] for name in values}}
    with feeding(request.feed) if request.feed else nullcontext(DEVNULL) as stdin:
        ended = stream(argv, lambda line: lines.append(log.add(line)), env=child_environment, timeout=timeout, stdin=stdin)
    if ended.rc == 0:
        return
    failure = Failure("", f"it took longer than {timeout:g} seconds") if ended.timed_out else find_failure(lines)
    raise CommandFailed(
        describe_failure(request.tag, failure, log.path),
        command=argv,
        rc=ended.rc,
        stdout=log.last_lines,
        stderr=failure.reason,
    )


def secret_values(secrets: Iterable[Secret], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that are handed on in memory, by id.

    Raises InvalidInput for an environment variable that is not set and for a file that cannot be read.
    """
    values: dict[str, str] = {}
    for index, secret in enumerate(secrets):
        if secret.type == "value":
            values[secret.id] = secret.source
        elif secret.type == "env" and secret.source in environment:
            values[secret.id] = environment[secret.source]
        elif secret.type == "env":
            raise InvalidInput(
                f"secrets[{index}]: the environment variable {secret.source!r} is not set for the module; "
                "set it with the keyword environment of the task"
            )
        elif not (os.path.isfile(secret.source) and os.access(secret.source, os.R_OK)):
            raise InvalidInput(f"secrets[{index}]: {secret.source!r} is not a file that can be read on the managed host")
    return values


def _child_environment(environment: Mapping[str, str], connection: Connection) -> dict[str, str]:
    # Another builder, chosen by the user for work of their own, would keep the image to itself; what the options say
    # about the connection is in the argument list.
    dropped = ("BUILDX_BUILDER", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION")
    child = {name: value for name, value in environment.items() if name not in dropped}
    child["DOCKER_BUILDKIT"] = "1"
    # An attestation holds times, so with the containerd image store each build would give another image
    child["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1"
    child["DOCKER_CLI_HINTS"] = "false"
    if connection.api_version != "auto":
        child["DOCKER_API_VERSION"] = connection.api_version
    return child
