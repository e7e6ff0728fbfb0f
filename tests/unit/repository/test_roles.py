# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each role documents exactly the variables that it has, with the defaults that it has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROLES = sorted((Path(__file__).resolve().parents[3] / "roles").iterdir())


def read_yaml(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def documented(role):
    """Return the options of a role's main entry point."""
    return read_yaml(role / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]


def is_literal(value):
    """Return whether a default is a value rather than an expression that only the host can answer."""
    return "{{" not in str(value)


def test_there_is_the_role_of_the_docker_host():
    assert "docker_server" in [role.name for role in ROLES]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_default_is_documented_and_the_other_way_round(role):
    assert list(documented(role)) == list(read_yaml(role / "defaults/main.yml"))


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_documented_defaults_are_those_of_the_role(role):
    defaults = read_yaml(role / "defaults/main.yml")
    literal = {name: value for name, value in defaults.items() if value is not None and is_literal(value)}
    assert {name: option["default"] for name, option in documented(role).items() if name in literal} == literal


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_variables_start_with_the_name_of_the_role(role):
    assert [name for name in documented(role) if not name.startswith(f"{role.name}_")] == []
