# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._venv.relocate import (
    find_interpreter,
    relocate_record,
    relocate_script,
    relocate_tree,
    render_digest,
    replace_path,
)

LONG = "/" + "d" * 130
ENVIRONMENT = "import x\n#!/old/venv/bin/python stays\n"


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        pytest.param("/old/venv", "/new/venv", id="alone"),
        pytest.param('VIRTUAL_ENV="/old/venv"', 'VIRTUAL_ENV="/new/venv"', id="in quotation marks"),
        pytest.param("PATH=/old/venv/bin:$PATH", "PATH=/new/venv/bin:$PATH", id="with more below"),
        pytest.param("/old/venv2 /old/venv-x /old/venv.bak", "/old/venv2 /old/venv-x /old/venv.bak", id="longer names"),
        pytest.param("/very/old/venv", "/very/old/venv", id="another parent"),
        pytest.param("file:///old/venv/src https://old/venv", "file:///new/venv/src https://old/venv", id="in URLs"),
    ],
)
def test_replaces_whole_paths_only(text, moved):
    assert replace_path(text, "/old/venv", "/new/venv") == moved


@pytest.mark.parametrize(
    ("text", "interpreter"),
    [
        pytest.param("#!/venv/bin/python3 -I\nx", "/venv/bin/python3", id="plain"),
        pytest.param("#!/bin/sh\n'''exec' \"/a venv/bin/python\" \"$0\" \"$@\"\n' '''\nx", "/a venv/bin/python", id="long"),
        pytest.param("import x\n", None, id="none"),
    ],
)
def test_finds_the_interpreter_of_a_script(text, interpreter):
    assert find_interpreter(text) == interpreter


@pytest.mark.parametrize(
    ("first", "new", "moved"),
    [
        pytest.param("#!/old/venv/bin/python3\n", "/new/venv", "#!/new/venv/bin/python3\n", id="plain"),
        pytest.param("#!/old/venv/bin/python3 -E\n", "/new/venv", "#!/new/venv/bin/python3 -E\n", id="with an argument"),
        pytest.param("#!/usr/bin/env python3\n", "/new/venv", "#!/usr/bin/env python3\n", id="another interpreter"),
        pytest.param("", "/new/venv", "", id="none"),
        pytest.param(
            "#!/old/venv/bin/python3\n",
            LONG,
            f"#!/bin/sh\n'''exec' {LONG}/bin/python3 \"$0\" \"$@\"\n' '''\n",
            id="too long for the kernel now",
        ),
        pytest.param(
            "#!/old/venv/bin/python3\n",
            "/a b",
            "#!/bin/sh\n'''exec' \"/a b/bin/python3\" \"$0\" \"$@\"\n' '''\n",
            id="a space now",
        ),
        pytest.param(
            "#!/bin/sh\n'''exec' /old/venv/bin/python3 \"$0\" \"$@\"\n' '''\n",
            "/new/venv",
            "#!/new/venv/bin/python3\n",
            id="long form of distlib",
        ),
        pytest.param(
            "#!/bin/sh\n'''exec' \"/old/venv/bin/python3\" \"$0\" \"$@\"\n' '''\n",
            "/new/venv",
            "#!/new/venv/bin/python3\n",
            id="long form, quoted",
        ),
        pytest.param(
            "#!/bin/sh\n'''exec' '/old/venv/bin/python3' \"$0\" \"$@\"\n' '''\n",
            "/new/venv",
            "#!/new/venv/bin/python3\n",
            id="long form of uv",
        ),
        pytest.param("#!/bin/sh\necho /old/venv\n", "/new/venv", "#!/bin/sh\necho /old/venv\n", id="a script of sh"),
    ],
)
def test_relocates_the_first_lines_of_scripts_and_no_others(first, new, moved):
    assert relocate_script(first + ENVIRONMENT, "/old/venv", new) == moved + ENVIRONMENT


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_record_gets_the_new_hash_and_size_and_keeps_all_else(end):
    rows = [
        "../../../bin/demo,sha256=old,1",
        "x.py,sha256=other,2",
        '"a,b.py",sha256=third,3',
        "../../../bin/pyc,,",
        "x.dist-info/RECORD,,",
    ]
    text = "".join(row + end for row in rows)
    files = {"../../../bin/demo": ("sha256=new", 42), "../../../bin/pyc": ("sha256=new", 43)}
    assert relocate_record(text, files) == text.replace("demo,sha256=old,1", "demo,sha256=new,42")


