# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._host import engine_variables
from ansible_collections.dockenv.python.plugins.module_utils._host.engine_variables import judge_data_root, overlay_options, read_variables

FULL = {
    "registry_mirrors": ["https://mirror.example.com", "https://mirror.example.com", "http://mirror.example.com:5000/hub"],
    "insecure_registries": ["registry.example.com:5000", "192.0.2.0/24", "[2001:db8::1]:5000"],
    "data_root": "/srv/docker/",
    "address_pools": [{"base": "10.64.0.0/16", "size": "24"}, {"base": "2001:db8::/104", "size": 112}],
    "dns": ["host", "192.0.2.53"],
    "labels": {"tier": 2, "stage": "test", "spare": True},
    "log_driver": "local",
    "log_options": {"max-size": "1m"},
}


def test_variables_become_options():
    options, problems = read_variables(FULL, ["127.0.0.53", "198.51.100.53"])
    assert problems == []
    assert options == {
        "registry-mirrors": ["https://mirror.example.com", "http://mirror.example.com:5000/hub"],
        "insecure-registries": ["registry.example.com:5000", "192.0.2.0/24", "[2001:db8::1]:5000"],
        "data-root": "/srv/docker",
        "default-address-pools": [{"base": "10.64.0.0/16", "size": 24}, {"base": "2001:db8::/104", "size": 112}],
        "dns": ["198.51.100.53", "192.0.2.53"],
        "labels": ["spare=true", "stage=test", "tier=2"],
        "log-driver": "local",
        "log-opts": {"max-size": "1m"},
    }


def test_empty_variables_stand_for_no_option():
    assert read_variables({**{name: [] for name in FULL}, "data_root": "", "labels": {}, "log_driver": None}, []) == ({}, [])


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        pytest.param(
            {"registry_mirrors": ["user:secret@mirror"]},
            "docker_server_registry_mirrors: 'user:secret@mirror' is not the URL of a mirror",
            id="no URL",
        ),
        pytest.param(
            {"registry_mirrors": ["ftp://user:secret@mirror"]},
            "docker_server_registry_mirrors: 'ftp://****@mirror' is not the URL of a mirror",
            id="another scheme, whose login is not told",
        ),
        pytest.param(
            {"registry_mirrors": "https://m.example"}, "docker_server_registry_mirrors: it must be a list", id="a text for a list"
        ),
        pytest.param({"registry_mirrors": [5]}, "docker_server_registry_mirrors: 5 must be a text", id="a number for a text"),
        pytest.param(
            {"insecure_registries": ["http://registry.example.com"]},
            "docker_server_insecure_registries: 'http://registry.example.com' is not a registry",
            id="a URL for a host",
        ),
        pytest.param(
            {"insecure_registries": ["192.0.2.0/99"]},
            "docker_server_insecure_registries: '192.0.2.0/99' is not a registry",
            id="no network",
        ),
        pytest.param({"data_root": "srv"}, "docker_server_data_root: 'srv' is not the absolute path", id="a relative path"),
        pytest.param({"data_root": "/srv/../etc"}, "docker_server_data_root: '/srv/../etc' is not the absolute path", id="a way out"),
        pytest.param({"data_root": "/"}, "docker_server_data_root: '/' is not the absolute path", id="the root"),
        pytest.param(
            {"address_pools": ["10.0.0.0/8"]}, "docker_server_address_pools: '10.0.0.0/8' is not an address pool", id="no mapping"
        ),
        pytest.param(
            {"address_pools": [{"base": "10.0.0.1/8", "size": 24}]},
            "docker_server_address_pools: {'base': '10.0.0.1/8', 'size': 24} is not an address pool: 10.0.0.1/8 has host bits set",
            id="an address for a network",
        ),
        pytest.param(
            {"address_pools": [{"base": "10.0.0.0/16", "size": 8}]},
            "docker_server_address_pools: networks of size 8 cannot be cut from '10.0.0.0/16'; write a size from 16 to 32",
            id="larger than the pool",
        ),
        pytest.param(
            {"address_pools": [{"base": "10.0.0.0/8", "size": 24}, {"base": "10.64.0.0/16", "size": 24}]},
            "docker_server_address_pools: the pools '10.0.0.0/8' and '10.64.0.0/16' overlap; take one of them off",
            id="one pool in another",
        ),
        pytest.param({"dns": ["localhost"]}, "docker_server_dns: 'localhost' is not the address of a name server", id="a name"),
        pytest.param(
            {"dns": ["fe80::1%eth0"]}, "docker_server_dns: 'fe80::1%eth0' is not the address of a name server", id="of one interface"
        ),
        pytest.param({"dns": ["127.0.0.53"]}, "docker_server_dns: '127.0.0.53' is a loopback address", id="systemd-resolved"),
        pytest.param(
            {"dns": ["host"]},
            "docker_server_dns: 'host' names no name server that a container can reach: the host asks only 127.0.0.1, ::1; write",
            id="a host that asks itself",
        ),
        pytest.param({"labels": ["a=b"]}, "docker_server_labels: it must be a mapping, not ['a=b']", id="a list for a mapping"),
        pytest.param({"labels": {"a b": 1}}, "docker_server_labels: 'a b' is not a label", id="a space"),
        pytest.param({"labels": {"a": [1]}}, "docker_server_labels: 'a' is not a label", id="a list for a value"),
        pytest.param({"log_driver": {"name": "local"}}, "docker_server_log_driver: {'name': 'local'} must be a text", id="no driver"),
    ],
)
def test_what_cannot_be_is_told(variables, problem):
    options, problems = read_variables(variables, ["127.0.0.1", "::1"])
    assert options == {}
    assert [sentence[: len(problem)] for sentence in problems] == [problem]


