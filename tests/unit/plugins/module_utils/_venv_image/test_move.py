# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.move import (
    Move,
    find_outward_paths,
    holds_path,
    interpreter_target,
    is_interpreter,
    is_left_out,
    may_hold_path,
    move_content,
    move_link,
)

SITE = "lib/python3.11/site-packages"
MOVE = Move(
    old=("/home/ada/my venv", "/data/venv"),
    new="/usr/local/lib/shop",
    python="/usr/bin/python3.11",
    others=(("/data/src/tool", "/usr/local/src/tool"), ("/data", "/usr/local/src/shop")),
    dropped=("/data/gone",),
)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        pytest.param("bin/pip", "#!/data/venv/bin/python3\nx", "#!/usr/local/lib/shop/bin/python3\nx", id="first line"),
        pytest.param(
            "bin/pip",
            "#!/bin/sh\n'''exec' \"/home/ada/my venv/bin/python\" \"$0\" \"$@\"\n' '''\nx",
            "#!/usr/local/lib/shop/bin/python\nx",
            id="long first lines",
        ),
        pytest.param(
            "bin/pip",
            "#!/bin/sh\n'''exec' '/home/ada/my venv/bin/python' \"$0\" \"$@\"\n' '''\nx",
            "#!/usr/local/lib/shop/bin/python\nx",
            id="as uv writes them",
        ),
        pytest.param("bin/tool", "#!/bin/sh\necho /data/venv\n", "#!/bin/sh\necho /data/venv\n", id="only the first line of a script"),
        pytest.param("bin/activate", "V='/data/venv'\n", "V='/usr/local/lib/shop'\n", id="activation script"),
        pytest.param(f"{SITE}/x.pth", "/data/venv/extra\nimport x\n", "/usr/local/lib/shop/extra\nimport x\n", id="search path"),
        pytest.param(f"{SITE}/x.pth", "/data/src/tool/s\n/data/lib\n", "/usr/local/src/tool/s\n/usr/local/src/shop/lib\n", id="innermost"),
        pytest.param(f"{SITE}/x.pth", "/data/gone\n/data/gone/x\n", "/usr/local/src/shop/gone/x\n", id="dropped"),
        pytest.param(f"{SITE}/x.egg-link", "/data/src/tool\n.", "/usr/local/src/tool\n.", id="egg-link"),
        pytest.param(
            f"{SITE}/__editable___t_1_0_finder.py", "M = {'t': '/data/src/tool/t'}", "M = {'t': '/usr/local/src/tool/t'}", id="finder"
        ),
        pytest.param(".project", "/data\n", "/usr/local/src/shop\n", id="project"),
        pytest.param(
            f"{SITE}/x-1.dist-info/direct_url.json",
            '{"url": "file:///home/ada/my%20venv/src/x"}',
            '{"url": "file:///usr/local/lib/shop/src/x"}',
            id="URL",
        ),
        pytest.param(f"{SITE}/x-1.dist-info/direct_url.json", '{"url":"https://x/data"}', '{"url":"https://x/data"}', id="another URL"),
        pytest.param(f"{SITE}/x-1.dist-info/direct_url.json", "[]", "[]", id="no URL"),
        pytest.param("bin/elf", "\x7fELF\x00/data/venv", "\x7fELF\x00/data/venv", id="binary"),
        pytest.param(f"{SITE}/x/data.json", '"/data/venv"', '"/data/venv"', id="unknown format"),
    ],
)
def test_content(path, before, after):
    assert move_content(path, before.encode(), MOVE).decode() == after


def test_configuration_becomes_that_of_the_base():
    before = "home = /opt/py/bin\nversion = 3.11.9\nexecutable = /opt/py/bin/python3.11\ncommand = x\nprompt = é\n"
    after = "home = /usr/bin\nversion = 3.11.9\nexecutable = /usr/bin/python3.11\nprompt = é\n"
    assert move_content("pyvenv.cfg", before.encode(), MOVE).decode() == after


def test_kernel_of_jupyter():
    before = json.dumps({"argv": ["/data/venv/bin/python", "-m", "ipykernel"], "env": {"A": "/data/venv"}})
    after = json.loads(move_content("share/jupyter/kernels/python3/kernel.json", before.encode(), MOVE))
    assert after == {"argv": ["/usr/local/lib/shop/bin/python", "-m", "ipykernel"], "env": {"A": "/data/venv"}}


def test_what_is_in_place_is_not_moved_again():
    move = Move(("/opt/app/.venv",), "/opt/app", "/usr/bin/python3", others=(("/opt/app", "/usr/src/app"),))
    assert move_content(f"{SITE}/x.pth", b"/opt/app/.venv/x\n/opt/app/y\n", move) == b"/opt/app/x\n/usr/src/app/y\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(b"a /data/venv/x", True, id="below"),
        pytest.param(b"file:///data/venv", True, id="URL"),
        pytest.param(b"/data/venv2 /more/data/venv", False, id="other paths"),
        pytest.param(b"\x00A/data/venvX", True, id="binary, whatever stands around it"),
        pytest.param(b"/home/ada/my venv", True, id="other spelling"),
        pytest.param(b"/data/src/tool", False, id="not that of the project"),
    ],
)
def test_finds_the_old_path(content, found):
    assert holds_path(content, MOVE) is found


def test_the_same_path_is_not_old():
    assert not holds_path(b"/opt/venv", Move(("/opt/venv",), "/opt/venv", "/usr/bin/python3"))


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("__pycache__/a.pyc", True),
        (f"{SITE}/a/__pycache__", True),
        (f"{SITE}/a/b.pyc", True),
        (f"{SITE}/a/alone.pyc", False),
        (f"{SITE}/a/alone.pyo", True),
        (f"{SITE}/a/pycache/b.py", False),
    ],
)
def test_byte_code_stays_behind(path, left_out):
    assert is_left_out(path, lambda other: other == f"{SITE}/a/b.py") is left_out


def test_interpreters():
    names = ["bin/python", "bin/python3", "bin/python3.11", "bin/pypy3"]
    assert [name for name in [*names, "bin/python-config"] if is_interpreter(name)] == names
    assert interpreter_target("bin/python3", MOVE) == "/usr/bin/python3.11"
    assert interpreter_target("bin/python3.11", MOVE) == "python3"


@pytest.mark.parametrize(
    ("path", "target", "moved"),
    [
        pytest.param("lib64", "lib", "lib", id="beside"),
        pytest.param("bin/x", "/data/venv/bin/y", "/usr/local/lib/shop/bin/y", id="inside"),
        pytest.param("bin/x", "../../other", None, id="out of it"),
        pytest.param("bin/x", "/usr/bin/env", None, id="elsewhere"),
    ],
)
def test_links(path, target, moved):
    assert move_link(path, target, MOVE) == moved


def test_folders_that_the_image_does_not_have():
    content = b"/usr/local/lib/shop/x\n/usr/local/src/tool\n/srv/lib\nimport a\nrelative\n"
    assert find_outward_paths(f"{SITE}/x.pth", content, MOVE) == ("/srv/lib",)
    assert find_outward_paths(f"{SITE}/x.py", content, MOVE) == ()


def test_formats():
    known = ["pyvenv.cfg", "bin/x", f"{SITE}/x.pth", f"{SITE}/a-1.dist-info/RECORD", ".project"]
    assert [path for path in [*known, f"{SITE}/x.py", "share/x", "bin/x/y"] if may_hold_path(path)] == known
