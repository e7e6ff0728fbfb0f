# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import os
import pwd

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError
from ansible_collections.dockenv.python.plugins.module_utils._host import client_config
from ansible_collections.dockenv.python.plugins.modules import docker_registry_login

REGISTRY = "registry.example.com:5000"


@pytest.fixture
def tried(monkeypatch):
    """Return the list of logins that the engine was asked to try; it takes only the password ``correct-horse``."""
    tried = []

    def check_login(address, username, password):
        tried.append((address, username))
        if password != "correct-horse":
            raise EngineError("The engine refuses /auth: unauthorized (HTTP status 401)")

    monkeypatch.setattr(docker_registry_login, "check_login", check_login)
    return tried


@pytest.fixture
def homes(tmp_path, monkeypatch):
    """Return the folder with the homes of alice and bob."""

    def account(name):
        return pwd.struct_passwd((name, "x", os.getuid(), os.getgid(), "", str(tmp_path / name), "/bin/sh"))

    for name in ("alice", "bob"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(client_config.pwd, "getpwnam", {name: account(name) for name in ("alice", "bob")}.__getitem__)
    return tmp_path


@pytest.fixture
def run(homes, tried, monkeypatch, capsys):
    """Return a function that runs the whole module with one login, of alice and bob."""

    def run(password="correct-horse", check_mode=False, users=("alice", "bob"), **more):
        login = {"users": list(users), "registry": REGISTRY, "username": "carol", "password": password, **more}
        arguments = {"ANSIBLE_MODULE_ARGS": {"logins": [login], "_ansible_check_mode": check_mode}}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps(arguments)))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_registry_login.main()
        printed = capsys.readouterr().out
        assert password not in printed
        return json.loads(printed)

    return run


def test_login_is_tried_once_and_written_for_each_account(run, homes, tried):
    predicted, done, again = run(check_mode=True), run(), run()
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["actions"] == done["actions"] == [f"log {name} in at {REGISTRY} as carol" for name in ("alice", "bob")]
    assert done["diff"]["after"] == f"log alice in at {REGISTRY} as carol\nlog bob in at {REGISTRY} as carol\n"
    assert tried == [(REGISTRY, "carol")]
    for name in ("alice", "bob"):
        assert base64.b64encode(b"carol:correct-horse").decode() in (homes / name / ".docker/config.json").read_text()


def test_check_mode_tries_and_writes_nothing(run, homes, tried):
    run(check_mode=True)
    assert (tried, os.listdir(homes / "alice")) == ([], [])


def test_login_that_the_registry_refuses_is_not_written(run, homes):
    failed = run(password="battery-staple")
    assert failed["failed"]
    assert failed["msg"] == (
        f"logins: 'carol' cannot log in at '{REGISTRY}', nothing was written: The engine refuses /auth: unauthorized (HTTP status 401)"
    )
    assert os.listdir(homes / "alice") == []


def test_login_goes_with_file_and_folder(run, homes):
    run()
    assert [run(state="absent", check_mode=True)["changed"], run(state="absent")["changed"], run(state="absent")["changed"]] == [
        True,
        True,
        False,
    ]
    assert os.listdir(homes / "alice") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"users": ["mallory"]}, "logins: there is no user 'mallory' on this host", id="no such account"),
        pytest.param({"registry": "https://x"}, "logins: 'https://x' is not a registry", id="no registry"),
    ],
)
def test_what_cannot_be_is_refused(run, options, words):
    failed = run(**options)
    assert failed["failed"]
    assert failed["msg"].startswith(words)
