#!/usr/bin/python
# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a Docker host; what is looked at is in module_utils/_host/observe.py."""

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_host_info
short_description: Look at a Docker host and at what the role docker_server promises of it
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Answers in one task what a play would need a dozen for - installed packages, the state of the service, versions of engine,
    client, Compose and buildx, the content of C(daemon.json), whether users may use the engine, and what C(docker-python) runs.
  - Works on a bare host too, with the standard library of Python alone. An engine that does not run is not started by the question.
  - Looks at the local engine of a host with Debian's paths, not at a remote one.
extends_documentation_fragment:
  - dockenv.python.attributes
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
  packages:
    description: Names of packages to look for, of Debian's or rpm's, whichever the host has.
    type: list
    elements: str
    default: []
  repositories:
    description: URLs of repositories of packages to look for. RV(apt) and RV(dnf) are for them.
    type: list
    elements: str
    default: []
  files:
    description: Paths of files to look for, for RV(files).
    type: list
    elements: path
    default: []
  users:
    description: Names of accounts to look for.
    type: list
    elements: str
    default: []
  docker_python:
    description:
      - Path of the command that runs the Python of the Docker virtualenv.
      - A file there, where the role would make a link, is run only if root alone may write it.
    type: path
    default: /usr/local/bin/docker-python
  docker_compose:
    description:
      - Path of the C(docker-compose) command.
      - A file or a folder there, where the role would make a link, is told by a warning.
    type: path
    default: /usr/local/bin/docker-compose
  virtualenv:
    description: Path of the virtualenv that O(docker_python) is expected to run.
    type: path
    default: /usr/local/lib/docker/virtualenv
  links:
    description:
      - Paths at which commands of the virtualenv shall have links.
      - With any of them the module looks for RV(obstacles) to the virtualenv, too.
    type: list
    elements: path
    default: []
  data_root:
    description: Another folder in which an engine's data may lie than the one that the host names, for RV(config.data).
    type: path
    default: ''
  logins:
    description: Logins of accounts at registries to look for. They are not tried.
    type: list
    elements: dict
    default: []
    suboptions:
      user:
        description: The account of the host.
        type: str
        required: true
      registry:
        description: The registry's host, and its port if needed.
        type: str
        required: true
      username:
        description: The name at the registry.
        type: str
        default: ''
      digest:
        description: SHA-256 of C(USERNAME:PASSWORD) in hexadecimal digits.
        type: str
        default: ''
      state:
        description: What the host is compared with, V(present) for a login that shall be there and V(absent) for one that shall not.
        type: str
        choices: [present, absent]
        default: present
  wait:
    description: How many seconds to wait for an engine that was just started and does not answer yet.
    type: int
    default: 0
seealso:
  - plugin: dockenv.python.docker_daemon_plan
    plugin_type: filter
  - module: community.docker.docker_host_info
    description: What the engine says of itself, its containers, images and networks.
"""

EXAMPLES = r"""
- name: Look at the host
  dockenv.python.docker_host_info:
    users:
      - deploy
  register: host

- name: Fail if docker-python is not what it should be
  ansible.builtin.assert:
    that: host.promises['docker-python'].kept
    fail_msg: "{{ host.promises['docker-python'].why }}"
    quiet: true
"""

RETURN = r"""
time:
  description: The host's time when it was looked at, in seconds since 1970.
  returned: success
  type: float
  sample: 1795254904.296
release:
  description: The distribution.
  returned: success
  type: dict
  contains:
    id:
      description: Its name in lower case.
      type: str
      sample: debian
    version:
      description: Its version. Distributions without releases have none.
      type: str
      sample: "13"
    codename:
      description: The name of the version.
      type: str
      sample: trixie
    family:
      description: V(redhat) for Red Hat Enterprise Linux, Fedora and those that call themselves like them, V(debian) for all others.
      type: str
      sample: debian
packages:
  description: Versions of those of O(packages) that are installed, by name.
  returned: success
  type: dict
  sample: {"docker.io": "26.1.5+dfsg1-9+b9"}
held:
  description: Names of those of O(packages) that are installed and held.
  returned: success
  type: list
  elements: str
