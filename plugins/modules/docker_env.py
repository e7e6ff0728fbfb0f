#!/usr/bin/python

# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_env
short_description: Manage a Python environment that is a Docker image
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Keeps a folder with a C(Dockerfile), the requirements and their lock with hashes, and builds the image from it.
  - The folder holds plain files. C(docker build) makes the image of them on machines without this collection.
  - Requirements are resolved for the Python of the base image, not for that of the host. What need not move stays at its version.
  - A new image is built and tried under another name first. Until it works, the folder and the old image stay as they are.
    Of two tasks for the same environment one waits for the other.
  - Nothing is built as long as what goes into the image is the same. That is compared by a digest kept in labels of the image.
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
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(rebuild=always) every run builds.
options:
  name:
    description:
      - The name of the environment, of lower-case letters and digits, joined by single C(.), C(_) or C(-).
        It is the name of its folder and of its image.
    type: str
    required: true
  path:
    description:
      - The folder that holds the folders of all environments. A project can have one of its own.
    type: path
    default: /var/lib/dockenv/envs
  state:
    description:
      - V(present) makes folder, lock, launchers and image what is asked for.
      - V(defined) writes the folder and the launchers only, and needs no engine. A lock that does not fit any more is removed;
        the next task that builds makes it.
      - V(absent) removes folder, launchers and image, if this collection made them. The folder goes with all that was put into it.
      - A folder with files that is there already is not taken over, but for one that holds only the project of a buildout.
    type: str
    choices: [present, defined, absent]
    default: present
  image:
    description:
      - The name of the image, with the address of a registry in front if it is to be pushed there. May end in a tag.
        Without it, that is O(name). Where an environment gets an image of another name, the one before is removed as
        O(prune_previous) says. With O(state=absent) the folder says which image goes, if it is there.
    type: str
  python:
    description:
      - The version of Python, such as V(3.13). The base image is then the official image C(python) with the tag C(VERSION-slim).
      - One of this and O(base_image) is needed, unless O(state=absent).
    type: str
  base_image:
    description:
      - The image to start from. It needs Python 3 with C(venv) or C(pip); what it lacks can be named in O(system_packages).
    type: str
  registry_prefix:
    description:
      - What to put in front of the base image's name, as the address of a registry that mirrors others.
    type: str
  packages:
    description:
      - The packages to install, each a requirement such as V(requests>=2.32), or C(NAME @ URL) for a wheel or a repository.
      - Without this and O(requirements), an environment keeps those that it has, also what M(dockenv.python.docker_env_install)
        added. An empty list removes all.
    type: list
    elements: str
  requirements:
    description:
      - A requirements file on the managed host, instead of O(packages).
    type: path
  constraints:
    description:
      - A constraints file on the managed host.
    type: path
  system_packages:
    description:
      - Debian packages to install in the image, each with C(=VERSION) behind its name if that matters.
    type: list
    elements: str
  installer:
    description:
      - What resolves and installs packages. V(uv) resolves on the host, and is installed for this collection alone if there is none.
        V(pip) resolves in the base image, which must have it.
      - V(buildout) runs the buildout of a project instead, with a zc.buildout of this collection's choice. It needs Python 3.10 or newer
        in the base image, and no C(bootstrap.py). O(packages), O(requirements), O(constraints) and O(extra_index_urls) are not for it.
      - The versions that buildout picks are the lock. What it picks only a whole run can say, so a build that is thrown away comes first
        whenever the project or its options changed, in check mode too.
    type: str
    choices: [uv, pip, buildout]
    default: uv
  project_path:
    description:
      - With O(installer=buildout), the folder of the project on the managed host, which has a C(buildout.cfg). Without it, that is the
        folder C(project) in the environment's own, where C(docker build) without this collection finds it too.
      - All its files go into the image, and decide whether it is built. Left out is what its C(.dockerignore) says, C(.git), byte code, and
        what a buildout that was run there has left, such as C(.installed.cfg), C(eggs) and C(parts).
    type: path
  project_dest:
    description:
      - The place of the project in the image, which is also the working directory unless O(workdir) says another. Without it, that is
        C(/var/application).
    type: str
  buildout_options:
    description:
      - Options of the buildout that prevail over those of C(buildout.cfg), each with its section, as in V(custom:webapp_port). A list
        becomes a value of many lines.
    type: dict
  newest:
    description:
      - Whether buildout looks for the newest versions whenever the lock is made again. If not, what is locked stays where it can.
      - With O(rebuild=always) the lock is made again on every run.
    type: bool
    default: false
  index_url:
    description:
      - The package index. With O(installer=buildout) it must need no login.
      - Without it, the settings of the host for resolving, and those of the base image for installing, are valid.
      - A login in the URL goes into no file and no image. It reaches the build as the secret C(netrc).
    type: str
  extra_index_urls:
    description:
      - Further package indexes, with logins as in O(index_url).
    type: list
    elements: str
  user:
    description:
      - A user to make in the image, who runs its containers. Without it, that is root.
    type: dict
    suboptions:
      name:
        description:
          - The user's name.
        type: str
        required: true
      uid:
        description:
          - The user's number.
        type: int
      gid:
        description:
          - The number of the user's group.
        type: int
      sudo:
        description:
          - Whether the user may become root with C(sudo), which is then installed.
        type: bool
        default: false
  env:
    description:
      - Environment variables of the image. Everybody who has the image can read them.
    type: dict
  workdir:
    description:
      - The working directory in the image. Without it, the home of O(user), if there is one.
    type: str
  ports:
    description:
      - Ports to publish, as in V(8888), V(8080:80) or V(0.0.0.0:8080:80/tcp). Without an address that is 127.0.0.1.
      - With this or O(volumes) the folder gets a C(compose.yaml).
    type: list
    elements: str
  volumes:
    description:
      - What to mount, as in V(/srv/data:/data:ro), V(./data:/data) or V(NAME:/data). Launchers mount it too, except for
        paths that begin with a dot.
    type: list
    elements: str
  entrypoint:
    description:
      - The program, with its arguments, that a container of the image always runs.
    type: list
    elements: str
  command:
    description:
      - The program that a container runs if none is given, or the arguments for O(entrypoint).
    type: list
    elements: str
  labels:
    description:
      - Labels of the image, beside those of this collection, which begin with C(dockenv.python.).
    type: dict
  pre_install:
    description:
      - Commands to run in the image before the packages are installed. Each is a list of words, or one line for the image's shell.
    type: list
    elements: raw
  post_install:
    description:
      - Commands to run in the image after the packages are installed, like O(pre_install).
    type: list
    elements: raw
  template:
    description:
      - A file on the managed host to make the C(Dockerfile) from. In it C(@INSTALL@) must be a line of its own.
        C(@SYSTEM_PACKAGES@), C(@PRE_INSTALL@), C(@SETTINGS@), C(@POST_INSTALL@) and C(@START@) stand for lines, too,
        and C(@BASE_IMAGE@), C(@NAME@), C(@PYTHON@) and C(@USER@) for values.
      - With O(installer=buildout), C(@PROJECT@) stands for the line that copies the project, and must be before C(@INSTALL@). Where
        C(@SYSTEM_PACKAGES@) comes before both, a change in the project does not install system packages again.
    type: path
  launcher:
    description:
      - Path of a command to make on the host. It runs its arguments, or a shell, in the environment, as its caller, with the
        current folder mounted.
      - Beside it, with C(-python) added to its name, comes a command that is a Python interpreter to everything that calls it.
    type: path
  force:
    description:
      - Whether to take the image's name from an image that this collection did not build, and to remove an image that
        containers use.
    type: bool
    default: false
