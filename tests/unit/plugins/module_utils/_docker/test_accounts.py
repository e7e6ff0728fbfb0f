# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.accounts import Account, add_to_group, add_to_passwd, make_account

PASSWD = "root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/srv:/bin/sh\n"
GROUP = "root:x:0:\napp:x:1000:joe\n"


@pytest.mark.parametrize(
    ("uid", "name", "expected"),
    [
        pytest.param(1234, "joe", Account(1234, 5, "joe", "/home/joe"), id="the host's name"),
        pytest.param(1234, None, Account(1234, 5, "user1234", "/home/user1234"), id="no name"),
        pytest.param(1234, "joe@corp.example", Account(1234, 5, "user1234", "/home/user1234"), id="a directory's name"),
        pytest.param(1234, "../x:y\n", Account(1234, 5, "user1234", "/home/user1234"), id="nothing for a path or a file"),
        pytest.param(0, "toor", Account(0, 5, "root", "/root"), id="root is root"),
    ],
)
def test_make_account(uid, name, expected):
    assert make_account(uid, 5, name) == expected


@pytest.mark.parametrize(
    ("text", "account", "expected"),
    [
        pytest.param(PASSWD, Account(7, 8, "joe", "/home/joe"), PASSWD + "joe:x:7:8::/home/joe:/bin/sh\n", id="new"),
        pytest.param(PASSWD, Account(1000, 8, "joe", "/home/joe"), PASSWD, id="the image knows the id"),
        pytest.param(PASSWD, Account(7, 8, "app", "/home/app"), PASSWD + "user7:x:7:8::/home/app:/bin/sh\n", id="the image uses the name"),
        pytest.param("", Account(7, 8, "joe", "/home/joe"), "joe:x:7:8::/home/joe:/bin/sh\n", id="no accounts at all"),
        pytest.param(PASSWD.rstrip(), Account(7, 8, "j", "/h"), PASSWD + "j:x:7:8::/h:/bin/sh\n", id="last line without end"),
    ],
)
def test_add_to_passwd(text, account, expected):
    assert add_to_passwd(text, account) == expected


@pytest.mark.parametrize(
    ("text", "account", "expected"),
    [
        pytest.param(GROUP, Account(7, 8, "joe", "/home/joe"), GROUP + "joe:x:8:\n", id="new"),
        pytest.param(GROUP, Account(7, 1000, "joe", "/home/joe"), GROUP, id="the image knows the id"),
        pytest.param(GROUP, Account(7, 8, "app", "/home/app"), GROUP + "group8:x:8:\n", id="the image uses the name"),
    ],
)
def test_add_to_group(text, account, expected):
    assert add_to_group(text, account) == expected
