# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import survivors
from ansible_collections.dockenv.python.plugins.module_utils._host.survivors import Survivors

SHIM = ["/usr/bin/containerd-shim-runc-v2", "-namespace", "moby", "-id", "0123", "-address", "/run/containerd/containerd.sock"]


@pytest.fixture
def processes(tmp_path, monkeypatch):
    """Return a function that lets a process seem to run; this machine's own are kept out."""
    monkeypatch.setattr(survivors, "PROC", str(tmp_path))
    owners = {}
    stat = survivors.os.stat
    monkeypatch.setattr(survivors.os, "stat", lambda path: FakeStatus(owners[path]) if path in owners else stat(path))

    def run(process, parent, words, namespace="1", owner=0):
        folder = tmp_path / str(process)
        (folder / "ns").mkdir(parents=True)
        (folder / "ns/pid").symlink_to(f"pid:[{namespace}]")
        (folder / "cmdline").write_text("".join(f"{word}\0" for word in words))
        (folder / "stat").write_text(f"{process} (a ) S 9 program) S {parent} 1 1 0")
        owners[str(folder)] = owner

    run("self", 1, ["python3"])
    return run


class FakeStatus:
    def __init__(self, owner):
        self.st_uid = owner


def test_containers_of_the_engine_are_found_with_all_that_runs_in_them(processes):
    processes(1, 0, ["init"])
    processes(20, 1, SHIM)
    processes(21, 20, ["postgres"])
    processes(22, 21, ["postgres", "worker"])
    processes(30, 1, SHIM)
    processes(31, 30, ["sleep", "1d"])
    assert survivors.find_survivors() == Survivors(shims=(20, 30), processes=(21, 22, 31))
    assert survivors.find_survivors().containers == 2


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        pytest.param([SHIM[0], "-namespace", "k8s.io"], {}, id="of Kubernetes"),
        pytest.param([SHIM[0], "-namespace"], {}, id="of nobody"),
        pytest.param(["/usr/bin/dockerd", "-namespace", "moby"], {}, id="no shim"),
        pytest.param(SHIM, {"namespace": "2"}, id="of an engine in a container"),
        pytest.param(SHIM, {"owner": 1000}, id="of a user's engine"),
        pytest.param([""], {}, id="of the kernel"),
    ],
)
def test_containers_of_others_are_none(processes, words, facts):
    processes(20, 1, words, **facts)
    processes(21, 20, ["sleep", "1d"])
    assert survivors.find_survivors() == Survivors()


def test_plugins_of_the_engine_count(processes):
    processes(20, 1, [SHIM[0], "-namespace", "plugins.moby"])
    assert survivors.find_survivors() == Survivors(shims=(20,))
