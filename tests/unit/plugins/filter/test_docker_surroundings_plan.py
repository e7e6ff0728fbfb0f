# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.dockenv.python.plugins.filter.docker_surroundings_plan import docker_surroundings_plan


def test_plan_for_a_bare_host():
    plan = docker_surroundings_plan({"labels": {"stage": "test"}, "daemon_options": {"debug": True}})
    assert plan["options"] == {"labels": ["stage=test"], "debug": True}
    assert plan["problems"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((["proxies"],), "docker_surroundings_plan takes a mapping as its input, not list", id="variables"),
        pytest.param(({}, "host"), "docker_surroundings_plan takes a mapping as host, not str", id="host"),
    ],
)
def test_other_arguments_are_refused(arguments, message):
    with pytest.raises(AnsibleFilterError) as raised:
        docker_surroundings_plan(*arguments)
    assert str(raised.value) == message
