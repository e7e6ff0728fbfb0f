# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter with which the role docker_server checks a virtualenv's options; the rules are in module_utils/_venv/spec.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import InvalidInput
from ..module_utils._host.plain import as_plain
from ..module_utils._venv.spec import Spec

DOCUMENTATION = r"""
name: docker_venv_problems
short_description: Check options of docker_venv before a host is touched
version_added: 0.1.0
author: The dockenv.python contributors (@dockenv)
description:
  - Checks what M(dockenv.python.docker_venv) would check of its options, without the host. Files and programs of the host that they
    name are taken to be there.
options:
  _input:
    description: Options of M(dockenv.python.docker_venv), C(path) at least.
    type: dict
    required: true
seealso:
  - module: dockenv.python.docker_venv
"""

EXAMPLES = r"""
- name: Show what is wrong with a virtualenv's index
  ansible.builtin.debug:
    msg: "{{ {'path': '/opt/tools/virtualenv', 'index_url': 'mirror.example.com'} | dockenv.python.docker_venv_problems }}"
"""

RETURN = r"""
_value:
  description: What is wrong with the options, as a sentence that begins with the option's name. Nothing if they are well.
  type: list
  elements: str
"""

_DEFAULTS = {
    "state": "present",
    "python": "/usr/bin/python3",
    "packages": [],
    "requirements": None,
    "constraints": None,
    "index_url": None,
    "extra_index_urls": [],
    "proxies": {},
    "links": [],
    "recreate": "auto",
}


def docker_venv_problems(options: Any) -> list[str]:
    """Return what is wrong with ``options``. Raises AnsibleFilterError if they are no mapping with a path."""
    if not isinstance(options, Mapping) or "path" not in options:
        raise AnsibleFilterError(f"docker_venv_problems takes a mapping with a path, not {type(options).__name__}")
    params = {**_DEFAULTS, **as_plain(options)}
    params["links"] = [{"state": "present", "force": True, **link} for link in params["links"]]
    try:
        Spec.from_params(params, read=lambda path: "", find_program=lambda name: name, home="/root")
    except InvalidInput as error:
        return [error.message]
    return []


class FilterModule:
    """The filter plugins of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"docker_venv_problems": docker_venv_problems}
