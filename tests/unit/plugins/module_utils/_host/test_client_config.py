# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import pwd

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError
from ansible_collections.dockenv.python.plugins.module_utils._host import client_config
from ansible_collections.dockenv.python.plugins.module_utils._host.registry_logins import ClientConfig


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return the home folder of the account ``alice``, whose number is that of the test's own user."""
    account = pwd.struct_passwd(("alice", "x", os.getuid(), os.getgid(), "", str(tmp_path), "/bin/sh"))
    monkeypatch.setattr(client_config.pwd, "getpwnam", {"alice": account}.__getitem__)
    return tmp_path


def write(home, text, mode=0o600):
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text(text)
    (home / ".docker/config.json").chmod(mode)


def test_file_is_read_with_its_mode(home):
    write(home, '{"auths": {}}', 0o640)
    assert client_config.read_client_config("alice") == ClientConfig({"auths": {}}, 0o640)


def test_missing_file_is_no_problem(home):
    assert client_config.read_client_config("alice") == ClientConfig()


def test_missing_account_is_told(home):
    found = client_config.read_client_config("bob")
    assert (found.problem, found.is_orphan) == ("there is no user 'bob' on this host, create the account first", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [pytest.param("{", "cannot be read: ", id="half a file"), pytest.param("[]", "it is no JSON mapping", id="a list")],
)
def test_odd_file_is_told(home, text, words):
    write(home, text)
    assert words in (client_config.read_client_config("alice").problem or "")


def test_pipe_is_not_waited_for(home):
    (home / ".docker").mkdir()
    os.mkfifo(home / ".docker/config.json")
    assert "it is no file of settings" in (client_config.read_client_config("alice").problem or "")


def test_file_is_written_for_the_account_alone(home):
    client_config.write_client_config("alice", {"auths": {"r": {"auth": "eA=="}}})
    file = home / ".docker/config.json"
    assert json.loads(file.read_text()) == {"auths": {"r": {"auth": "eA=="}}}
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert os.listdir(file.parent) == ["config.json"]


def test_link_of_the_account_stays_one(home):
    (home / "elsewhere.json").write_text("{}")
    (home / ".docker").mkdir()
    (home / ".docker/config.json").symlink_to(home / "elsewhere.json")
    client_config.write_client_config("alice", {"x": 1})
    assert (home / ".docker/config.json").is_symlink()
    assert json.loads((home / "elsewhere.json").read_text()) == {"x": 1}


def test_file_with_nothing_in_it_goes_with_its_folder(home):
    write(home, "{}")
    client_config.write_client_config("alice", {})
    client_config.write_client_config("alice", {})
    assert os.listdir(home) == []


def test_folder_with_other_files_stays(home):
    write(home, "{}")
    (home / ".docker/contexts").mkdir()
    client_config.write_client_config("alice", {})
    assert os.listdir(home / ".docker") == ["contexts"]


def test_what_cannot_be_written_is_told(home):
    (home / ".docker").touch()
    with pytest.raises(DockenvError, match=r"config\.json cannot be written: "):
        client_config.write_client_config("alice", {"x": 1})
