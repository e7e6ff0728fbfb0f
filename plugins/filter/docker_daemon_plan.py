# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter with which the role docker_server decides about daemon.json; the rules are in module_utils/_host/daemon.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ..module_utils._host.daemon import Host, plan_daemon
from ..module_utils._host.plain import as_plain
from ..module_utils._host.versions import engine_release

DOCUMENTATION = r"""
name: docker_daemon_plan
short_description: Plan the content of the Docker engine's daemon.json
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Merges options over defaults, checks them against the options that Docker engines know, compares them with what a host has,
    and says whether a running engine must be reloaded or restarted to take them over.
  - It decides only. Nothing on the host is read or written.
positional: defaults
options:
  _input:
    description:
      - Options of C(daemon.json) that take precedence over O(defaults).
      - An option with no value (C(null)) is left out, so that the engine's own default holds.
    type: dict
    required: true
  defaults:
    description:
      - Options of C(daemon.json) for everything that O(_input) does not name.
      - C(log-opts) are merged one by one, and dropped if the log driver knows neither C(max-size) nor C(max-file).
      - C(live-restore) becomes V(false) on a node of a Swarm, where the engine refuses it.
    type: dict
    default: {}
  host:
    description: What M(dockenv.python.docker_host_info) returned for the host.
    type: dict
    default: {}
  engine:
    description: The engine's version to assume while O(host) has none, or its beginning, for example V(26.1) or V(5:26.1.5-1).
    type: str
    default: ''
seealso:
  - module: dockenv.python.docker_host_info
"""

EXAMPLES = r"""
- name: Ask the host
  dockenv.python.docker_host_info:
  register: host

- name: Show what a reload or restart would be needed for
  ansible.builtin.debug:
    msg: "{{ {'debug': true} | dockenv.python.docker_daemon_plan({'live-restore': true}, host=host) }}"
"""

RETURN = r"""
_value:
  description: What is to be done.
  type: dict
  contains:
    options:
      description: What C(daemon.json) shall hold.
      type: dict
    text:
      description: The same as the text of the file.
      type: str
    problems:
      description: What is wrong with the options, a sentence each. With any of them nothing should be changed.
      type: list
      elements: str
    differing:
      description: Keys whose values differ from the file on the host.
      type: list
      elements: str
    apply:
      description: How a running engine takes the file over, V(none), V(reload) or V(restart).
      type: str
    override:
      description: Whether systemd's unit needs a drop-in, because the options name the sockets and so the unit must not.
      type: bool
    secret:
      description: Whether a value holds credentials, so that the text must not be shown.
      type: bool
"""


def docker_daemon_plan(options: Any, defaults: Any = None, host: Any = None, engine: str = "") -> dict[str, Any]:
    """Return the plan for ``options`` as a mapping. Raises AnsibleFilterError if an argument is no mapping."""
    for name, value in (("its input", options), ("defaults", defaults or {}), ("host", host or {})):
        if not isinstance(value, Mapping):
            raise AnsibleFilterError(f"docker_daemon_plan takes a mapping as {name}, not {value!r}")
    plan = plan_daemon(as_plain(options), as_plain(defaults or {}), _read_host(as_plain(host or {}), engine))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(plan).items()}


def _read_host(answer: dict[str, Any], engine: str) -> Host:
    found, config = answer.get("engine", {}), answer.get("config", {})
    return Host(
        engine=engine_release(str(found.get("version") or engine))[:2] or None,
        systemd=answer.get("service", {}).get("manager", "systemd") == "systemd",
        swarm=found.get("swarm", "inactive") != "inactive",
        current=config.get("options"),
        digest=config.get("digest"),
        pending=bool(config.get("pending") or config.get("problem")),
    )


class FilterModule:
    """The filter plugins of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"docker_daemon_plan": docker_daemon_plan}
