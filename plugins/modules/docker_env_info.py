#!/usr/bin/python

# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_env_info
short_description: Look at Python environments that are Docker images
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Returns what is defined, locked and built of environments, what runs in them, and whether the images are still what a build would make.
  - Changes nothing. However many environments there are, the engine is only asked for its images, its containers, and each base image.
  - Environments of which the engine has the image, but that have no folder at O(path), are returned as well.
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.attributes.actiongroup_docker
  - dockenv.python.docker
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details:
      - It changes nothing.
  idempotent:
    support: full
options:
  name:
    description:
      - The names of the environments. Those that do not exist are left out. Without this option all are returned.
    type: list
    elements: str
  path:
    description:
      - The folder that holds the folders of all environments.
    type: path
    default: /var/lib/dockenv/envs
seealso:
  - module: dockenv.python.docker_env
  - module: dockenv.python.docker_env_run
"""

EXAMPLES = r"""
- name: Look at all environments
  dockenv.python.docker_env_info:
  register: all

- name: Name those that need a build
  ansible.builtin.debug:
    msg: "{{ all.environments | rejectattr('drift', 'equalto', []) | map(attribute='name') | list }}"

- name: Look at one of a project
  dockenv.python.docker_env_info:
    name: [tools]
    path: /srv/project/envs
  register: tools

- name: Say what was asked for
  ansible.builtin.debug:
    msg: "{{ tools.environments[0].packages | selectattr('requested') | map(attribute='name') | list }}"
"""

RETURN = r"""
environments:
  description: The environments, by name. An image of an environment without a folder is an entry of its own.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The environment's name.
      type: str
      sample: datascience
    path:
      description: Its folder; null if there is none at O(path).
      type: str
      sample: /var/lib/dockenv/envs/datascience
    managed:
      description: Whether this collection made the folder.
      type: bool
    problem:
      description: Why the folder cannot be read, as a sentence; null if it can.
      type: str
    definition:
      description: What was defined, as far as it is not in the plain files of the folder; null without a folder that can be read.
      type: dict
      contains:
        base_image:
          description: The image it starts from.
          type: str
          sample: python:3.13-slim
        python:
          description: The version of Python, if that was given instead of a base image.
          type: str
          sample: "3.13"
        installer:
          description: What installs the packages.
          type: str
          sample: uv
        launcher:
          description: The path of the launcher, null without one.
          type: str
        ports:
          description: The ports to publish.
          type: list
          elements: str
          sample: ["127.0.0.1:8888:8888/tcp"]
        volumes:
          description: What to mount.
          type: list
          elements: str
    requirements:
      description: What was asked for.
      type: list
      elements: str
      sample: ["pandas>=2.2"]
    lock:
      description: The lock; null if there is none.
      type: dict
      contains:
        path:
          description: Its file.
          type: str
          sample: /var/lib/dockenv/envs/datascience/requirements.txt
        digest:
          description: The digest of its text.
          type: str
        unlocked:
          description: What was asked for and is not in it, as after an edit by hand.
          type: list
          elements: str
    packages:
      description: All packages of the lock.
      type: list
      elements: dict
      contains:
        name:
          description: The name.
          type: str
          sample: numpy
        version:
          description: The version, or what the package is if it comes from a URL.
          type: str
          sample: 2.3.4
        requested:
          description: Whether it was asked for, or pulled in by another package.
          type: bool
    drift:
      description:
        - Why a build would make another image, in the words of the RV(dockenv.python.docker_env#module:reasons) of
          M(dockenv.python.docker_env). Empty if it would not, and without a folder.
        - Options of a build, such as its arguments, are not compared, as the folder does not know them.
      type: list
      elements: str
      sample: [context_changed, base_updated]
    image_name:
      description: The name that the image has or would have.
      type: str
      sample: datascience:latest
    image:
      description: The image; null if the engine has none of the name.
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
          sample: "2026-01-01T12:00:00Z"
        digests:
          description: The names with digests under which registries have it.
          type: list
          elements: str
    containers:
      description: The containers of the environment, stopped ones and those of replaced images too.
      type: list
      elements: dict
      contains:
        id:
          description: The container's id.
          type: str
        name:
          description: The container's name.
          type: str
        state:
          description: The container's state.
          type: str
          sample: running
        image_id:
          description: The id of its image.
          type: str
        current:
          description: Whether that is the image that the environment has now.
          type: bool
        ports:
          description: The published ports.
          type: list
          elements: dict
          sample: [{container_port: 8888, protocol: tcp, host_ip: 127.0.0.1, host_port: 49153}]
"""

import os

from ansible.module_utils.basic import AnsibleModule

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._argspec import DOCKER_MUTUALLY_EXCLUSIVE, DOCKER_REQUIRED_TOGETHER, docker_connection
from ..module_utils._docker.connection import Connection
from ..module_utils._docker.engine import connect
from ..module_utils._environments.survey import describe_sighting, survey
from ..module_utils._errors import DockenvError
from ..module_utils._runtime import ensure_docker_sdk, ensure_packaging


def argument_spec():
    return {
        **docker_connection(),
        "name": {"type": "list", "elements": "str"},
        "path": {"type": "path", "default": "/var/lib/dockenv/envs"},
    }


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=DOCKER_MUTUALLY_EXCLUSIVE,
        required_together=DOCKER_REQUIRED_TOGETHER,
        supports_check_mode=True,
    )
    try:
        ensure_packaging()
        connection = Connection.from_params(module.params, os.environ)
        ensure_docker_sdk()
        found = survey(module.params, lambda: connect(connection))
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    module.exit_json(changed=False, environments=[describe_sighting(sighting) for sighting in found])


if __name__ == "__main__":
    main()
