# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of resolvers, over the fake engine; tests/engine has the resolvers themselves."""

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._env.steps import MakeLock
from ansible_collections.dockenv.python.plugins.module_utils._environments import locking
from ansible_collections.dockenv.python.plugins.module_utils._environments.host import Host
from ansible_collections.dockenv.python.plugins.module_utils._environments.unlocked import Unlocked
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock

ANSWER = {"python": "3.13.5", "machine": "x86_64", "libc": "glibc 2.41", "implementation": "CPython"}
BOTH = ("linux/arm64", "linux/amd64")


@pytest.fixture
def host(tmp_path, monkeypatch):
    monkeypatch.setattr(Host, "tools", str(tmp_path / "tools"))
    monkeypatch.setattr(locking, "find_uv", lambda environment, tools: "/uv")
    engine = make_engine()
    engine.client.programs["python3"] = lambda container, argv: (0, json.dumps(ANSWER).encode(), b"")
    return Host(Connection(), {}, lambda connection: engine)


@pytest.fixture
def asked(monkeypatch):
    """Stand in for uv, with a package that one machine alone needs, and return the list of what it is asked."""
    asked = []

    def lock(program, request, folder, environment):
        asked.append(request)
        only = ["triton==3.0"] if "torch" in request.requirements and request.target.machine == "x86_64" else []
        return make_lock("six==1.17.0", *only)

    monkeypatch.setattr(locking.uv, "lock", lock)
    return asked


@pytest.mark.parametrize(
    ("platforms", "expected"),
    [
        pytest.param((), "Python 3.13 on x86_64 with glibc 2.41", id="that of the engine"),
        pytest.param(("linux/amd64",), "Python 3.13 on x86_64 with glibc 2.41", id="the same by its name"),
        pytest.param(("linux/arm64/v8",), "Python 3.13 on aarch64 with glibc 2.41", id="another one"),
        pytest.param(BOTH, "Python 3.13 on aarch64, x86_64 with glibc 2.41", id="both"),
        pytest.param(("linux/riscv64",), "Python 3.13 on riscv64 with glibc 2.41", id="one of the same name everywhere"),
    ],
)
def test_for_which_python_a_lock_is_made(host, platforms, expected):
    assert locking.find_python(host, Unlocked(BASE, "uv", "six\n", platforms=platforms)) == expected


def test_a_lock_is_made_for_each_platform(host, asked):
    assert locking.make_lock(host, Unlocked(BASE, "uv", "six\n", platforms=BOTH), MakeLock(("six",))) == make_lock("six==1.17.0")
    assert [(request.target.machine, request.locked, request.upgrade) for request in asked] == [
        ("aarch64", "", ("six",)),
        ("x86_64", make_lock("six==1.17.0"), ()),
    ]


def test_platforms_that_need_different_packages_are_refused(host, asked):
    with pytest.raises(InvalidInput) as caught:
        locking.make_lock(host, Unlocked(BASE, "uv", "torch\n", platforms=BOTH), MakeLock())
    assert caught.value.message == ("platform: the platforms need different packages (triton==3.0); make an environment for each of them")


def test_pip_cannot_resolve_for_another_platform(host):
    with pytest.raises(InvalidInput) as caught:
        locking.make_lock(host, Unlocked(BASE, "pip", "six\n", platforms=("linux/arm64",)), MakeLock())
    assert caught.value.message == (
        "platform: with installer pip the lock is made in the base image, which runs on x86_64 here; "
        "set installer to uv, or build each platform on a host of its own"
    )