removed:
  description: Names of those of O(packages) that were removed and left configuration.
  returned: success
  type: list
  elements: str
apt:
  description: What apt's files say of O(repositories). Nothing without any, and on hosts with dnf.
  returned: success
  type: dict
  contains:
    architecture:
      description: The host's architecture, in dpkg's words.
      type: str
      sample: amd64
    sources:
      description:
        - The files that name one of the repositories, each with its C(path), the C(lines) that do, counted from 1, whether it
          names no other one (C(alone)), and whether a stanza names another one too (C(mixed)).
      type: list
      elements: dict
    keyrings:
      description:
        - Fingerprints of keys, by the path of their file. They are the keys of apt's folders and those that C(sources) names.
      type: dict
    shared:
      description: Paths of those keys that sources of other repositories name.
      type: list
      elements: str
dnf:
  description: The same of dnf's files, on a host of Red Hat's family.
  returned: success
  type: dict
  contains:
    architecture:
      description: The host's architecture, in the kernel's words.
      type: str
      sample: x86_64
    sources:
      description: As RV(apt.sources) has them.
      type: list
      elements: dict
    keyrings:
      description: As RV(apt.keyrings) has them.
      type: dict
    shared:
      description: As RV(apt.shared) has them.
      type: list
      elements: str
files:
  description:
    - Those of O(files) that there are, each with its SHA-256 (C(digest)), whether the role made it (C(ours)), and which of apt's sources
      name it as their key (C(named_by)).
  returned: success
  type: dict
service:
  description: Who runs the engine.
  returned: success
  type: dict
  contains:
    manager:
      description: V(systemd) if systemd is PID 1, else V(process).
      type: str
    running:
      description: Whether the engine's process runs.
      type: bool
    enabled:
      description: Whether the engine starts when the machine does.
      type: bool
    prunes:
      description: Whether the role's timer prunes the engine.
      type: bool
    data_roots:
      description:
        - Data roots that the engine's start names by a flag, in its own words (C(command)), and in variables that it takes (C(variable)).
        - Without systemd it is what the packaged init script would start.
      type: dict
      sample: {"command": null, "variable": "/srv/docker"}
engine:
  description: What the engine says of itself.
  returned: success
  type: dict
  contains:
    answers:
      description: Whether it answers.
      type: bool
    problem:
      description: Why it does not.
      type: str
    path:
      description: Path of its program, nothing where it is not installed.
      type: str
    version:
      description: Its version, even if it does not run.
      type: str
    api:
      description: The newest version of the API that it speaks.
      type: str
    storage_driver:
      description: How it stores images and containers.
      type: str
    swarm:
      description: The node's state in a Swarm, V(inactive) if it is in none.
      type: str
    containers:
      description: How many containers run. Where the engine does not answer, those are counted that outlived it.
      type: int
    survivors:
      description:
        - Process ids of containers that outlived an engine which does not answer. The processes in them (C(processes)), and those
          that look after them (C(shims)), one for each container.
      type: dict
      sample: {"shims": [371], "processes": [395]}
    data_root:
      description: Folder of its data, if it answers.
      type: str
config:
  description: The engine's C(daemon.json).
  returned: success
  type: dict
  contains:
    path:
      description: Where the file is or would be.
      type: str
    exists:
      description: Whether there is one.
      type: bool
    options:
      description: Its content. Logins in URLs and tokens of log drivers are replaced by asterisks.
      type: dict
    digest:
      description: A digest of its content, credentials included.
      type: str
    problem:
      description: Why it cannot be read.
      type: str
    pending:
      description: Whether a change of it was begun and the engine not yet seen to run with it.
      type: bool
    override:
      description: Whether the drop-in is there that keeps systemd's unit from naming the engine's socket.
      type: bool
    data_root:
      description: Folder of the engine's data, as an engine that answers says itself. One that does not would start with it.
      type: str
    data_root_by:
      description:
        - What names that folder, V(command) and V(variable) as in RV(service.data_roots), V(file) for C(daemon.json), or V(engine) for
          its default and what nothing here explains.
      type: str
    real_data_root:
      description: The same as RV(config.data_root) without links.
      type: str
    data:
      description:
        - Paths of what engines made in that folder and in O(data_root), for whoever deletes their data.
        - Nothing of a folder in which no engine has left its marks, nor of one of the system's such as C(/srv).
      type: list
      elements: str
    mounts:
      description: What is mounted there and in C(/run/docker) for containers, the deepest first, each with C(path) and C(kind).
      type: list
      elements: dict
    holdings:
      description: What in it somebody may miss, of V(containers), V(images), V(volumes), V(plugins) and V(a Swarm).
      type: list
      elements: str
