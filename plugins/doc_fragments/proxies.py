# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option with which modules take proxies; module_utils/_proxies.py reads it."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation of the option O(proxies)."""

    DOCUMENTATION = r"""
options:
  proxies:
    description:
      - The proxies to use. Without any, those of the tool's configuration and of the environment hold.
    type: dict
    suboptions:
      http:
        description: URL of the proxy for http. Special characters of a login in it are written as %-codes.
        type: str
      https:
        description: URL of the proxy for https, as O(proxies.http).
        type: str
      no_proxy:
        description: Hosts that are asked directly, with commas between them.
        type: str
"""
