# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.module_utils._host.openpgp import armour_key, read_fingerprints
from ansible_collections.dockenv.python.plugins.modules import docker_repository_info

# No more of a key than its fingerprint is made of (RFC 9580 section 5.5.4.2)
TRUSTED, STRANGE = (armour_key(b"\xc6\x05\x04" + body) for body in (b"okay", b"else"))
KEY = "https://mirror.example.org/gpg"
PLACE = {
    "url": "https://mirror.example.org",
    "suite": "9",
    "architecture": "x86_64",
    "key": KEY,
    "fingerprint": read_fingerprints(TRUSTED.encode())[0],
}
ANSWERS = {
    "apt-cache": "docker-ce | 5:28.5.2-1 | https://mirror.example.org trixie/stable amd64 Packages\n",
    "dnf": "docker-ce 3:28.5.2-1.el9\n",
}
VERSIONS = {"apt": ["5:28.5.2-1"], "dnf": ["3:28.5.2-1.el9"]}


@pytest.fixture
def started(monkeypatch):
    """Return the list of programs that the module starts, which answer as apt and dnf do."""
    started = []

    def run_command(module, command, **_options):
        started.append(command[0])
        return 0, ANSWERS.get(command[0], ""), ""

    monkeypatch.setattr(basic.AnsibleModule, "run_command", run_command)
    return started


@pytest.fixture
def run(started, monkeypatch, capsys):
    """Return a function that runs the whole module and returns its result."""

    def run(served=TRUSTED, **options):
        monkeypatch.setattr(docker_repository_info, "fetch_url", lambda *_words, **_more: (io.BytesIO(served.encode()), {"status": 200}))
        arguments = {"ANSIBLE_MODULE_ARGS": {"packages": ["docker-ce"], **options}}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps(arguments)))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_repository_info.main()
        return json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize(("manager", "programs"), [("apt", ["apt-get", "apt-cache"]), ("dnf", ["dnf"])])
@pytest.mark.parametrize("place", [pytest.param(PLACE, id="a repository"), pytest.param({}, id="the host's own")])
def test_versions_are_asked_of_the_program_that_manages_packages(run, started, manager, programs, place):
    result = run(manager=manager, **place)
    assert (result["changed"], result["versions"]) == (False, {"docker-ce": VERSIONS[manager]})
    assert (result.get("key"), started) == (TRUSTED if place else None, programs)


@pytest.mark.parametrize("manager", ["apt", "dnf"])
def test_another_key_is_refused_before_anything_is_started(run, started, manager):
    result = run(served=STRANGE, manager=manager, **PLACE)
    assert result["failed"] is True
    assert f"The key at {KEY} has the fingerprint {read_fingerprints(STRANGE.encode())[0]}" in result["msg"]
    assert f"{manager} was not given it" in result["msg"]
    assert started == []