def test_a_record_finds_a_path_in_quotes_and_leaves_the_quotes_of_others():
    text = '"a,b.py",sha256=old,1\n"needless",sha256=other,2'
    assert relocate_record(text, {"a,b.py": ("sha256=new", 3)}) == '"a,b.py",sha256=new,3\n"needless",sha256=other,2'


def test_a_record_without_the_file_stays_as_it_is():
    text = 'x.py,sha256=other,2\n"odd quoting",,\n'
    assert relocate_record(text, {"y.py": ("sha256=new", 1)}) == text


def test_a_digest_is_url_safe_base64_without_padding():
    expected = base64.urlsafe_b64encode(hashlib.sha256(b"\xff").digest()).decode().rstrip("=")
    assert render_digest(b"\xff") == f"sha256={expected}"


class TestTree:
    @pytest.fixture
    def venv(self, tmp_path):
        folder = tmp_path / "venv"
        site = folder / "lib" / "python3.11" / "site-packages"
        (site / "demo-1.dist-info").mkdir(parents=True)
        (folder / "bin").mkdir()
        return folder

    def write(self, venv, path, content):
        (venv / path).write_bytes(content)
        return venv / path

    def test_moves_the_known_text_formats(self, venv):
        files = {
            "pyvenv.cfg": b"home = /usr/bin\ncommand = python -m venv /old/venv\n",
            "bin/activate": b'VIRTUAL_ENV="/old/venv"\n',
            "bin/activate.csh": b'setenv VIRTUAL_ENV "/old/venv"\n',
            "bin/demo": b"#!/old/venv/bin/python3\nprint('/old/venv')\n",
            "lib/python3.11/site-packages/x.pth": b"/old/venv/src/x\n",
        }
        for path, content in files.items():
            self.write(venv, path, content)
        changed = relocate_tree(str(venv), "/old/venv", "/new/venv")
        assert changed == sorted(str(venv / path) for path in files)
        assert (venv / "bin/demo").read_bytes() == b"#!/new/venv/bin/python3\nprint('/old/venv')\n"
        assert all(b"/old" not in (venv / path).read_bytes() for path in files if path != "bin/demo")

    @pytest.mark.parametrize(
        ("path", "content"),
        [
            pytest.param("bin/program", b"\x7fELF\0/old/venv/bin\0", id="a program"),
            pytest.param("bin/zipapp", b"#!/old/venv/bin/python3\nPK\x03\x04\0\0", id="an archive with a first line"),
            pytest.param("lib/python3.11/site-packages/settings.py", b"HOME = '/old/venv'\n", id="a module"),
        ],
    )
    def test_leaves_all_other_files_byte_for_byte(self, venv, path, content):
        file = self.write(venv, path, content)
        assert relocate_tree(str(venv), "/old/venv", "/new/venv") == []
        assert file.read_bytes() == content

    def test_keeps_bytes_that_are_no_utf_8_and_the_mode(self, venv):
        file = self.write(venv, "bin/demo", b"#!/old/venv/bin/python3\n# caf\xe9\n")
        file.chmod(0o750)
        relocate_tree(str(venv), "/old/venv", "/new/venv")
        assert file.read_bytes() == b"#!/new/venv/bin/python3\n# caf\xe9\n"
        assert file.stat().st_mode & 0o777 == 0o750

    def test_keeps_the_record_true(self, venv):
        content = b"#!/old/venv/bin/python3\n"
        self.write(venv, "bin/demo", content)
        row = f"../../../bin/demo,{render_digest(content)},{len(content)}\nx.py,,\n"
        record = self.write(venv, "lib/python3.11/site-packages/demo-1.dist-info/RECORD", row.encode())
        relocate_tree(str(venv), "/old/venv", "/newer/venv")
        moved = b"#!/newer/venv/bin/python3\n"
        assert record.read_text() == f"../../../bin/demo,{render_digest(moved)},{len(moved)}\nx.py,,\n"

    def test_moves_links_into_the_old_place(self, venv):
        (venv / "bin/tool").symlink_to("/old/venv/share/tool")
        (venv / "bin/python3").symlink_to("/usr/bin/python3")
        relocate_tree(str(venv), "/old/venv", "/new/venv")
        assert os.readlink(venv / "bin/tool") == "/new/venv/share/tool"
        assert os.readlink(venv / "bin/python3") == "/usr/bin/python3"
