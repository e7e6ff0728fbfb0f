# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan what stands around the engine: options from variables, proxies, drop-ins, logins and the timer that prunes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from .._errors import InvalidInput
from .drop_ins import PROXY_ENVIRONMENT, proxy_files, read_drop_ins
from .engine_variables import judge_data_root, overlay_options, read_mapping, read_variables
from .leftovers import TAKING_OVER, plan_take_over
from .own_files import OwnFile, plan_files
from .proxies import Proxies, read_proxies, render_apt_configuration
from .pruning import TIMER, read_prune
from .registry_logins import Login, read_logins

_Value = TypeVar("_Value")


def plan_surroundings(
    variables: Mapping[str, Any],
    host: Mapping[str, Any],
    prune_script: str,
    parts: Collection[str] = TAKING_OVER,
    switches: bool = False,
) -> dict[str, Any]:
    """Return the plan, as the filter docker_surroundings_plan documents it.

    ``variables`` have the names of the role's without its prefix; ``host`` is what docker_host_info returned; ``prune_script`` is the
    text of prune_script.py; ``parts`` are the parts of the role that run; ``switches`` tells that the engine's packages go for others.
    """
    from_variables, problems = read_variables(variables, host.get("resolvers", ()))
    daemon_options = _read(problems, "daemon_options", lambda: read_mapping(variables.get("daemon_options") or {}), {})
    options = overlay_options(from_variables, daemon_options)
    proxies = _read(problems, "proxies", lambda: read_proxies(variables.get("proxies") or {}), Proxies())
    drop_ins = _read(problems, "drop_ins", lambda: read_drop_ins(variables.get("drop_ins") or {}, bool(options.get("hosts"))), [])
    logins = _read(problems, "registries", lambda: read_logins(variables.get("registries") or []), [])
    prune = _read_prune(problems, variables, prune_script)
    taken_over = plan_take_over(host.get("leftovers", ()), bool(proxies.http or proxies.https), parts)
    problems += _judge_data_root(options, daemon_options, host, _keeps_flag(options, host, taken_over, switches))
    problems += _find_problems(bool(drop_ins), bool(prune), host)
    prune_files = plan_files(prune, _found(host, "prune"))
    return {
        "options": options,
        "problems": problems,
        "proxies": {"http": proxies.http, "https": proxies.https, "no_proxy": proxies.exceptions},
        "proxies_secret": proxies.is_secret,
        "apt_configuration": render_apt_configuration(proxies),
        "logins": [_describe(login) for login in logins],
        "logins_differ": any(not login["kept"] for login in host.get("logins", ())),
        "logins_tried": any(login.is_present and not found["kept"] for login, found in zip(logins, host.get("logins", ()))),
        "engine_files": [
            *plan_files(_engine_files(proxies, drop_ins, host), _found(host, "engine")),
            *({"path": each["path"], "state": "absent"} for each in taken_over if each["how"] == "engine"),
        ],
        "taken_over": taken_over,
        "prune_files": prune_files,
        "prune_differs": bool(prune_files) or bool(prune) != bool(host.get("service", {}).get("prunes")),
        "prune_reschedules": any(file["path"] == TIMER for file in prune_files),
    }


def _engine_files(proxies: Proxies, drop_ins: list, host: Mapping[str, Any]) -> list:
    """Return the files that the engine starts with. Without systemd only the environment has a reader, the role's own start."""
    files = [*proxy_files(proxies), *drop_ins]
    return files if _has_systemd(host) else [file for file in files if file.path == PROXY_ENVIRONMENT]


def _judge_data_root(options: Mapping[str, Any], daemon_options: Mapping[str, Any], host: Mapping[str, Any], keeps_flag: bool) -> list[str]:
    refused = judge_data_root(options.get("data-root") or options.get("graph"), host.get("config", {}), keeps_flag)
    named_by = "daemon_options" if {"data-root", "graph"}.intersection(daemon_options) else "data_root"
    return [f"docker_server_{named_by}: {refused}"] if refused else []


def _keeps_flag(options: Mapping[str, Any], host: Mapping[str, Any], taken_over: list[dict[str, str]], switches: bool) -> bool:
    """Tell whether the engine goes on to be started with the flags that its service gives it now.

    Variables such as DOCKER_OPTS are the distribution's. The role sets the unit's command itself where the options have ``hosts``.
    """
    if not _has_systemd(host):
        return False
    if host.get("config", {}).get("data_root_by") == "variable":
        return not switches
    gone = {each["path"] for each in taken_over}
    return not options.get("hosts") and not any(each["kind"] == "command" and each["path"] in gone for each in host.get("leftovers", ()))


def _find_problems(has_drop_ins: bool, prunes: bool, host: Mapping[str, Any]) -> list[str]:
    refused = dict.fromkeys(login["problem"] for login in host.get("logins", ()) if login["problem"])
    problems = [f"docker_server_registries: {problem}" for problem in refused]
    if has_drop_ins and not _has_systemd(host):
        problems.append("docker_server_drop_ins: this host has no systemd to read them; take them off for it")
    if prunes and not _has_systemd(host):
        problems.append("docker_server_prune: this host has no systemd to run the timer; set it to false")
    return problems


def _read(problems: list[str], name: str, read: Callable[[], _Value], instead: _Value) -> _Value:
    """Return what a variable stands for; where it cannot be used, note why and return ``instead``."""
    try:
        return read()
    except InvalidInput as error:
        problems.append(f"docker_server_{name}: {error.message}")
        return instead


def _describe(login: Login) -> dict[str, str]:
    """Return the login as docker_host_info is asked for it, without its password."""
    return {
        "user": login.user,
        "registry": login.registry,
        "username": login.username,
        "digest": login.digest,
        "state": "present" if login.is_present else "absent",
    }


def _read_prune(problems: list[str], variables: Mapping[str, Any], script: str) -> list[OwnFile]:
    if str(variables.get("prune", False)).lower() not in ("true", "yes", "on", "1"):
        return []
    try:
        return read_prune(variables, script)
    except InvalidInput as error:
        problems.append(f"docker_server_{error.message}")
        return []


def _has_systemd(host: Mapping[str, Any]) -> bool:
    return host.get("service", {}).get("manager", "systemd") == "systemd"


def _found(host: Mapping[str, Any], purpose: str) -> Mapping[str, Mapping[str, str]]:
    return host.get("own_files", {}).get(purpose, {})
