# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host.obstacles import find_link_obstacles


@pytest.fixture
def host(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    return tmp_path


@pytest.mark.parametrize("name", ["free", "link", "dangling", "folder/free", "new/folder/free"])
def test_nothing_stands_in_the_way_of(host, name):
    assert find_link_obstacles([f"{host}/{name}"], [f"{host}/{name}"]) == []


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_link_is_left_alone(host, kind):
    path = f"{host}/{kind}"
    assert find_link_obstacles([path], []) == [
        f"{path!r} is a {kind} that the role docker_server did not make; move it away, or choose another path"
    ]
    assert find_link_obstacles([], [path]) == []


@pytest.mark.parametrize("name", ["file", "dangling"])
def test_links_need_a_folder(host, name):
    path = f"{host}/{name}/new/link"
    sentence = f"{path!r} cannot be made, because {f'{host}/{name}'!r} is no folder; choose another path"
    assert find_link_obstacles([path], []) == [sentence]
    assert find_link_obstacles([], [path]) == [sentence]


def test_relative_path_is_not_judged():
    assert find_link_obstacles(["docker-python"], ["docker-compose"]) == []
