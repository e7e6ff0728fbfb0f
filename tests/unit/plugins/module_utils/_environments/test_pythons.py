# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._environments.host import Host
from ansible_collections.dockenv.python.plugins.module_utils._environments.pythons import find_target, remember_target
from ansible_collections.dockenv.python.plugins.module_utils._resolver.request import Target
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine

ANSWER = {"python": "3.13.5", "machine": "x86_64", "libc": "glibc 2.41", "implementation": "CPython"}
TARGET = Target("3.13.5", "x86_64", "glibc 2.41")


@pytest.fixture
def host(tmp_path, monkeypatch):
    monkeypatch.setattr(Host, "tools", str(tmp_path / "tools"))
    engine = make_engine()
    engine.client.programs["python3"] = lambda container, argv: (0, json.dumps(ANSWER).encode(), b"")
    return Host(Connection(), {}, lambda connection: engine)


def containers_made(host):
    return host.engine.client.calls.count("create_container")


def test_a_remembered_python_needs_no_container(host):
    remember_target(host, BASE)
    assert [find_target(host, BASE) for _time in range(2)] == [TARGET, TARGET]
    remember_target(host, BASE)
    assert containers_made(host) == 1


def test_another_image_of_the_name_is_asked(host):
    remember_target(host, BASE)
    host.engine.client.add_image(BASE)
    other = {**ANSWER, "python": "3.14.0"}
    host.engine.client.programs["python3"] = lambda container, argv: (0, json.dumps(other).encode(), b"")
    assert find_target(host, BASE).python == "3.14.0"


def test_looking_alone_writes_nothing(host):
    assert find_target(host, BASE) == TARGET
    assert not os.path.exists(host.tools)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"python": "3"}'])
def test_a_file_that_says_nothing_is_passed_over(host, text):
    remember_target(host, BASE)
    folder = os.path.join(host.tools, "pythons")
    with open(os.path.join(folder, os.listdir(folder)[0]), "w", encoding="utf-8") as file:
        file.write(text)
    assert find_target(host, BASE) == TARGET


def test_a_folder_that_cannot_be_written_is_no_error(host):
    with open(host.tools, "w", encoding="utf-8"):
        pass
    remember_target(host, BASE)
    assert find_target(host, BASE) == TARGET
