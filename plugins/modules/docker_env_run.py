#!/usr/bin/python

# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_env_run
short_description: Run a command in a Python environment that is a Docker image
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Runs a command in a container of an environment, waits for its end, and removes the container. What it writes into the project
    belongs to the user it runs as.
  - With O(detach=true) the command goes on in a container that is removed when it ends.
  - No shell sees the command, on the host or in the container.
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.attributes.actiongroup_docker
  - dockenv.python.docker
attributes:
  check_mode:
    support: partial
    details:
      - As with M(ansible.builtin.command), a command is skipped in check mode, unless O(creates) or O(removes) tell what would be done.
        Whether the image is there is not looked at, as an earlier task may make it.
      - With O(detach=true) the prediction is exact.
  diff_mode:
    support: partial
    details:
      - With O(detach=true) the containers before and after are shown. What a command changes is not known.
  idempotent:
    support: partial
    details:
      - A command runs every time, unless O(creates) or O(removes) prevent it.
      - With O(detach=true) and O(container_name) nothing is done if such a container runs already.
options:
  env:
    description:
      - The name of the environment. One of this and O(image) is needed.
    type: str
  path:
    description:
      - The folder that holds the folders of all environments.
    type: path
    default: /var/lib/dockenv/envs
  image:
    description:
      - The name of the image, instead of the one that the environment's folder names. With it, environments that were made elsewhere can
        be used, and any other image.
    type: str
  argv:
    description:
      - The command as a list of words. Without this and O(command), the container does what its image was made for.
      - The image's entry point does not run before the command.
    type: list
    elements: str
  command:
    description:
      - The command as one string. It is split into words at blanks outside of quotes. Variables and wildcards have no meaning.
    type: str
  project_path:
    description:
      - A folder of the host to mount. It is the working directory of the command.
    type: path
  project_target:
    description:
      - Where to mount O(project_path) in the container. Without it, that is the same path as on the host, as with launchers.
    type: path
  workdir:
    description:
      - The working directory of the command. What does not start with C(/) is below O(project_target).
    type: str
    aliases: [chdir]
  run_as:
    description:
      - Who runs the command. V(caller) is the user of the task, V(image) the one that the image names. Anybody else is written as two
        numbers, V(UID:GID), in quotes.
      - Except with V(image), the user has the name that the host has for the number, and an empty home that is gone afterwards.
    type: str
    default: caller
  env_vars:
    description:
      - Environment variables for the command. They can be seen in the log of Ansible.
    type: dict
  secret_env_vars:
    description:
      - The same for secrets. Their values are in no log and no result; where a result would hold one, there are asterisks.
      - While the container exists, everybody who may use the engine can read them.
    type: dict
  published_ports:
    description:
      - Ports to publish, as in V(8888), V(8080:80) or V(0.0.0.0:8080:80/tcp). Without an address that is 127.0.0.1; without a
        port of the host the engine chooses one, see RV(container.ports).
      - Without this option, a container with O(detach=true) publishes the ports of the environment, and others none.
    type: list
    elements: str
  volumes:
    description:
      - What to mount beside the volumes of the environment, as in V(/srv/data:/data:ro) or V(NAME:/data).
    type: list
    elements: str
  network_mode:
    description:
      - V(bridge), V(host), V(none), the name of a network, or V(container:NAME). Without it, the engine's default.
    type: str
  stdin:
    description:
      - Text for the standard input of the command. Without it, that is empty.
    type: str
  stdin_add_newline:
    description:
      - Whether to end O(stdin) with a line break.
    type: bool
    default: true
  strip_empty_ends:
    description:
      - Whether to take empty lines off the ends of RV(stdout) and RV(stderr).
    type: bool
    default: true
  command_timeout:
    description:
      - How many seconds the command may take. When they are over it is stopped, and the task fails. Without it, there is no limit.
      - Not to be confused with O(timeout), which is about the engine.
    type: int
  detach:
    description:
      - Whether to let the command go on when the task ends. It runs until it ends by itself or is stopped.
    type: bool
    default: false
  container_name:
    description:
      - The name of the container.
      - With O(detach=true), a running container of this name stays if it was started from the same image with the same options. Else
        it is stopped and a new one takes its place. One that this module did not make is left alone, and the task fails.
    type: str
  creates:
    description:
      - A path on the host, with or without wildcards. If it exists, nothing is run. What does not start with C(/) is below
        O(project_path).
    type: path
  removes:
    description:
      - Likewise; if it does not exist, nothing is run.
    type: path
seealso:
  - module: dockenv.python.docker_env
  - module: dockenv.python.docker_env_info
  - module: ansible.builtin.command
"""

EXAMPLES = r"""
- name: Train a model once
  dockenv.python.docker_env_run:
    env: datascience
    argv: [python, train.py, --rate, "0.1"]
    project_path: /srv/forecast
    creates: model.bin

- name: Run the tests of a checkout as its owner, within ten minutes
  dockenv.python.docker_env_run:
    env: tools
    command: python -m pytest -q
    project_path: /srv/project
    run_as: "1000:1000"
    command_timeout: 600

