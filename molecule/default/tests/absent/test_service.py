# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What systemd knows after state absent."""

from __future__ import annotations


def test_no_unit_is_left(host):
    assert host.run("systemctl list-unit-files --no-legend 'docker*' 'containerd*'").stdout == ""
    assert host.run("systemctl list-units --all --no-legend 'docker*' 'containerd*'").stdout == ""
