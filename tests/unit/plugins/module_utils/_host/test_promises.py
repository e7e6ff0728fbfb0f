# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host.promises import Promise, find_obstacles, judge_promises

VIRTUALENV = "/usr/local/lib/docker/virtualenv"
GOOD = {
    "engine": {"answers": True, "version": "26.1.5", "api": "1.45", "problem": None},
    "compose": {"path": "/usr/local/bin/docker-compose", "version": "2.26.1", "problem": None},
    "python": {
        "path": "/usr/local/bin/docker-python",
        "prefix": VIRTUALENV,
        "version": "3.13.5",
        "sdk": "7.1.0",
        "engine": "26.1.5",
        "problem": None,
    },
    "leftovers": [],
}


def host_with(part, **values):
    """Return a good host, but for some values of one part."""
    return {**GOOD, part: {**GOOD[part], **values}}


def test_good_host_keeps_all():
    assert judge_promises(GOOD, VIRTUALENV) == [
        Promise("engine", True, "Docker 26.1.5 answers with API 1.45"),
        Promise("docker-compose", True, "/usr/local/bin/docker-compose answers as version 2.26.1"),
        Promise("docker-python", True, f"/usr/local/bin/docker-python runs Python 3.13.5 of {VIRTUALENV} with the Docker SDK 7.1.0"),
        Promise("sdk", True, "The Docker SDK of /usr/local/bin/docker-python reaches Docker 26.1.5"),
    ]


@pytest.mark.parametrize(
    ("host", "name", "why"),
    [
        pytest.param(host_with("engine", answers=False, problem="It sleeps"), "engine", "It sleeps", id="a silent engine"),
        pytest.param(
            host_with("compose", version=None, problem="No such file"),
            "docker-compose",
            "'/usr/local/bin/docker-compose version' does not answer: No such file",
            id="no compose",
        ),
        pytest.param(
            host_with("compose", version=None),
            "docker-compose",
            "'/usr/local/bin/docker-compose version' does not answer: it printed no version",
            id="a compose without a version",
        ),
        pytest.param(
            host_with("python", prefix=None, sdk=None, engine=None, problem="No such file"),
            "docker-python",
            "/usr/local/bin/docker-python does not run: No such file",
            id="no docker-python",
        ),
        pytest.param(
            host_with("python", prefix="/usr"),
            "docker-python",
            f"/usr/local/bin/docker-python runs the Python of /usr, not that of {VIRTUALENV}",
            id="a bare link to the interpreter",
        ),
        pytest.param(
            host_with("python", sdk=None, engine=None, problem="No module named 'docker'"),
            "docker-python",
            "/usr/local/bin/docker-python cannot import the Docker SDK: No module named 'docker'",
            id="no SDK",
        ),
        pytest.param(
            host_with("python", engine=None, problem="refused"),
            "sdk",
            "The Docker SDK of /usr/local/bin/docker-python does not reach the engine: refused",
            id="an engine out of the SDK's reach",
        ),
        pytest.param(
            host_with("python", engine=None),
            "sdk",
            "The Docker SDK of /usr/local/bin/docker-python does not reach the engine: the engine does not run",
            id="an engine that was not asked",
        ),
    ],
)
def test_broken_promise_says_why(host, name, why):
    promises = {promise.name: promise for promise in judge_promises(host, VIRTUALENV)}
    assert promises[name] == Promise(name, False, why)


PLUGIN = "/usr/libexec/docker/cli-plugins/docker-compose"


@pytest.mark.parametrize(
    ("kind", "target", "obstacles"),
    [
        pytest.param("absent", PLUGIN, [], id="nothing"),
        pytest.param("link", PLUGIN, [], id="a link"),
        pytest.param(
            "file",
            PLUGIN,
            [
                "'/usr/local/bin/docker-compose' is a file that the role docker_server did not make and leaves alone; "
                f"with it out of the way the role makes a link to {PLUGIN!r} there"
            ],
            id="a file",
        ),
        pytest.param(
            "folder",
            None,
            [
                "'/usr/local/bin/docker-compose' is a folder that the role docker_server did not make and leaves alone; "
                "with it out of the way the role makes its link there"
            ],
            id="a folder on a bare host",
        ),
    ],
)
def test_what_stands_in_the_way_is_named(kind, target, obstacles):
    assert find_obstacles(host_with("compose", kind=kind, target=target)) == obstacles


def test_what_is_taken_over_stands_in_no_way():
    host = host_with("compose", kind="file", target=None)
    host["leftovers"] = [{"path": host["compose"]["path"], "kind": "compose", "says": "1.29.2"}]
    assert find_obstacles(host) == []
