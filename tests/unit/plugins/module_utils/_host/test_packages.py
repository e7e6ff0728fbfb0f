# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host.packages import Pin, Present, Wanted, plan_packages, preferred

NEWER, OLDER = "5:26.2.0-1", "5:26.1.5-1"
OFFERED = {"docker-ce": [NEWER, OLDER], "docker-ce-cli": [NEWER, OLDER], "containerd.io": ["1.7.24-1"]}
UPSTREAM = {"docker-ce": OLDER, "docker-ce-cli": OLDER, "containerd.io": "1.7.24-1"}
DISTRIBUTION = {"docker.io": "26.1.5+dfsg1-9", "containerd": "1.7.24~ds1-6", "runc": "1.1.15+ds1-2"}


def want(version: str = "", **options) -> Wanted:
    """Return what asks for upstream's packages."""
    pin = Pin("docker_server_version", ("docker-ce", "docker-ce-cli", "docker.io"), version)
    return Wanted(
        packages=("docker-ce", "docker-ce-cli", "containerd.io"),
        pins=(pin,),
        conflicts=("docker.io", "docker-cli", "containerd", "runc"),
        engine=("docker-ce", "docker.io"),
        **options,
    )


def test_nothing_is_to_be_done_where_all_is_there():
    plan = plan_packages(want("26.1"), Present(UPSTREAM))
    assert (plan.differs, plan.engine, plan.install, plan.remove, plan.changes, plan.hold, plan.unhold) == (
        False,
        False,
        (),
        (),
        (),
        (),
        (),
    )


def test_packages_of_a_bare_host_come():
    plan = plan_packages(want("26.1"), Present(), OFFERED)
    assert plan.install == (f"docker-ce={OLDER}", f"docker-ce-cli={OLDER}", "containerd.io")
    assert (plan.differs, plan.engine, plan.pinned, plan.remove, plan.problems) == (True, True, True, (), ())


def test_switch_takes_away_what_is_in_the_table_and_there():
    plan = plan_packages(want(), Present({**DISTRIBUTION, "podman": "5.4"}), OFFERED)
    assert plan.remove == ("docker.io", "containerd", "runc")
    assert plan.changes == (
        f"docker-ce: none -> {NEWER}",
        f"docker-ce-cli: none -> {NEWER}",
        "containerd.io: none -> 1.7.24-1",
        "docker.io: 26.1.5+dfsg1-9 -> none",
        "containerd: 1.7.24~ds1-6 -> none",
        "runc: 1.1.15+ds1-2 -> none",
    )


def test_update_says_from_which_version_to_which():
    plan = plan_packages(want("26.2"), Present(UPSTREAM), OFFERED)
    assert plan.install == (f"docker-ce={NEWER}", f"docker-ce-cli={NEWER}")
    assert plan.changes == (f"docker-ce: {OLDER} -> {NEWER}", f"docker-ce-cli: {OLDER} -> {NEWER}")


def test_packages_of_different_versions_are_brought_together():
    plan = plan_packages(want("26.1"), Present({**UPSTREAM, "docker-ce-cli": NEWER}), OFFERED)
    assert plan.problems == (
        f"docker-ce-cli {OLDER} is older than {NEWER}, which is installed: set docker_server_allow_downgrade to true if that is wanted",
    )
    assert plan_packages(want("26.1", allow_downgrade=True), Present({**UPSTREAM, "docker-ce-cli": NEWER}), OFFERED).problems == ()


@pytest.mark.parametrize(
    ("wanted", "present", "offered", "problem"),
    [
        pytest.param(
            want("27"),
            UPSTREAM,
            OFFERED,
            f"docker_server_version: there is no docker-ce 27, there are {NEWER}, {OLDER}",
            id="others are listed",
        ),
        pytest.param(
            want("27"), {}, {}, "docker_server_version: there is no docker-ce 27, there is no version of it at all", id="there are none"
        ),
        pytest.param(want(), {}, {**OFFERED, "containerd.io": []}, "there is no package containerd.io to install", id="no such package"),
        pytest.param(
            want("26.1"),
            {"docker.io": "28.5.2+dfsg1-1"},
            OFFERED,
            f"docker-ce {OLDER} is older than docker.io 28.5.2+dfsg1-1, which is installed: "
            "set docker_server_allow_downgrade to true if that is wanted",
            id="the other source is older",
        ),
        pytest.param(
            want(),
            {"docker.io": "28.5.2+dfsg1-1"},
            OFFERED,
            f"docker-ce {NEWER} is older than docker.io 28.5.2+dfsg1-1, which is installed: "
            "set docker_server_allow_downgrade to true if that is wanted",
            id="even its newest is",
        ),
    ],
)
def test_what_cannot_be_is_told(wanted, present, offered, problem):
    assert plan_packages(wanted, Present(present), offered).problems == (problem,)


def test_nothing_is_told_before_anybody_asked():
    assert plan_packages(want("27"), Present(UPSTREAM)).problems == ()


@pytest.mark.parametrize(
    ("wanted", "present", "hold", "unhold"),
    [
        pytest.param(want(hold=True), Present(UPSTREAM), ("docker-ce", "docker-ce-cli", "containerd.io"), (), id="all are held"),
        pytest.param(want(hold=True), Present(UPSTREAM, tuple(UPSTREAM)), (), (), id="held ones are left"),
        pytest.param(want(), Present(UPSTREAM, ("docker-ce",), ("docker-ce",)), (), ("docker-ce",), id="what the role held"),
        pytest.param(want(), Present(UPSTREAM, ("docker-ce",)), (), (), id="what somebody else held"),
        pytest.param(want(), Present(UPSTREAM, (), ("docker-ce",)), (), (), id="what somebody let go"),
        pytest.param(want(), Present({**UPSTREAM, "docker.io": "26"}, ("docker.io",), ("docker.io",)), (), (), id="what goes itself"),
    ],
)
def test_holds(wanted, present, hold, unhold):
    plan = plan_packages(wanted, present)
    assert (plan.hold, plan.unhold) == (hold, unhold)


def test_held_packages_are_held_anew_after_a_change():
    assert plan_packages(want("26.2", hold=True), Present(UPSTREAM, tuple(UPSTREAM)), OFFERED).hold == tuple(UPSTREAM)


def test_preferences_name_wanted_packages_only():
    assert preferred(want("26.1")) == {"26.1": ["docker-ce", "docker-ce-cli"]}
    assert preferred(want()) == {}
