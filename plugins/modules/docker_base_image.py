#!/usr/bin/python

# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_base_image
short_description: Make a base image from a distribution's package mirror
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Bootstraps a root file system of Debian or Ubuntu with C(mmdebstrap) and imports it into the Docker engine as an image.
    For hosts that reach a package mirror and no image registry.
  - The file system is streamed into the engine; no file of it is kept on the host.
  - The image gets its name when it is complete. Until then, and if something fails, the image that has the name keeps it.
  - What the image was made of is kept in its labels, and the module does nothing as long as that is what is asked for.
    Newer versions of packages on the mirror are fetched only with O(rebuild=always).
extends_documentation_fragment:
  - dockenv.python.attributes
  - dockenv.python.attributes.actiongroup_docker
  - dockenv.python.docker
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(rebuild=always) every run makes the image anew.
options:
  name:
    description:
      - The image's name, with the address of a registry in front if it is to be pushed there. May end in a tag.
    type: str
    required: true
  tag:
    description:
      - The image's tag. Without it, and without one in O(name), it is V(latest).
    type: str
  state:
    description:
      - Whether there shall be such an image.
      - With V(absent) the name is taken away, and the image is removed unless it has other names.
    type: str
    choices: [present, absent]
    default: present
  suite:
    description:
      - The release to bootstrap, for example V(trixie). Without it, the host's own.
    type: str
  mirror:
    description:
      - The package archives to take the packages from. Each is a URL with the scheme C(http), C(https), C(file) or C(copy),
        or a whole line as in C(sources.list), which begins with C(deb).
      - Without it, the host's own sources of its distribution, with its updates and security updates.
      - They are the image's package sources, too. A URL with a password is refused.
    type: list
    elements: str
    default: []
  components:
    description:
      - The components of the archives. Without it, V(main) for a URL in O(mirror), or what the host's own sources have.
    type: list
    elements: str
    default: []
  variant:
    description:
      - The set of packages to start from, as C(mmdebstrap) names it.
    type: str
    choices: [essential, apt, minbase, buildd, important, standard]
    default: minbase
  packages:
    description:
      - Further packages to install, each with C(=VERSION) behind its name if that matters. Recommended ones are not added.
    type: list
    elements: str
    default: []
  ca_certificates:
    description:
      - Files on the host with certificates, in PEM format, of authorities that the image shall trust.
        They are trusted while packages are fetched as well.
      - Adds C(ca-certificates) to the packages.
    type: list
    elements: path
    default: []
  architecture:
    description:
      - The architecture of the image, as Debian names it. Without it, the host's own.
      - A foreign one needs Docker 23 or newer, and C(arch-test) and, if the processor does not run its programs, C(qemu-user-static) on the host.
    type: str
    choices: [amd64, arm64, armel, armhf, i386, mips64el, ppc64el, riscv64, s390x]
  entrypoint:
    description:
      - The program, with its arguments, that a container of the image always runs.
    type: list
    elements: str
    default: []
  command:
    description:
      - The program that a container runs if none is given, or the arguments for O(entrypoint).
    type: list
    elements: str
    default: []
  env:
    description:
      - Environment variables of the image's containers. Everybody who has the image can read them.
    type: dict
    default: {}
  labels:
    description:
      - Labels of the image, beside the module's own, which begin with C(dockenv.python.).
    type: dict
    default: {}
  rebuild:
    description:
      - When to make an existing image anew. V(on_change) does so if something that decides its contents is another.
      - V(always) fetches the packages again each time. V(never) leaves an existing image as it is.
    type: str
    choices: [on_change, always, never]
    default: on_change
  force:
    description:
      - Whether to replace or remove an image of that name that this module did not make, and to take away the name of an
        image that containers use.
    type: bool
    default: false
requirements:
  - mmdebstrap, and root, on the host if an image is to be made
seealso:
  - name: mmdebstrap
    description: The program's manual page.
    link: https://manpages.debian.org/mmdebstrap
  - module: community.docker.docker_image_push
