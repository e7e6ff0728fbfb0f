# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script of an environment's folder: its parts that need neither root nor an index; the rest is tried by building."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import types

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.install_script import INSTALLERS, render_install_script


@pytest.fixture(params=INSTALLERS)
def script(request, tmp_path):
    """Return the script as a module, for an environment below ``tmp_path``."""
    text = render_install_script(request.param).replace('ENV = "/opt/env"', f"ENV = {str(tmp_path / 'opt/env')!r}")
    path = tmp_path / "install.py"
    path.write_text(text)
    module = types.ModuleType("install")
    module.__file__ = str(path)
    exec(compile(text, str(path), "exec"), module.__dict__)
    (tmp_path / "opt/env").mkdir(parents=True)
    return module


def test_one_tool_is_pinned(script):
    assert script.INSTALLER in INSTALLERS
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)+", script.VERSION)


def test_entries_of_a_lock(script, tmp_path):
    lock = tmp_path / "lock"
    lock.write_text(
        "# a\n--index-url https://a.example/\nSix_X==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n    # via b\napp @ git+https://g/#egg=x\n"
    )
    options, entries = script.read_entries(str(lock))
    assert options == ["--index-url https://a.example/"]
    assert [" ".join(entry.split()) for entry in entries] == ["Six_X==1 --hash=sha256:1 --hash=sha256:2", "app @ git+https://g/#egg=x"]
    assert [script.name_of(entry) for entry in entries] == ["six-x", "app"]


@pytest.mark.parametrize(
    ("options", "before", "expected"),
    [
        pytest.param(
            "--index-url http://a.example:8080/simple\n--extra-index-url http://b.example/\n", "", "a.example:8080 b.example", id="two"
        ),
        pytest.param("--index-url http://a.example/simple\n", "c.example", "c.example a.example", id="beside the base image's own"),
        pytest.param("--index-url https://a.example/simple\n", "", "", id="encrypted"),
    ],
)
def test_pip_uses_indexes_without_encryption(script, tmp_path, monkeypatch, options, before, expected):
    monkeypatch.setenv("PIP_TRUSTED_HOST", before)
    (tmp_path / "requirements.txt").write_text(options + "six==1 --hash=sha256:1\n")
    script.trust_indexes()
    assert os.environ["PIP_TRUSTED_HOST"] == expected


def test_new_files_get_one_time_and_old_ones_are_not_touched(script, tmp_path):
    env = tmp_path / "opt/env"
    old, new, link = env / "old", env / "lib/new", env / "link"
    new.parent.mkdir()
    for path in (old, new):
        path.write_text("x")
    link.symlink_to("nowhere")
    os.utime(old, (5, script.TIME))
    script.settle(script.list_all())
    paths = [tmp_path / "opt", env, env / "lib", old, new, link]
    assert {path: path.lstat().st_mtime for path in paths} == dict.fromkeys(paths, script.TIME)
    assert old.stat().st_atime == 5
    assert not link.exists()


def make_package(site, name, files):
    record = []
    for path, text in files.items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        record.append(f"{path},sha256={abs(hash(text))},{len(text)}")
    (site / f"{name}-1.dist-info").mkdir()
    (site / f"{name}-1.dist-info/RECORD").write_text("\n".join([*record, "../../bin/x.py,,"]))


@pytest.fixture
def site(script, tmp_path):
    """The folder of packages of an environment whose first layer has one, settled."""
    folder = tmp_path / "opt/env/lib/site"
    make_package(folder, "old", {"old/__init__.py": "x = 1", "shared/old.py": "", "old/deep/data.json": "{}"})
    (tmp_path / "opt/env/bin").mkdir()
    script.find_sites = lambda: [str(folder)]
    script.settle(script.list_all())
    return folder


def new_paths(script):
    return {path for path in script.list_all() if os.lstat(path).st_mtime != script.TIME}


def test_what_a_layer_adds_is_found_without_looking_at_older_ones(script, site):
    before = script.list_metadata()
    files = {"new/__init__.py": "", "new/a/b/data": "", "shared/new.py": "", "new.pth": "", "../../share/doc/new": "", "../../bin/new": ""}
    make_package(site, "new", files)
    (site / "new/__pycache__").mkdir()
    (site / "new/__pycache__/__init__.pyc").write_text("")
    found = list(script.list_changed(before))
    assert not [path for path in found if "/deep/" in path]
    script.settle(found)
    assert new_paths(script) == set()


def change_record(site):
    with open(site / "old-1.dist-info/RECORD", "a", encoding="utf-8") as file:
        file.write("\n")


def remove_package(site):
    shutil.rmtree(site / "old-1.dist-info")


def add_without_record(site):
    (site / "new-1.dist-info").mkdir()


@pytest.mark.parametrize("change", [change_record, remove_package, add_without_record])
def test_after_more_than_additions_everything_is_looked_at(script, site, change):
    before = script.list_metadata()
    change(site)
    (site / "old/deep/data.json").write_text("changed")
    found = list(script.list_changed(before))
    assert str(site / "old/deep/data.json") in found
    script.settle(found)
    assert new_paths(script) == set()


def test_a_first_layer_is_looked_at_as_a_whole(script, tmp_path, site):
    assert set(script.list_changed(set())) == set(script.list_all())