seealso:
  - module: dockenv.python.docker_env_build
  - module: dockenv.python.docker_env_install
  - module: dockenv.python.docker_base_image
"""

EXAMPLES = r"""
- name: Make an environment
  dockenv.python.docker_env:
    name: datascience
    python: "3.13"
    packages: [numpy, "pandas>=2.2"]
    launcher: /usr/local/bin/datascience

- name: Make one from an image of this organisation, with packages of a private index
  dockenv.python.docker_env:
    name: reports
    base_image: registry.example/python:3.13
    requirements: /srv/reports/requirements.txt
    index_url: "https://reader:{{ index_password }}@index.example/simple"
    user: {name: reporter, uid: 1000}

- name: Write the files only, into a project
  dockenv.python.docker_env:
    name: tools
    path: /srv/project/envs
    python: "3.13"
    packages: [ruff]
    state: defined

- name: Make an image of a project with a buildout
  dockenv.python.docker_env:
    name: shop
    base_image: registry.example/python:3.13
    installer: buildout
    project_path: /srv/shop
    system_packages: [nginx-light]
    buildout_options:
      custom:webapp_port: 8080
    command: [circusd, parts/conf/circus.ini]

- name: Remove an environment
  dockenv.python.docker_env:
    name: datascience
    state: absent
