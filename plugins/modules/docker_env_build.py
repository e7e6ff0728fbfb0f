#!/usr/bin/python

# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_env_build
short_description: Build Python environments that are Docker images
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Builds the images of folders as the folders are now, for example after an edit by hand or a checkout. Those of
    M(dockenv.python.docker_env), and any other folder with a C(Dockerfile).
  - Where a folder of M(dockenv.python.docker_env) asks for other packages than its lock was made for, the lock is made again first.
    What need not move stays at its version. Nothing else in a folder is changed, and nothing at all in one of the user's.
  - A new image is built under another name first, and tried if it is an environment. Until it works, the old image keeps its name.
    Of two tasks for the same environment one waits for the other.
  - Nothing is built as long as what goes into the image is the same. That is compared by a digest kept in labels of the image.
  - Of many environments, one that fails does not stop the others. The task fails at the end, and names each that failed.
  - Build options like O(args), O(target), O(platform) and the versions of O(secrets) are part of what goes into the image.
    Give the same ones to all modules that build an environment, for example with C(module_defaults).
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.attributes.actiongroup_docker
  - dockenv.python.docker
  - dockenv.python.build
  - dockenv.python.build.jobs
attributes:
  check_mode:
    support: full
    details:
      - The lock is worked out in check mode as well, unless the base image would have to be fetched for it.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(rebuild=always) every run builds.
options:
  name:
    description:
      - The names of environments. Without this and O(context), all folders below O(path) that hold a C(Dockerfile) are built.
    type: list
    elements: str
  path:
    description:
      - The folder that holds the folders of all environments. Locks and logs of a folder given as O(context) are below it, too.
    type: path
    default: /var/lib/dockenv/envs
  context:
    description:
      - Any folder with a C(Dockerfile) to build instead.
    type: path
  image:
    description:
      - The name of the image of O(context), with the address of a registry in front if it is to be pushed there. May end in a tag.
      - Without it, a folder of M(dockenv.python.docker_env) says its name itself.
    type: str
  force:
    description:
      - Whether to take the image's name from an image that this collection did not build for that folder.
    type: bool
    default: false
notes:
  - A login at a package index that a lock or a build needs is given as the secret C(netrc) in O(secrets), in the format of C(netrc(5\)).
  - The base images of a folder that M(dockenv.python.docker_env) did not make are read from its C(FROM) lines. One that is named by a
    build argument is not watched by O(base_check).
seealso:
  - module: dockenv.python.docker_env
  - module: dockenv.python.docker_env_install
"""

EXAMPLES = r"""
- name: Build all environments, four at a time
  dockenv.python.docker_env_build:
    jobs: 4

- name: Build two environments of a project, and share them
  dockenv.python.docker_env_build:
    path: /srv/project/envs
    name: [tools, docs]
    push: true

- name: Build a folder that was checked out
  dockenv.python.docker_env_build:
    context: /srv/checkout/app
    image: registry.example/app:1.4
    args: {VERSION: "1.4"}
    base_check: registry

- name: Build with a login at a private package index
  dockenv.python.docker_env_build:
    name: [reports]
    secrets:
      - id: netrc
        type: value
        value: "machine index.example login reader password {{ index_password }}"
"""

RETURN = r"""
reasons:
  description:
    - Why something is to be done, one word each, of all environments together. Those that end in C(_changed) name a part of what goes into the image.
  returned: success
  type: list
  elements: str
  sample: [requirements_changed, definition_changed, context_changed]
actions:
  description: What was done, or in check mode would be, in that order.
  returned: success
  type: list
  elements: str
  sample: [lock the requirements, write /var/lib/dockenv/envs/datascience/requirements.in, "build datascience:latest"]
environments:
  description: What came of each environment, in the order of their names, or as they were named.
  returned: always, unless the task was refused as a whole
  type: list
  elements: dict
  contains:
    name:
      description: The environment's name; for a folder of the user's that of the image.
      type: str
      sample: datascience
    changed:
      description: Whether anything was done for it.
      type: bool
    error:
      description: Why it failed, as C(msg), with what the failed command said; null if it did not.
      type: dict
    reasons:
      description:
        - Why something is to be done, one word each. Those that end in C(_changed) name a part of what goes into the image.
      type: list
      elements: str
      sample: [requirements_changed, definition_changed, context_changed]
    actions:
      description: What was done, or in check mode would be, in that order.
      type: list
      elements: str
      sample: [lock the requirements, write /var/lib/dockenv/envs/datascience/requirements.in, "build datascience:latest"]
    environment:
      description: The environment's folder. Of a folder that docker_env did not make only its paths are known; null if it failed.
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
      description: The image; null if check mode would build it, and if it failed.
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
from ..module_utils._build_argspec import build_jobs, build_options
from ..module_utils._build_options import BuildOptions
from ..module_utils._credentials import secrets_in
from ..module_utils._docker.connection import Connection
from ..module_utils._docker.engine import connect
from ..module_utils._environments.folders import read_builds
from ..module_utils._environments.host import Host
from ..module_utils._environments.many import converge_many
from ..module_utils._environments.report import report_failures, report_many
from ..module_utils._errors import DockenvError
from ..module_utils._runtime import ensure_docker_sdk, ensure_packaging


def argument_spec():
    return {
        **docker_connection(),
        **build_options(),
        **build_jobs(),
        "name": {"type": "list", "elements": "str"},
        "path": {"type": "path", "default": "/var/lib/dockenv/envs"},
        "context": {"type": "path"},
        "image": {"type": "str"},
        "force": {"type": "bool", "default": False},
    }


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=(*DOCKER_MUTUALLY_EXCLUSIVE, ("name", "context")),
        required_together=DOCKER_REQUIRED_TOGETHER,
        required_by={"image": ("context",)},
        supports_check_mode=True,
    )
    module.no_log_values.update(secrets_in(str(module.params)))
    try:
        ensure_packaging()
        host = Host(Connection.from_params(module.params, os.environ), os.environ, connect)
        tasks = read_builds(module.params, BuildOptions.from_params(module.params))
        ensure_docker_sdk()
        outcomes = converge_many(tasks, host, module.params["jobs"], module.check_mode)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    failures = report_failures(outcomes)
    if failures:
        module.fail_json(**report_many(outcomes), **failures)
    module.exit_json(**report_many(outcomes))


if __name__ == "__main__":
    main()
