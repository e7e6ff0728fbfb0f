# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import Secret
from ansible_collections.dockenv.python.plugins.module_utils._env.options import User
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_spec


@pytest.mark.parametrize(
    ("params", "base"),
    [
        pytest.param({"python": "3.13"}, "python:3.13-slim", id="a version"),
        pytest.param({"python": None, "base_image": "debian:13"}, "debian:13", id="an image"),
        pytest.param({"registry_prefix": "registry.example"}, "registry.example/python:3.13-slim", id="a version from a mirror"),
        pytest.param(
            {"python": None, "base_image": "debian", "registry_prefix": "localhost:5000/x/"}, "localhost:5000/x/debian", id="an image too"
        ),
    ],
)
def test_base(params, base):  # T1, P16, P17
    assert make_spec(**params).base == base


def test_reads_everything():  # P19, P24, V14, V16, V28, V32, T2, T5
    spec = make_spec(
        system_packages=["libpq5", "git", "git"],
        user={"name": "joe", "uid": 1234, "gid": None, "sudo": False},
        env={"B": 2, "A": "x=y,%d $HOME 'q' \"Q\""},
        workdir="/srv/app/",
        entrypoint=["tini", "--"],
        command=["python", "-m", "http.server", 8000],
        labels={"org.opencontainers.image.authors": "Joe"},
        pre_install=[["touch", "/a b"]],
        post_install=["echo $HOME > /etc/home"],
        launcher="/usr/local/bin/science",
    )
    assert spec.folder == "/var/lib/dockenv/envs/science"
    assert str(spec.image) == "science:latest"
    assert spec.system_packages == ("git", "libpq5")
    assert spec.user == User("joe", 1234, None, False)
    assert spec.env == (("A", "x=y,%d $HOME 'q' \"Q\""), ("B", "2"))
    assert (spec.workdir, spec.entrypoint, spec.command) == ("/srv/app", ("tini", "--"), ("python", "-m", "http.server", "8000"))
    assert spec.labels == (("org.opencontainers.image.authors", "Joe"),)
    assert spec.pre_install == (("touch", "/a b"),)
    assert spec.post_install == (("/bin/sh", "-c", "echo $HOME > /etc/home"),)
    assert spec.launcher == "/usr/local/bin/science"


def test_a_user_with_sudo_gets_it_from_a_package():  # P24
    user = {"name": "joe", "uid": None, "gid": None, "sudo": True}
    assert make_spec(user=user).system_packages == ("sudo",)
    assert make_spec(user=user, system_packages=["sudo=1.9"]).system_packages == ("sudo=1.9",)


def test_secrets_are_kept_as_ids_and_versions():
    secrets = (Secret("token", "value", "hush", "2026-01"), Secret("other", "env", "X"))
    spec = make_spec(secrets=secrets)
    assert spec.secrets == (("token", "2026-01"), ("other", ""))
    assert "hush" not in repr(spec)


def test_a_login_in_an_index_url_is_a_secret():
    spec = make_spec(index_url="https://joe:hush@index.example/simple", packages=["six"])
    assert spec.secrets == (("netrc", ""),)
    assert "hush" not in repr(spec)
    assert "hush" not in spec.wanted.requirements


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"python": None}, "python, base_image: give exactly one of them, such as python: '3.13'", id="no base"),
        pytest.param({"base_image": "debian"}, "python, base_image: give exactly one of them, such as python: '3.13'", id="two bases"),
        pytest.param(
            {"env": {"PATH": "/x"}},
            "env: 'PATH' is set by the environment itself, so that its Python and its commands are found; leave it out",
            id="a variable that hides the environment",
        ),
        pytest.param({"env": {"A": True}}, "env: the value of 'A' is not text; write it in quotes", id="a boolean of YAML's"),
        pytest.param({"labels": {"a": None}}, "labels: the value of 'a' is not text; write it in quotes", id="a label without a value"),
        pytest.param(
            {"env": {"A": "x\nRUN evil"}},
            "env: A: 'x\\nRUN evil' holds a line break or another control character; an image's configuration takes values of one line",
            id="a value that begins an instruction",
        ),
        pytest.param(
            {"command": ["a", "b\0c"]}, "command[1]: 'b\\x00c' holds bytes that are not text; remove them", id="a word no program can have"
        ),
        pytest.param(
            {"post_install": [["true"], []]},
            "post_install[1]: [] is not a command; write a list of words, or one line for the shell",
            id="an empty command",
        ),
        pytest.param(
            {"pre_install": [{"a": 1}]},
            "pre_install[0]: {'a': 1} is not a command; write a list of words, or one line for the shell",
            id="a mapping for a command",
        ),
        pytest.param({"template": "/t"}, "template: '/t' cannot be read: No such file or directory", id="a template that is not there"),
        pytest.param(
            {"launcher": "/usr/local/bin/x-python"},
            "launcher: '/usr/local/bin/x-python' cannot be used: name the command; the interpreter beside it gets '-python' added",
            id="the interpreter's name",
        ),
        pytest.param({"ports": ["80", "80/tcp"]}, "ports[1]: '80/tcp' is there twice; remove one of them", id="a port twice"),
        pytest.param(
            {"volumes": ["/a:/data", "/b:/data/"]},
            "volumes[1]: something is mounted at '/data' already; remove one of them",
            id="two volumes at one place",
        ),
        pytest.param(
            {"system_packages": ["git", "a b"]},
            "system_packages[1]: 'a b' is not a Debian package; write a name of lower-case letters, digits, '+', '-' and '.', "
            "and if needed =VERSION",
            id="the index of a bad entry",
        ),
        pytest.param(
            {"user": {"name": "joe", "uid": 1, "gid": 0, "sudo": False}},
            "user.gid: 0 is not an id for a user of an image; use a number from 1 to 4294967294",
            id="the group of root",
        ),
    ],
)
def test_refuses(params, message):
    with pytest.raises(InvalidInput) as error:
        make_spec(**params)
    assert error.value.message == message


def test_refuses_two_places_for_logins():
    with pytest.raises(InvalidInput) as error:
        make_spec(index_url="https://joe:hush@index.example/simple", secrets=(Secret("netrc", "value", "x"),))
    assert error.value.message == "secrets: 'netrc' is there, and an index URL holds a login as well; put all logins into the secret"