def test_host_without_resolvers_is_told():
    with pytest.raises(InvalidInput, match=r"the host's resolv\.conf names none"):
        engine_variables.read_dns(["host"], [])


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"])
def test_loopback_addresses_are_known(address):
    assert engine_variables.is_loopback(address)


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
def test_other_addresses_are_none(address):
    assert not engine_variables.is_loopback(address)


@pytest.mark.parametrize(
    ("variables", "options", "merged"),
    [
        pytest.param({"labels": ["a=1"]}, {"debug": True}, {"labels": ["a=1"], "debug": True}, id="both"),
        pytest.param({"labels": ["a=1"]}, {"labels": ["b=2"]}, {"labels": ["b=2"]}, id="the mapping wins, as a whole"),
        pytest.param({"labels": ["a=1"]}, {"labels": None}, {"labels": None}, id="null takes an option of a variable away"),
        pytest.param(
            {"log-opts": {"max-size": "1m", "max-file": "2"}},
            {"log-opts": {"max-file": "5"}},
            {"log-opts": {"max-size": "1m", "max-file": "5"}},
            id="log-opts one by one",
        ),
        pytest.param(
            {"log-driver": "syslog", "log-opts": {"syslog-address": "udp://192.0.2.1"}},
            {"log-driver": "local"},
            {"log-driver": "local"},
            id="log-opts of another driver",
        ),
        pytest.param(
            {"log-driver": "syslog", "log-opts": {"syslog-address": "udp://192.0.2.1"}},
            {"log-driver": "local", "log-opts": {"compress": "true"}},
            {"log-driver": "local", "log-opts": {"compress": "true"}},
            id="log-opts of another driver, and those of the chosen one",
        ),
        pytest.param({"log-opts": {"tag": "x"}}, {"log-opts": None}, {"log-opts": None}, id="null takes all log-opts away"),
        pytest.param({"log-opts": {"tag": "x"}}, {"log-opts": ["y"]}, {"log-opts": ["y"]}, id="what is wrong stays, to be refused"),
        pytest.param({}, {}, {}, id="nothing"),
    ],
)
def test_options_go_over_variables(variables, options, merged):
    assert overlay_options(variables, options) == merged


def present_root(path, by="file", real=None, holdings=("images",)):
    return {"data_root": path, "data_root_by": by, "real_data_root": real or path, "holdings": holdings}


@pytest.mark.parametrize(
    ("wanted", "present", "keeps_flag"),
    [
        pytest.param("/srv/docker", present_root("/var/lib/docker", holdings=()), False, id="nothing to miss"),
        pytest.param(None, present_root("/var/lib/docker"), False, id="the default stays"),
        pytest.param("/srv/docker/", present_root("/srv/docker"), False, id="another spelling"),
        pytest.param("/srv/docker", present_root("/var/lib/docker", real="/srv/docker"), False, id="a link leads there"),
        pytest.param(5, present_root("/var/lib/docker"), False, id="no path, which is told elsewhere"),
        pytest.param(None, present_root("/srv/docker", "variable"), True, id="a flag names it, and goes on to"),
        pytest.param("/srv/docker", present_root("/srv/docker", "command"), False, id="a flag that goes named the same"),
        pytest.param("/srv/docker", present_root("/srv/docker", "engine"), True, id="who named it is not known"),
        pytest.param(None, {}, False, id="nothing is known"),
    ],
)
def test_data_root_may_be(wanted, present, keeps_flag):
    assert judge_data_root(wanted, present, keeps_flag) is None


@pytest.mark.parametrize("path", ["/srv", "/", "/var/lib/", "/var/lib/containerd"])
def test_data_root_is_no_folder_of_the_system(path):
    assert judge_data_root(path, present_root("/var/lib/docker", holdings=()), False) == (
        f"{path!r} is a folder of the system's, in which others keep things too; give the engine's data a folder in it"
    )


@pytest.mark.parametrize(
    ("by", "place"),
    [
        ("command", "in a drop-in of docker.service"),
        ("variable", "in a variable of docker.service, such as DOCKER_OPTS in /etc/default/docker"),
    ],
)
def test_data_root_is_named_once(by, place):
    assert judge_data_root("/srv/docker", present_root("/srv/docker", by), True) == (
        f"the engine is started with a data root already, '/srv/docker', and not with two: take the flag off {place}"
    )


@pytest.mark.parametrize(
    ("wanted", "present", "held"),
    [
        pytest.param("/srv/docker", present_root("/var/lib/docker"), "images", id="one kind"),
        pytest.param(
            None,
            present_root("/srv/docker", holdings=("containers", "images", "volumes")),
            "containers, images and volumes",
            id="back to the default",
        ),
        pytest.param(None, present_root("/srv/docker", "command"), "images", id="with the flag that goes"),
    ],
)
def test_data_that_would_be_left_behind_is_told(wanted, present, held):
    assert judge_data_root(wanted, present, False) == (
        f"with its data at '{wanted or '/var/lib/docker'}' the engine would not see what '{present['data_root']}' holds any more: {held}; "
        f"stop docker.socket and docker.service and move that folder to '{wanted or '/var/lib/docker'}', or set docker_server_data_root to "
        f"'{present['data_root']}'"
    )