@pytest.mark.parametrize(
    ("there", "lock", "added"),
    [
        pytest.param(
            ["six-1.0", "Some_Name-2"],
            "--index-url https://a.example/\nsix==1.0 --hash=sha256:1\nsome-name==2 --hash=sha256:2\nnew[x]==3 --hash=sha256:3\nat @ git+https://g/\n",
            ["--index-url https://a.example/", "at @ git+https://g/", "new[x]==3 --hash=sha256:3"],
            id="added",
        ),
        pytest.param(["six-1.0"], "--require-hashes\nsix==1.0 --hash=sha256:1\n", [], id="nothing new"),
        pytest.param([], "six==1.0\n", [], id="nothing there"),
        pytest.param(["six-1.0"], "six==1.1\nnew==1\n", [], id="moved"),
        pytest.param(["six-1.0", "old-1"], "six==1.0\nnew==1\n", [], id="removed"),
        pytest.param(["six-1.0", "six-0.9"], "six==1.0\nnew==1\n", [], id="there twice"),
        pytest.param(["six-1.0"], "six==1.0\nnew==1 ; sys_platform == 'linux'\n", [], id="may be for another platform"),
    ],
)
def test_what_a_lock_only_adds_to_is_not_looked_through(script, tmp_path, monkeypatch, there, lock, added):
    for name in there:
        (tmp_path / "site" / f"{name}.dist-info").mkdir(parents=True)
    (tmp_path / "requirements.txt").write_text(lock)
    monkeypatch.setattr(script, "find_sites", lambda: [str(tmp_path / "site")] if there else [])
    assert script.list_added() == added


def test_what_came_from_a_url_is_looked_through(script, tmp_path, monkeypatch):
    (tmp_path / "site" / "six-1.0.dist-info").mkdir(parents=True)
    (tmp_path / "site" / "six-1.0.dist-info" / "direct_url.json").write_text("{}")
    (tmp_path / "requirements.txt").write_text("six==1.0\nnew==1\n")
    monkeypatch.setattr(script, "find_sites", lambda: [str(tmp_path / "site")])
    assert script.list_added() == []


def test_only_new_packages_are_compiled_and_no_tests(script, tmp_path):
    make_package(tmp_path, "a", {"a/__init__.py": "x = 1", "a/tests/test_a.py": "", "a/data.json": "{}"})
    make_package(tmp_path, "b", {"b.py": "x = 1"})
    os.utime(tmp_path / "b-1.dist-info/RECORD", (0, script.TIME))
    found = list(script.list_new_packages(str(tmp_path)))
    assert [[os.path.relpath(path, tmp_path) for path, _digest in sources] for sources in found] == [["a/__init__.py"]]


def test_archives_are_installed_as_they_are_and_folders_from_a_copy(script, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "sources/a").mkdir(parents=True)
    (tmp_path / "sources/b-1-py3-none-any.whl").write_text("")
    assert script.copy_sources() == [str(tmp_path / "home/build/a"), str(tmp_path / "sources/b-1-py3-none-any.whl")]
    assert (tmp_path / "home/build/a").is_dir()


def compile_apart(script, sources, cache):
    line = json.dumps([sources, str(cache)]) + "\n"
    subprocess.run([sys.executable, script.__file__, "--compile"], input=line, text=True, check=True)


def test_byte_code_from_the_cache_is_the_same(script, tmp_path):
    site, cache = tmp_path / "site", tmp_path / "cache"
    (cache / "bytecode").mkdir(parents=True)
    make_package(site, "a", {"a/__init__.py": "import os\nNAMES = ('a', 'b', 'os')\n", "a/template.py": "{{ no }} python {%"})
    (sources,) = script.list_new_packages(str(site))
    compile_apart(script, sources, cache)
    compiled = {path: path.read_bytes() for path in site.rglob("*.pyc")}
    assert [path.parent.parent.name for path in compiled] == ["a"]
    assert next(iter(compiled.values()))[4:8] == b"\x01\0\0\0", "not checked against the source's time"
    for path in compiled:
        path.unlink()
    compile_apart(script, sources, cache)
    assert {path: path.read_bytes() for path in site.rglob("*.pyc")} == compiled


def test_a_damaged_cache_is_made_again(script, tmp_path):
    site, cache = tmp_path / "site", tmp_path / "cache"
    (cache / "bytecode").mkdir(parents=True)
    make_package(site, "a", {"a.py": "x = 1"})
    (sources,) = script.list_new_packages(str(site))
    compile_apart(script, sources, cache)
    (entry,) = (cache / "bytecode").iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(b"")
    compile_apart(script, sources, cache)
    assert entry.read_bytes() == whole


@pytest.mark.parametrize(
    ("lock", "missing"),
    [
        pytest.param("six==1.16.0 \\\n    --hash=sha256:1\n", None, id="all there"),
        pytest.param("Six==1.16.0\nidna==3.10 ; sys_platform == 'win32'\napp @ git+https://g/#egg=app\n", None, id="not to be compared"),
        pytest.param("six==1.17.0 \\\n    --hash=sha256:1\nidna==3.10\n", "six==1.17.0, idna==3.10", id="another version, and none"),
        pytest.param("odd==2.0\nsix==1.16.0\n", None, id="only its metadata has the version as the lock spells it"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_what_the_lock_pins_has_to_be_there(script, tmp_path, lock, missing):
    python = os.path.join(sys.base_prefix, "bin", "python{}.{}".format(*sys.version_info))
    subprocess.run([python, "-m", "venv", "--without-pip", str(tmp_path / "opt/env")], check=True)
    site = tmp_path / "opt/env/lib/python{}.{}/site-packages".format(*sys.version_info)
    for folder, name, version in (("six-1.16.0", "six", "1.16.0"), ("odd-2", "odd", "2.0"), ("~ix-1.16.0", "six", "1.16.0")):
        (site / f"{folder}.dist-info").mkdir()
        (site / f"{folder}.dist-info/METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (tmp_path / "requirements.txt").write_text(lock)
    if missing is None:
        script.prove_installed()
        return
    with pytest.raises(SystemExit) as caught:
        script.prove_installed()
    assert caught.value.code == f"The environment does not work: it does not have {missing}"
