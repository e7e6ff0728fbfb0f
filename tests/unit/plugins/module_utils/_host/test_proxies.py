# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._host import proxies
from ansible_collections.dockenv.python.plugins.module_utils._host.proxies import Proxies, read_proxies

URL = "http://carol:p%40ss@proxy.example.com:3128"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({}, Proxies(), id="none"),
        pytest.param({"http": URL, "https": None}, Proxies(http=URL), id="one, and none"),
        pytest.param(
            {"https": "http://[2001:db8::1]:3128/", "no_proxy": ["localhost", ".example.com", "192.0.2.0/24", "[::1]:80"]},
            Proxies(https="http://[2001:db8::1]:3128/", no_proxy=("localhost", ".example.com", "192.0.2.0/24", "[::1]:80")),
            id="exceptions as a list",
        ),
        pytest.param({"no_proxy": "localhost, 127.0.0.1"}, Proxies(no_proxy=("localhost", "127.0.0.1")), id="exceptions as a text"),
    ],
)
def test_proxies_are_read(value, expected):
    assert read_proxies(value) == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param([URL], "write a mapping", id="a list"),
        pytest.param({"ftp": URL}, "write a mapping with the keys http, https and no_proxy", id="an unknown key"),
        pytest.param({"http": "proxy.example.com"}, "http is not the URL of a proxy", id="no scheme"),
        pytest.param({"https": "socks5://carol:secret@h"}, "https is not the URL of a proxy", id="another scheme"),
        pytest.param({"http": 'http://carol:sec"ret@h'}, "http is not the URL of a proxy", id="a quotation mark"),
        pytest.param({"http": "http://carol:$(id)secret@h"}, "http is not the URL of a proxy", id="what a shell would run"),
        pytest.param({"http": "http://carol:secret:~root@h"}, "http is not the URL of a proxy", id="what a shell would replace"),
        pytest.param({"http": "http://carol:secret@h\nX=1"}, "http is not the URL of a proxy", id="a second line"),
        pytest.param({"no_proxy": 5}, "no_proxy must be a list", id="a number"),
        pytest.param({"no_proxy": ["a b"]}, "no_proxy: 'a b' is not a host", id="a space"),
    ],
)
def test_what_is_no_proxy_is_refused_and_its_login_not_told(value, words):
    with pytest.raises(InvalidInput) as raised:
        read_proxies(value)
    assert words in raised.value.message
    assert "secret" not in raised.value.message


def test_each_tool_gets_its_own_words():
    found = Proxies(http=URL, https="http://other:1", no_proxy=("localhost", ".example.com"))
    assert proxies.render_engine_environment(found) == (f"HTTP_PROXY={URL}\nHTTPS_PROXY=http://other:1\nNO_PROXY=localhost,.example.com\n")
    assert proxies.render_apt_configuration(found) == f'Acquire::http::Proxy "{URL}";\nAcquire::https::Proxy "http://other:1";\n'


def test_without_a_proxy_there_is_nothing_to_say():
    found = Proxies(no_proxy=("localhost",))
    assert (proxies.render_engine_environment(found), proxies.render_apt_configuration(found)) == ("", "")


@pytest.mark.parametrize(("url", "is_secret"), [(URL, True), ("http://h:3128", False)])
def test_login_is_known(url, is_secret):
    assert Proxies(https=url).is_secret is is_secret
