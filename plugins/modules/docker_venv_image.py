#!/usr/bin/python

# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_venv_image
short_description: Package a virtualenv and its project as a Docker image
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Makes an image of a virtualenv of the managed host and, if there is one, of the project that it belongs to.
  - The virtualenv is copied as a stream into the build. On the way, its path is corrected in the files that are known to hold
    it, so that it works at its place in the image. Virtualenv and project are only read.
  - Where the files of the virtualenv would not work with the base image, the same versions of its packages are installed there anew.
  - The build proves the result before the image gets its name. The virtualenv's Python starts and takes its new place for its own,
    the metadata of all packages loads, C(pip check) agrees, all scripts start with the new interpreter, and no file of the
    virtualenv holds the old path. If one of these is not so, the old image stays in use.
  - Nothing is built as long as what goes into the image is the same. That is compared by a digest kept in labels of the image.
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.attributes.actiongroup_docker
  - dockenv.python.docker
  - dockenv.python.build
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - For the image it shows which part of what goes into it moves, each as a short digest.
  idempotent:
    support: partial
    details:
      - With O(rebuild=always) every run builds.
options:
  venv:
    description:
      - The folder of the virtualenv on the managed host.
      - One of this and O(venv_name) is needed, unless O(state=absent).
    type: path
  venv_name:
    description:
      - The name of the virtualenv's folder in O(venv_root).
    type: str
  venv_root:
    description:
      - The folder that holds virtualenvs, for O(venv_name).
    type: path
    default: ~/.virtualenvs
  project_path:
    description:
      - The folder of the project, which goes into the image too. Without it, that is the folder which the file C(.project) in
        the virtualenv names, as virtualenvwrapper writes it. If it is empty, there is no project.
      - C(.git), byte code and caches of tests and checks stay behind, and what the project's C(.dockerignore) names, which may take
        any of them back. The virtualenv is left out where it lies in the project.
      - Scripts whose first line names the virtualenv's Python get its place in the image. Other files that hold the virtualenv's path
        stay as they are, and are named in a warning.
    type: path
  name:
    description:
      - The name of the image, with the address of a registry in front if it is to be pushed there. May end in a tag.
    type: str
    required: true
  tag:
    description:
      - The tag of the image, if it is not in O(name). Without either, that is V(latest).
    type: str
  state:
    description:
      - V(present) builds the image if it is not what is asked for.
      - V(staged) writes what the image would be built from into O(build_dir), and builds nothing. C(DOCKER_BUILDKIT=1 docker build)
        makes the image of it.
      - V(absent) removes the image and O(build_dir), if this module made them.
    type: str
    choices: [present, staged, absent]
    default: present
  strategy:
    description:
      - V(relocate) copies the virtualenv. The module fails where its files would not work in the image.
      - V(rebuild) installs the same versions of its packages in the base image. That needs the package index. What was installed from
        a folder or file of the managed host is installed from that again, and has to be there still.
        C(pip), C(setuptools) and C(wheel) move if the base image has another version of Python.
      - V(auto) copies where version, ABI, architecture and C library of the virtualenv fit the base image, and else installs.
        RV(strategy_reasons) says why.
    type: str
    choices: [auto, relocate, rebuild]
    default: auto
  base_image:
    description:
      - The image to start from. Needed unless O(state=absent).
      - If it has no Python, C(python3) and C(python3-venv) of its distribution are installed, which must be Debian or one based
        on it, and the packages are installed anew.
    type: str
  venv_dest:
    description:
      - The folder of the virtualenv in the image. Without it, that is C(/usr/local/lib/NAME), with the last part of O(name).
    type: str
  project_dest:
    description:
      - The folder of the project in the image. Without it, that is C(/usr/local/src/NAME).
    type: str
  system_packages:
    description:
      - Debian packages to install in the image, each with C(=VERSION) behind its name if that matters.
    type: list
    elements: str
  system_packages_file:
    description:
      - A file on the managed host with further ones, one a line. What follows a C(#) is a comment.
    type: path
  requirements:
    description:
      - Further packages to install in the image, each a requirement such as V(gunicorn>=23). They are resolved to go with those that
        the virtualenv has.
      - They come from the index that the variables for uv name, such as C(UV_DEFAULT_INDEX), of the module and of O(base_image). A login
        there is given in O(secrets), as a netrc file with the id V(netrc).
    type: list
    elements: str
  env:
    description:
      - Environment variables of the image. Everybody who has the image can read them.
      - C(VIRTUAL_ENV) and C(PATH) are set by the module.
    type: dict
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
  ports:
    description:
      - Ports that containers listen at, as in V(8000), V(8080:80) or V(0.0.0.0:8080:80/tcp). RV(run_command) publishes them, without
        an address at 127.0.0.1.
    type: list
    elements: str
  user:
    description:
      - The user who runs containers of the image. One that the base image does not have is made. Without it, that is root.
    type: str
  workdir:
    description:
      - The working directory in the image. Without it, that is the folder of the project, if there is one.
    type: str
  path_entries:
    description:
      - Folders of the image to add to C(PATH), behind those of the virtualenv and the project.
    type: list
    elements: str
  pythonpath_entries:
    description:
      - Folders of the image to add to C(PYTHONPATH), behind that of the project.
    type: list
    elements: str
  project_on_path:
    description:
      - Whether the folder of the project is on C(PATH).
    type: bool
    default: true
  project_on_pythonpath:
    description:
      - Whether the folder of the project is on C(PYTHONPATH).
    type: bool
    default: true
  exclude:
    description:
      - Patterns of what stays behind of the project, as in a C(.dockerignore), and after those of the project's own.
    type: list
    elements: str
  on_editable:
    description:
      - What becomes of packages that are installed as links to a folder, as with C(pip install -e).
      - With V(fail), the module fails if there are such packages.
      - With V(wheel) they are built and installed in the image, which needs the package index for what builds them.
      - With V(copy) they stay links, to a copy of the folder. That is in the image's folder of the project if it is a part of that,
        and else in one beside it.
      - Packages whose folder is in the virtualenv go with it in any case. If the packages are installed anew, so are these, from
        their folders.
    type: str
    choices: [fail, wheel, copy]
    default: fail
  build_dir:
    description:
      - A folder on the managed host for what the image is built from. Without it, that is one below C(/var/lib/dockenv/images), or
        below C(~/.local/share/dockenv/images) for other users than root.
    type: path
  keep_build_dir:
    description:
      - When to write what the image was built from into O(build_dir). The build itself needs no such folder.
      - Where it is not to be kept, a folder of an earlier build is removed. Both is done as well if nothing is to be built.
    type: str
    choices: [always, on_failure, never]
    default: never
  labels:
    description:
      - Labels of the image, beside those of this collection, which begin with C(dockenv.python.).
    type: dict
  maintainer:
    description:
      - Who looks after the image, as the label C(org.opencontainers.image.authors).
    type: str
  force:
    description:
      - Whether to take the image's name from an image that this module did not make, and to remove an image that containers use.
    type: bool
    default: false
seealso:
  - module: dockenv.python.docker_env
  - module: dockenv.python.docker_base_image
"""

EXAMPLES = r"""
- name: Package a virtualenv with its project
  dockenv.python.docker_venv_image:
    venv: /srv/shop/.venv
    project_path: /srv/shop
    name: shop
    tag: "1.4"
    base_image: python:3.13-slim
    entrypoint: [gunicorn, shop.wsgi]
    command: ["--bind=0.0.0.0:8000"]
    ports: ["8000"]
    user: shop

- name: Package one by its name, with system packages, and push it
  dockenv.python.docker_venv_image:
    venv_name: reports
    name: registry.example/team/reports:beta
    base_image: python:3.13-slim
    system_packages: [libxml2, libxslt1.1]
    maintainer: Ada <ada@example.org>
    on_editable: wheel
    push: true

- name: Write the Dockerfile and what it needs, and build nothing
  dockenv.python.docker_venv_image:
    venv: /srv/shop/.venv
    name: shop
    base_image: python:3.13-slim
    state: staged
    build_dir: /srv/shop-image

- name: Remove the image
  dockenv.python.docker_venv_image:
    name: shop:1.4
    state: absent
"""

RETURN = r"""
reasons:
  description:
    - Why something is to be done, one word each. Those that end in C(_changed) name a part of what goes into the image.
  returned: success
  type: list
  elements: str
  sample: [context_changed]
actions:
  description: What was done, or in check mode would be, in that order.
  returned: success
  type: list
  elements: str
  sample: ["build shop:1.4"]
strategy:
  description:
    - V(relocate) or V(rebuild); null with O(state=absent), and where it is not known because the base image would have to be
      fetched for it, in check mode and where nothing is to be built.
  returned: success
  type: str
  sample: rebuild
strategy_reasons:
  description: Why the virtualenv is not copied; empty if it is.
  returned: success
  type: list
  elements: str
  sample: ["the virtualenv is of cpython 3.12, the base image has cpython 3.13"]
dockerfile:
  description: The Dockerfile; null where RV(strategy) is.
  returned: success
  type: str
rewritten:
  description: The files that are not as on the host, each below C(venv), C(project) or C(editables).
  returned: success
  type: list
  elements: str
  sample: [venv/pyvenv.cfg, venv/bin/gunicorn]
run_command:
  description: The command that starts a container of the image, with its ports published.
  returned: success
  type: dict
  contains:
    argv:
      description: The command as a list of words.
      type: list
      elements: str
      sample: [docker, run, --rm, "--publish=127.0.0.1:8000:8000/tcp", "shop:1.4"]
    line:
      description: The command as a line for a shell.
      type: str
      sample: docker run --rm --publish=127.0.0.1:8000:8000/tcp shop:1.4
build_dir:
  description: The folder for what the image is built from, whether there is one now or not.
  returned: success
  type: str
  sample: /var/lib/dockenv/images/shop:1.4
image:
  description: The image; null if there is none, and if check mode would build it.
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
      sample: shop
    tag:
      description: The tag.
      type: str
      sample: "1.4"
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
  sample: /var/lib/dockenv/images/.dockenv/shop:1.4.log
diff:
  description: What changes, each before and after.
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
from ..module_utils._environments.host import Host
from ..module_utils._errors import DockenvError
from ..module_utils._packaging.converge import converge
from ..module_utils._packaging.report import find_warnings, report
from ..module_utils._packaging.tasks import read_task
from ..module_utils._runtime import ensure_docker_sdk, ensure_packaging


def argument_spec():
    texts = {"type": "list", "elements": "str"}
    return {
        **docker_connection(),
        **build_options(),
        "venv": {"type": "path"},
        "venv_name": {"type": "str"},
        "venv_root": {"type": "path", "default": "~/.virtualenvs"},
        "project_path": {"type": "path"},
        "name": {"type": "str", "required": True},
        "tag": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "staged", "absent"], "default": "present"},
        "strategy": {"type": "str", "choices": ["auto", "relocate", "rebuild"], "default": "auto"},
        "base_image": {"type": "str"},
        "venv_dest": {"type": "str"},
        "project_dest": {"type": "str"},
        "system_packages": texts,
        "system_packages_file": {"type": "path"},
        "requirements": texts,
        "env": {"type": "dict"},
        "entrypoint": texts,
        "command": texts,
        "ports": texts,
        "user": {"type": "str"},
        "workdir": {"type": "str"},
        "path_entries": texts,
        "pythonpath_entries": texts,
        "project_on_path": {"type": "bool", "default": True},
        "project_on_pythonpath": {"type": "bool", "default": True},
        "exclude": texts,
        "on_editable": {"type": "str", "choices": ["fail", "wheel", "copy"], "default": "fail"},
        "build_dir": {"type": "path"},
        "keep_build_dir": {"type": "str", "choices": ["always", "on_failure", "never"], "default": "never"},
        "labels": {"type": "dict"},
        "maintainer": {"type": "str"},
        "force": {"type": "bool", "default": False},
    }


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=(*DOCKER_MUTUALLY_EXCLUSIVE, ("venv", "venv_name")),
        required_together=DOCKER_REQUIRED_TOGETHER,
        supports_check_mode=True,
    )
    module.no_log_values.update(secrets_in(str(module.params)))
    try:
        ensure_packaging()
        host = Host(Connection.from_params(module.params, os.environ), os.environ, connect, look, require_sdk=ensure_docker_sdk)
        task = read_task(module.params, BuildOptions.from_params(module.params))
        result = converge(task, host, module.check_mode)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    for warning in find_warnings(result):
        module.warn(warning)
    module.exit_json(**report(task, result))


if __name__ == "__main__":
    main()
