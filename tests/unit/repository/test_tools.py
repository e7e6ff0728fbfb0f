# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tools that judge the repository find what they are for."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def load_tool(name):
    """Return a script of tests/tools as a module."""
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


role_readme = load_tool("role_readme")
check_tarball = load_tool("check_tarball")

OPTION = {"type": "str", "default": "docker", "description": "What it is."}


@pytest.mark.parametrize(
    ("option", "row"),
    [
        pytest.param(OPTION, "| `x` | str | `docker` | What it is. |", id="a plain one"),
        pytest.param({**OPTION, "default": ""}, '| `x` | str | `""` | What it is. |', id="an empty string is shown"),
        pytest.param({**OPTION, "default": None}, "| `x` | str |  | What it is. |", id="no default"),
        pytest.param({**OPTION, "required": True}, "| `x` | str | required | What it is. |", id="required"),
        pytest.param({**OPTION, "type": "bool", "default": True}, "| `x` | bool | `true` | What it is. |", id="as in YAML"),
        pytest.param({**OPTION, "choices": ["a", "b"]}, "| `x` | str: `a`, `b` | `docker` | What it is. |", id="choices"),
        pytest.param(
            {"type": "list", "elements": "dict", "default": [], "description": ["One.", "Two."], "options": {"y": OPTION}},
            "| `x` | list of dict | `[]` | One. Two. |\n| `x[].y` | str | `docker` | What it is. |",
            id="suboptions follow",
        ),
        pytest.param(
            {**OPTION, "description": "Like V(a|b) of M(a.b.c), B(not) L(this, https://h)."},
            "| `x` | str | `docker` | Like `a\\|b` of `a.b.c`, **not** [this](https://h). |",
            id="markup",
        ),
    ],
)
def test_table_has_a_row_for_each_option(option, row):
    assert role_readme.render_table({"x": option}).partition("|---|---|---|---|\n")[2] == row


def test_table_goes_between_the_markers():
    readme = f"before\n{role_readme.BEGIN}\nold\n{role_readme.END}\nafter\n"
    fresh = role_readme.render_readme(readme, {"x": OPTION})
    assert fresh.startswith(f"before\n{role_readme.BEGIN}\n\n| variable |")
    assert fresh.endswith(f"\n\n{role_readme.END}\nafter\n")
    assert "old" not in fresh
    assert role_readme.render_readme(fresh, {"x": OPTION}) == fresh


def test_readme_without_markers_is_refused():
    with pytest.raises(ValueError, match="has no lines"):
        role_readme.render_readme("text", {"x": OPTION})


KNOWN = {"CHANGELOG.md", "COPYING", "README.md", "Makefile", "plugins/modules/a.py", "tests/unit/test_a.py"}
PACKED = {"FILES.json", "MANIFEST.json", "CHANGELOG.md", "COPYING", "README.md", "plugins/modules/a.py"}


@pytest.mark.parametrize(
    ("packed", "problems"),
    [
        pytest.param(PACKED, [], id="all that users need"),
        pytest.param(PACKED - {"COPYING"}, ["not in the tarball: COPYING"], id="the licence is missing"),
        pytest.param(PACKED - {"plugins/modules/a.py"}, ["not in the tarball: plugins/modules/a.py"], id="a module is missing"),
        pytest.param(PACKED | {"Makefile"}, ["has no place in the tarball: Makefile"], id="for developers"),
        pytest.param(PACKED | {"plugins/modules/a.orig"}, ["has no place in the tarball: plugins/modules/a.orig"], id="unknown to git"),
    ],
)
def test_tarball_holds_what_users_need(packed, problems):
    assert check_tarball.find_problems(packed, KNOWN) == problems


def test_copy_for_ansible_test_leaves_alone_what_is_equal(tmp_path, monkeypatch):
    checkout, copy = tmp_path / "checkout", tmp_path / "copy"
    (checkout / "docs").mkdir(parents=True)
    for name in ("same", "changed", "docs/program", "removed"):
        (checkout / name).write_text("before")
    subprocess.run(["git", "init", "--quiet", checkout], check=True)
    monkeypatch.syspath_prepend(TOOLS)
    ansible_test = load_tool("ansible_test")
    monkeypatch.setattr(ansible_test, "ROOT", checkout)

    ansible_test.copy_tracked_files(copy)
    (copy / "tests/output").mkdir(parents=True)
    (copy / "tests/output/kept").touch()
    inodes = {name: (copy / name).stat().st_ino for name in ("same", "changed", "docs/program")}
    (checkout / "changed").write_text("after!")
    (checkout / "docs/program").chmod(0o755)
    (checkout / "removed").unlink()
    ansible_test.copy_tracked_files(copy)

    assert {name for name, inode in inodes.items() if (copy / name).stat().st_ino == inode} == {"same"}
    assert (copy / "changed").read_text() == "after!"
    assert (copy / "docs/program").stat().st_mode & 0o111
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file() and ".git" not in path.parts) == [
        "changed", "docs/program", "same", "tests/output/kept",
    ]  # fmt: skip