own_files:
  description:
    - The files that are the role's alone, by what they are for (C(engine), C(prune)) and by path.
    - Each has a C(digest) of its content and its C(mode). Of one that the account of the task may not read there is no digest.
  returned: success
  type: dict
  sample: {"engine": {"/etc/systemd/system/docker.service.d/dockenv-limits.conf": {"digest": "5f0e...", "mode": "0644"}}}
resolvers:
  description: Addresses that the host asks for names, also those behind systemd-resolved's own.
  returned: success
  type: list
  elements: str
  sample: ["127.0.0.53", "192.0.2.53"]
client:
  description: The docker client of the distribution.
  returned: success
  type: dict
  contains:
    version:
      description: Its version.
      type: str
compose:
  description: The command at O(docker_compose), and what it should point to.
  returned: success
  type: dict
  contains:
    path:
      description: Same as O(docker_compose).
      type: str
    kind:
      description: What is there, V(absent), V(link), V(file) or V(folder).
      type: str
    has_folder:
      description: Whether there is a folder for it.
      type: bool
    points_to:
      description: Where a link points.
      type: str
    target:
      description: Path of the Compose plugin, or of the distribution's C(docker-compose) where the plugin is missing.
      type: str
    version:
      description:
        - The version that C(docker-compose version) answers.
        - Where a file stands at O(docker_compose) that is no link, it is the version of the one at RV(compose.target).
      type: str
    own_version:
      description: The version of the Compose that stands at O(docker_compose) itself and is no link, if root alone may write it.
      type: str
    problem:
      description: Why it does not answer.
      type: str
buildx:
  description: The buildx plugin.
  returned: success
  type: dict
  contains:
    version:
      description: Its version.
      type: str
python:
  description: What the command at O(docker_python) says of itself.
  returned: success
  type: dict
  contains:
    path:
      description: Same as O(docker_python).
      type: str
    kind:
      description: What is there, V(absent), V(link), V(file) or V(folder).
      type: str
    prefix:
      description: Its C(sys.prefix).
      type: str
    version:
      description: Its version.
      type: str
    packages:
      description: Versions of the packages that it can import, by name.
      type: dict
    sdk:
      description: Version of the Docker SDK that it imports.
      type: str
    engine:
      description: Version of the engine that the Docker SDK reaches.
      type: str
    problem:
      description: Why it went no further.
      type: str
virtualenv:
  description: What is at O(virtualenv), V(absent), V(link), V(file) or V(folder).
  returned: success
  type: str
group:
  description: Whether the group C(docker) exists.
  returned: success
  type: bool
users:
  description: For each of O(users), whether the account exists (C(exists)) and is in the group C(docker) (C(member)).
  returned: success
  type: dict
  sample: {"deploy": {"exists": true, "member": false}}
logins:
  description: For each of O(logins), whether the host is as it says.
  returned: success
  type: list
  elements: dict
  contains:
    user:
      description: The account.
      type: str
    registry:
      description: The registry.
      type: str
    kept:
      description: Whether the account has the login, in a file readable for it alone; with C(state=absent), whether it does not have it.
      type: bool
    problem:
      description: Why the account cannot have it.
      type: str
