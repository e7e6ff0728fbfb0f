# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.distributions import (
    Distribution,
    find_editables,
    find_homemade,
    read_distribution,
    read_egg_link,
    render_pins,
)

SITE = "lib/python3.11/site-packages"
METADATA = "Metadata-Version: 2.1\nName: My.Tool\nVersion: 1.0\n\nName: not this\n"


def read(origin=None, record=""):
    return read_distribution(SITE, METADATA, None if origin is None else json.dumps(origin), record)


def test_from_an_index():
    assert read() == Distribution("my-tool", "1.0")
    assert read().requirement == "my-tool==1.0"


def test_without_a_name():
    assert read_distribution(SITE, "", None, "") is None


def test_from_version_control():
    origin = {"url": "https://git.example/x", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "y"}
    assert read(origin).requirement == "my-tool @ git+https://git.example/x@abc#subdirectory=y"


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        pytest.param({"vcs_info": {"vcs": "git"}}, "my-tool @ git+https://git.example/x", id="no commit"),
        pytest.param({"vcs_info": {"vcs": "git", "requested_revision": "v1"}}, "my-tool @ git+https://git.example/x@v1", id="a revision"),
        pytest.param({"vcs_info": "git"}, "my-tool @ https://git.example/x", id="no values"),
        pytest.param({"dir_info": []}, "my-tool @ https://git.example/x", id="no values of a folder"),
    ],
)
def test_origin_that_is_not_written_as_it_should_be(origin, requirement):
    assert read({"url": "https://git.example/x", **origin}).requirement == requirement


def test_from_an_archive():
    assert read({"url": "https://x.example/a.whl", "archive_info": {}}).requirement == "my-tool @ https://x.example/a.whl"


@pytest.mark.parametrize("kind", ["dir_info", "archive_info"])
def test_from_this_host(kind):
    found = read({"url": "file:///srv/a%20b", kind: {}})
    assert (found.origin, found.source, found.url, found.files) == ("/srv/a b", None, None, ())


def test_what_comes_from_this_host_and_is_no_link():
    found = [
        Distribution("b", "1", "/srv/b"),
        Distribution("a", "1", "/venv/src/a"),
        Distribution("c", "1", origin="/c"),
        Distribution("d", "1"),
    ]
    assert [each.name for each in find_homemade(found, find_editables(found, ["/venv"]))] == ["a", "c"]


def test_editable():
    record = "__editable__.my_tool-1.0.pth,sha256=x,1\n../../../bin/tool,sha256=x,1\n"
    found = read({"url": "file:///srv/my%20tool", "dir_info": {"editable": True}}, record)
    assert found.source == "/srv/my tool"
    assert found.files == (f"{SITE}/__editable__.my_tool-1.0.pth", "bin/tool")


def test_egg_link():
    found = read_egg_link(SITE, "my.tool.egg-link", "/srv/tool\n.")
    assert found == Distribution("my-tool", "", "/srv/tool", None, (f"{SITE}/my.tool.egg-link",), link="/srv/tool")


def test_egg_link_to_a_folder_below_that_of_the_sources():
    found = read_egg_link(SITE, "tool.egg-link", "/srv/tool/src\n../")
    assert (found.source, found.link) == ("/srv/tool", "/srv/tool/src")


def test_sources_inside_go_with_the_virtualenv():
    found = [
        Distribution("b", "1", "/srv/b"),
        Distribution("a", "1", "/venv/src/a"),
        Distribution("c", "1"),
        Distribution("d", "1", "/venv2"),
    ]
    assert [each.name for each in find_editables(found, ["/venv"])] == ["b", "d"]


def test_pins_are_in_order_without_links():
    found = [Distribution("b", "2"), Distribution("a", "1"), Distribution("linked", "", "/srv/x"), Distribution("left", "1")]
    assert render_pins(found, ["left"]) == "a==1\nb==2\n"
    assert render_pins(found, ["left"], movable=["a"]) == "a\nb==2\n"
