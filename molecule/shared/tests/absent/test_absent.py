# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After state absent a host is what it was before the role."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("part", ["packages", "groups", "users"])
def test_lists_are_those_of_the_bare_host(read_snapshot, part):
    bare, undone = (set(read_snapshot(f"/var/tmp/{name}.json")[part]) for name in ("bare", "undone"))
    assert (sorted(undone - bare), sorted(bare - undone)) == ([], [])


def test_files_are_those_of_the_bare_host(read_snapshot):
    bare, undone = (read_snapshot(f"/var/tmp/{name}.json")["files"] for name in ("bare", "undone"))
    different = {path: (bare.get(path), undone.get(path)) for path in bare.keys() | undone.keys()}
    assert {path: pair for path, pair in different.items() if pair[0] != pair[1]} == {}