- name: Keep a notebook running on the port that the engine chooses
  dockenv.python.docker_env_run:
    env: datascience
    command: jupyter notebook --ip=0.0.0.0 --no-browser
    project_path: /srv/forecast
    published_ports: ["8888"]
    detach: true
    container_name: forecast-notebook
  register: notebook

- name: Say where it is
  ansible.builtin.debug:
    msg: "http://127.0.0.1:{{ notebook.container.ports[0].host_port }}"

- name: Import data with a password
  dockenv.python.docker_env_run:
    image: registry.example/reports:2.1
    argv: [python, -m, reports.load]
    secret_env_vars:
      DATABASE_PASSWORD: "{{ database_password }}"
"""

RETURN = r"""
cmd:
  description: The words of the command; empty for what the image itself starts.
  returned: always
  type: list
  elements: str
  sample: [python, train.py]
rc:
  description: The exit status of the command; null with O(detach=true).
  returned: always
  type: int
  sample: 0
stdout:
  description: What the command printed.
  returned: always
  type: str
stdout_lines:
  description: The same, line by line.
  returned: always
  type: list
  elements: str
stderr:
  description: What the command printed to its error output.
  returned: always
  type: str
stderr_lines:
  description: The same, line by line.
  returned: always
  type: list
  elements: str
start:
  description: When the command was started; null if it was not run, or goes on.
  returned: always
  type: str
  sample: "2026-01-01 12:00:00.123456"
end:
  description: When it ended.
  returned: always
  type: str
  sample: "2026-01-01 12:00:02.123456"
delta:
  description: How long it took.
  returned: always
  type: str
  sample: "0:00:02.000000"
image:
  description: The image; null if nothing was run.
  returned: always
  type: dict
  contains:
    id:
      description: The image's id.
      type: str
      sample: sha256:54d959b26624f4332cd3b73b961f7ecfe4751a8f1ee3dae07cd4339875f3e35d
    tags:
      description: The image's names.
      type: list
      elements: str
      sample: ["datascience:latest"]
container:
  description: The container that goes on running; null without O(detach=true), and if check mode would start one.
  returned: always
  type: dict
  contains:
    id:
      description: The container's id.
      type: str
    name:
      description: The container's name.
      type: str
      sample: forecast-notebook
    state:
      description: The container's state.
      type: str
      sample: running
    image_id:
      description: The id of its image.
      type: str
    ports:
      description: The published ports.
      type: list
      elements: dict
      sample: [{container_port: 8888, protocol: tcp, host_ip: 127.0.0.1, host_port: 49153}]
reasons:
  description:
    - Why a container was started, or in check mode would be, one word each. Empty without O(detach=true).
  returned: always
  type: list
  elements: str
  sample: [image_changed]
diff:
  description: The container before and after, with digests of what was asked for.
  returned: always
  type: dict
"""

import os

from ansible.module_utils.basic import AnsibleModule

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._argspec import DOCKER_MUTUALLY_EXCLUSIVE, DOCKER_REQUIRED_TOGETHER, docker_connection
from ..module_utils._docker.connection import Connection
from ..module_utils._docker.engine import connect
from ..module_utils._env.run import RunSpec
from ..module_utils._environments.host import Host
from ..module_utils._environments.running import execute, report_run
from ..module_utils._errors import DockenvError
from ..module_utils._runtime import ensure_docker_sdk


def argument_spec():
    texts = {"type": "list", "elements": "str"}
    return {
        **docker_connection(),
        "env": {"type": "str"},
        "path": {"type": "path", "default": "/var/lib/dockenv/envs"},
        "image": {"type": "str"},
        "argv": texts,
        "command": {"type": "str"},
        "project_path": {"type": "path"},
        "project_target": {"type": "path"},
        "workdir": {"type": "str", "aliases": ["chdir"]},
        "run_as": {"type": "str", "default": "caller"},
        "env_vars": {"type": "dict"},
        "secret_env_vars": {"type": "dict", "no_log": True},
        "published_ports": texts,
        "volumes": texts,
        "network_mode": {"type": "str"},
        "stdin": {"type": "str"},
        "stdin_add_newline": {"type": "bool", "default": True},
        "strip_empty_ends": {"type": "bool", "default": True},
        "command_timeout": {"type": "int"},
        "detach": {"type": "bool", "default": False},
        "container_name": {"type": "str"},
        "creates": {"type": "path"},
        "removes": {"type": "path"},
    }


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=(*DOCKER_MUTUALLY_EXCLUSIVE, ("argv", "command")),
        required_one_of=(("env", "image"),),
        required_together=DOCKER_REQUIRED_TOGETHER,
        supports_check_mode=True,
    )
    try:
        spec = RunSpec.from_params(module.params)
        host = Host(Connection.from_params(module.params, os.environ), os.environ, connect, require_sdk=ensure_docker_sdk)
        outcome = execute(spec, host, module.check_mode)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    result = report_run(spec, outcome, module.params["strip_empty_ends"])
    if outcome.failure:
        module.fail_json(msg=outcome.failure, **result)
    module.exit_json(msg=outcome.note, **result)


if __name__ == "__main__":
    main()