fact:
  description: The local fact that the role P(dockenv.python.docker_server#role) left.
  returned: success
  type: dict
leftovers:
  description:
    - Files with which other tools made the machine a Docker host, and that stand against what the role
      P(dockenv.python.docker_server#role) makes. Nothing on a host that the role has made.
    - They are known by their content. One that says anything else besides is not among them.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Where the file is.
      type: str
    kind:
      description:
        - What it is, a drop-in that sets the engine's command (V(command)), its proxies (V(proxies)) or nothing (V(empty)), apt's
          preferences for versions of the engine (V(pin)), a job of cron that removes images (V(prune)), the engine's configuration
          (V(config)), Compose 1 (V(compose)), or a program for the local fact (V(fact)).
      type: str
    says:
      description: What it sets, without credentials.
      type: str
obstacles:
  description:
    - What stands in the way of O(links), of a link at O(docker_compose), and, with O(links), of a virtualenv at O(virtualenv) where
      O(docker_python) does not run one, a sentence each.
  returned: success
  type: list
  elements: str
  sample: ["'/usr/local/bin/docker-python' is a file that the role docker_server did not make; move it away, or choose another path"]
promises:
  description:
    - What the role P(dockenv.python.docker_server#role) promises, and whether it holds.
    - The keys are C(engine), C(docker-compose), C(docker-python) and C(sdk) (the Docker SDK of C(docker-python) reaches the engine).
  returned: success
  type: dict
  contains:
    engine:
      description: The same two keys for each promise.
      type: dict
      contains:
        kept:
          description: Whether it holds.
          type: bool
        why:
          description: What was seen, as a sentence.
          type: str
"""

import os.path

from ansible.module_utils.basic import AnsibleModule

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._errors import NotOurs
from ..module_utils._host.observe import Questions, observe_host
from ..module_utils._host.obstacles import find_link_obstacles
from ..module_utils._host.promises import find_obstacles, judge_promises
from ..module_utils._host.registry_logins import Login

ARGUMENT_SPEC = {
    "packages": {"type": "list", "elements": "str", "default": []},
    "repositories": {"type": "list", "elements": "str", "default": []},
    "files": {"type": "list", "elements": "path", "default": []},
    "users": {"type": "list", "elements": "str", "default": []},
    "docker_python": {"type": "path", "default": "/usr/local/bin/docker-python"},
    "docker_compose": {"type": "path", "default": "/usr/local/bin/docker-compose"},
    "virtualenv": {"type": "path", "default": "/usr/local/lib/docker/virtualenv"},
    "links": {"type": "list", "elements": "path", "default": []},
    "data_root": {"type": "path", "default": ""},
    "logins": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "user": {"type": "str", "required": True},
            "registry": {"type": "str", "required": True},
            "username": {"type": "str", "default": ""},
            "digest": {"type": "str", "default": "", "no_log": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "wait": {"type": "int", "default": 0},
}


def main() -> None:
    """Look, judge, report."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    virtualenv = os.path.normpath(params["virtualenv"])
    host = observe_host(
        Questions(
            packages=tuple(params["packages"]),
            repositories=tuple(params["repositories"]),
            files=tuple(params["files"]),
            users=tuple(params["users"]),
            docker_python=params["docker_python"],
            docker_compose=params["docker_compose"],
            virtualenv=virtualenv,
            data_root=params["data_root"],
            logins=tuple(
                Login(login["user"], login["registry"], login["username"], login["digest"], is_present=login["state"] == "present")
                for login in params["logins"]
            ),
            wait=params["wait"],
        )
    )
    promises = {promise.name: {"kept": promise.kept, "why": promise.why} for promise in judge_promises(host, virtualenv)}
    for sentence in find_obstacles(host):
        module.warn(sentence)
    obstacles = find_link_obstacles(params["links"], [params["docker_compose"]])
    if params["links"] and not promises["docker-python"]["kept"]:
        obstacles += find_virtualenv_obstacles(virtualenv)
    module.exit_json(changed=False, promises=promises, obstacles=obstacles, **host)


def find_virtualenv_obstacles(path: str) -> list[str]:
    """Return why docker_venv would refuse to make a virtualenv at the path."""
    # Compiled for this question only; a host whose docker-python works is not asked it.
    from ..module_utils._venv.place import observe_place

    try:
        observe_place(path)
    except NotOurs as error:
        return [error.message]
    return []


if __name__ == "__main__":
    main()
