#!/usr/bin/python
# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a repository for versions before the host knows it; what is asked is in module_utils/_host/repository.py and dnf_repository.py."""

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_repository_info
short_description: Ask a repository of packages what it offers, before apt or dnf on the host knows it
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Fetches the repository's key and holds it to a fingerprint, lets apt verify the repository with that key alone, and returns the
    versions of packages there.
  - Everything happens in a folder of its own that is removed again. What apt on the host knows stays as it is, so a repository with
    another key, without a signature, or at another address is refused before anything is changed.
  - Without O(url) it asks the host's own sources, with lists as new as can be.
  - With O(manager=dnf) the key is held to the fingerprint just so, but Docker signs packages and no repositories for dnf, so a package is
    verified when it is installed.
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.proxies
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The module changes nothing.
  idempotent:
    support: full
  platform:
    platforms: debian, rhel
options:
  manager:
    description: Whose repository it is, apt's or dnf's.
    type: str
    choices: [apt, dnf]
    default: apt
  packages:
    description: Names of the packages.
    type: list
    elements: str
    required: true
  url:
    description: URL of the repository.
    type: str
  suite:
    description: Its suite, which Docker names as the distribution's release, for example V(trixie), or V(9) for dnf.
    type: str
  component:
    description: Its component.
    type: str
    default: stable
  architecture:
    description: The architecture of the packages, as C(dpkg --print-architecture) or, for dnf, C(uname --machine) says it.
    type: str
  key:
    description: URL of the key that signs the repository, or the key itself as an armoured text.
    type: str
  fingerprint:
    description: The fingerprint that the key must have, 40 hexadecimal digits with or without spaces.
    type: str
requirements:
  - apt or dnf
seealso:
  - module: dockenv.python.docker_host_info
"""

EXAMPLES = r"""
- name: Ask Docker's repository for engines
  dockenv.python.docker_repository_info:
    url: https://download.docker.com/linux/debian
    suite: trixie
    architecture: amd64
    key: https://download.docker.com/linux/debian/gpg
    fingerprint: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88
    packages:
      - docker-ce
  register: offer

- name: Show them
  ansible.builtin.debug:
    msg: "{{ offer.versions['docker-ce'] }}"
"""

RETURN = r"""
versions:
  description: The versions of each of O(packages), the newest first.
  returned: success
  type: dict
  sample: {"docker-ce": ["5:28.5.2-1~debian.13~trixie", "5:28.5.1-1~debian.13~trixie"]}
key:
  description: The key as an armoured text. It has O(fingerprint).
  returned: with O(url)
  type: str
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import fetch_url

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._credentials import secrets_in
from ..module_utils._errors import DockenvError, InvalidInput
from ..module_utils._host.apt_sources import Repository
from ..module_utils._host.dnf_repository import list_dnf_versions, open_dnf_repository, open_dnf_system
from ..module_utils._host.openpgp import armour_key
from ..module_utils._host.repository import RunCommand, check_key, list_versions, open_repository, open_system
from ..module_utils._proxies import PROXIES_OPTION, read_proxy_variables

SECONDS_TO_FETCH = 30
PLACE = ("url", "suite", "architecture", "key", "fingerprint")
ARGUMENT_SPEC = {
    "manager": {"type": "str", "choices": ["apt", "dnf"], "default": "apt"},
    "packages": {"type": "list", "elements": "str", "required": True},
    "url": {"type": "str"},
    "suite": {"type": "str"},
    "component": {"type": "str", "default": "stable"},
    "architecture": {"type": "str"},
    "key": {"type": "str", "no_log": False},
    "fingerprint": {"type": "str"},
    "proxies": PROXIES_OPTION,
}


def fetch_key(module: AnsibleModule) -> tuple[bytes, str]:
    """Return the key and where it came from. Raises InvalidInput if it is not there."""
    place = module.params["key"]
    if place.lstrip().startswith("-----BEGIN"):
        return place.encode(), "the option key"
    response, answer = fetch_url(module, place, timeout=SECONDS_TO_FETCH)
    if answer["status"] != 200:
        raise InvalidInput(f"There is no key of the repository at {place}: {answer['msg']}. If it moved, name its new address")
    return response.read(), place


def ask_apt(packages: list[str], run: RunCommand, repository: Repository | None = None, key: bytes = b"") -> dict[str, list[str]]:
    """Return the versions of packages in ``repository``, or in the host's own without one."""
    with open_repository(repository, key, run) if repository else open_system(run) as apt:
        return list_versions(apt, packages)


def ask_dnf(packages: list[str], run: RunCommand, repository: Repository | None = None, key: bytes = b"") -> dict[str, list[str]]:
    """Return the same from dnf."""
    with open_dnf_repository(repository, key, run) if repository else open_dnf_system(run) as dnf:
        return list_dnf_versions(dnf, packages)


def ask_repository(module: AnsibleModule) -> dict:
    """Return the result of what the module's parameters ask for."""
    params = module.params

    def run(command):
        # Its messages are read.
        return module.run_command(list(command), environ_update={"LC_ALL": "C", "LANGUAGE": "C"}, expand_user_and_vars=False)

    ask = ask_dnf if params["manager"] == "dnf" else ask_apt
    if params["url"] is None:
        return {"versions": ask(params["packages"], run)}
    key, origin = fetch_key(module)
    check_key(key, params["fingerprint"], origin, params["manager"])
    repository = Repository(params["url"], params["suite"], params["component"], params["architecture"], key="")
    return {"versions": ask(params["packages"], run, repository, key), "key": armour_key(key)}


def main() -> None:
    """Ask and report."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, required_together=[PLACE], supports_check_mode=True)
    module.no_log_values.update(secrets_in(str(module.params)))
    try:
        # Both the library that fetches the key and apt go by these.
        os.environ.update(read_proxy_variables(module.params["proxies"] or {}))
        result = ask_repository(module)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
