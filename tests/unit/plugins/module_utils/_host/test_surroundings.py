# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import surroundings
from ansible_collections.dockenv.python.plugins.module_utils._host.own_files import describe_file

BARE = {"service": {"manager": "systemd"}, "config": {"data_root": "/var/lib/docker", "real_data_root": "/var/lib/docker", "holdings": []}}
PROXIES = {"http": "http://carol:secret@h:1", "no_proxy": ["localhost"]}


def plan_surroundings(variables, host):
    return surroundings.plan_surroundings(variables, host, "print()\n")


def paths(plan):
    return [file["path"] for file in plan["engine_files"]]


def test_nothing_is_wanted_of_a_bare_host():
    plan = plan_surroundings({}, BARE)
    assert (plan["options"], plan["problems"], plan["engine_files"], plan["apt_configuration"]) == ({}, [], [], "")


def test_options_of_variables_and_of_the_mapping_come_together():
    plan = plan_surroundings(
        {"labels": {"stage": "test"}, "dns": ["host"], "daemon_options": {"debug": True}}, {"resolvers": ["192.0.2.1"]}
    )
    assert plan["options"] == {"labels": ["stage=test"], "dns": ["192.0.2.1"], "debug": True}


def test_proxies_serve_the_engine_apt_and_pip():
    plan = plan_surroundings({"proxies": PROXIES}, BARE)
    assert paths(plan) == ["/etc/docker/dockenv-proxies.env", "/etc/systemd/system/docker.service.d/dockenv-proxies.conf"]
    assert plan["apt_configuration"] == 'Acquire::http::Proxy "http://carol:secret@h:1";\n'
    assert plan["proxies"] == {"http": "http://carol:secret@h:1", "https": "", "no_proxy": "localhost"}
    assert plan["proxies_secret"] is True


def test_without_systemd_the_environment_is_enough():
    assert paths(plan_surroundings({"proxies": PROXIES}, {"service": {"manager": "process"}})) == ["/etc/docker/dockenv-proxies.env"]


def test_files_of_another_run_go():
    found = {"engine": {"/etc/systemd/system/docker.service.d/dockenv-old.conf": {"digest": "0", "mode": "0644"}}}
    assert plan_surroundings({}, {**BARE, "own_files": found})["engine_files"] == [
        {"path": "/etc/systemd/system/docker.service.d/dockenv-old.conf", "state": "absent"}
    ]


@pytest.mark.parametrize(
    ("variables", "host", "problem"),
    [
        pytest.param({"proxies": {"http": "h"}}, {}, "docker_server_proxies: http is not the URL", id="proxies"),
        pytest.param({"drop_ins": {"x": {}}}, {}, "docker_server_drop_ins: 'x' must be a mapping", id="drop-ins"),
        pytest.param(
            {"drop_ins": {"x": {"Service": {"ExecStart": ""}}}, "daemon_options": {"hosts": ["fd://"]}},
            {},
            "docker_server_drop_ins: 'x' sets ExecStart, which the role sets itself",
            id="a start that the role sets itself",
        ),
        pytest.param(
            {"drop_ins": {"x": {"Service": {"A": 1}}}},
            {"service": {"manager": "process"}},
            "docker_server_drop_ins: this host has no systemd",
            id="drop-ins without systemd",
        ),
        pytest.param(
            {"data_root": "/srv/docker"},
            {"config": {**BARE["config"], "holdings": ["images"]}},
            "docker_server_data_root: with its data at",
            id="data",
        ),
        pytest.param(
            {"data_root": "/var/lib/docker", "daemon_options": {"data-root": "/srv/docker"}},
            {"config": {**BARE["config"], "holdings": ["images"]}},
            "docker_server_daemon_options: with its data at",
            id="data, by the mapping that wins",
        ),
        pytest.param(
            {"daemon_options": {"graph": "/srv"}}, {}, "docker_server_daemon_options: '/srv' is a folder of the system's", id="graph"
        ),
    ],
)
def test_what_cannot_be_is_told_by_the_name_of_the_variable(variables, host, problem):
    (found,) = plan_surroundings(variables, {**BARE, **host})["problems"]
    assert found.startswith(problem)
    assert "secret" not in found


def test_logins_are_asked_for_without_passwords():
    plan = plan_surroundings({"registries": [{"username": "carol", "password": "hush"}]}, BARE)
    (login,) = plan["logins"]
    assert (login["user"], login["registry"], login["username"], login["state"]) == ("root", "docker.io", "carol", "present")
    assert "hush" not in str(plan)


@pytest.mark.parametrize(("kept", "differ"), [([True, True], False), ([True, False], True), ([], False)])
def test_logins_differ_where_one_does(kept, differ):
    found = [{"kept": each, "problem": None} for each in kept]
    assert plan_surroundings({}, {**BARE, "logins": found})["logins_differ"] is differ


def test_account_that_cannot_have_a_login_is_told_once():
    found = [{"kept": False, "problem": "there is no user 'x'"}] * 2
    assert plan_surroundings({}, {**BARE, "logins": found})["problems"] == ["docker_server_registries: there is no user 'x'"]


