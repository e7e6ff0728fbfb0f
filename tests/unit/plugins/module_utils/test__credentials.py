# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._credentials import has_stray_at, redact, secrets_in


@pytest.mark.parametrize(
    ("text", "redacted", "secrets"),
    [
        pytest.param("https://user:p%40ss@h/simple", "https://****@h/simple", ("p%40ss", "p@ss"), id="user and password"),
        pytest.param("http://u:se@cret@proxy", "http://****@proxy", ("se@cret",), id="an at sign in the password"),
        pytest.param("https://token@h/simple", "https://****@h/simple", ("token",), id="a token"),
        pytest.param("git+ssh://git@h/x.git@v1", "git+ssh://git@h/x.git@v1", (), id="a login name is no secret"),
        pytest.param("https://${USER}:${PASSWORD}@h/x", "https://${USER}:${PASSWORD}@h/x", (), id="variables that pip expands"),
        pytest.param("https://h/x@v1", "https://h/x@v1", (), id="an at sign in the path"),
        pytest.param("https://u:pa/ss@h/simple", "https://****@h/simple", ("pa/ss",), id="a slash in the password"),
        pytest.param("['git+https://u:a#1?b@h/x@v1']", "['git+https://****@v1']", ("a#1?b@h/x",), id="other marks, and a revision"),
        pytest.param("git+https://h:8443/x/y@v1", "git+https://h:8443/x/y@v1", (), id="a port is no password"),
        pytest.param("git+https://[::1]:8443/x@v1", "git+https://[::1]:8443/x@v1", (), id="nor is an address"),
        pytest.param("git+ssh://git@h:team/x.git@v1", "git+ssh://git@h:team/x.git@v1", (), id="nor is a path after a login name"),
        pytest.param("a @ https://u:s@h/x https://v:t@h", "a @ https://****@h/x https://****@h", ("s", "t"), id="two URLs"),
    ],
)
def test_knows_the_secrets_of_urls(text, redacted, secrets):
    assert redact(text) == redacted
    assert secrets_in(text) == secrets


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/simple", False),
        ("https://u:p@h/simple", False),
        ("git+https://u:p@h/x.git@main#egg=x", False),
        ("git+https://u:12/ab@h/x.git@main", True),
        ("https://u:12/ab@h/simple", True),
        ("https://h/x.whl?user=a@b", True),
    ],
)
def test_knows_an_at_sign_that_may_end_a_login(url, expected):
    assert has_stray_at(url) is expected
