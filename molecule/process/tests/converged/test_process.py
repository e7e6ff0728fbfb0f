# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine as a detached process, where the first process is not systemd."""

from __future__ import annotations


def test_first_process_is_not_systemd(host):
    assert host.process.get(pid=1).comm == "sleep"


def test_engine_is_one_detached_process(host):
    # The first process takes no notice of children that ended, so an engine that was restarted stays as a zombie.
    (engine,) = (found for found in host.process.filter(comm="dockerd") if found.state != "Z")
    assert engine.ppid == 1
    assert str(engine.pid) == host.check_output("cat /var/run/docker.pid").strip()
