# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action group holds the modules that have connection options, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))
CONNECTION_OPTIONS = "dockenv.python.docker"
MEMBERSHIP = "dockenv.python.attributes.actiongroup_docker"


def fragments_of(module):
    """Return the documentation fragments that a module extends."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [target.id for target in node.targets] == ["DOCUMENTATION"]:
            return yaml.safe_load(ast.literal_eval(node.value)).get("extends_documentation_fragment", [])
    raise AssertionError(f"{module.name} has no DOCUMENTATION")


def test_there_are_modules():
    assert MODULES


def test_group_holds_the_modules_with_connection_options():
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    with_options = [module.stem for module in MODULES if CONNECTION_OPTIONS in fragments_of(module)]
    assert runtime["action_groups"]["docker"] == with_options


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_documentation_names_the_group_where_the_module_is_in_it(module):
    fragments = fragments_of(module)
    assert (MEMBERSHIP in fragments) == (CONNECTION_OPTIONS in fragments)
