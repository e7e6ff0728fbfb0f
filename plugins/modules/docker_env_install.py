#!/usr/bin/python

# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_env_install
short_description: Manage packages in a Python environment that is a Docker image
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Changes what is asked for in the C(requirements.in) of an environment that M(dockenv.python.docker_env) made, makes its lock again,
    and builds the image, once for all packages.
  - What is not asked to move stays at its version. Packages that are added become a layer of their own, so that the others are not
    installed again.
  - A new image is built and tried under another name first. Until it works, the folder and the old image stay as they are.
    Of two tasks for the same environment one waits for the other.
  - Build options like O(args), O(target), O(platform) and the versions of O(secrets) are part of what goes into the image.
    Give the same ones to all modules that build an environment, for example with C(module_defaults).
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.attributes.actiongroup_docker
  - dockenv.python.docker
  - dockenv.python.build
attributes:
  check_mode:
    support: full
    details:
      - The lock is worked out in check mode as well, unless the base image would have to be fetched for it.
        Then the task counts as changed, and its diff does not show the lock.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(state=latest) a run changes something when there are newer versions, and with O(rebuild=always) every run builds.
options:
  env:
    description:
      - The name of the environment.
    type: str
    required: true
  path:
    description:
      - The folder that holds the folders of all environments.
    type: path
    default: /var/lib/dockenv/envs
  name:
    description:
      - The packages, each a requirement such as V(requests>=2.32), or C(NAME @ URL) for a wheel or a repository. With O(state=absent)
        only names.
      - One of this and O(requirements) is needed.
    type: list
    elements: str
    aliases: [packages]
  requirements:
    description:
      - A requirements file on the managed host, without options for pip.
    type: path
  state:
    description:
      - V(present) adds packages, and replaces entries of the same name, but for those with another marker. One that is named without a
        version is content with any entry of its name. What is there already is not looked for on an index.
      - V(latest) does the same, and moves the packages that are named to the newest version that fits.
      - V(absent) removes packages from what is asked for. Those that others need stay installed.
    type: str
    choices: [present, latest, absent]
    default: present
  index_url:
    description:
      - The package index of the environment, as given to M(dockenv.python.docker_env), with a login. The folder keeps the URL without it.
      - It reaches the build as the secret C(netrc). A secret of that id in O(secrets) can be given instead.
    type: str
  extra_index_urls:
    description:
      - Further package indexes of the environment, with logins as in O(index_url).
    type: list
    elements: str
seealso:
  - module: dockenv.python.docker_env
  - module: dockenv.python.docker_env_build
"""

EXAMPLES = r"""
- name: Add packages
  dockenv.python.docker_env_install:
    env: datascience
    name: [flask, "pandas>=2.2"]

- name: Move one package, and what must move with it, to the newest version
  dockenv.python.docker_env_install:
    env: datascience
    name: [numpy]
    state: latest

- name: Add packages of a private index
  dockenv.python.docker_env_install:
    env: reports
    requirements: /srv/reports/requirements.txt
    index_url: "https://reader:{{ index_password }}@index.example/simple"

- name: Remove a package
  dockenv.python.docker_env_install:
    env: datascience
    name: [flask]
    state: absent
"""

RETURN = r"""
reasons:
  description:
    - Why something is to be done, one word each. Those that end in C(_changed) name a part of what goes into the image.
  returned: success
  type: list
  elements: str
  sample: [requirements_changed, definition_changed, dockerfile_changed, context_changed]
actions:
  description: What was done, or in check mode would be, in that order.
  returned: success
  type: list
  elements: str
  sample: [lock the requirements, write /var/lib/dockenv/envs/datascience/requirements.in, "build datascience:latest"]
