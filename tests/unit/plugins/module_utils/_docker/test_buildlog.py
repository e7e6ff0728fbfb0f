# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import stat

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildlog import LAST_LINES, open_log
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput


def test_each_line_is_in_the_file_with_its_time(tmp_path):
    path = tmp_path / "new" / "folder" / "build.log"
    with open_log(str(path)) as log:
        log.add("one")
        log.add("two ünïcode \udcff")
    first, second = path.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z one", first)
    assert second.endswith("Z two ünïcode ?")
    assert log.last_lines == "one\ntwo ünïcode \udcff"


def test_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "build.log"
    with open_log(str(path)):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_the_log_of_the_build_before_is_overwritten(tmp_path):
    path = tmp_path / "build.log"
    path.write_text("old\n")
    with open_log(str(path)) as log:
        log.add("new")
    assert "old" not in path.read_text()


def test_the_result_gets_the_last_lines_only(tmp_path):
    with open_log(str(tmp_path / "build.log")) as log:
        for number in range(LAST_LINES + 5):
            log.add(str(number))
    assert log.last_lines.splitlines()[0] == "5"


@pytest.mark.parametrize(
    ("secret", "line", "kept"),
    [
        pytest.param("hunter2!", "curl -u joe:hunter2! x", "curl -u joe:******** x", id="value"),
        pytest.param("first-line\nsecond-line\n", "got second-line", "got ********", id="a line of the value"),
        pytest.param("[a]\nkey = longvalue", "[a] key = longvalue", "[a] ********", id="a short line says nothing"),
        pytest.param("machine h login joe password hush-hush", "pip: joe:hush-hush@h", "pip: joe:********@h", id="in a netrc"),
        pytest.param("machine h password\n  hu/sh%hush", "got hu%2Fsh%25hush", "got ********", id="as URLs write it"),
        pytest.param("[global]\nindex-url = https://joe:hu%2Fshhush@h", "got hu/shhush", "got ********", id="in the URL of a pip.conf"),
        pytest.param("prefix-abc\nprefix-abc-longer", "prefix-abc-longer", "********", id="the longest first"),
    ],
)
def test_secrets_are_masked_in_file_and_result(tmp_path, secret, line, kept):
    path = tmp_path / "build.log"
    with open_log(str(path), [secret]) as log:
        assert log.add(line) == kept
    assert path.read_text().endswith(f"Z {kept}\n")
    assert log.last_lines == kept


def test_a_log_that_cannot_be_written_is_the_users_error(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(InvalidInput) as caught, open_log(str(path)):
        pass
    assert caught.value.message == f"log_path: {str(path)!r} cannot be written: Is a directory; choose another path"


def test_a_link_is_not_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text("precious")
    (tmp_path / "build.log").symlink_to(target)
    with pytest.raises(InvalidInput), open_log(str(tmp_path / "build.log")):
        pass
    assert target.read_text() == "precious"
