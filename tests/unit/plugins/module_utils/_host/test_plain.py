# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.dockenv.python.plugins.module_utils._host.plain import as_plain


class Encrypted:
    """Stands for an encrypted value of ansible-core, which is no text and becomes one."""

    def __str__(self):
        return "opened"


def test_containers_and_encrypted_values_become_plain():
    assert as_plain({1: (Encrypted(), None, True, 2.5, "x")}) == {"1": ["opened", None, True, 2.5, "x"]}
