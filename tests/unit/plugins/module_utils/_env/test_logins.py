# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import netrc

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.logins import (
    Login,
    find_login,
    merge_logins,
    parse_netrc,
    render_netrc,
    split_index_url,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

WORD = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'\\"), min_size=1).filter(
    lambda word: not word.startswith("#")
)


@pytest.mark.parametrize(
    ("url", "plain", "login"),
    [
        pytest.param("https://index.example/simple", "https://index.example/simple", None, id="no login"),
        pytest.param(
            "https://joe:p%40ss@Index.example:8443/a?b#c",
            "https://Index.example:8443/a?b#c",
            Login("index.example", "joe", "p@ss"),
            id="a login",
        ),
        pytest.param("http://u:p@[::1]:8080/simple", "http://[::1]:8080/simple", Login("::1", "u", "p"), id="an IPv6 host"),
    ],
)
def test_takes_the_login_out_of_a_url(url, plain, login):
    assert split_index_url(url, "index_url") == (plain, login)


@pytest.mark.parametrize(
    "url",
    [
        "index.example/simple",
        "ftp://index.example",
        "https://",
        "https://a b/",
        "https://joe:hush@a\n/",
        "https://[x",
        "https://$HOST/",
        "https://joe:hush/",
    ],
)
def test_refuses_what_is_no_url_without_showing_it(url):
    with pytest.raises(InvalidInput) as error:
        split_index_url(url, "index_url")
    assert error.value.message == "index_url: the value is not the URL of a package index; write one such as https://index.example/simple"


@pytest.mark.parametrize("user_info", ["joe:hu/sh", "joe:hu?sh", "joe:hu#sh", "joe:12/sh", "to/ken", "joe:hu@sh/"])
def test_refuses_a_login_that_is_not_escaped_without_showing_it(user_info):
    with pytest.raises(InvalidInput) as error:
        split_index_url(f"https://{user_info}@index.example/simple", "index_url")
    assert error.value.message == (
        "index_url: the URL holds an '@' behind its host; write the characters / ? # @ of a password as %2F, %3F, %23 and %40"
    )


@pytest.mark.parametrize("user_info", ["token", "joe:", ":hush", "joe:hu%20sh", "joe:hu%22sh", "joe:%23hush"])
def test_refuses_a_login_that_netrc_cannot_hold_without_showing_it(user_info):
    with pytest.raises(InvalidInput) as error:
        split_index_url(f"https://{user_info}@index.example/", "extra_index_urls[1]")
    assert error.value.message == (
        "extra_index_urls[1]: the login in the URL needs a user name and a password, both without spaces, quotation marks and "
        "backslashes; a token is often the password of the user __token__"
    )


def test_one_host_has_one_login():
    login, other = Login("index.example", "joe", "a"), Login("index.example", "joe", "b")
    assert merge_logins([login, login]) == (login,)
    with pytest.raises(InvalidInput) as error:
        merge_logins([login, other])
    assert error.value.message == ("index_url, extra_index_urls: there are two logins for the host 'index.example'; use one for both URLs")


def test_a_login_does_not_show_what_it_holds():
    assert repr(Login("index.example", "joe", "hush")) == "Login(host='index.example')"


@given(WORD, WORD)
def test_other_programs_read_the_secret(user, password):
    login = Login("index.example", user, password)
    text = render_netrc([login])
    assert parse_netrc(text) == (login,)
    assert len(text.splitlines()) == 1


def test_the_standard_library_reads_the_secret(tmp_path):
    path = tmp_path / "netrc"
    path.write_text(render_netrc([Login("a.example", "joe", "p@$s:w/o#rd"), Login("b.example", "ann", "x")]))
    assert netrc.netrc(str(path)).authenticators("a.example")[::2] == ("joe", "p@$s:w/o#rd")
    assert netrc.netrc(str(path)).authenticators("b.example")[2] == "x"


def test_reads_a_netrc_of_the_users():
    text = "# mine\nmachine A.example\n  login joe\n  account x\n  password machine\nmachine b.example login ann\ndefault login any password any\n"
    assert parse_netrc(text) == (Login("a.example", "joe", "machine"),)


def test_finds_the_login_for_a_url():
    login = Login("a.example", "joe", "x")
    assert find_login("https://A.example:443/simple", [login]) is login
    assert find_login("https://b.example/simple", [login]) is None
