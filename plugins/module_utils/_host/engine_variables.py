# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the role's variables about the engine into options of daemon.json, and judge a move of its data. Pure: asks nobody."""

from __future__ import annotations

import ipaddress
import os.path
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._errors import InvalidInput
from .daemon import mask_credentials
from .registry_logins import REGISTRY

# In docker_server_dns: the resolvers that the host itself asks
HOST_RESOLVERS = "host"
DEFAULT_DATA_ROOT = "/var/lib/docker"
# Folders in which others keep things too: none of them is for an engine alone.
SYSTEM_FOLDERS = frozenset(
    "/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin"
    " /usr/lib /usr/libexec /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin /usr/local/share /usr/sbin /usr/share /var"
    " /var/cache /var/lib /var/lib/containerd /var/log /var/spool /var/tmp".split()
)
# Where a flag for the data root stands, by what names it
_PLACES = {
    "command": "in a drop-in of docker.service",
    "variable": "in a variable of docker.service, such as DOCKER_OPTS in /etc/default/docker",
}

_MIRROR = re.compile(r"https?://[^\s/?#]+/?(?:[^\s?#]+/?)?")
_LABEL = re.compile(r"[^\s=]+")
_PREFIX_LENGTH = re.compile(r"[0-9]{1,3}")


def read_variables(variables: Mapping[str, Any], resolvers: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the options that the variables stand for, and a sentence for each variable that cannot be used.

    ``variables`` have the names of the role's without its prefix; one that is empty stands for no option. ``resolvers`` are the
    addresses that the host asks for names.
    """
    readers: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "registry_mirrors": ("registry-mirrors", read_mirrors),
        "insecure_registries": ("insecure-registries", read_insecure_registries),
        "data_root": ("data-root", read_data_root),
        "address_pools": ("default-address-pools", read_address_pools),
        "dns": ("dns", lambda value: read_dns(value, resolvers)),
        "labels": ("labels", read_labels),
        "log_driver": ("log-driver", _text),
        "log_options": ("log-opts", read_mapping),
    }
    options, problems = {}, []
    for name, (option, read) in readers.items():
        try:
            value = read(variables.get(name)) if variables.get(name) else None
        except InvalidInput as error:
            problems.append(f"docker_server_{name}: {error.message}")
        else:
            options.update({option: value} if value else {})
    return options, problems


def overlay_options(variables: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``options`` over those that come from ``variables``.

    Every option replaces the one of the same name, but for ``log-opts``, which are merged one by one: they belong to one log driver,
    so those from variables are left out where ``options`` choose another driver.
    """
    merged = {**variables, **options}
    driver_below, driver = (layer.get("log-driver") or "json-file" for layer in (variables, merged))
    below = variables.get("log-opts", {}) if driver == driver_below else {}
    own = options.get("log-opts", {})
    if isinstance(own, Mapping) and (below or own):
        merged["log-opts"] = {**below, **own}
    elif driver != driver_below and "log-opts" not in options:
        merged.pop("log-opts", None)
    return merged


def judge_data_root(wanted: Any, config: Mapping[str, Any], keeps_flag: bool) -> str | None:
    """Return a sentence if ``wanted`` cannot be the engine's data root, or if the engine would leave data behind with it.

    ``config`` is what docker_host_info says of the present one. ``keeps_flag`` tells that the engine goes on to be started with the flag
    that names it, if one does.
    """
    current, place = config.get("data_root", ""), _PLACES.get(config.get("data_root_by", ""))
    flag = current if place and keeps_flag else None
    path = wanted or flag or DEFAULT_DATA_ROOT
    if not isinstance(path, str):
        return None
    if os.path.normpath(path) in SYSTEM_FOLDERS:
        return f"{path!r} is a folder of the system's, in which others keep things too; give the engine's data a folder in it"
    if wanted and flag:
        return f"the engine is started with a data root already, {flag!r}, and not with two: take the flag off {place}"
    holdings = config.get("holdings", ())
    if not holdings or os.path.normpath(path) in (os.path.normpath(current), config.get("real_data_root")):
        return None
    return (
        f"with its data at {path!r} the engine would not see what {current!r} holds any more: {_enumerate(holdings)}; stop docker.socket "
        f"and docker.service and move that folder to {path!r}, or set docker_server_data_root to {current!r}"
    )


def read_mirrors(value: Any) -> list[str]:
    """Accept URLs of mirrors. Each counts once."""
    urls = _unique(_texts(value))
    for url in urls:
        if not _MIRROR.fullmatch(url):
            raise InvalidInput(f"{mask_credentials(url)!r} is not the URL of a mirror; write one such as 'https://mirror.example.com'")
    return urls


def read_insecure_registries(value: Any) -> list[str]:
    """Accept hosts with or without port, and networks. Each counts once."""
    registries = _unique(_texts(value))
    for registry in registries:
        if not REGISTRY.fullmatch(registry) and not _is_network(registry):
            raise InvalidInput(
                f"{mask_credentials(registry)!r} is not a registry; write its host and port, such as 'registry.example.com:5000', "
                "or a network such as '192.0.2.0/24'"
            )
    return registries


def read_data_root(value: Any) -> str:
    """Accept an absolute path. Returned without a slash at the end."""
    path = _text(value)
    if not path.startswith("/") or ".." in path.split("/") or path.strip("/") == "":
        raise InvalidInput(f"{path!r} is not the absolute path of a folder for the engine's data")
    return path.rstrip("/")


def read_address_pools(value: Any) -> list[dict[str, Any]]:
    """Accept pools, mappings of ``base`` (a network) and ``size`` (the prefix length of the networks cut from it), which do not overlap."""
    pools: list[dict[str, Any]] = []
    networks: list[Any] = []
    for pool in _list(value):
        network, size = _read_pool(pool)
        other = next((found for found in networks if found.version == network.version and found.overlaps(network)), None)
        if other is not None:
            raise InvalidInput(f"the pools {str(other)!r} and {str(network)!r} overlap; take one of them off")
        networks.append(network)
        pools.append({"base": str(network), "size": size})
    return pools


def read_dns(value: Any, resolvers: Sequence[str]) -> list[str]:
    """Accept addresses of name servers, and ``host`` for those that the host asks, without loopback addresses.

    In a container a loopback address is the container itself, where no name server is.
    """
    servers: list[str] = []
    for entry in _texts(value):
        if entry == HOST_RESOLVERS:
            usable = [address for address in resolvers if _is_address(address) and not is_loopback(address)]
            if not usable:
                known = f"the host asks only {', '.join(resolvers)}" if resolvers else "the host's resolv.conf names none"
                raise InvalidInput(f"'host' names no name server that a container can reach: {known}; write addresses instead")
            servers += usable
        elif not _is_address(entry):
            raise InvalidInput(f"{entry!r} is not the address of a name server; write one such as '192.0.2.53', or 'host'")
        elif is_loopback(entry):
            raise InvalidInput(
                f"{entry!r} is a loopback address, which in a container is the container itself; write one that it can reach"
            )
        else:
            servers.append(entry)
    return _unique(servers)


def read_labels(value: Any) -> list[str]:
    """Accept a mapping of labels. Returned as the engine takes them, ``NAME=VALUE``, sorted."""
    labels = read_mapping(value)
    for name, content in labels.items():
        if not _LABEL.fullmatch(name) or isinstance(content, (Mapping, list, tuple)) or "\n" in str(content):
            raise InvalidInput(f"{name!r} is not a label; write a name without spaces and '=', and a text on one line")
    return sorted(f"{name}={_plain_text(content)}" for name, content in labels.items())


def read_mapping(value: Any) -> dict[str, Any]:
    """Accept a mapping."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"it must be a mapping, not {mask_credentials(value)!r}")
    return dict(value)


def is_loopback(address: str) -> bool:
    """Whether an address is that of the machine itself: 127.0.0.0/8, ::1, 0.0.0.0 and ::, also as IPv4 in IPv6."""
    found = ipaddress.ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or found.is_unspecified


def _read_pool(pool: Any) -> tuple[Any, int]:
    if not isinstance(pool, Mapping) or set(pool) != {"base", "size"}:
        raise InvalidInput(f"{pool!r} is not an address pool; write a mapping such as {{base: 10.64.0.0/16, size: 24}}")
    try:
        network = ipaddress.ip_network(str(pool["base"]))
    except ValueError as error:
        raise InvalidInput(f"{dict(pool)!r} is not an address pool: {error}") from None
    if not _PREFIX_LENGTH.fullmatch(str(pool["size"])):
        raise InvalidInput(f"{dict(pool)!r} is not an address pool: its size must be a prefix length such as 24")
    size = int(pool["size"])
    if not network.prefixlen <= size <= network.max_prefixlen:
        raise InvalidInput(
            f"networks of size {size:d} cannot be cut from {str(network)!r}; write a size from {network.prefixlen:d} to {network.max_prefixlen:d}"
        )
    return network, size


def _is_network(text: str) -> bool:
    try:
        return bool("/" in text and ipaddress.ip_network(text))
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        return bool("%" not in text and ipaddress.ip_address(text))
    except ValueError:
        return False


def _enumerate(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _list(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise InvalidInput(f"it must be a list, not {mask_credentials(value)!r}")
    return list(value)


def _texts(value: Any) -> list[str]:
    return [_text(entry) for entry in _list(value)]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{mask_credentials(value)!r} must be a text")
    return value


def _plain_text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _unique(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(values))
