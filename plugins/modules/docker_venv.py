#!/usr/bin/python
# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_venv
short_description: Manage a Python virtualenv on a host and its commands
version_added: 0.1.0
description:
  - Makes a virtualenv with the packages asked for, and gives its commands names on the host.
    The role P(dockenv.python.docker_server#role) uses it for the virtualenv of C(docker-python).
  - All packages are resolved and installed together. Whether there is something to do is decided from the metadata on the disk,
    without starting pip.
  - A virtualenv that does not work any more, for example after an upgrade of the distribution brought another Python, is made again.
  - Every change is made on a copy beside the virtualenv in use. It takes its place, in one rename, when it was proven to work
    and to hold what was asked for. If anything fails, or the run is killed, the virtualenv in use stays as it was.
    A run that was killed is finished by the next one.
options:
  path:
    description:
      - Absolute path of the virtualenv.
      - The path becomes a symbolic link to a folder beside it whose name starts with a dot. The files of the virtualenv name only O(path).
      - A plain virtualenv found there is left as it is while it satisfies what is asked, and taken over with the first change.
      - Anything else found there is left alone, and the task fails.
    type: path
    required: true
  state:
    description:
      - V(present) makes the virtualenv as asked for.
      - V(absent) removes it with all links into it that this module made, and those of O(links) that lead into it or to their target.
        Neither O(python) nor the files that other options name are needed for that.
    type: str
    choices: [present, absent]
    default: present
  python:
    description:
      - The interpreter to make the virtualenv with, a name or an absolute path.
      - It needs the modules C(venv) and C(ensurepip); on Debian and Ubuntu the package C(python3-venv) brings them.
      - A virtualenv that was made by another interpreter is made again, see O(recreate).
    type: str
    default: /usr/bin/python3
  packages:
    description:
      - What to install. Each entry is a requirement, or a mapping with a name and more.
      - >-
        A requirement is a string as in PEP 508, such as V(requests[socks]>=2.32; python_version >= "3.9") or V(app @ https://host/app.zip),
        the absolute path of an archive or a project, or V(-e /srv/app) for a project installed in place.
      - >-
        A mapping has the keys C(name), a requirement; C(version), either a version such as V(7.1.0) or a specifier such as V(>=7.1,<8);
        C(state), one of V(present) (the default), V(latest) or V(absent); and C(editable), V(true) to install the project at
        the path C(name) in place.
      - With C(state=latest) the index is asked in every run. Without it nothing moves that satisfies what is asked.
      - With C(state=absent) only the package itself is removed, not what it needed. C(pip) cannot be absent.
      - >-
        A project on the disk is installed again when its C(pyproject.toml), C(setup.py) or C(setup.cfg) changed, an archive on the disk
        when its content changed.
      - Packages that are not named here stay, but do not come along when the virtualenv has to be made again. A warning then names them.
    type: list
    elements: raw
    default: []
  requirements:
    description:
      - Absolute path of a requirements file on the host, as pip reads it, to install together with O(packages).
      - Relative paths in the file are taken from the folder of the file.
      - With hashes in it, all that is asked for must be pinned and have hashes.
        A package that was not installed with these hashes is installed again.
    type: path
  constraints:
    description:
      - Absolute path of a constraints file on the host. What it names is not installed, but may only be installed at versions that it allows.
    type: path
  index_url:
    description:
      - URL of the package index, instead of the one configured on the host. A user name and a password in it are not shown.
    type: str
  extra_index_urls:
    description:
      - URLs of further package indexes.
    type: list
    elements: str
    default: []
  links:
    description:
      - Names on the host for commands of the virtualenv.
      - A link that is not named any more stays. It goes with O(links[].state=absent), or with the virtualenv.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - Absolute path of the link. A symbolic link found there is replaced.
        type: path
        required: true
      command:
        description:
          - Name of a command in the virtualenv.
          - For V(python), V(python3) and the like a small script is made in the virtualenv, which the link leads to. A link
            to the interpreter itself would run without the virtualenv's packages.
          - Give either this or O(links[].target).
        type: str
      target:
        description:
          - Absolute path of a program elsewhere on the host. It must exist.
        type: path
      state:
        description:
          - V(absent) removes the link if it leads into the virtualenv or to O(links[].target).
        type: str
        choices: [present, absent]
        default: present
      force:
        description:
          - What to do when a file or a folder that is no symbolic link stands at O(links[].path). It is never touched.
          - With V(true) the task fails before anything is changed, with V(false) the file is left there with a warning.
        type: bool
        default: true
  recreate:
    description:
      - V(auto) makes the virtualenv again when it does not work, or was made by another interpreter than O(python).
      - V(always) makes it again in every run.
      - V(never) fails when it does not work, and accepts another interpreter.
    type: str
    choices: [auto, always, never]
    default: auto
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.proxies
attributes:
  check_mode:
    support: partial
    details:
      - What would be installed is resolved by pip without installing it, which reads from the index and may fill pip's cache.
      - Which commands a package brings is known when it is installed. A command in O(links) that none of them brings fails the
        real run, which then changes nothing, and not check mode.
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - Except with O(recreate=always).
notes:
  - The module is not in the action group C(docker), because it has none of the connection options.
  - pip's configuration on the host, proxies and C(PIP_CERT) take effect. Variables that would make pip install elsewhere, such as
    C(PIP_TARGET), C(PIP_USER) and C(PYTHONPATH), do not.
  - Write the credentials of an index as user and password. A user name alone, as some services take for a token, is hidden in the
    results, but Ansible writes it to the host's log unless the task has C(no_log).
  - Two tasks on the same virtualenv at the same time do not disturb each other, one waits.
requirements:
  - packaging (on Debian and Ubuntu the package C(python3-packaging))
  - Python with C(venv) and C(ensurepip) for the virtualenv (on Debian and Ubuntu the package C(python3-venv))
seealso:
  - module: ansible.builtin.pip
author: The dockenv.python contributors (@dockenv)
"""

EXAMPLES = r"""
- name: Make the virtualenv for Docker work, with its interpreter on the PATH
  dockenv.python.docker_venv:
    path: /usr/local/lib/docker/virtualenv
    packages:
      - docker>=7.1.0
      - requests>=2.32.2
      - PyYAML
    links:
      - path: /usr/local/bin/docker-python
        command: python

- name: Keep one package at the latest version, pin another, remove a third
  dockenv.python.docker_venv:
    path: /opt/tools/virtualenv
    packages:
      - name: yamllint
        state: latest
      - name: jsondiff
        version: 2.2.1
      - name: requests-oauthlib
        state: absent

- name: Install a project in place, with pinned dependencies
  dockenv.python.docker_venv:
    path: /srv/shop/virtualenv
    requirements: /srv/shop/requirements.txt
    packages:
      - name: /srv/shop
        editable: true

- name: Remove the virtualenv and its link
  dockenv.python.docker_venv:
    path: /usr/local/lib/docker/virtualenv
    state: absent
    links:
      - path: /usr/local/bin/docker-python
        command: python
"""

RETURN = r"""
virtualenv:
  description: The virtualenv's path.
  returned: success
  type: str
  sample: /usr/local/lib/docker/virtualenv
reasons:
  description: Why something was changed, or in check mode would be, one sentence each.
  returned: success
  type: list
  elements: str
  sample: ["'docker>=7.1.0' (packages[0]) is not installed"]
packages:
  description: All packages of the virtualenv, sorted by name. In check mode those that would be in it.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the package.
      type: str
      returned: success
      sample: docker
    version:
      description: Its version.
      type: str
      returned: success
      sample: 7.1.0
    requested:
      description: Whether the task asks for it, rather than another package needing it.
      type: bool
      returned: success
      sample: true
python_version:
  description: Version of the virtualenv's Python, null where there is none.
  returned: success
  type: str
  sample: 3.13.5
links:
  description: The links asked for.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Path of the link.
      type: str
      returned: success
      sample: /usr/local/bin/docker-python
    state:
      description: How it is now. V(kept) means that something which was not made by this module stands there.
      type: str
      choices: [present, absent, kept]
      returned: success
    target:
      description: Where it leads, null if it is not V(present).
      type: str
      returned: success
      sample: /usr/local/lib/docker/virtualenv/bin/docker-python
actions:
  description:
    - What was done, or in check mode would be, in the form of commands. Each is a list of words.
    - URLs are shown without user and password.
  returned: success
  type: list
  elements: list
  sample: [[/usr/bin/python3, -m, venv, /usr/local/lib/docker/virtualenv], [pip, install, "docker>=7.1.0"]]
command:
  description: The command that failed.
  returned: when a command failed
  type: list
  elements: str
rc:
  description: Its exit status.
  returned: when a command failed
  type: int
stdout:
  description: Its standard output.
  returned: when a command failed
  type: str
stderr:
  description: Its standard error.
  returned: when a command failed
  type: str
"""

import os
import shutil

from ansible.module_utils.basic import AnsibleModule

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._credentials import secrets_in
from ..module_utils._errors import DockenvError
from ..module_utils._proxies import PROXIES_OPTION
from ..module_utils._runtime import ensure_packaging
from ..module_utils._venv.build import Tools
from ..module_utils._venv.converge import converge
from ..module_utils._venv.pip import REDIRECTING_VARIABLES
from ..module_utils._venv.report import render_result
from ..module_utils._venv.spec import Spec

ARGUMENTS = {
    "path": {"type": "path", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "python": {"type": "str", "default": "/usr/bin/python3"},
    "packages": {"type": "list", "elements": "raw", "default": []},
    "requirements": {"type": "path"},
    "constraints": {"type": "path"},
    "index_url": {"type": "str"},
    "extra_index_urls": {"type": "list", "elements": "str", "default": []},
    "proxies": PROXIES_OPTION,
    "links": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "path", "required": True},
            "command": {"type": "str"},
            "target": {"type": "path"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "force": {"type": "bool", "default": True},
        },
    },
    "recreate": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
}


def run_module(module: AnsibleModule) -> dict:
    """Return the result of what the module's parameters ask for."""
    for name in REDIRECTING_VARIABLES:
        os.environ.pop(name, None)
    spec = Spec.from_params(module.params, read_text, shutil.which, os.environ.get("HOME", "/"))
    module.no_log_values.update(spec.secrets)
    result = converge(spec, Tools(runner(module), module.tmpdir), module.check_mode)
    for warning in result.plan.warnings:
        module.warn(warning)
    return render_result(spec, result)


def runner(module: AnsibleModule):
    """Return what starts commands for the helpers: nothing in a word is expanded, and no folder of the caller's counts."""

    def run(command, variables, descriptors):
        return module.run_command(
            command,
            environ_update=dict(variables),
            pass_fds=descriptors,
            cwd=module.tmpdir,
            expand_user_and_vars=False,
            handle_exceptions=False,
        )

    return run


def read_text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    # Before anything can fail: an error shows the parameters, too.
    module.no_log_values.update(secrets_in(str(module.params)))
    try:
        ensure_packaging()
        result = run_module(module)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
