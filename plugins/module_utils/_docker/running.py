# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run commands in throw-away or detached containers. Decides nothing about what should be."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from .._errors import EngineError
from .accounts import Account, add_to_group, add_to_passwd
from .containers import OWNER, Container, Port, has_ended, identify_task, read_container
from .engine import Engine

# How long a command may take to clean up after its time is over, in seconds
GRACE = 5

# A container is between creation and start for milliseconds; one that is there for longer has lost its task
_LOST_AFTER = 600


@dataclass(frozen=True)
class Mount:
    """A path of the host, or a volume by its name, at a place in the container."""

    source: str
    target: str


@dataclass(frozen=True)
class RunRequest:
    """A container to run: ``argv`` replaces the image's command, an empty one keeps it.

    ``account`` is the user in the container; its name resolves there, and its home is an empty folder in memory, except
    root's, which is the image's. Without an account, the user is the image's own. ``stdin`` None means no standard input.
    With ``reset_entrypoint`` the image's entry point does not run, and ``argv`` is the whole command.
    ``in_memory`` are paths of folders that only root can enter, and that are on no disk. ``volumes`` are written as
    ``docker run --volume`` takes them; unlike with ``mounts``, a folder that is missing on the host is made. With ``init`` a
    small program passes signals on to the command and cares for orphans.
    """

    image: str
    argv: tuple[str, ...] = ()
    name: str | None = None
    account: Account | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    volumes: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    network_mode: str | None = None
    hostname: str | None = None
    workdir: str | None = None
    stdin: bytes | None = field(default=None, repr=False)
    in_memory: tuple[str, ...] = ()
    reset_entrypoint: bool = False
    init: bool = False


@dataclass(frozen=True)
class RunResult:
    """What came of a command: its exit status and its two outputs, as bytes, and whether its time ran out."""

    rc: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


def run(engine: Engine, request: RunRequest, timeout: float | None = None) -> RunResult:
    """Run a command to its end and return what came of it; the container is gone afterwards.

    ``timeout`` is in seconds. If this process dies, the engine removes the container at the command's end.
    Raises EngineError if the container cannot be made or started.
    """
    owned = replace(request, labels={**request.labels, OWNER: identify_task()})
    with _created(engine, owned) as container, engine.asking(f"running a command in the image {request.image}"):
        # Before the start, so that not a byte is missed
        output = engine.client.attach(container, stdout=True, stderr=True, stream=True, demux=True)
        ending = _watch_end(engine, container)
        feed = _attach_input(engine, container) if request.stdin is not None else None
        engine.client.start(container)
        if feed is not None:
            threading.Thread(target=_send, args=(feed, request.stdin), daemon=True).start()
        expired = threading.Event()
        timer = threading.Timer(timeout, _stop, (engine, container, expired)) if timeout else None
        try:
            if timer:
                timer.start()
            stdout, stderr = _collect(output)
            rc = engine.client._result(ending, json=True)["StatusCode"]
        finally:
            if timer:
                timer.cancel()
    return RunResult(rc, stdout, stderr, expired.is_set())


def start(engine: Engine, request: RunRequest, replaced: str | None = None) -> Container:
    """Start a container, leave it running, and return it with the ports that the engine chose.

    ``replaced`` is the id of the container that has the name and the ports so far. It is stopped and removed when the new one
    has been made. Raises EngineError if it cannot be made or started; then it is gone.
    """
    with _created(engine, request if replaced is None else replace(request, name=None), keep=True) as container:
        if replaced is not None:
            _end(engine, replaced)
            with engine.asking(f"naming the new container {request.name}"):
                engine.client.rename(container, request.name)
        with engine.asking(f"starting a container of the image {request.image}"):
            engine.client.start(container)
            found = engine.client.containers(all=True, filters={"id": container})
        if not found:
            raise EngineError(
                f"The container of the image {request.image} ended at once and was removed; "
                "run its command without detach to see what it says"
            )
    return read_container(found[0])


def _end(engine: Engine, container: str) -> None:
    """Let a container end in its own way, and remove it; one that is gone counts as removed."""
    try:
        with engine.asking("stopping a container"):
            engine.client.stop(container, timeout=GRACE)
    except EngineError as error:
        if error.details.get("status") != 404:
            raise
    _remove(engine, container)


def remove_lost(engine: Engine, label: str) -> tuple[str, ...]:
    """Remove containers with the label that were made and never started, because their task was killed; return their ids.

    Whether a task of another host lives is not known; its containers are lost after some time.
    """
    with engine.asking("looking for lost containers"):
        found = engine.client.containers(all=True, filters={"label": label, "status": "created"})
        oldest = datetime.now(timezone.utc).timestamp() - _LOST_AFTER
        lost = tuple(entry["Id"] for entry in found if entry["Created"] < oldest or has_ended((entry.get("Labels") or {}).get(OWNER, "")))
    for container in lost:
        _remove(engine, container)
    return lost


@contextmanager
def _created(engine: Engine, request: RunRequest, keep: bool = False) -> Iterator[str]:
    """Make the container and remove it at the end; with ``keep`` only after an exception."""
    with engine.asking(f"making a container of the image {request.image}"):
        container = engine.client.create_container(**_creation(engine, request))["Id"]
    finished = False
    try:
        if request.account is not None:
            _write_files(engine, container, _account_files(engine, container, request.account))
        yield container
        finished = True
    finally:
        if not (keep and finished):
            _remove(engine, container)


