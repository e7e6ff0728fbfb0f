# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads published ports and mounted volumes as docker run and Compose write them in short; pure text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .._errors import InvalidInput
from .names import check_image_path

# Only this machine reaches a port unless another address is written.
LOCAL_ADDRESS = "127.0.0.1"
PROTOCOLS = ("tcp", "udp", "sctp")
# Of docker run --volume that Compose 1.29 takes too
VOLUME_MODES = ("ro", "rw", "z", "Z", "nocopy")

_PORT = re.compile(
    r"(?!:)(?:(?:(?P<address>\[[0-9A-Fa-f:.]+\]|[0-9.]+):)?(?P<host>[0-9]{0,5}):)?(?P<container>[0-9]{1,5})(?:/(?P<protocol>[a-z]+))?"
)
_VOLUME_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]+")
_UNUSABLE_SOURCE = re.compile(r"[\x00-\x1f\x7f:]")


@dataclass(frozen=True)
class Port:
    """A port of a container; ``host`` is 0 where the engine chooses one."""

    container: int
    protocol: str = "tcp"
    host: int = 0
    address: str = LOCAL_ADDRESS

    @property
    def exposed(self) -> str:
        """As EXPOSE takes it: ``8888/tcp``."""
        return f"{self.container}/{self.protocol}"

    @property
    def published(self) -> str:
        """As ``docker run --publish`` and Compose take it: ``127.0.0.1:8888:8888/tcp``."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.host or ''}:{self.exposed}"


@dataclass(frozen=True)
class Volume:
    """A mount; ``source`` is an absolute path, one that starts with a dot, or the name of a volume of the engine."""

    source: str
    target: str
    modes: tuple[str, ...] = ()

    @property
    def is_named(self) -> bool:
        """Whether the source is a volume of the engine."""
        return not self.source.startswith(("/", "."))

    @property
    def mounted(self) -> str:
        """As ``docker run --volume`` and Compose take it."""
        return ":".join([self.source, self.target, *([",".join(self.modes)] if self.modes else [])])


def parse_port(text: str, option: str) -> Port:
    """Read ``8888``, ``8080:80``, ``0.0.0.0:8080:80`` or ``[::1]:53:53/udp``. Raises InvalidInput."""
    match = _PORT.fullmatch(text)
    if match is None:
        raise InvalidInput(f"{option}: {text!r} is not a port; write one such as '8888', '8080:80' or '0.0.0.0:8080:80/tcp'")
    protocol = match.group("protocol") or "tcp"
    if protocol not in PROTOCOLS:
        raise InvalidInput(f"{option}: {protocol!r} in {text!r} is not a protocol; use one of {', '.join(PROTOCOLS)}")
    host, container = int(match.group("host") or 0), int(match.group("container"))
    if not 1 <= container <= 65535 or host > 65535:
        raise InvalidInput(f"{option}: {text!r} holds a number that no port has; use 1 to 65535")
    return Port(container, protocol, host, _parse_address(match.group("address") or LOCAL_ADDRESS, text, option))


def _parse_address(address: str, text: str, option: str) -> str:
    try:
        return str(ipaddress.ip_address(address.strip("[]")))
    except ValueError:
        raise InvalidInput(f"{option}: {address!r} in {text!r} is not an address of this host; write one such as 127.0.0.1") from None


def read_volumes(entries: Sequence[str] | None) -> tuple[Volume, ...]:
    """Return the volumes that the option of that name lists. Raises InvalidInput, naming the entry by its index."""
    volumes: list[Volume] = []
    for index, entry in enumerate(entries or ()):
        volume = parse_volume(entry, f"volumes[{index}]")
        if any(other.target == volume.target for other in volumes):
            raise InvalidInput(f"volumes[{index}]: something is mounted at {volume.target!r} already; remove one of them")
        volumes.append(volume)
    return tuple(volumes)


def parse_volume(text: str, option: str) -> Volume:
    """Read ``/srv/data:/data``, ``./data:/data:ro`` or ``NAME:/data``. Raises InvalidInput."""
    source, _colon, rest = text.partition(":")
    target, _colon, modes = rest.partition(":")
    names = tuple(modes.split(",")) if modes else ()
    is_path = source.startswith(("/", "./", "../")) or source == "."
    if not rest or not (is_path or _VOLUME_NAME.fullmatch(source)) or _UNUSABLE_SOURCE.search(source):
        raise InvalidInput(f"{option}: {text!r} is not a volume; write one such as '/srv/data:/data', './data:/data:ro' or 'NAME:/data'")
    for name in names:
        if name not in VOLUME_MODES:
            raise InvalidInput(f"{option}: {name!r} in {text!r} is not a mode; use {', '.join(VOLUME_MODES)}")
    return Volume(source, check_image_path(target, option), names)