environment:
  description: The environment's folder.
  returned: success
  type: dict
  contains:
    name:
      description: The environment's name.
      type: str
      sample: datascience
    path:
      description: Its folder.
      type: str
      sample: /var/lib/dockenv/envs/datascience
    image:
      description: The name of its image.
      type: str
      sample: datascience:latest
    base_image:
      description: The image it starts from.
      type: str
      sample: python:3.13-slim
    launcher:
      description: The path of the launcher, null without one.
      type: str
    requirements:
      description: What was asked for.
      type: list
      elements: str
      sample: [numpy]
    packages:
      description: All packages of the lock, with their versions, or with what they are if they come from a URL.
      type: dict
      sample: {numpy: 2.3.4}
lock_changes:
  description: How the lock differs from the one before.
  returned: success
  type: dict
  contains:
    added:
      description: Packages that the lock did not have.
      type: list
      elements: str
      sample: [numpy==2.3.4]
    removed:
      description: Packages that the lock does not have any more.
      type: list
      elements: str
    moved:
      description: Packages of another version.
      type: list
      elements: dict
      contains:
        before:
          description: The package as it was.
          type: str
          sample: numpy==2.3.3
        after:
          description: The package as it is.
          type: str
          sample: numpy==2.3.4
image:
  description: The image; null if check mode would build it.
  returned: success
  type: dict
  contains:
    id:
      description: The image's id.
      type: str
      sample: sha256:54d959b26624f4332cd3b73b961f7ecfe4751a8f1ee3dae07cd4339875f3e35d
    name:
      description: The name without the tag.
      type: str
      sample: datascience
    tag:
      description: The tag.
      type: str
      sample: latest
    labels:
      description: All labels.
      type: dict
    size:
      description: The size in bytes.
      type: int
      sample: 230686720
    created:
      description: When it was made.
      type: str
      sample: "2026-01-01T12:00:00.123456789Z"
    digests:
      description: The names with digests under which registries have it.
      type: list
      elements: str
log_path:
  description: The file with the whole output of the build; null if nothing was built.
  returned: success
  type: str
  sample: /var/lib/dockenv/envs/.dockenv/datascience.log
diff:
  description: The files that change, each before and after.
  returned: success
  type: list
  elements: dict
"""

import os

from ansible.module_utils.basic import AnsibleModule

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._argspec import DOCKER_MUTUALLY_EXCLUSIVE, DOCKER_REQUIRED_TOGETHER, docker_connection
from ..module_utils._build_argspec import build_options
from ..module_utils._build_options import BuildOptions
from ..module_utils._credentials import secrets_in
from ..module_utils._docker.connection import Connection
from ..module_utils._docker.engine import connect
from ..module_utils._docker.local_client import look
from ..module_utils._environments.converge import converge
from ..module_utils._environments.folders import read_install
from ..module_utils._environments.host import Host
from ..module_utils._environments.report import report
from ..module_utils._errors import DockenvError
from ..module_utils._runtime import ensure_docker_sdk, ensure_packaging


def argument_spec():
    return {
        **docker_connection(),
        **build_options(),
        "env": {"type": "str", "required": True},
        "path": {"type": "path", "default": "/var/lib/dockenv/envs"},
        "name": {"type": "list", "elements": "str", "aliases": ["packages"]},
        "requirements": {"type": "path"},
        "state": {"type": "str", "choices": ["present", "latest", "absent"], "default": "present"},
        "index_url": {"type": "str"},
        "extra_index_urls": {"type": "list", "elements": "str"},
    }


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=(*DOCKER_MUTUALLY_EXCLUSIVE, ("name", "requirements")),
        required_one_of=(("name", "requirements"),),
        required_together=DOCKER_REQUIRED_TOGETHER,
        supports_check_mode=True,
    )
    module.no_log_values.update(secrets_in(str(module.params)))
    try:
        ensure_packaging()
        host = Host(Connection.from_params(module.params, os.environ), os.environ, connect, look, require_sdk=ensure_docker_sdk)
        task = read_install(module.params, BuildOptions.from_params(module.params))
        result = converge(task, host, module.check_mode)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    module.exit_json(**report(result))


if __name__ == "__main__":
    main()
