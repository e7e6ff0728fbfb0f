# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter with which the role docker_server plans what is around the engine; the rules are in module_utils/_host/surroundings.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ..module_utils._host import prune_script
from ..module_utils._host.leftovers import TAKING_OVER
from ..module_utils._host.plain import as_plain
from ..module_utils._host.surroundings import plan_surroundings

DOCUMENTATION = r"""
name: docker_surroundings_plan
short_description: Plan what is around the Docker engine
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Takes the variables of the role P(dockenv.python.docker_server#role) about the engine's options, proxies, drop-ins of systemd, logins and pruning,
    checks them, and compares them with what a host has.
  - It decides only. Nothing on the host is read or written.
options:
  _input:
    description:
      - The role's variables, by their names without C(docker_server_).
      - C(daemon_options) go over the options that the other variables stand for, see
        P(dockenv.python.docker_server#role).
    type: dict
    required: true
  host:
    description: What M(dockenv.python.docker_host_info) returned for the host.
    type: dict
    default: {}
  parts:
    description: The parts of the role that run. Each takes over only what it puts something else in the place of.
    type: list
    elements: str
    choices: [install, configure, virtualenv, users]
    default: [install, configure]
  switches:
    description: Whether the engine's packages go for those of the other source, and with them what only their service reads.
    type: bool
    default: false
seealso:
  - module: dockenv.python.docker_host_info
  - plugin: dockenv.python.docker_daemon_plan
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Ask the host
  dockenv.python.docker_host_info:
  register: host

- name: Show which options of the engine these variables stand for
  ansible.builtin.debug:
    msg: "{{ (variables | dockenv.python.docker_surroundings_plan(host=host)).options }}"
  vars:
    variables:
      dns: [host]
      labels:
        stage: test
      daemon_options:
        debug: true
"""

RETURN = r"""
_value:
  description: What is to be done.
  type: dict
  contains:
    options:
      description: The options of C(daemon.json), for P(dockenv.python.docker_daemon_plan#filter).
      type: dict
    problems:
      description: What is wrong with the variables, a sentence each. With any of them nothing should be changed.
      type: list
      elements: str
    proxies:
      description: The proxies, with the keys C(http), C(https) and C(no_proxy), texts that may be empty.
      type: dict
    proxies_secret:
      description: Whether the URL of a proxy holds a login.
      type: bool
    apt_configuration:
      description: The text of a configuration file with the proxies for apt, empty without any.
      type: str
    logins:
      description: The logins at registries, as option C(logins) of M(dockenv.python.docker_host_info). They hold no password, but digests.
      type: list
      elements: dict
    logins_differ:
      description: Whether one of them has to be made or taken away.
      type: bool
    logins_tried:
      description: Whether one of them has to be made, which the engine tries first.
      type: bool
    engine_files:
      description: Files that the engine's service is started with and that differ from the host's.
      type: list
      elements: dict
      contains:
        path:
          description: Where the file is.
          type: str
        state:
          description: V(present) to write it, V(absent) to remove it.
          type: str
        text:
          description: Its text.
          type: str
          returned: when RV(_value.engine_files[].state) is V(present)
        mode:
          description: Its mode, as an octal text.
          type: str
          returned: when RV(_value.engine_files[].state) is V(present)
        secret:
          description: Whether its text must not be shown.
          type: bool
          returned: when RV(_value.engine_files[].state) is V(present)
    taken_over:
      description: Files of other tools that the role takes over, or puts its own in place of.
      type: list
      elements: dict
      contains:
        path:
          description: Where the file is.
          type: str
        how:
          description:
            - How it goes. V(engine) is among RV(_value.engine_files), V(removed) is to be removed, and the role writes something else
              where it is V(replaced).
          type: str
        why:
          description: What it was for, as a sentence.
          type: str
    prune_files:
      description: Files of the timer that prunes which differ from the host's, with the same keys.
      type: list
      elements: dict
    prune_differs:
      description: Whether the timer has to be made, changed or taken away.
      type: bool
    prune_reschedules:
      description: Whether its schedule is among the files that differ.
      type: bool
"""


def docker_surroundings_plan(variables: Any, host: Any = None, parts: Any = TAKING_OVER, switches: bool = False) -> dict[str, Any]:
    """Return the plan for ``variables`` as a mapping. Raises AnsibleFilterError if an argument is no mapping."""
    for name, value in (("its input", variables), ("host", host or {})):
        if not isinstance(value, Mapping):
            raise AnsibleFilterError(f"docker_surroundings_plan takes a mapping as {name}, not {type(value).__name__}")
    with open(prune_script.__file__, encoding="utf-8") as file:
        return plan_surroundings(as_plain(variables), as_plain(host or {}), file.read(), parts, switches)


class FilterModule:
    """The filter plugins of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"docker_surroundings_plan": docker_surroundings_plan}
