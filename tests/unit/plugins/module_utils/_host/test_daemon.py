# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import daemon
from ansible_collections.dockenv.python.plugins.module_utils._host.daemon import Host
from ansible_collections.dockenv.python.plugins.module_utils._host.daemon_options import OPTIONS

DEFAULTS = {"live-restore": True, "log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "3"}}


def host_with(options, **more):
    """Return a host whose daemon.json holds ``options``, as docker_host_info reports it."""
    return Host(current=daemon.mask_credentials(options), digest=daemon.digest_options(options), **more)


@pytest.mark.parametrize(
    ("options", "swarm", "merged"),
    [
        pytest.param({}, False, DEFAULTS, id="defaults alone"),
        pytest.param({"debug": True}, False, {**DEFAULTS, "debug": True}, id="one more option"),
        pytest.param(
            {"live-restore": None}, False, {key: DEFAULTS[key] for key in ("log-driver", "log-opts")}, id="null takes a default away"
        ),
        pytest.param(
            {"log-opts": {"max-size": "1m", "compress": True}},
            False,
            {**DEFAULTS, "log-opts": {"max-size": "1m", "max-file": "3", "compress": "true"}},
            id="log-opts are merged one by one, as texts",
        ),
        pytest.param(
            {"log-opts": {"max-file": 5}}, False, {**DEFAULTS, "log-opts": {"max-size": "10m", "max-file": "5"}}, id="numbers become texts"
        ),
        pytest.param(
            {"log-opts": {"max-file": None}}, False, {**DEFAULTS, "log-opts": {"max-size": "10m"}}, id="null takes a log option away"
        ),
        pytest.param(
            {"log-driver": "journald"},
            False,
            {"live-restore": True, "log-driver": "journald"},
            id="no sizes for a driver that refuses them",
        ),
        pytest.param({"log-driver": "local"}, False, {**DEFAULTS, "log-driver": "local"}, id="the driver local knows the sizes"),
        pytest.param({"log-opts": None}, False, {"live-restore": True, "log-driver": "json-file"}, id="null takes all log options away"),
        pytest.param({}, True, {**DEFAULTS, "live-restore": False}, id="no live-restore on a node of a Swarm"),
        pytest.param({"live-restore": True}, True, DEFAULTS, id="what is asked for stays, to be refused"),
    ],
)
def test_options_go_over_defaults(options, swarm, merged):
    assert daemon.merge_options(DEFAULTS, options, swarm) == merged


def test_text_is_equal_for_equal_options():
    first, second = {"debug": True, "bip": "192.0.2.1/24"}, {"bip": "192.0.2.1/24", "debug": True}
    assert daemon.render_options(first) == daemon.render_options(second)
    assert json.loads(daemon.render_options(first)) == first
    assert daemon.digest_options(first) == daemon.digest_options(second)


@pytest.mark.parametrize(
    ("options", "host", "problems"),
    [
        pytest.param({"debug": True, "mtu": 1400, "dns": ["192.0.2.1"]}, Host(), [], id="good ones on a bare host"),
        pytest.param({"debgu": True}, Host(), ["'debgu' is not an option of daemon.json: did you mean 'debug'?"], id="a slip of the pen"),
        pytest.param({"no-such-thing-at-all": 1}, Host(), ["'no-such-thing-at-all' is not an option of daemon.json"], id="nothing near"),
        pytest.param({"debug": "yes"}, Host(), ["'debug' must be true or false, not 'yes'"], id="text for a flag"),
        pytest.param({"mtu": True}, Host(), ["'mtu' must be a whole number, not True"], id="flag for a number"),
        pytest.param({"dns": "192.0.2.1"}, Host(), ["'dns' must be a list, not '192.0.2.1'"], id="text for a list"),
        pytest.param({"log-opts": ["max-size=1m"]}, Host(), ["'log-opts' must be a mapping, not ['max-size=1m']"], id="list for a mapping"),
        pytest.param({"default-shm-size": "64M"}, Host(), [], id="a size as text"),
        pytest.param({"default-shm-size": 1024}, Host(), [], id="a size as number"),
        pytest.param(
            {"registry-mirrors": "https://user:secret@mirror.example"},
            Host(),
            ["'registry-mirrors' must be a list, not 'https://****@mirror.example'"],
            id="a secret is not told",
        ),
        pytest.param({"proxies": {}}, Host(engine=(23, 0)), [], id="known since this release"),
        pytest.param(
            {"proxies": {}},
            Host(engine=(20, 10)),
            ["'proxies' needs Docker 23.0 or newer, and this host's is 20.10"],
            id="too new for the engine",
        ),
        pytest.param(
            {"graph": "/srv"},
            Host(engine=(26, 1)),
            ["'graph' was removed in Docker 23.0, and this host's is 26.1"],
            id="too old for the engine",
        ),
        pytest.param(
            {"pidfile": "/run/x.pid"},
            Host(),
            ["'pidfile' cannot be set: the service finds the engine by its usual file, /var/run/docker.pid"],
            id="the service's own",
        ),
        pytest.param(
            {"live-restore": True},
            Host(swarm=True),
            ["'live-restore' cannot be true on a node of a Swarm: the engine refuses to start with both"],
            id="live-restore in a Swarm",
        ),
        pytest.param({"hosts": ["fd://", "tcp://127.0.0.1:2375"]}, Host(), [], id="systemd's socket"),
        pytest.param({"hosts": ["unix:///var/run/docker.sock"]}, Host(systemd=False), [], id="the engine's own socket"),
        pytest.param(
            {"hosts": ["tcp://127.0.0.1:2375"]},
            Host(),
            [
                "'hosts' must hold 'fd://' or 'unix:///var/run/docker.sock' too: docker-python and the docker client talk to the engine there"
            ],
            id="no local socket",
        ),
        pytest.param(
            {"hosts": ["fd://"]},
            Host(systemd=False),
            ["'hosts' cannot hold 'fd://' without systemd: name 'unix:///var/run/docker.sock'"],
            id="systemd's socket without systemd",
        ),
    ],
)
def test_problems_are_named(options, host, problems):
    assert daemon.find_problems(options, host) == problems


@pytest.mark.parametrize(
    ("current", "wanted", "differing", "apply"),
    [
        pytest.param({"debug": True}, {"debug": True}, (), "none", id="equal"),
        pytest.param({"debug": False}, {"debug": True}, ("debug",), "reload", id="a key that can be reloaded"),
        pytest.param({}, {"labels": ["a=b"], "debug": True}, ("debug", "labels"), "reload", id="new keys that can be reloaded"),
        pytest.param({"debug": True}, {}, ("debug",), "restart", id="a key that vanishes stays in force until a restart"),
        pytest.param({"debug": True}, {"debug": False, "mtu": 1400}, ("debug", "mtu"), "restart", id="one key that cannot be reloaded"),
        pytest.param({"x-unknown": 1}, {"debug": True}, ("debug", "x-unknown"), "restart", id="an unknown key that vanishes"),
    ],
)
def test_changes_are_taken_over_as_gently_as_possible(current, wanted, differing, apply):
    host = host_with(current)
    assert daemon.differing_keys(wanted, host) == differing
    assert daemon.choose_apply(differing, wanted, host) == apply


def test_missing_file_differs_in_every_key():
    assert daemon.differing_keys({"debug": True, "mtu": 1400}, Host()) == ("debug", "mtu")


def test_change_that_was_never_proven_needs_a_restart():
    assert daemon.choose_apply((), {}, host_with({}, pending=True)) == "restart"


def test_changed_credentials_are_seen_and_not_shown():
    old, new = ({"proxies": {"http-proxy": f"http://user:{secret}@proxy.example:3128"}, "debug": True} for secret in ("old", "new"))
    plan = daemon.plan_daemon(new, {}, host_with(old))
    assert (plan.differing, plan.apply, plan.secret) == (("proxies",), "restart", True)
    assert daemon.mask_credentials(new)["proxies"] == {"http-proxy": "http://****@proxy.example:3128"}


def test_a_password_with_an_at_sign_is_hidden_whole():
    assert daemon.mask_credentials({"proxies": {"http-proxy": "http://u:se@cret@proxy"}}) == {
        "proxies": {"http-proxy": "http://****@proxy"}
    }


@pytest.mark.parametrize("name", ["splunk-token", "logentries-token"])
def test_tokens_of_log_drivers_are_credentials(name):
    old, new = ({"log-opts": {name: token, "max-size": "1m"}} for token in ("old", "new"))
    plan = daemon.plan_daemon(new, {}, host_with(old))
    assert (plan.differing, plan.apply, plan.secret) == (("log-opts",), "restart", True)
    assert daemon.mask_credentials(new) == {"log-opts": {name: "****", "max-size": "1m"}}
    assert daemon.mask_credentials(f"dockerd --log-opt {name}=new --debug") == f"dockerd --log-opt {name}=**** --debug"


def test_options_without_credentials_are_no_secret():
    assert not daemon.plan_daemon({"proxies": {"http-proxy": "http://proxy.example:3128"}}, DEFAULTS, Host()).secret


@pytest.mark.parametrize(
    ("systemd", "override"), [pytest.param(True, True, id="the unit names a socket too"), pytest.param(False, False, id="there is no unit")]
)
def test_named_sockets_need_a_drop_in_for_systemd(systemd, override):
    options = {"hosts": ["unix:///var/run/docker.sock"]}
    assert daemon.plan_daemon(options, DEFAULTS, Host(systemd=systemd)).override is override


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_known_option_has_a_kind_and_a_life(name):
    option = OPTIONS[name]
    assert option.kind in ("bool", "int", "str", "list", "map", "size")
    assert option.since is None or option.until is None or option.since < option.until
