# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.dockenv.python.plugins.filter.docker_venv_problems import docker_venv_problems
from ansible_collections.dockenv.python.plugins.modules.docker_venv import ARGUMENTS

PATH = "/opt/tools/virtualenv"


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        pytest.param({}, [], id="a path is enough"),
        pytest.param(
            {
                "python": "/opt/python3.12/bin/python3",
                "packages": ["docker>=7.1.0", {"name": "six", "state": "absent"}],
                "constraints": "/srv/constraints.txt",
                "links": [{"path": "/usr/local/bin/docker-python", "command": "python3"}],
            },
            [],
            id="files and programs are taken to be there",
        ),
        pytest.param(
            {"index_url": "https://user:secret@h h/simple"},
            ["index_url: 'https://****@h h/simple' is no URL of a package index; write one such as 'https://HOST/simple'"],
            id="no URL, and no login in the sentence",
        ),
        pytest.param(
            {"links": [{"path": "/usr/local/bin/python3", "command": "python3"}]},
            ["links[0].path: the name 'python3' cannot stand for the virtualenv's Python; use another, such as 'docker-python'"],
            id="a link that would hide the interpreter",
        ),
    ],
)
def test_options_are_judged_without_the_host(options, problems):
    assert docker_venv_problems({"path": PATH, **options}) == problems


def test_all_options_of_the_module_have_its_defaults():
    defaults = {name: option.get("default") for name, option in ARGUMENTS.items() if name not in ("path", "proxies")}
    assert docker_venv_problems({"path": PATH, **defaults}) == docker_venv_problems({"path": PATH}) == []


@pytest.mark.parametrize("options", ["text", {}])
def test_other_arguments_are_refused(options):
    with pytest.raises(AnsibleFilterError, match="docker_venv_problems takes a mapping with a path, not"):
        docker_venv_problems(options)
