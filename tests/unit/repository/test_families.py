# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each family of distributions has the variables and the tasks that the role docker_server chooses by family."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROLE = Path(__file__).resolve().parents[3] / "roles/docker_server"
FAMILIES = ["debian", "redhat"]
BY_FAMILY = "{{ __docker_server_family }}/"


def read_tasks():
    """Return the texts of all files of tasks."""
    return [path.read_text(encoding="utf-8") for path in sorted((ROLE / "tasks").rglob("*.yml"))]


def variables_of(family):
    return yaml.safe_load((ROLE / f"vars/main/{family}.yml").read_text(encoding="utf-8"))[f"__docker_server_{family}"]


def test_all_families_have_the_same_variables():
    assert {family: sorted(variables_of(family)) for family in FAMILIES} == dict.fromkeys(FAMILIES, sorted(variables_of("debian")))


@pytest.mark.parametrize("family", FAMILIES)
def test_tasks_by_family_exist(family):
    text = "\n".join(read_tasks()).replace("{{ 'transaction' if __docker_server_in_transaction else 'install' }}", "transaction")
    named = set(re.findall(re.escape(BY_FAMILY) + r"(\w+\.yml)", text)) | {"install.yml"}
    assert {"with_proxies.yml", "install.yml", "transaction.yml", "rollback.yml", "absent.yml"} == named
    assert sorted(name for name in named if not (ROLE / "tasks" / family / name).is_file()) == []


def test_files_of_tasks_that_are_named_exist():
    named = {
        name for text in read_tasks() for name in re.findall(r"(?:include_tasks|import_tasks|file|proxied_tasks): ([\w/]+\.yml)", text)
    }
    assert "debian/apt_get.yml" in named
    assert sorted(name for name in named if not (ROLE / "tasks" / name).is_file()) == []
