# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.dockenv.python.plugins.filter.docker_daemon_plan import docker_daemon_plan

DEFAULTS = {"live-restore": True}


def test_plan_for_a_bare_host():
    plan = docker_daemon_plan({"debug": True}, DEFAULTS)
    assert plan["options"] == {"debug": True, "live-restore": True}
    assert (plan["problems"], plan["differing"], plan["apply"]) == ([], ["debug", "live-restore"], "reload")


def test_release_of_the_host_is_known():
    host = {"engine": {"version": "20.10.24+dfsg1"}}
    assert docker_daemon_plan({"proxies": {}}, host=host)["problems"] == ["'proxies' needs Docker 23.0 or newer, and this host's is 20.10"]


def test_release_is_assumed_where_there_is_no_engine():
    host = {"engine": {"version": None}}
    assert docker_daemon_plan({"proxies": {}}, host=host, engine="20.10")["problems"] != []
    assert docker_daemon_plan({"proxies": {}}, host=host, engine="")["problems"] == []


@pytest.mark.parametrize("state", ["active", "pending", "locked", "error"])
def test_any_state_in_a_swarm_is_one(state):
    assert docker_daemon_plan({}, DEFAULTS, host={"engine": {"swarm": state}})["options"] == {"live-restore": False}


def test_unreadable_file_needs_a_restart():
    host = {"config": {"options": None, "problem": "it is half a file"}}
    assert docker_daemon_plan({"debug": True}, host=host)["apply"] == "restart"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((["debug"],), "docker_daemon_plan takes a mapping as its input, not ['debug']", id="options"),
        pytest.param(({}, ["debug"]), "docker_daemon_plan takes a mapping as defaults, not ['debug']", id="defaults"),
        pytest.param(({}, {}, "host"), "docker_daemon_plan takes a mapping as host, not 'host'", id="host"),
    ],
)
def test_other_arguments_are_refused(arguments, message):
    with pytest.raises(AnsibleFilterError) as raised:
        docker_daemon_plan(*arguments)
    assert str(raised.value) == message
