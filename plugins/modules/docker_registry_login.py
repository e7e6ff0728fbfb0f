#!/usr/bin/python
# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log accounts of a host in at registries; the rules are in module_utils/_host/registry_logins.py."""

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_registry_login
short_description: Log accounts of a Docker host in at registries
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Keeps logins in the file C(.docker/config.json) of accounts of the host, where the docker client looks for them.
  - The local engine tries a new login at its registry before it is written. A login that is in the file already is not tried again.
  - The file is written in one step, with the account's own rights and readable for that account alone. What else is in it stays.
  - The docker client keeps a login in that file as it is, not encrypted. An account that uses a credential store is refused.
extends_documentation_fragment:
  - dockenv.python.attributes
attributes:
  check_mode:
    support: full
    details: The login is not tried.
  diff_mode:
    support: full
    details: Shows accounts, registries and user names, and nothing else of the file.
  idempotent:
    support: full
  platform:
    platforms: debian
options:
  logins:
    description: The logins. An account may have one at each registry.
    type: list
    elements: dict
    required: true
    suboptions:
      users:
        description: Accounts of the host.
        type: list
        elements: str
        default: [root]
      registry:
        description: The registry's host, and its port if needed.
        type: str
        default: docker.io
      username:
        description:
          - The name at the registry. It is needed with O(logins[].state=present).
          - With O(logins[].state=absent) only a login of that name goes, and any login without it.
        type: str
      password:
        description: The password or token. It is needed with O(logins[].state=present).
        type: str
      state:
        description: Whether the accounts are logged in.
        type: str
        choices: [present, absent]
        default: present
seealso:
  - module: community.docker.docker_login
    description: Needs the Docker SDK's libraries, and works for the user it runs as.
"""

EXAMPLES = r"""
- name: Log root and the deployer in
  dockenv.python.docker_registry_login:
    logins:
      - users: [root, deploy]
        registry: registry.example.com:5000
        username: fleet
        password: "{{ registry_password }}"

- name: Log the deployer out
  dockenv.python.docker_registry_login:
    logins:
      - users: [deploy]
        registry: registry.example.com:5000
        state: absent
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: ["log deploy in at registry.example.com:5000 as fleet"]
"""

from ansible.module_utils.basic import AnsibleModule

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._errors import DockenvError, EngineError, InvalidInput
from ..module_utils._host.client_config import read_client_config, write_client_config
from ..module_utils._host.engine_socket import check_login
from ..module_utils._host.registry_logins import Login, apply_logins, describe_login, find_problem, is_kept, read_logins

ARGUMENT_SPEC = {
    "logins": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "users": {"type": "list", "elements": "str", "default": ["root"]},
            "registry": {"type": "str", "default": "docker.io"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
}


def run_module(params: dict, check_mode: bool) -> dict:
    """Return the result of what the module's parameters ask for."""
    try:
        logins = read_logins(params["logins"])
    except InvalidInput as error:
        raise InvalidInput(f"logins: {error.message}") from None
    configs = {login.user: read_client_config(login.user) for login in logins}
    problems = [problem for problem in (find_problem(login, configs[login.user]) for login in logins) if problem]
    if problems:
        raise InvalidInput(f"logins: {'; '.join(dict.fromkeys(problems))}")
    wanted = [login for login in logins if not is_kept(login, configs[login.user])]
    actions = [describe_login(login) for login in wanted]
    if not check_mode:
        try_logins(wanted)
        for user in dict.fromkeys(login.user for login in wanted):
            write_client_config(user, apply_logins(configs[user].content or {}, [login for login in wanted if login.user == user]))
    after = "".join(f"{action}\n" for action in actions)
    return {"changed": bool(wanted), "actions": actions, "diff": {"before": "", "after": after}}


def try_logins(logins: list[Login]) -> None:
    """Let the engine try each login once. Raises DockenvError for the first that a registry refuses."""
    for address, username, password, registry in dict.fromkeys(
        (login.address, login.username, login.password, login.registry) for login in logins if login.is_present
    ):
        try:
            check_login(address, username, password)
        except EngineError as error:
            raise DockenvError(f"logins: {username!r} cannot log in at {registry!r}, nothing was written: {error.message}") from error


def main() -> None:
    """Compose and report."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        result = run_module(module.params, module.check_mode)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