"""

RETURN = r"""
reasons:
  description:
    - Why something is to be done, one word each. Those that end in C(_changed) name a part of what goes into the image.
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
environment:
  description: The environment's folder; null if it is absent.
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
      description:
        - All packages of the lock, with their versions, or with what they are if they come from a URL.
        - With O(installer=buildout), the versions that it picked; those that the project pins are not among them.
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
  description: The image; null if there is none, if check mode would build it, and with O(state=defined).
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
from ..module_utils._environments.host import Host
from ..module_utils._environments.report import report
from ..module_utils._environments.tasks import read_task
from ..module_utils._errors import DockenvError
from ..module_utils._runtime import ensure_docker_sdk, ensure_packaging


def argument_spec():
    texts = {"type": "list", "elements": "str"}
    user = {"name": {"type": "str", "required": True}, "uid": {"type": "int"}, "gid": {"type": "int"}}
    return {
        **docker_connection(),
        **build_options(),
        "name": {"type": "str", "required": True},
        "path": {"type": "path", "default": "/var/lib/dockenv/envs"},
        "state": {"type": "str", "choices": ["present", "defined", "absent"], "default": "present"},
        "image": {"type": "str"},
        "python": {"type": "str"},
        "base_image": {"type": "str"},
        "registry_prefix": {"type": "str"},
        "packages": texts,
        "requirements": {"type": "path"},
        "constraints": {"type": "path"},
        "system_packages": texts,
        "installer": {"type": "str", "choices": ["uv", "pip", "buildout"], "default": "uv"},
        "project_path": {"type": "path"},
        "project_dest": {"type": "str"},
        "buildout_options": {"type": "dict"},
        "newest": {"type": "bool", "default": False},
        "index_url": {"type": "str"},
        "extra_index_urls": texts,
        "user": {"type": "dict", "options": {**user, "sudo": {"type": "bool", "default": False}}},
        "env": {"type": "dict"},
        "workdir": {"type": "str"},
        "ports": texts,
        "volumes": texts,
        "entrypoint": texts,
        "command": texts,
        "labels": {"type": "dict"},
        "pre_install": {"type": "list", "elements": "raw"},
        "post_install": {"type": "list", "elements": "raw"},
        "template": {"type": "path"},
        "launcher": {"type": "path"},
        "force": {"type": "bool", "default": False},
    }


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=(*DOCKER_MUTUALLY_EXCLUSIVE, ("python", "base_image"), ("packages", "requirements")),
        required_together=DOCKER_REQUIRED_TOGETHER,
        supports_check_mode=True,
    )
    module.no_log_values.update(secrets_in(str(module.params)))
    try:
        ensure_packaging()
        host = Host(Connection.from_params(module.params, os.environ), os.environ, connect, look, require_sdk=ensure_docker_sdk)
        task = read_task(module.params, BuildOptions.from_params(module.params), host)
        result = converge(task, host, module.check_mode)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    module.exit_json(**report(result))


if __name__ == "__main__":
    main()
