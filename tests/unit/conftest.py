# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all unit tests share."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the property.
settings.register_profile("dockenv", deadline=None)
settings.load_profile("dockenv")


def pytest_configure(config):
    """Let tests share a process: ansible-test gives each its own, which takes most of the time, and these leave nothing behind."""
    plugin = config.pluginmanager.get_plugin("ansible_forked")
    if plugin is not None:
        config.pluginmanager.unregister(plugin)
