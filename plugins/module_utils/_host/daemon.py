# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide what daemon.json shall hold, what is wrong with it, and how the engine takes it over. Pure: asks nobody, writes nothing."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._credentials import redact
from .daemon_options import OPTIONS, SECRET_LOG_OPTIONS, Option

# Where the role, docker-python and the docker client talk to the engine
LOCAL_HOSTS = ("unix:///var/run/docker.sock", "unix:///run/docker.sock")
SOCKET_ACTIVATION = "fd://"

# Log drivers that know the options max-size and max-file; with any other one the engine refuses them.
ROTATING_LOG_DRIVERS = ("json-file", "local")

_KINDS: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "str": (str,),
    "list": (list, tuple),
    "map": (dict,),
    "size": (int, str),
}
_KIND_NAMES = {
    "bool": "true or false",
    "int": "a whole number",
    "str": "a text",
    "list": "a list",
    "map": "a mapping",
    "size": "a number of bytes or a text such as 64M",
}
_MASK = "****"
_TOKEN = re.compile(rf"\b({'|'.join(SECRET_LOG_OPTIONS)})=[^\s'\"]+")


@dataclass(frozen=True)
class Host:
    """What is known of the host: the engine's release (major, minor) if any, who runs it, its Swarm, its daemon.json.

    Of a release that is still to be chosen only the major number may be known.
    ``current`` is the content of daemon.json with masked credentials, None without such a file or if it is no JSON mapping;
    ``digest`` is :func:`digest_options` of the unmasked content; ``pending`` tells that what the engine runs with is unknown: the last change was
    never proven, or the file cannot be read.
    """

    engine: tuple[int, ...] | None = None
    systemd: bool = True
    swarm: bool = False
    current: Mapping[str, Any] | None = None
    digest: str | None = None
    pending: bool = False


@dataclass(frozen=True)
class Plan:
    """What daemon.json shall hold (``options``, ``text``), and what leads there.

    ``problems`` are sentences; with any of them nothing may be changed. ``differing`` are the keys whose values differ from the file's.
    ``apply`` is ``none``, ``reload`` or ``restart``. ``override`` is true if systemd's unit must not name a socket by itself.
    ``secret`` is true if a value holds credentials, so the text must not be shown.
    """

    options: dict[str, Any]
    text: str
    problems: tuple[str, ...]
    differing: tuple[str, ...]
    apply: str
    override: bool
    secret: bool


def plan_daemon(options: Mapping[str, Any], defaults: Mapping[str, Any], host: Host) -> Plan:
    """Plan daemon.json from the user's ``options`` over ``defaults`` on ``host``."""
    wanted = merge_options(defaults, options, host.swarm)
    differing = differing_keys(wanted, host)
    return Plan(
        options=wanted,
        text=render_options(wanted),
        problems=tuple(find_problems(wanted, host)),
        differing=differing,
        apply=choose_apply(differing, wanted, host),
        override=host.systemd and "hosts" in wanted,
        secret=mask_credentials(wanted) != wanted,
    )


def merge_options(defaults: Mapping[str, Any], options: Mapping[str, Any], swarm: bool) -> dict[str, Any]:
    """Return ``options`` over ``defaults``; an option set to None falls back to the engine's own default.

    ``log-opts`` are merged one by one, and their defaults dropped for a log driver that would refuse them. Their values become
    texts, the only kind that the engine takes. On a node of a Swarm the default of ``live-restore`` is false: the engine refuses
    the two together. It is not left out, because only what the file has can be reloaded.
    """
    merged = dict(defaults)
    if swarm and "live-restore" in merged:
        merged["live-restore"] = False
    merged.update(options)
    log_defaults = defaults.get("log-opts") if merged.get("log-driver", "json-file") in ROTATING_LOG_DRIVERS else None
    log_options = options.get("log-opts", {})
    if isinstance(log_options, Mapping):
        both = {**(log_defaults or {}), **log_options}
        merged["log-opts"] = {name: _text(value) for name, value in both.items() if value is not None} or None
    return {name: merged[name] for name in sorted(merged) if merged[name] is not None}


def render_options(options: Mapping[str, Any]) -> str:
    """Return the text of daemon.json."""
    return json.dumps(options, indent=4, sort_keys=True) + "\n"


