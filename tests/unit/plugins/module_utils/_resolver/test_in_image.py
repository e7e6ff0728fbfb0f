# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.running import RunResult
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed
from ansible_collections.dockenv.python.plugins.module_utils._resolver import in_image
from ansible_collections.dockenv.python.plugins.module_utils._resolver.request import Index, LockRequest, Target

REQUEST = LockRequest(
    "six\n",
    Target("3.13.5", "x86_64", "glibc 2.41"),
    locked="six==1.16.0\n",
    index=Index("https://a.invalid/simple", "joe", "hunter2"),
    netrc="machine b.invalid login ann password hunter3\n",
)
REPORT = RunResult(0, b'{"install": []}', b"")


@pytest.fixture
def run(monkeypatch):
    """Stand in for the engine: each run gives the next of ``results``, and its request is kept in ``requests``."""

    class Runs:
        results = (REPORT,)
        requests = ()

        def __call__(self, engine, request, timeout):
            self.requests += (request,)
            return self.results[len(self.requests) - 1]

        def files(self, number):
            return json.loads(self.requests[number].stdin)

    runs = Runs()
    monkeypatch.setattr(in_image, "run", runs)
    return runs


# P18
def test_passwords_reach_pip_through_memory_alone(run):
    in_image.lock_in_image(None, "base:1", REQUEST)
    (request,) = run.requests
    assert "hunter" not in repr(request)
    files = run.files(0)
    assert "hunter2" in files["/.dockenv/pip.conf"]
    assert files["/.dockenv/.netrc"] == REQUEST.netrc
    assert {path.rpartition("/")[0] for path in files} == set(request.in_memory) == {request.env["HOME"]}


CONFLICT = RunResult(1, b"", b"ERROR: ResolutionImpossible: for help visit\n")
NOT_FOR_THIS = RunResult(1, b"", b"ERROR: No matching distribution found for six==1.16.0\n")
UNREACHABLE = RunResult(1, b"", b"WARNING: connection broken by 'X'\nERROR: No matching distribution found for six\n")


@pytest.mark.parametrize("failure", [CONFLICT, NOT_FOR_THIS])
def test_what_is_locked_moves_where_it_must(run, failure):
    run.results = (failure, REPORT)
    assert in_image.lock_in_image(None, "base:1", REQUEST) == ""
    assert [run.files(number)["/.dockenv/constraints.txt"] for number in range(2)] == ["\nsix==1.16.0\n", "\n"]


def test_an_index_that_does_not_answer_is_asked_once(run):
    run.results = (UNREACHABLE,)
    with pytest.raises(CommandFailed, match=r"; check index_url and the network of this host$") as caught:
        in_image.lock_in_image(None, "base:1", REQUEST)
    assert caught.value.details["command"][:4] == ["python3", "-m", "pip", "--quiet"]
