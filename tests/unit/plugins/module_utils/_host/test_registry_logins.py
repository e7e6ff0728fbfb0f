# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._host import registry_logins
from ansible_collections.dockenv.python.plugins.module_utils._host.registry_logins import (
    ClientConfig,
    Login,
    apply_logins,
    digest_login,
    find_problem,
    is_kept,
    read_logins,
)

REGISTRY = "registry.example.com:5000"
LOGIN = Login("alice", REGISTRY, "carol", digest_login("carol", "pass:word"), "pass:word")
ABSENT = Login("alice", REGISTRY, "carol", is_present=False)
ENTRY = {"auth": base64.b64encode(b"carol:pass:word").decode()}
HELD = {"auths": {REGISTRY: ENTRY}}


def test_entries_become_logins_of_accounts():
    entries = [{"users": ["root", "alice"], "registry": REGISTRY, "username": "carol", "password": "pass:word"}]
    assert read_logins(entries) == [
        Login("root", REGISTRY, "carol", digest_login("carol", "pass:word"), "pass:word"),
        LOGIN,
    ]


def test_entry_without_more_is_for_root_and_the_hub():
    (login,) = read_logins([{"username": "carol", "password": "x"}])
    assert (login.user, login.registry, login.address) == ("root", "docker.io", "https://index.docker.io/v1/")


def test_entry_that_takes_away_needs_no_login():
    (login,) = read_logins([{"registry": REGISTRY, "state": "absent"}])
    assert (login.is_present, login.username) == (False, "")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        pytest.param("x", "it must be a list of logins", id="a text"),
        pytest.param(["x"], "entry 1 must be a mapping", id="a list of texts"),
        pytest.param([{"user": "x", "password": "secret"}], "entry 1 must be a mapping of users, registry", id="an unknown key"),
        pytest.param(
            [{"registry": "https://u:secret@r.example/v2", "username": "c", "password": "secret"}],
            "'r.example/v2' is not a registry",
            id="a URL",
        ),
        pytest.param([{"username": "c", "password": ""}], "the login at 'docker.io' needs a username and a password", id="no password"),
        pytest.param([{"password": "secret"}], "the login at 'docker.io' needs a username and a password", id="no username"),
        pytest.param([{"username": "c", "password": "secret\n"}], "needs a username and a password, both on one line", id="a second line"),
        pytest.param([{"username": "c:d", "password": "secret"}], "must be without colons", id="a colon in the name"),
        pytest.param([{"users": "root", "username": "c", "password": "secret"}], "must be a list of accounts", id="a text for accounts"),
        pytest.param([{"users": ["../x"], "username": "c", "password": "secret"}], "must be a list of accounts", id="no account"),
        pytest.param([{"state": "gone"}], "the state 'gone' of the login at 'docker.io'", id="an unknown state"),
        pytest.param(
            [{"username": "c", "password": "secret"}, {"registry": "index.docker.io", "username": "d", "password": "secret"}],
            "there are two logins of 'root' at 'index.docker.io'",
            id="twice the same",
        ),
    ],
)
def test_what_is_no_login_is_refused_and_no_password_told(entries, words):
    with pytest.raises(InvalidInput) as raised:
        read_logins(entries)
    assert words in raised.value.message
    assert "secret" not in raised.value.message


def test_passwords_are_not_shown():
    assert "pass" not in repr(LOGIN)
    assert registry_logins.describe_login(LOGIN) == f"log alice in at {REGISTRY} as carol"
    assert registry_logins.describe_login(Login("alice", REGISTRY, "", is_present=False)) == f"log alice out at {REGISTRY}"


@pytest.mark.parametrize(
    ("login", "config", "kept"),
    [
        pytest.param(LOGIN, ClientConfig(HELD), True, id="held"),
        pytest.param(LOGIN, ClientConfig(), False, id="no file"),
        pytest.param(LOGIN, ClientConfig({"auths": {}}), False, id="no login"),
        pytest.param(LOGIN, ClientConfig({"auths": []}), False, id="something else"),
        pytest.param(LOGIN, ClientConfig({"auths": {REGISTRY: {}}}), False, id="kept elsewhere"),
        pytest.param(LOGIN, ClientConfig({"auths": {REGISTRY: {"auth": "%"}}}), False, id="unreadable"),
        pytest.param(LOGIN, ClientConfig(HELD, mode=0o644), False, id="readable for all"),
        pytest.param(Login("alice", REGISTRY, "carol", digest_login("carol", "new")), ClientConfig(HELD), False, id="another password"),
        pytest.param(ABSENT, ClientConfig(HELD), False, id="to go"),
        pytest.param(ABSENT, ClientConfig(), True, id="gone"),
        pytest.param(Login("alice", REGISTRY, "dave", is_present=False), ClientConfig(HELD), True, id="somebody else's"),
        pytest.param(Login("alice", REGISTRY, "", is_present=False), ClientConfig(HELD), False, id="anybody's"),
    ],
)
def test_file_is_compared(login, config, kept):
    assert is_kept(login, config) is kept


def test_login_is_put_in_and_the_rest_stays():
    content = {"auths": {"other": {"auth": "eA=="}, REGISTRY: {"auth": "eA==", "identitytoken": "x"}}, "psFormat": "table"}
    assert apply_logins(content, [LOGIN]) == {"auths": {"other": {"auth": "eA=="}, REGISTRY: ENTRY}, "psFormat": "table"}
    assert content["auths"][REGISTRY]["auth"] == "eA=="


@pytest.mark.parametrize(
    ("login", "content", "left"),
    [
        pytest.param(ABSENT, HELD, {}, id="the only one"),
        pytest.param(ABSENT, {**HELD, "psFormat": "table"}, {"psFormat": "table"}, id="beside other settings"),
        pytest.param(Login("alice", REGISTRY, "dave", is_present=False), HELD, HELD, id="somebody else's"),
    ],
)
def test_login_is_taken_out(login, content, left):
    assert apply_logins(content, [login]) == left


@pytest.mark.parametrize(
    ("login", "config", "words"),
    [
        pytest.param(LOGIN, ClientConfig(problem="it is broken"), "it is broken", id="a broken file"),
        pytest.param(ABSENT, ClientConfig(problem="it is broken"), "it is broken", id="a broken file to take from"),
        pytest.param(LOGIN, ClientConfig({"credsStore": "pass"}), "with the program docker-credential-pass", id="a store"),
        pytest.param(LOGIN, ClientConfig({"credHelpers": {REGISTRY: "ecr"}}), "docker-credential-ecr", id="a store for this registry"),
    ],
)
def test_file_that_cannot_take_it_is_told(login, config, words):
    assert words in (find_problem(login, config) or "")


@pytest.mark.parametrize(
    ("login", "config"),
    [
        pytest.param(LOGIN, ClientConfig({"credHelpers": {"other": "ecr"}}), id="a store for another registry"),
        pytest.param(ABSENT, ClientConfig(problem="there is no user", is_orphan=True), id="no account to take from"),
        pytest.param(LOGIN, ClientConfig(), id="no file"),
    ],
)
def test_other_files_can(login, config):
    assert find_problem(login, config) is None