"""

EXAMPLES = r"""
- name: Make an image with redis of the host's own release
  dockenv.python.docker_base_image:
    name: redis
    packages: [redis-server]
    command: [redis-server, --bind, 0.0.0.0, --protected-mode, "no"]

- name: Make a small image of another release, which trusts the organisation's certificates
  dockenv.python.docker_base_image:
    name: base
    tag: trixie
    suite: trixie
    packages: [python3]
    ca_certificates: [/usr/local/share/ca-certificates/organisation.crt]

- name: Fetch the newest packages
  dockenv.python.docker_base_image:
    name: redis
    packages: [redis-server]
    command: [redis-server, --bind, 0.0.0.0, --protected-mode, "no"]
    rebuild: always

- name: Remove the image
  dockenv.python.docker_base_image:
    name: redis
    state: absent
"""

RETURN = r"""
reasons:
  description: Why something is to be done, one sentence each; empty if nothing is.
  returned: success
  type: list
  elements: str
  sample: [packages changed]
actions:
  description: What was done, or in check mode would be, in that order.
  returned: success
  type: list
  elements: str
  sample: [bootstrap trixie and import it, "tag the new image as redis:latest"]
image:
  description: The image; null if it is absent, or if check mode would make it.
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
      sample: redis
    tag:
      description: The tag.
      type: str
      sample: latest
    labels:
      description: All labels.
      type: dict
    architecture:
      description: The architecture, as the engine names it.
      type: str
      sample: amd64
    size:
      description: The size in bytes.
      type: int
      sample: 115343360
    created:
      description: When it was made.
      type: str
      sample: "2026-01-01T12:00:00.123456789Z"
diff:
  description: What the image was made of, and what it is to be made of.
  returned: success
  type: dict
"""

import os

from ansible.module_utils.basic import AnsibleModule

# Imported for what it does to the imports that follow, so it stands in front of them and nothing calls it.
from ..module_utils import _compile_once  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._argspec import DOCKER_MUTUALLY_EXCLUSIVE, DOCKER_REQUIRED_TOGETHER, docker_connection
from ..module_utils._base.converge import converge
from ..module_utils._base.recipe import PLATFORMS
from ..module_utils._base.spec import BaseImageSpec
from ..module_utils._docker.connection import Connection
from ..module_utils._docker.engine import connect
from ..module_utils._errors import DockenvError
from ..module_utils._runtime import ensure_docker_sdk


def argument_spec():
    words = {"type": "list", "elements": "str", "default": []}
    return {
        **docker_connection(),
        "name": {"type": "str", "required": True},
        "tag": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "suite": {"type": "str"},
        "mirror": words,
        "components": words,
        "variant": {
            "type": "str",
            "choices": ["essential", "apt", "minbase", "buildd", "important", "standard"],
            "default": "minbase",
        },
        "packages": words,
        "ca_certificates": {"type": "list", "elements": "path", "default": []},
        "architecture": {"type": "str", "choices": list(PLATFORMS)},
        "entrypoint": words,
        "command": words,
        "env": {"type": "dict", "default": {}},
        "labels": {"type": "dict", "default": {}},
        "rebuild": {"type": "str", "choices": ["on_change", "always", "never"], "default": "on_change"},
        "force": {"type": "bool", "default": False},
    }


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=DOCKER_MUTUALLY_EXCLUSIVE,
        required_together=DOCKER_REQUIRED_TOGETHER,
        supports_check_mode=True,
    )
    try:
        spec = BaseImageSpec.from_params(module.params)
        connection = Connection.from_params(module.params, os.environ)
        ensure_docker_sdk()
        result = converge(spec, connect(connection), module.check_mode)
    except DockenvError as error:
        module.fail_json(msg=error.message, **error.details)
    module.exit_json(**result.to_dict(spec))


if __name__ == "__main__":
    main()
