# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make plain values of what ansible-core hands to filters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_plain(value: Any) -> Any:
    """Return ``value`` as plain dicts, lists, texts and numbers.

    ansible-core's own containers render their values only when these are read, and its encrypted values are no texts.
    """
    if isinstance(value, Mapping):
        return {str(name): as_plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
