# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine as a service of systemd."""

from __future__ import annotations


def test_engine_runs_and_starts_with_the_host(host):
    assert host.service("docker").is_running
    assert host.service("docker").is_enabled
