# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script that runs a buildout: its parts that need neither root nor an index; the rest is tried by building."""

from __future__ import annotations

import os
import sys
import types

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.buildout import render_versions
from ansible_collections.dockenv.python.plugins.module_utils._env.buildout_script import BUILDOUT_TOOLS, render_buildout_script
from ansible_collections.dockenv.python.plugins.module_utils._env.install_script import render_install_script

# Both scripts run with the Python of a base image; only zc.buildout asks for one that is newer than the oldest supported.
BYTE_CODE = f"{sys.implementation.cache_tag}.pyc"


def load(name, text, path):
    path.write_text(text)
    module = types.ModuleType(name)
    module.__file__ = str(path)
    exec(compile(text, str(path), "exec"), module.__dict__)
    return module


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Return the script as a module, for an environment below ``tmp_path`` with this Python."""
    text = render_install_script("pip").replace('ENV = "/opt/env"', f"ENV = {str(tmp_path / 'opt/env')!r}")
    install = load("install", text, tmp_path / "install.py")
    install.PYTHON = sys.executable
    monkeypatch.setitem(sys.modules, "install", install)
    return load("install_buildout", render_buildout_script(), tmp_path / "install_buildout.py")


def test_the_tools_are_pinned(script):
    assert script.TOOLS == BUILDOUT_TOOLS
    assert {"zc.buildout", "setuptools", "pip", "wheel"} < set(script.FIXED)


def test_versions_are_written_as_the_collection_reads_them(script, tmp_path):
    versions = {"Django": "5.2", "zope.interface": "7.2", "asgiref": "3.8"}
    script.write_versions(str(tmp_path / "a.cfg"), "versions", versions, script.HEADER)
    assert (tmp_path / "a.cfg").read_text() == render_versions(versions)
    assert script.read_versions(str(tmp_path / "a.cfg")) == versions


def test_what_buildout_says_of_its_picks_is_read(script, tmp_path):
    (tmp_path / "a.cfg").write_text("[versions]\na = 1\n\n# Required by:\n# b==2\n# c==3\nd.e = 4.0rc1\n")
    assert script.read_versions(str(tmp_path / "a.cfg")) == {"a": "1", "d.e": "4.0rc1"}
    assert script.read_versions(str(tmp_path / "none.cfg")) == {}


def test_pins_of_the_project_prevail_over_those_of_the_lock(script, tmp_path):
    script.HERE, script.CONFIG = str(tmp_path), str(tmp_path / "dockenv.cfg")
    script.write_config("/var/application", "pins", {"a": "1"})
    assert (tmp_path / "dockenv.cfg").read_text().splitlines()[1] == f"extends = {tmp_path}/locked.cfg /var/application/buildout.cfg"
    assert (tmp_path / "locked.cfg").read_text() == "[pins]\na = 1\n"


@pytest.mark.parametrize(
    ("options", "own", "variable", "expected"),
    [
        pytest.param(
            ["buildout:index=https://a.example/"], "https://b.example/", "https://c.example/", "https://a.example/", id="an option"
        ),
        pytest.param([], "https://b.example/", "https://c.example/", "https://b.example/", id="the project's"),
        pytest.param(["custom:index=x"], "", "https://c.example/", "https://c.example/", id="the base image's"),
    ],
)
def test_the_index_is_the_one_that_was_named(script, monkeypatch, options, own, variable, expected):
    monkeypatch.setenv("PIP_INDEX_URL", variable)
    assert script.find_index(options, {"index": own}) == expected


@pytest.mark.parametrize(
    ("index", "trusted"),
    [
        pytest.param("http://a.example:8080/simple", "c.example a.example:8080", id="without encryption"),
        pytest.param("http://joe:x@a.example/simple", "c.example a.example", id="with a login"),
        pytest.param("https://a.example/simple", "c.example", id="encrypted"),
    ],
)
def test_pip_uses_an_index_that_was_named(script, monkeypatch, index, trusted):
    monkeypatch.setenv("PIP_TRUSTED_HOST", "c.example")
    monkeypatch.setenv("PIP_INDEX_URL", "")
    script.trust(index)
    assert (os.environ["PIP_INDEX_URL"], os.environ["PIP_TRUSTED_HOST"]) == (index, trusted)


def make_egg(script, folder, name):
    package, metadata = folder / name / "package", folder / name / f"{name[:-4]}.dist-info"
    package.mkdir(parents=True)
    metadata.mkdir()
    (package / "__init__.py").write_text("x = 1")
    record = f"package/__init__.py,{script.digest_of(package / '__init__.py')},5\n../../bin/x,sha256=x,1\npackage/__pycache__/x.pyc,,\nx-1.dist-info/RECORD,,\n"
    (metadata / "RECORD").write_text(record)
    return folder / name


@pytest.fixture
def kept(script, tmp_path, monkeypatch):
    """The folder of eggs that outlives a build, with an egg of an earlier one."""
    monkeypatch.setattr(script.platform, "freedesktop_os_release", lambda: {"ID": "debian", "VERSION_ID": "13"}, raising=False)
    monkeypatch.setattr(script.sysconfig, "get_config_var", lambda name: "cp313")
    with script.kept_eggs(str(tmp_path / "cache"), "", {"links": "", "eggs": str(tmp_path / "first")}, {}):
        make_egg(script, tmp_path / "first", "Foo_Bar-1.0-py3.13.egg")
    (kept,) = (tmp_path / "cache").iterdir()
    return kept


@pytest.mark.parametrize(
    ("pins", "index", "links", "expected"),
    [
        pytest.param({"foo.bar": "1.0"}, "", "", ["Foo_Bar-1.0-py3.13.egg"], id="pinned"),
        pytest.param({"foo.bar": "1.1"}, "", "", [], id="another version"),
        pytest.param({"foo.bar": ">=1.0"}, "", "", [], id="not pinned, so a newer one may be there"),
        pytest.param({}, "", "", [], id="not asked for"),
        pytest.param({"foo.bar": "1.0"}, "https://a.example/", "", [], id="of another index"),
        pytest.param({"foo.bar": "1.0"}, "", "/var/application/dist", [], id="from elsewhere"),
    ],
)
def test_only_what_is_pinned_is_taken_from_an_earlier_build(script, tmp_path, kept, pins, index, links, expected):
    eggs = tmp_path / "eggs"
    eggs.mkdir()
    with script.kept_eggs(str(tmp_path / "cache"), index, {"links": links, "eggs": str(eggs)}, pins):
        assert sorted(path.name for path in eggs.iterdir()) == expected


def test_new_eggs_are_kept_with_byte_code_although_the_build_fails(script, tmp_path, kept):
    config = {"links": "", "eggs": str(tmp_path / "eggs")}
    with pytest.raises(SystemExit), script.kept_eggs(str(tmp_path / "cache"), "", config, {}):
        make_egg(script, tmp_path / "eggs", "new-2.0-py3.13-linux-x86_64.egg")
        sys.exit(1)
    compiled = kept / "new-2.0-py3.13-linux-x86_64.egg/package/__pycache__" / f"__init__.{BYTE_CODE}"
    assert compiled.read_bytes()[4:8] == b"\x01\0\0\0", "not checked against the source's time"
    assert sorted(path.name for path in kept.iterdir()) == ["Foo_Bar-1.0-py3.13.egg", "new-2.0-py3.13-linux-x86_64.egg"]


def test_an_egg_does_not_say_where_it_was_installed_from(script, tmp_path):
    egg = make_egg(script, tmp_path, "new-2.0-py3.13.egg")
    (record,) = egg.glob("*.dist-info/RECORD")
    before = record.read_text()
    (record.parent / "direct_url.json").write_text("{}")
    record.write_text(f"{before}x-1.dist-info/direct_url.json,sha256=x,2\n")
    script.forget_origin(str(egg))
    assert record.read_text() == before
    assert not (record.parent / "direct_url.json").exists()


def test_the_folders_above_the_project_get_the_time_too(script):
    assert list(script.list_above("/var/lib/application")) == ["/var/lib", "/var"]


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(lambda egg: (egg / "package/__init__.py").write_text("x = 2"), id="changed"),
        pytest.param(lambda egg: (egg / "package/new.py").write_text(""), id="added"),
        pytest.param(lambda egg: (egg / "package/__init__.py").unlink(), id="removed"),
        pytest.param(lambda egg: next(egg.glob("*.dist-info/RECORD")).unlink(), id="not known"),
    ],
)
def test_an_egg_that_a_recipe_patched_is_not_kept(script, tmp_path, kept, patch):
    with script.kept_eggs(str(tmp_path / "cache"), "", {"links": "", "eggs": str(tmp_path / "eggs")}, {}):
        patch(make_egg(script, tmp_path / "eggs", "new-2.0-py3.13.egg"))
    assert [path.name for path in kept.iterdir()] == ["Foo_Bar-1.0-py3.13.egg"]


def write_script(folder, name, text, mode=0o755):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(mode)


GOOD = f"#!{sys.executable}\n\nimport sys\nsys.path[0:0] = ['/x']\nimport json\n\nif __name__ == '__main__':\n    sys.exit(json.no())\n"
INTERPRETER = (
    f"#!{sys.executable}\n\nimport sys\n%s\n_interactive = True\nif sys.argv[1:] == ['-c', 'pass']:\n    sys.exit(%s)\nraise OSError\n"
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD, id="a script, whose work is not done"),
        pytest.param(GOOD.replace("if __name__ == '__main__':\n    sys.exit(json.no())", "application = json.no()"), id="of a server"),
        pytest.param(INTERPRETER % ("", 0), id="an interpreter"),
        pytest.param("#!/bin/sh\nexit 1\n", id="not made by buildout"),
    ],
)
def test_what_starts_is_proved(script, tmp_path, text):
    write_script(tmp_path / "bin", "it", text)
    script.prove(str(tmp_path / "bin"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD.replace("json", "not_there_at_all"), id="a script without its package"),
        pytest.param(GOOD.replace("sys.path[0:0]", "sys path"), id="a broken one"),
        pytest.param(INTERPRETER % ("", 3), id="an interpreter that ends"),
    ],
)
def test_what_does_not_start_ends_the_build(script, tmp_path, text):
    write_script(tmp_path / "bin", "it", text)
    with pytest.raises(SystemExit) as ended:
        script.prove(str(tmp_path / "bin"))
    assert str(ended.value).endswith(f"The script {tmp_path}/bin/it does not start.")


def test_what_is_no_file_is_not_proved(script, tmp_path):
    (tmp_path / "bin/helpers").mkdir(parents=True)
    (tmp_path / "bin/lost").symlink_to("nowhere")
    script.prove(str(tmp_path / "bin"))


def test_an_old_python_is_refused_in_words(script, monkeypatch):
    monkeypatch.setattr(script, "OLDEST", (99, 0))
    with pytest.raises(SystemExit) as ended:
        script.make_environment("/nowhere")
    has = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert ended.value.code == f"zc.buildout needs Python 99.0 or newer, and the base image has {has}; choose another base image."
