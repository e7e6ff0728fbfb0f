# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env import names
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

SHA = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        pytest.param(names.check_environment, "data-science_2.0", "data-science_2.0", id="a name with every separator"),
        pytest.param(names.check_environment, "a" * 100, "a" * 100, id="the longest name"),
        pytest.param(names.check_python, "3.13", "3.13", id="a minor version"),
        pytest.param(names.check_python, "3.9.18", "3.9.18", id="a patch version"),
        pytest.param(names.check_base_image, f"debian:13@{SHA}", f"debian:13@{SHA}", id="an image by tag and digest"),
        pytest.param(names.check_base_image, f"debian@{SHA}", f"debian@{SHA}", id="an image by digest"),
        pytest.param(names.check_registry_prefix, "registry.example:5000/mirror", "registry.example:5000/mirror/", id="a prefix"),
        pytest.param(names.check_registry_prefix, "registry.example/", "registry.example/", id="a prefix with its slash"),
    ],
)
def test_accepts_and_returns(check, value, expected):  # P16, P17, T1
    assert check(value) == expected


@pytest.mark.parametrize(
    "value", ["libpq5", "g++", "libstdc++6:amd64", "git=1:2.47.3-0+deb13u1", "python3.13=3.13.5-2~bpo12+1", "0ad"], ids=lambda value: value
)
def test_accepts_system_packages(value):  # V3
    assert names.check_system_package(value, "system_packages[0]") == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("/srv//app/./x/../y/", "/srv/app/y", id="what a path does not need is left out"),
        pytest.param("//srv", "/srv", id="two slashes at the beginning mean one"),
        pytest.param("/", "/", id="the root"),
        pytest.param("/../../etc", "/etc", id="nothing is above the root"),
    ],
)
def test_normalizes_paths(value, expected):
    assert names.check_image_path(value, "workdir") == expected
    assert names.check_host_path(value, "path") == expected


ENVIRONMENT_HINT = "use up to 100 lower-case letters and digits, joined by single '.', '_' or '-'"
DEBIAN_HINT = "write a name of lower-case letters, digits, '+', '-' and '.', and if needed =VERSION"
PATH_HINT = "write an absolute one of letters, digits and '._@+=~-', without spaces"


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        *(
            pytest.param(names.check_environment, value, f"name: {value!r} is not a name for an environment; {ENVIRONMENT_HINT}", id=reason)
            for value, reason in (
                ("../evil", "a name with a path"),
                ("My.Env", "a name with capitals"),
                ("a--b", "a name with two separators"),
                ("a" * 101, "too long a name"),
                ("a\n", "a name with a line break"),
                ("", "no name"),
                ("-rf", "a name like an option"),
            )
        ),
        pytest.param(
            names.check_python,
            "3.13-slim",
            "python: '3.13-slim' is not a version of Python 3; write one such as '3.13', in quotes, or use base_image",
            id="a tag for a version",
        ),
        pytest.param(
            names.check_base_image,
            "debian@sha256:12",
            "base_image: 'sha256:12' in 'debian@sha256:12' is not a digest; write sha256: and 64 hexadecimal digits",
            id="half a digest",
        ),
        pytest.param(
            names.check_base_image,
            "debian:13\nRUN evil",
            "base_image: 'debian:13\\nRUN evil' cannot be used: '13\\nRUN evil' is not an image tag; use up to 128 letters, digits, '_', '.' and '-', "
            "starting with a letter, a digit or '_'",
            id="a second instruction",
        ),
        pytest.param(
            names.check_registry_prefix,
            "registry.example/Mirror",
            "registry_prefix: 'registry.example/Mirror' cannot be used: 'Mirror' in 'registry.example/Mirror/image' is not a part of an image "
            "name; use lower-case letters and digits, joined by '.', '_', '__' or '-'",
            id="a prefix with capitals",
        ),
        pytest.param(
            lambda value: names.check_system_package(value, "system_packages[1]"),
            "foo;id",
            f"system_packages[1]: 'foo;id' is not a Debian package; {DEBIAN_HINT}",
            id="a shell command",
        ),
        pytest.param(
            lambda value: names.check_system_package(value, "system_packages[0]"),
            "-y",
            f"system_packages[0]: '-y' is not a Debian package; {DEBIAN_HINT}",
            id="an option of apt",
        ),
        pytest.param(
            names.check_user, "root", "user.name: 'root' is in every image already; leave user out to run as root", id="root needs no user"
        ),
        pytest.param(
            names.check_user,
            "joe smith",
            "user.name: 'joe smith' is not a user's name; use up to 32 lower-case letters, digits, '_' and '-', starting with a letter or '_'",
            id="a user with a space",
        ),
        pytest.param(
            lambda value: names.check_id(value, "user.uid"),
            0,
            "user.uid: 0 is not an id for a user of an image; use a number from 1 to 4294967294",
            id="the id of root",
        ),
        pytest.param(
            names.check_variable,
            "A B",
            "env: 'A B' is not a name for an environment variable; use letters, digits and '_', and no digit at the beginning",
            id="a variable with a space",
        ),
        pytest.param(
            names.check_label,
            "dockenv.python.digest",
            "labels: 'dockenv.python.digest' begins with 'dockenv.python.', which the collection keeps for itself; choose another key",
            id="a label of ours",
        ),
        pytest.param(
            names.check_label,
            "a b",
            "labels: 'a b' is not a key for a label; use letters, digits, '.', '_', '/' and '-', with a letter or digit at both ends",
            id="a label with a space",
        ),
        pytest.param(
            lambda value: names.check_image_path(value, "workdir"),
            "/a b",
            f"workdir: '/a b' is not a path in an image; {PATH_HINT}",
            id="a path with a space",
        ),
        pytest.param(
            lambda value: names.check_image_path(value, "workdir"),
            "$HOME",
            f"workdir: '$HOME' is not a path in an image; {PATH_HINT}",
            id="a variable for a path",
        ),
        pytest.param(
            lambda value: names.check_host_path(value, "path"),
            "envs",
            "path: 'envs' is not an absolute path; write the whole path, starting with '/'",
            id="a relative path",
        ),
    ],
)
def test_refuses_and_says_what_to_do(check, value, message):
    with pytest.raises(InvalidInput) as error:
        check(value)
    assert error.value.message == message


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_is_accepted_is_one_word_everywhere(text):
    """No accepted name holds what a shell, a Dockerfile or a path gives a meaning; words for images may hold a slash."""
    checks = {
        names.check_environment: "/",
        names.check_python: "/",
        lambda value: names.check_system_package(value, "x"): "/",
        names.check_user: "/",
        names.check_variable: "/",
        names.check_label: "",
        lambda value: names.check_image_path(value, "x"): "",
        names.check_base_image: "",
    }
    for check, forbidden in checks.items():
        try:
            accepted = check(text)
        except InvalidInput:
            continue
        assert not set(accepted) & set(" \t\r\n\0\"'\\$`;&|<>(){}[]*?!#,%" + forbidden)
        assert accepted.isascii() and accepted and not accepted.startswith("-")
