# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.dockenv.python.plugins.module_utils._host.own_files import OwnFile, describe_file, plan_files

FILE = OwnFile("/etc/x.env", "A=1\n", mode="0600", secret=True)
PRESENT = {"path": "/etc/x.env", "state": "present", "text": "A=1\n", "mode": "0600", "secret": True}


def test_missing_file_is_written():
    assert plan_files([FILE], {}) == [PRESENT]


def test_equal_file_stays():
    assert plan_files([FILE], {"/etc/x.env": describe_file(b"A=1\n", 0o100600)}) == []


def test_other_content_is_replaced():
    assert plan_files([FILE], {"/etc/x.env": describe_file(b"A=2\n", 0o600)}) == [PRESENT]


def test_other_mode_is_replaced():
    assert plan_files([FILE], {"/etc/x.env": describe_file(b"A=1\n", 0o644)}) == [PRESENT]


def test_file_that_nobody_wants_goes():
    found = {"/etc/y.env": describe_file(b"", 0o600), "/etc/x.env": describe_file(b"A=1\n", 0o600)}
    assert plan_files([FILE], found) == [{"path": "/etc/y.env", "state": "absent"}]