def digest_options(options: Mapping[str, Any]) -> str:
    """Return a digest that is equal for equal options, whatever their order and white space."""
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()


def mask_credentials(value: Any) -> Any:
    """Return ``value`` with the logins in its URLs and the tokens of log drivers replaced by asterisks."""
    if isinstance(value, Mapping):
        return {name: _MASK if item and name in SECRET_LOG_OPTIONS else mask_credentials(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_credentials(item) for item in value]
    return _TOKEN.sub(rf"\1={_MASK}", redact(value)) if isinstance(value, str) else value


def differing_keys(wanted: Mapping[str, Any], host: Host) -> tuple[str, ...]:
    """Return the keys whose values differ from the file's; if only credentials differ, those of the options that hold some."""
    if host.current is not None and host.digest == digest_options(wanted):
        return ()
    current, masked = host.current or {}, mask_credentials(wanted)
    absent = object()
    differing = [name for name in {*current, *masked} if current.get(name, absent) != masked.get(name, absent)]
    return tuple(sorted(differing or [name for name in wanted if masked[name] != wanted[name]]))


def choose_apply(differing: tuple[str, ...], wanted: Mapping[str, Any], host: Host) -> str:
    """Return how a running engine takes the changes over: ``none``, ``reload`` or ``restart``.

    A key that vanishes needs a restart: on reload the engine looks only at the keys that the file has.
    """
    if host.pending:
        return "restart"
    if not differing:
        return "none"
    takes_over = all(name in wanted and OPTIONS.get(name, Option("str")).reload for name in differing)
    return "reload" if takes_over else "restart"


def find_problems(options: Mapping[str, Any], host: Host) -> list[str]:
    """Return one sentence for everything that is wrong with ``options`` on ``host``."""
    problems = [problem for name, value in options.items() for problem in _option_problems(name, value, host.engine)]
    if "pidfile" in options:
        problems.append("'pidfile' cannot be set: the service finds the engine by its usual file, /var/run/docker.pid")
    if host.swarm and options.get("live-restore") is True:
        problems.append("'live-restore' cannot be true on a node of a Swarm: the engine refuses to start with both")
    return problems + _host_problems(options.get("hosts"), host.systemd)


def _option_problems(name: str, value: Any, engine: tuple[int, ...] | None) -> list[str]:
    option = OPTIONS.get(name)
    if option is None:
        near = difflib.get_close_matches(name, OPTIONS, n=1)
        return [f"{name!r} is not an option of daemon.json" + (f": did you mean {near[0]!r}?" if near else "")]
    if engine and option.since and engine < option.since[: len(engine)]:
        return [f"{name!r} needs Docker {_release(option.since)} or newer, and this host's is {_release(engine)}"]
    if engine and option.until and engine >= option.until[: len(engine)]:
        return [f"{name!r} was removed in Docker {_release(option.until)}, and this host's is {_release(engine)}"]
    number_as_flag = isinstance(value, bool) and option.kind != "bool"  # to Python a bool is an int
    if number_as_flag or not isinstance(value, _KINDS[option.kind]):
        return [f"{name!r} must be {_KIND_NAMES[option.kind]}, not {mask_credentials(value)!r}"]
    return []


def _host_problems(hosts: Any, systemd: bool) -> list[str]:
    if not isinstance(hosts, (list, tuple)):
        return []
    if SOCKET_ACTIVATION in hosts and not systemd:
        return [f"'hosts' cannot hold {SOCKET_ACTIVATION!r} without systemd: name {LOCAL_HOSTS[0]!r}"]
    if not any(own in hosts for own in (SOCKET_ACTIVATION, *LOCAL_HOSTS)):
        own = f"{SOCKET_ACTIVATION!r} or {LOCAL_HOSTS[0]!r}" if systemd else repr(LOCAL_HOSTS[0])
        return [f"'hosts' must hold {own} too: docker-python and the docker client talk to the engine there"]
    return []


def _release(release: tuple[int, ...]) -> str:
    width = 2 if release[0] < 23 else 1
    return ".".join([f"{release[0]:d}", *(f"{number:0{width}d}" for number in release[1:])])


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value
