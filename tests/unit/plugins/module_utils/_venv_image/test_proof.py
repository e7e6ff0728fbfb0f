# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import marshal
import os
import shutil
import subprocess
import sys

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.proof import find_verdict, render_proof

SITE = "lib/python{}.{}/site-packages".format(*sys.version_info)
NAME = "tool-1.0.dist-info"
BROKEN = "The virtualenv does not work at VENV: "


def make_venv(folder):
    base = os.path.join(sys.base_prefix, "bin", "python{}.{}".format(*sys.version_info))
    subprocess.run([base, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


@pytest.fixture
def venv(tmp_path):
    """A virtualenv with one package, as an image has it."""
    folder = make_venv(tmp_path / "venv")
    site = folder / SITE
    (site / NAME).mkdir()
    (site / "tool.py").write_text("def main():\n    pass\n")
    (site / NAME / "METADATA").write_text("Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
    (site / NAME / "entry_points.txt").write_text("[console_scripts]\ntool = tool:main\n")
    (site / NAME / "RECORD").write_text(f"tool.py,sha256=xxxx,1\n../../../bin/tool,sha256=xxxx,1\n{NAME}/RECORD,,\n")
    script = folder / "bin/tool"
    script.write_text(f"#!{folder}/bin/python3\n")
    script.chmod(0o755)
    return folder


def prove(venv, *words, old=("/old/venv",), distributions=1, rewritten=()):
    """Run the script, and return what it ends with."""
    script = venv.parent / "prove.py"
    script.write_text(render_proof(old, distributions, rewritten))
    command = [str(venv / "bin/python3"), "-I", "-B", str(script), str(venv), *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr.strip().replace(str(venv), "VENV")


def test_a_virtualenv_that_works_is_compiled(venv):
    assert prove(venv, "--byte-code") == ""
    made = list((venv / SITE / "__pycache__").iterdir())
    assert [path.name.split(".")[0] for path in made] == ["tool"]
    assert {int(path.stat().st_mtime) for path in [*made, venv / SITE, venv / SITE / "__pycache__"]} == {315619200}


def test_byte_code_comes_from_the_cache_for_equal_sources_only(venv, tmp_path):
    cache, made = tmp_path / "cache", venv / SITE / "__pycache__"
    assert prove(venv, f"--byte-code={cache}") == ""
    compiled = {path.name: path.read_bytes() for path in made.iterdir()}
    [entry] = (cache / "bytecode").iterdir()
    assert marshal.loads(entry.read_bytes()) == {str(made / name): content for name, content in compiled.items()}

    shutil.rmtree(made)
    entry.write_bytes(marshal.dumps({str(made / name): b"cached" for name in compiled}))
    assert prove(venv, f"--byte-code={cache}") == ""
    assert [path.read_bytes() for path in made.iterdir()] == [b"cached"]

    (venv / SITE / "tool.py").write_text("def main():\n    return 1\n")
    assert prove(venv, f"--byte-code={cache}") == ""
    [other] = made.iterdir()
    assert other.read_bytes() not in (b"cached", compiled[other.name])


def test_modules_that_the_base_image_names_are_not_read(venv, tmp_path, monkeypatch):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "mmap.py").write_text("raise SystemExit('the wrong module')\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    assert prove(venv, "--byte-code") == ""
    assert (venv / SITE / "__pycache__").exists()


def test_what_cannot_be_compiled_is_left(venv):
    (venv / SITE / "template.py").write_text("{{ name }} = =\n")
    assert prove(venv, "--byte-code") == ""
    assert [path.name.split(".")[0] for path in (venv / SITE / "__pycache__").iterdir()] == ["tool"]


def test_without_compiling_nothing_is_made(venv):
    assert prove(venv) == ""
    assert not (venv / SITE / "__pycache__").exists()


def test_another_prefix(venv):
    other = venv.parent / "other"
    shutil.copytree(venv, other, symlinks=True)
    script = venv.parent / "prove.py"
    script.write_text(render_proof((), 0))
    done = subprocess.run([str(venv / "bin/python3"), "-I", str(script), str(other)], check=False, capture_output=True, text=True)
    assert done.stderr == f"The virtualenv does not work at {other}: its Python takes {venv} for its folder\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        pytest.param(f"{SITE}/data.txt", b"see /old/venv/x", id="text"),
        pytest.param(f"{SITE}/data.bin", b"\x00A/old/venvA", id="binary"),
        pytest.param(f"{SITE}/large.bin", b"\x00" * (2 << 20) + b"/old/venv", id="large"),
    ],
)
def test_the_old_path(venv, path, content):
    (venv / path).write_bytes(content)
    assert prove(venv) == f"{BROKEN}VENV/{path} still holds the path where the virtualenv was made"


def test_another_path_that_looks_like_it(venv):
    (venv / "note").write_text("/old/venv2 /very/old/venv")
    assert prove(venv) == ""


def test_a_package_that_is_missing(venv):
    assert prove(venv, distributions=2) == f"{BROKEN}of 2 distributions its Python finds 1"


def test_a_file_that_is_not_what_its_record_says(venv):
    assert prove(venv, rewritten=[f"{SITE}/tool.py"]) == f"{BROKEN}a file of tool is not what its RECORD says: VENV/{SITE}/tool.py"


def test_an_interpreter_that_is_not_there(venv):
    (venv / "bin/tool").write_text("#!/nowhere/bin/python3\n")
    assert prove(venv) == (
        f"{BROKEN}the script VENV/bin/tool has an interpreter that does not start: /nowhere/bin/python3: No such file or directory"
    )


def test_the_interpreter_of_another(venv):
    other = make_venv(venv.parent / "other")
    (venv / "bin/tool").write_text(f"#!/bin/sh\n'''exec' \"{other}/bin/python3\" \"$0\" \"$@\"\n' '''\n")
    assert prove(venv) == f"{BROKEN}the script VENV/bin/tool runs another Python than that of the virtualenv: {other}/bin/python3"


def test_a_script_without_its_module(venv):
    (venv / SITE / "tool.py").unlink()
    assert prove(venv) == f"{BROKEN}the script VENV/bin/tool starts tool, which its Python does not find"


def test_a_script_that_is_missing(venv):
    (venv / "bin/tool").unlink()
    assert prove(venv) == f"{BROKEN}the script VENV/bin/tool of tool is not there"


def test_a_script_that_nobody_may_execute(venv):
    (venv / "bin/tool").chmod(0o644)
    assert prove(venv) == f"{BROKEN}the script VENV/bin/tool of tool is not executable"


def test_a_script_that_its_installer_has_not_written(venv):
    (venv / SITE / NAME / "entry_points.txt").write_text("[console_scripts]\ntool = tool:main\ntool3.9 = tool:main\n")
    assert prove(venv) == ""


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"__init__.py": "raise OSError", "sub/__init__.py": "", "sub/cli.py": ""}, True, id="found, and not run"),
        pytest.param({"sub/cli.py": ""}, True, id="in a namespace"),
        pytest.param({"__init__.py": "", "sub/__init__.py": "", "sub/other.py": ""}, False, id="missing"),
        pytest.param({"__init__.py": "", "sub/cli/data.txt": ""}, False, id="a folder that was left"),
        pytest.param({"__init__.py": "__path__ = [__path__[0] + '/else']\n", "else/sub/cli.py": ""}, True, id="elsewhere"),
        pytest.param({"__init__.py": "raise OSError"}, False, id="what fails where it is looked for"),
    ],
)
def test_the_module_of_a_script(venv, files, found):
    (venv / SITE / NAME / "entry_points.txt").write_text("[console_scripts]\ntool = package.sub.cli:main\n")
    for name, text in files.items():
        path = venv / SITE / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    said = f"{BROKEN}the script VENV/bin/tool starts package.sub.cli, which its Python does not find"
    assert prove(venv) == ("" if found else said)


def test_scripts_of_other_languages_are_not_started(venv):
    script = venv / "bin/other"
    script.write_text("#!/nowhere/perl\n")
    script.chmod(0o755)
    assert prove(venv) == ""


def test_the_script_removes_itself(venv):
    assert prove(venv, "--remove") == ""
    assert not (venv.parent / "prove.py").exists()


def test_verdict_in_the_output_of_a_build():
    output = "#6 0.9 done\n#6 1.2 The virtualenv does not work at /usr/x: it is broken\n#6 ERROR: executor failed\n"
    assert find_verdict(output) == "The virtualenv does not work at /usr/x: it is broken"
    assert find_verdict("RUN The virtualenv") is None
