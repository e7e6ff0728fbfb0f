# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.dockenv.python.plugins.filter.docker_surroundings_plan import docker_surroundings_plan
from ansible_collections.dockenv.python.tests.unit.odd_values import VALUES
from hypothesis import given
from hypothesis import strategies as st

VARIABLES = (
    *("registry_mirrors", "insecure_registries", "data_root", "address_pools", "dns", "labels", "log_driver", "log_options"),
    *("daemon_options", "proxies", "drop_ins", "registries"),
    *("prune_objects", "prune_until", "prune_filters", "prune_all_images", "prune_schedule"),
)


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


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        pytest.param(
            {"daemon_options": ["debug"]}, "docker_server_daemon_options: it must be a mapping, not ['debug']", id="a list of options"
        ),
        pytest.param(
            {"address_pools": [{"base": "10.64.0.0/16", "size": None}]},
            "docker_server_address_pools: {'base': '10.64.0.0/16', 'size': None} is not an address pool: its size must be a prefix length such as 24",
            id="an empty size",
        ),
        pytest.param(
            {"address_pools": [{"base": "10.64.0.0/16", "size": 24.5}]},
            "docker_server_address_pools: {'base': '10.64.0.0/16', 'size': 24.5} is not an address pool: its size must be a prefix length such as 24",
            id="half a size",
        ),
        pytest.param(
            {"registry_mirrors": [{"url": "https://user:secret@mirror.example.com"}]},
            "docker_server_registry_mirrors: {'url': 'https://****@mirror.example.com'} must be a text",
            id="a mapping for a URL, whose login is not told",
        ),
    ],
)
def test_odd_values_are_problems(variables, problem):
    assert docker_surroundings_plan(variables)["problems"] == [problem]


@pytest.mark.parametrize("log_driver", [["json-file"], {"name": "json-file"}, 5])
def test_a_log_driver_that_is_no_text_is_left_to_the_daemon_plan(log_driver):
    assert docker_surroundings_plan({"daemon_options": {"log-driver": log_driver}})["options"] == {"log-driver": log_driver}


@given(
    st.dictionaries(st.sampled_from(VARIABLES), VALUES), st.dictionaries(st.sampled_from(["log-driver", "log-opts", "data-root"]), VALUES)
)
def test_no_value_of_a_variable_breaks_the_plan(variables, daemon_options):
    docker_surroundings_plan({"prune": True, "daemon_options": daemon_options, **variables})


ENTRIES = (
    ("address_pools", ("base", "size")),
    ("registries", ("users", "registry", "username", "password", "state")),
)


@pytest.mark.parametrize(("variable", "keys"), ENTRIES)
@given(st.data())
def test_no_entry_of_a_list_breaks_the_plan(variable, keys, data):
    entry = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(keys, VALUES)))
    docker_surroundings_plan({variable: [entry]})


@given(st.dictionaries(st.sampled_from(["Unit", "Service"]), st.dictionaries(st.sampled_from(["LimitNOFILE", "ExecStart"]), VALUES)))
def test_no_setting_of_a_drop_in_breaks_the_plan(sections):
    docker_surroundings_plan({"drop_ins": {"limits": sections}, "daemon_options": {"hosts": ["fd://"]}})
