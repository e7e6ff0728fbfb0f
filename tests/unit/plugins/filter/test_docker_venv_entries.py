# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.dockenv.python.plugins.filter.docker_venv_entries import docker_venv_entries
from ansible_collections.dockenv.python.tests.unit.odd_values import VALUES
from hypothesis import given
from hypothesis import strategies as st

NO_URL = "cannot be read as a requirement: its URL cannot be read; correct its host or path"
KNOWN = "known are name, version, state, editable, path, src"


@pytest.mark.parametrize(
    ("entry", "package", "links"),
    [
        pytest.param("requests[socks]>=2.32", "requests[socks]>=2.32", [], id="a requirement"),
        pytest.param({"name": "docker"}, {"name": "docker"}, [], id="a name"),
        pytest.param(
            {"name": "tabulate", "version": "0.9.0", "state": "latest"},
            {"name": "tabulate", "version": "0.9.0", "state": "latest"},
            [],
            id="all",
        ),
        pytest.param(
            {"name": "tabulate", "path": "/usr/local/bin/tabulate"},
            {"name": "tabulate"},
            [{"path": "/usr/local/bin/tabulate", "command": "tabulate", "state": "present"}],
            id="a link called like its command",
        ),
        pytest.param(
            {"name": "tabulate", "path": "/usr/local/bin/table", "src": "/usr/local/lib/docker/virtualenv/bin/tabulate"},
            {"name": "tabulate"},
            [{"path": "/usr/local/bin/table", "command": "tabulate", "state": "present"}],
            id="src as DebOps writes it",  # D4
        ),
        pytest.param(
            {"name": "tabulate", "state": "absent", "path": "/usr/local/bin/table", "src": "tabulate"},
            {"name": "tabulate", "state": "absent"},
            [{"path": "/usr/local/bin/table", "command": "tabulate", "state": "absent"}],
            id="the link goes with the package",  # D6
        ),
        pytest.param({"name": "/srv/app", "editable": True}, {"name": "/srv/app", "editable": True}, [], id="a project in place"),
    ],
)
def test_entries_are_split(entry, package, links):
    assert docker_venv_entries([entry]) == {"packages": [package], "links": links, "problems": []}


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        pytest.param(7, "entry 1: 7 is neither a requirement nor a mapping with a name", id="a number"),
        pytest.param({"version": "1"}, "entry 1: the mapping has no name; write one such as 'docker'", id="no name"),
        pytest.param({"name": "docker", "verison": "7"}, f"entry 1: there is no key 'verison' here; {KNOWN}", id="a slip of the pen"),
        pytest.param(
            {"name": "docker", "state": "here"}, "entry 1: 'here' is no state; use one of present, latest, absent", id="another state"
        ),
        pytest.param(
            {"name": "docker", "src": "x"}, "entry 1: 'src' says where a link leads, and there is no 'path' for the link", id="no link"
        ),
        pytest.param(
            {"name": "docker", "version": 7.1},
            "entry 1: 7.1 is no text; write the version in quotation marks, because YAML takes 1.10 for 1.1",
            id="a fraction for a version",
        ),
        pytest.param("https://[bad/y.whl", f"entry 1: 'https://[bad/y.whl' {NO_URL}", id="half an address"),
        pytest.param(
            {"name": "docker>7", "state": "absent"},
            "entry 1: 'docker>7' cannot be absent: name the package alone, as in 'requests'",
            id="a version of what goes",
        ),
        pytest.param({"name": "docker", "editable": "maybe"}, "entry 1: editable is 'maybe'; it is true or false", id="no boolean"),
        pytest.param({"name": "docker", "path": "/x", "src": 5}, "entry 1: 'src' is 5, which is no name of a command", id="no command"),
        pytest.param({"name": "docker", "path": 5}, "entry 1: the path 5 of the link is not absolute", id="no path"),
        pytest.param({"name": "docker", "path": "bin/x"}, "entry 1: the path 'bin/x' of the link is not absolute", id="a relative link"),
    ],
)
def test_problems_are_named(entry, problem):
    assert docker_venv_entries([entry]) == {"packages": [], "links": [], "problems": [problem]}


@pytest.mark.parametrize("entry", ["tabulate=>>1", {"name": "tabulate=>>1"}, {"name": "tabulate", "version": ">>1"}])
def test_malformed_requirements_are_quoted(entry):
    (problem,) = docker_venv_entries(["docker", entry])["problems"]
    assert problem.startswith("entry 2: ")
    assert ">>1" in problem


@given(
    VALUES
    | st.dictionaries(st.sampled_from(["version", "state", "editable", "path", "src"]), VALUES).map(lambda entry: {"name": "x", **entry})
)
def test_an_entry_is_split_or_a_problem(entry):
    split = docker_venv_entries([entry], overrides=[entry])
    assert len(split["problems"]) + len(split["packages"]) < 2


@pytest.mark.parametrize("key", ["version", "state", "editable", "path", "src"])
def test_an_empty_value_is_none(key):
    assert docker_venv_entries([{"name": "docker", key: None}]) == {"packages": [{"name": "docker"}], "links": [], "problems": []}


@pytest.mark.parametrize("entries", ["docker", {"name": "docker"}, None])
def test_only_lists_are_taken(entries):
    with pytest.raises(AnsibleFilterError, match="takes a list of packages"):
        docker_venv_entries(entries)


@pytest.mark.parametrize(
    ("override", "left"),
    [
        pytest.param("docker==7.1.0", ["requests[socks]", "PyYAML"], id="a pinned one"),
        pytest.param({"name": "pyyaml", "version": "6.0.2"}, ["docker>=7", "requests[socks]"], id="another spelling (PEP 503)"),
        pytest.param("Requests>=2; python_version > '3'", ["docker>=7", "PyYAML"], id="with a marker"),
        pytest.param("docker @ https://host.example/docker.zip", ["requests[socks]", "PyYAML"], id="from a URL"),
        pytest.param({"name": "docker", "state": "absent"}, ["requests[socks]", "PyYAML"], id="absent"),
        pytest.param("docker-compose", ["docker>=7", "requests[socks]", "PyYAML"], id="another package"),
        pytest.param("/srv/docker", ["docker>=7", "requests[socks]", "PyYAML"], id="a project without a name"),
        pytest.param("docker=>>7", ["docker>=7", "requests[socks]", "PyYAML"], id="a malformed one"),
    ],
)
def test_overrides_replace_what_they_name(override, left):
    assert docker_venv_entries(["docker>=7", "requests[socks]", "PyYAML"], overrides=[override]) == {
        "packages": left,
        "links": [],
        "problems": [],
    }


def test_a_replaced_entry_takes_its_link_along():
    entry = {"name": "tabulate", "path": "/usr/local/bin/tabulate"}
    assert docker_venv_entries([entry], overrides=["tabulate==0.9.0"])["links"] == []


def test_overrides_are_a_list():
    with pytest.raises(AnsibleFilterError, match="takes a list of packages, not 'docker'"):
        docker_venv_entries([], overrides="docker")