PRUNE = {
    "prune": True,
    "prune_objects": ["images"],
    "prune_until": "168h",
    "prune_filters": [],
    "prune_all_images": False,
    "prune_schedule": "weekly",
}


def files_of(variables):
    """Return what a host has after a run with these variables."""
    return {
        file["path"]: describe_file(file["text"].encode(), int(file["mode"], 8))
        for file in plan_surroundings(variables, BARE)["prune_files"]
    }


@pytest.mark.parametrize(
    ("variables", "found", "prunes", "differs", "reschedules"),
    [
        pytest.param({}, {}, False, False, False, id="off"),
        pytest.param(PRUNE, {}, False, True, True, id="to be made"),
        pytest.param(PRUNE, PRUNE, True, False, False, id="made"),
        pytest.param(PRUNE, PRUNE, False, True, False, id="made, and stopped by somebody"),
        pytest.param({**PRUNE, "prune_schedule": "daily"}, PRUNE, True, True, True, id="at another time"),
        pytest.param({**PRUNE, "prune_until": "1h"}, PRUNE, True, True, False, id="with other words"),
        pytest.param({**PRUNE, "prune": "false"}, PRUNE, True, True, True, id="to be taken away, said on the command line"),
    ],
)
def test_timer_that_prunes_is_compared(variables, found, prunes, differs, reschedules):
    host = {**BARE, "service": {"manager": "systemd", "prunes": prunes}, "own_files": {"prune": files_of(found)}}
    plan = plan_surroundings(variables, host)
    assert (plan["problems"], plan["prune_differs"], plan["prune_reschedules"]) == ([], differs, reschedules)


@pytest.mark.parametrize(
    ("variables", "manager", "problem"),
    [
        pytest.param({**PRUNE, "prune_until": "x"}, "systemd", "docker_server_prune_until: 'x' is not", id="a wrong option"),
        pytest.param(PRUNE, "process", "docker_server_prune: this host has no systemd to run the timer", id="no systemd"),
    ],
)
def test_timer_that_cannot_be_is_told(variables, manager, problem):
    (found,) = plan_surroundings(variables, {**BARE, "service": {"manager": manager}})["problems"]
    assert found.startswith(problem)


def test_drop_ins_of_others_go_with_the_engines_own_files():
    leftovers = [
        {"path": "/etc/systemd/system/docker.service.d/options.conf", "kind": "command", "says": "/usr/bin/dockerd"},
        {"path": "/etc/cron.d/clean", "kind": "prune", "says": "docker system prune -af"},
    ]
    plan = plan_surroundings({}, {**BARE, "leftovers": leftovers})
    assert plan["engine_files"] == [{"path": "/etc/systemd/system/docker.service.d/options.conf", "state": "absent"}]
    assert [each["how"] for each in plan["taken_over"]] == ["engine", "removed"]


COMMAND = {
    "path": "/etc/systemd/system/docker.service.d/options.conf",
    "kind": "command",
    "says": "/usr/bin/dockerd --data-root=/srv/docker",
}


@pytest.mark.parametrize(
    ("named_by", "variables", "host", "switches", "is_left_behind"),
    [
        pytest.param("command", {}, {}, False, False, id="a drop-in that stays"),
        pytest.param("command", {}, {"leftovers": [COMMAND]}, False, True, id="a drop-in that is taken over"),
        pytest.param("command", {"daemon_options": {"hosts": ["fd://"]}}, {}, False, True, id="a drop-in over which the role sets its own"),
        pytest.param("variable", {}, {}, False, False, id="DOCKER_OPTS, of packages that stay"),
        pytest.param("variable", {}, {}, True, True, id="DOCKER_OPTS, which the packages that come do not read"),
        pytest.param("variable", {}, {"service": {"manager": "process"}}, False, True, id="DOCKER_OPTS, which the role does not read"),
        pytest.param("engine", {}, {}, False, True, id="who knows what"),
        pytest.param("file", {}, {}, False, True, id="an option that is not asked for, such as graph"),
    ],
)
def test_data_is_not_left_behind_where_a_flag_goes(named_by, variables, host, switches, is_left_behind):
    config = {"data_root": "/srv/docker", "data_root_by": named_by, "real_data_root": "/srv/docker", "holdings": ["images"]}
    plan = surroundings.plan_surroundings(variables, {**BARE, "config": config, **host}, "", switches=switches)
    assert [problem.partition(":")[0] for problem in plan["problems"]] == ["docker_server_data_root"] * is_left_behind


def test_drop_in_that_another_part_takes_over_keeps_its_flag():
    config = {"data_root": "/srv/docker", "data_root_by": "command", "real_data_root": "/srv/docker", "holdings": ["images"]}
    plan = surroundings.plan_surroundings({}, {**BARE, "config": config, "leftovers": [COMMAND]}, "", parts=["install"])
    assert plan["problems"] == []
