# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from ansible_collections.dockenv.python.plugins.module_utils import _compile_once

# Prints the files of the zip file in the order in which they are compiled.
PROGRAM = """
import json, sys
compiled = []
sys.addaudithook(lambda event, values: compiled.append(str(values[1])) if event == "compile" else None)
sys.path.insert(0, sys.argv[1])
import helper, folder.inner
assert (helper.VALUE, folder.inner.VALUE, folder.inner.__file__) == (1, 2, sys.argv[1] + "/folder/inner.py")
print(json.dumps([name[len(sys.argv[1]) + 1:] for name in compiled if name.startswith(sys.argv[1])]))
"""


def compile_out_of(archive, before=""):
    done = subprocess.run([sys.executable, "-c", before + PROGRAM, str(archive)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_a_file_of_a_zip_file_is_compiled_once(tmp_path):
    archive = tmp_path / "payload.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("helper.py", "VALUE = 1\n")
        file.writestr("folder/__init__.py", "")
        file.writestr("folder/inner.py", "VALUE = 2\n")
    source = Path(_compile_once.__file__).read_text(encoding="utf-8")
    assert compile_out_of(archive, source.replace("from __future__ import annotations\n", "")) == [
        "helper.py",
        "folder/__init__.py",
        "folder/inner.py",
    ]


def test_a_python_without_what_compiles_is_left_as_it_is(monkeypatch):
    monkeypatch.delattr(_compile_once.zipimport, "_get_module_code")
    _compile_once.compile_once()
    assert not hasattr(_compile_once.zipimport, "_get_module_code")
