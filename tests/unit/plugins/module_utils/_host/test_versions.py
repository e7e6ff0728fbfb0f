# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host.versions import (
    choose_versions,
    compare_versions,
    engine_release,
    matches_version,
    newest_first,
)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        pytest.param("26.1.5", "5:20.10.24", id="an epoch is above all"),
        pytest.param("26.1.9", "26.1.10", id="numbers are numbers"),
        pytest.param("26.1.5~rc1", "26.1.5", id="a tilde is below the end"),
        pytest.param("1.7.24~ds1-6", "1.7.24-1", id="a tilde is below a hyphen"),
        pytest.param("26.1.5", "26.1.5+dfsg1", id="a suffix is above the end"),
        pytest.param("26.1.5-1", "26.1.5-1+b1", id="a rebuild"),
        pytest.param("26.1.5", "26.1.5-1", id="no revision is below one"),
        pytest.param("1.0a", "1.0+", id="letters are below other characters"),
        pytest.param("5:26.1.5-1~debian.12~bookworm", "5:26.1.5-1~debian.13~trixie", id="upstream's for two releases"),
        pytest.param("1-2-3", "1-2-4", id="the last hyphen begins the revision"),
    ],
)
def test_versions_are_ordered_as_dpkg_orders_them(older, newer):
    assert compare_versions(older, newer) < 0 < compare_versions(newer, older)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("0:1.0", "1.0", id="no epoch is zero"),
        pytest.param("1.0-0", "1.0", id="no revision is zero"),
        pytest.param("1.01", "1.1", id="zeros before a number"),
    ],
)
def test_versions_are_equal_as_for_dpkg(one, other):
    assert compare_versions(one, other) == 0


@pytest.mark.parametrize(
    ("version", "wanted", "matches"),
    [
        pytest.param("5:26.1.5-1~debian.13~trixie", "26.1", True, id="a prefix, without the epoch"),
        pytest.param("5:26.10.0-1~debian", "26.1", False, id="26.1 is no 26.10"),
        pytest.param("5:26.1.5-1~debian", "26.1.5", True, id="up to the revision"),
        pytest.param("5:26.1.5-1~debian", "5:26.1.5-1~debian", True, id="the whole version"),
        pytest.param("5:26.1.5-1~debian", "5:26", True, id="a prefix with its epoch"),
        pytest.param("6:26.1.5-1~debian", "5:26", False, id="another epoch"),
        pytest.param("26.1.5+dfsg1-9", "26.1.5", True, id="the distribution's"),
        pytest.param("2.26.1-4", "26.1", False, id="not from the middle"),
        pytest.param("26x1.5-1", "26.1", False, id="a point is a point"),
        pytest.param("26.1.5+dfsg1-9", "26.1.5+dfsg1", True, id="a plus is a plus"),
    ],
)
def test_beginning_of_a_version_matches(version, wanted, matches):
    assert matches_version(version, wanted) is matches


def test_versions_are_listed_once_the_newest_first():
    assert newest_first(["5:26.1.9-1", "5:26.1.10-1", "27.0", "5:26.1.9-1"]) == ["5:26.1.10-1", "5:26.1.9-1", "27.0"]


def test_release_is_without_epoch_and_suffixes():
    assert engine_release("5:26.1.5-1~debian") == engine_release("26.1.5+dfsg1-9+b9") == (26, 1, 5)
    assert engine_release("20.10.24+dfsg1") < engine_release("26.0.0~ds1")


def test_newest_version_that_all_packages_have_is_chosen():
    offered = {"docker-ce": ["5:26.1.9-1", "5:26.1.5-1"], "docker-ce-cli": ["5:27.0.0-1", "5:26.1.5-1"]}
    assert choose_versions(["docker-ce", "docker-ce-cli"], "26", offered) == {"docker-ce": "5:26.1.5-1", "docker-ce-cli": "5:26.1.5-1"}


def test_rebuilds_of_one_version_go_together():
    offered = {"docker.io": ["26.1.5+dfsg1-9+b9", "26.1.5+dfsg1-9"], "docker-cli": ["26.1.5+dfsg1-9+b8"]}
    chosen = choose_versions(["docker.io", "docker-cli"], "26.1", offered)
    assert chosen == {"docker.io": "26.1.5+dfsg1-9+b9", "docker-cli": "26.1.5+dfsg1-9+b8"}


def test_epochs_may_differ_between_packages():
    offered = {"docker-ce": ["3:28.5.2-1.el9"], "docker-ce-cli": ["1:28.5.2-1.el9"]}
    assert choose_versions(list(offered), "28.5", offered) == {"docker-ce": "3:28.5.2-1.el9", "docker-ce-cli": "1:28.5.2-1.el9"}
    assert choose_versions(list(offered), "3:28.5", offered) is None


@pytest.mark.parametrize(
    "offered",
    [
        pytest.param({}, id="nothing at all"),
        pytest.param({"docker-ce": ["5:26.1.5-1"]}, id="not of all packages"),
        pytest.param({"docker-ce": ["5:27.0.0-1"], "docker-ce-cli": ["5:27.0.0-1"]}, id="another version"),
    ],
)
def test_no_version_is_chosen_without_one(offered):
    assert choose_versions(["docker-ce", "docker-ce-cli"], "26", offered) is None
