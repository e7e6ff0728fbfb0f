# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that build images, in the same words as the fragment ``build``. Holds no behaviour."""

from __future__ import annotations

from typing import Any


def build_options() -> dict[str, dict[str, Any]]:
    """Return the options that say how an image is built, when, and where it goes."""
    return {
        "rebuild": {"type": "str", "choices": ["on_change", "always", "never"], "default": "on_change"},
        "pull": {"type": "bool", "default": False},
        "args": {"type": "dict"},
        "target": {"type": "str"},
        "platform": {"type": "list", "elements": "str"},
        "secrets": {"type": "list", "elements": "dict", "no_log": False, "options": _secret_options()},
        "cache_from": {"type": "list", "elements": "str"},
        "cache_to": {"type": "list", "elements": "str"},
        "push": {"type": "bool", "default": False},
        "base_check": {"type": "str", "choices": ["local", "registry", "none"], "default": "local"},
        "prune_previous": {"type": "bool", "default": True},
        "log_path": {"type": "path"},
    }


def build_jobs() -> dict[str, dict[str, Any]]:
    """Return the option of modules that build several images."""
    return {"jobs": {"type": "int", "default": 2}}


def _secret_options() -> dict[str, dict[str, Any]]:
    return {
        "id": {"type": "str", "required": True},
        "type": {"type": "str", "choices": ["file", "env", "value"], "required": True},
        "src": {"type": "path"},
        "env": {"type": "str"},
        "value": {"type": "str", "no_log": True},
        "version": {"type": "str"},
    }