def _creation(engine: Engine, request: RunRequest) -> dict[str, Any]:
    account, env = request.account, dict(request.env)
    tmpfs = dict.fromkeys(request.in_memory, "mode=0700,exec")
    if account is not None:
        env.setdefault("HOME", account.home)
    if account is not None and account.uid != 0 and account.home not in _targets(request):
        tmpfs[account.home] = f"uid={account.uid},gid={account.gid},mode=0700,exec"
    host_config = engine.client.create_host_config(
        auto_remove=True,
        mounts=[_mount(mount) for mount in request.mounts],
        port_bindings={f"{port.container_port}/{port.protocol}": _bindings(request, port) for port in request.ports},
        network_mode=request.network_mode,
        tmpfs=tmpfs,
        binds=list(request.volumes),
        init=request.init or None,
    )
    return {
        "image": request.image,
        "command": list(request.argv) or None,
        # One empty word is how the engine's API spells "no entry point"
        "entrypoint": [""] if request.reset_entrypoint else None,
        "name": request.name,
        "hostname": request.hostname,
        "user": f"{account.uid}:{account.gid}" if account is not None else None,
        "environment": env,
        "labels": dict(request.labels),
        "ports": [(port.container_port, port.protocol) for port in request.ports],
        "working_dir": request.workdir,
        "stdin_open": request.stdin is not None,
        "host_config": host_config,
    }


def _targets(request: RunRequest) -> set[str]:
    """Return the places in the container at which something is mounted."""
    return {mount.target for mount in request.mounts} | {volume.split(":")[1] for volume in request.volumes}


def _mount(mount: Mount) -> dict[str, Any]:
    kind = "bind" if mount.source.startswith("/") else "volume"
    return {"Type": kind, "Source": mount.source, "Target": mount.target}


def _bindings(request: RunRequest, wanted: Port) -> list[tuple[str, int | None]]:
    same = (wanted.container_port, wanted.protocol)
    ports = [port for port in request.ports if (port.container_port, port.protocol) == same]
    return [(port.host_ip, port.host_port or None) for port in ports]


def _account_files(engine: Engine, container: str, account: Account) -> dict[str, tuple[bytes, int]]:
    """Return the container's account files with the account added; those of the image and of the host stay as they are."""
    passwd = add_to_passwd(_read_file(engine, container, "/etc/passwd"), account)
    group = add_to_group(_read_file(engine, container, "/etc/group"), account)
    texts = {"/etc/passwd": passwd, "/etc/group": group}
    return {path: (text.encode("utf-8", "surrogateescape"), 0o644) for path, text in texts.items()}


def _write_files(engine: Engine, container: str, files: Mapping[str, tuple[bytes, int]]) -> None:
    import tarfile  # listing containers, as tasks with nothing to do only do, is done sooner without it

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, (content, mode) in files.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.mode, entry.size = mode, len(content)
            tar.addfile(entry, io.BytesIO(content))
    with engine.asking("writing files into a container"):
        engine.client.put_archive(container, "/", archive.getvalue())


def _read_file(engine: Engine, container: str, path: str) -> str:
    """Return a text file of the container, empty if it has none."""
    import tarfile

    try:
        with engine.asking(f"reading {path} of the container"):
            chunks, _details = engine.client.get_archive(container, path)
            archive = io.BytesIO(b"".join(chunks))
    except EngineError as error:
        if error.details.get("status") == 404:
            return ""
        raise
    with tarfile.open(fileobj=archive) as tar:
        file = tar.extractfile(tar.getmembers()[0])
        return file.read().decode("utf-8", "surrogateescape") if file else ""


def _watch_end(engine: Engine, container: str) -> Any:
    """Ask for the exit status, which comes when the engine has removed the container, and return as soon as it listens.

    The SDK's own wait() returns with the answer, and asking after the start can be too late: the container is gone.
    """
    client = engine.client
    url = client._url("/containers/{0}/wait", container)
    return client._post(url, params={"condition": "removed"}, stream=True, timeout=None)


def _attach_input(engine: Engine, container: str) -> Any:
    found = engine.client.attach_socket(container, params={"stdin": 1, "stream": 1})
    return getattr(found, "_sock", found)


def _send(feed: Any, data: bytes) -> None:
    """Send standard input and then its end: the engine closes it when the connection that fed it goes."""
    try:
        feed.sendall(data)
        feed.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the command ended without reading everything, as it may


def _stop(engine: Engine, container: str, expired: threading.Event) -> None:
    expired.set()
    try:
        with engine.asking("stopping a command whose time is over"):
            engine.client.stop(container, timeout=GRACE)
    except EngineError:
        pass  # it ended by itself in this very moment


def _collect(output: Any) -> tuple[bytes, bytes]:
    stdout, stderr = [], []
    for out, err in output:
        if out:
            stdout.append(out)
        if err:
            stderr.append(err)
    return b"".join(stdout), b"".join(stderr)


def _remove(engine: Engine, container: str) -> None:
    try:
        with engine.asking("removing a container"):
            engine.client.remove_container(container, force=True, v=True)
    except EngineError as error:
        # 404: it is gone; 409: the engine is removing it by itself
        if error.details.get("status") == 409:
            _wait_removed(engine, container)
        elif error.details.get("status") != 404:
            raise


def _wait_removed(engine: Engine, container: str) -> None:
    try:
        with engine.asking("waiting for a container's removal"):
            engine.client.wait(container, condition="removed")
    except EngineError as error:
        if error.details.get("status") != 404:
            raise
