# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List containers, and tell the tasks apart that made them. Changes nothing and decides nothing about what should be."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .engine import Engine

# The label that says which task made a container for a moment
OWNER = "dockenv.python.owner"


@dataclass(frozen=True)
class Port:
    """A published port; a host port of 0 lets the engine choose."""

    container_port: int
    host_port: int
    protocol: str = "tcp"
    host_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Container:
    """A container as a list of containers says it: ``state`` like ``running``, ``created`` in seconds since 1970."""

    id: str
    name: str
    image: str
    image_id: str
    state: str
    created: int
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[Port, ...] = ()


def list_containers(engine: Engine, name: str | None = None) -> tuple[Container, ...]:
    """Return all containers, stopped ones too, or the one of the name; in one question."""
    with engine.asking("listing containers"):
        found = engine.client.containers(all=True, filters={"name": f"^/{name}$"} if name else {})
    return tuple(sorted((read_container(entry) for entry in found), key=lambda container: container.name))


def identify_task() -> str:
    """Return what tells this task from all others, for the label OWNER."""
    return _identify(str(os.getpid()))


def _identify(process: str) -> str:
    """Return what no other process has, for the label OWNER; empty where processes cannot be told apart."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            # The 22nd field, the time of its start, counted behind the name, which may hold blanks; see proc(5)
            start = file.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""
    return f"{socket.gethostname()}/{process}/{start}"


def has_ended(owner: str) -> bool:
    """Whether a task of this host does not live any more."""
    host, _slash, process = owner.rpartition("/")[0].rpartition("/")
    return host == socket.gethostname() and process.isdigit() and _identify(process) != owner


def read_container(entry: Mapping[str, Any]) -> Container:
    """Return an entry of the engine's list of containers."""
    ports = {
        Port(port["PrivatePort"], port["PublicPort"], port["Type"], port.get("IP", ""))
        for port in entry.get("Ports") or ()
        if "PublicPort" in port
    }
    return Container(
        id=entry["Id"],
        name=(entry.get("Names") or ["/"])[0].lstrip("/"),
        image=entry["Image"],
        image_id=entry["ImageID"],
        state=entry["State"],
        created=entry["Created"],
        labels=dict(entry.get("Labels") or {}),
        ports=tuple(sorted(ports, key=lambda port: (port.container_port, port.protocol, port.host_ip))),
    )
