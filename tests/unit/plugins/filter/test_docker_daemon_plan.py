# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.dockenv.python.plugins.filter.docker_daemon_plan import docker_daemon_plan
from ansible_collections.dockenv.python.plugins.module_utils._host.daemon_options import OPTIONS
from ansible_collections.dockenv.python.tests.unit.odd_values import VALUES
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("version", "release"),
    [
        pytest.param("20.10.24+dfsg1", "20.10", id="Debian 12"),
        pytest.param("5:20.10.24~3-0~debian-bookworm", "20.10", id="a package's version"),
        pytest.param("19.03", "19.03", id="the beginning of one"),
        pytest.param("20", "20", id="a major number"),
        pytest.param(20, "20", id="a number of YAML"),
    ],
)
def test_release_is_read_from_any_version(version, release):
    (problem,) = docker_daemon_plan({"proxies": {}}, engine=version)["problems"]
    assert problem == f"'proxies' needs Docker 23.0 or newer, and this host's is {release}"


@pytest.mark.parametrize(
    ("version", "options", "known"),
    [
        pytest.param("28", {"bip6": ""}, True, id="since the first of this number"),
        pytest.param("28", {"firewall-backend": ""}, False, id="since a later number"),
        pytest.param("28", {"api-cors-header": ""}, False, id="gone with the first of this number"),
        pytest.param("28", {"allow-direct-routing": True}, True, id="since a later one of this number"),
        pytest.param("dev", {"firewall-backend": ""}, True, id="no version that says anything"),
    ],
)
def test_of_a_major_number_only_what_is_sure_is_told(version, options, known):
    assert (docker_daemon_plan(options, engine=version)["problems"] == []) is known


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


def test_sockets_that_are_no_texts_are_a_problem():
    (problem,) = docker_daemon_plan({"hosts": [{"a": 1}]})["problems"]
    assert problem.startswith("'hosts' must hold 'fd://'")


@given(st.dictionaries(st.sampled_from(sorted(OPTIONS)), VALUES))
def test_no_value_of_an_option_breaks_the_plan(options):
    assert docker_daemon_plan(options, DEFAULTS, {"service": {"manager": "process"}})["override"] is False
