# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import pathlib

import docker.errors
import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, DockenvError, EngineError, InvalidInput, NotOurs
from ansible_collections.dockenv.python.plugins.module_utils._packaging import build, working
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._packaging.world import NAME, SITE, VERSION, make_world


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A host with a virtualenv."""
    return make_world(tmp_path, monkeypatch)


def without_image(result):
    return {key: value for key, value in result.items() if key not in ("image", "log_path")}


def snapshot(folder):
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}


# V36 V37 V38 V39
def test_life_of_an_image(world):
    before = snapshot(world.venv)
    foretold, done = world.run(check_mode=True), world.run()
    assert without_image(foretold) == without_image(done)
    assert (done["changed"], done["reasons"], done["actions"], done["strategy"]) == (True, ["image_missing"], [f"build {NAME}"], "relocate")
    assert world.tags() == [NAME]
    again = world.run()
    assert (again["changed"], again["actions"], again["diff"], again["image"]) == (False, [], [], done["image"])
    assert snapshot(world.venv) == before
    gone = world.run(state="absent")
    assert (gone["actions"], world.tags(), world.left()) == ([f"remove the image {done['image']['id']}"], [], [])
    assert not world.run(state="absent")["changed"]


def test_what_the_build_gets(world):
    world.run()
    context = world.client.context
    python = b"#!/usr/local/lib/shop/bin/python3\nimport tool\n"
    assert context["venv/bin/tool"] == python
    assert (context["venv/bin/python3"], context["venv/bin/python"]) == ("/usr/bin/python3.x", "python3")
    record = context[f"venv/{SITE}/tool-1.0.dist-info/RECORD"].decode()
    rows = {row[0]: row[1:] for row in csv.reader(record.splitlines())}
    digest = base64.urlsafe_b64encode(hashlib.sha256(python).digest()).rstrip(b"=").decode()
    assert rows["../../../bin/tool"] == [f"sha256={digest}", str(len(python))]
    assert rows["tool.py"] == ["", ""]
    assert not any(
        str(world.venv).encode() in value for name, value in context.items() if name.startswith("venv/") and isinstance(value, bytes)
    )


def remember_everything(monkeypatch):
    """Let also what has just changed be remembered."""
    monkeypatch.setattr("ansible_collections.dockenv.python.plugins.module_utils._packaging.memo._SETTLED", -(10**15))


def test_nothing_is_read_again(world, monkeypatch):
    world.run()
    long_ago = 1_000_000_000
    for path in world.venv.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (long_ago, long_ago))
    remember_everything(monkeypatch)
    world.run()

    def fail(file, move):
        raise AssertionError("a file was read again")

    monkeypatch.setattr("ansible_collections.dockenv.python.plugins.module_utils._packaging.tree._examine", fail)
    assert not world.run()["changed"]


def test_a_file_that_is_in_the_project_and_in_the_virtualenv(world, monkeypatch):
    remember_everything(monkeypatch)
    project = world.venv / "project"
    project.mkdir()
    (project / "settings.py").write_text(f"ROOT = '{world.venv}/data'\n")
    first = world.run(project_path=str(project))
    assert first["strategy_reasons"] == ["files that cannot be changed hold the virtualenv's path: project/settings.py"]
    again = world.run(project_path=str(project))
    assert (again["changed"], again["strategy_reasons"]) == (False, first["strategy_reasons"])


def test_another_place_in_the_image_after_that_of_the_host(world, monkeypatch):
    remember_everything(monkeypatch)
    world.run(venv_dest=str(world.venv))
    world.run(venv_dest="/srv/shop")
    assert world.client.context["venv/bin/tool"] == b"#!/srv/shop/bin/python3\nimport tool\n"


def test_a_project_that_is_the_virtualenv_itself(world):
    link = world.root / "link"
    link.symlink_to(world.venv)
    with pytest.raises(InvalidInput) as caught:
        world.run(project_path=str(link))
    assert caught.value.message == (
        f"project_path: {link} is the virtualenv itself; move the project or the virtualenv into a folder of its own, or give an empty "
        "project_path to package all of it as the virtualenv"
    )


def test_check_mode_leaves_nothing(world):
    world.run(check_mode=True)
    assert not (world.root / "images").exists()
    assert not (world.root / "tools").exists()


# V20
def test_a_change_builds_and_the_old_image_goes(world):
    old = world.run()["image"]["id"]
    (world.venv / "bin" / "more").write_text("#!/bin/sh\n")
    changed = world.run()
    assert (changed["reasons"], changed["actions"]) == (["context_changed"], [f"build {NAME}", f"remove the image {old}"])
    assert old not in world.client.images_by_id


def test_another_place_of_the_same_virtualenv_builds_nothing(world):
    world.run()
    link = world.root / "link"
    link.symlink_to(world.venv)
    assert not world.run(venv=str(link))["changed"]


def test_another_spelling_of_the_path_in_the_files(world):
    """As where it was made through a link, and is named by its own path."""
    (world.root / "link").symlink_to(world.root)
    spelled = f"{world.root}/link/venv"
    (world.venv / "bin/activate").write_text(f"VIRTUAL_ENV='{spelled}'\nexport VIRTUAL_ENV\n")
    (world.venv / "bin/tool").write_text(f"#!{spelled}/bin/python3\nimport tool\n")
    assert world.run()["strategy"] == "relocate"
    context = world.client.context
    assert context["venv/bin/activate"] == b"VIRTUAL_ENV='/usr/local/lib/shop'\nexport VIRTUAL_ENV\n"
    assert context["venv/bin/tool"] == b"#!/usr/local/lib/shop/bin/python3\nimport tool\n"
    assert f'"{spelled}"' in context["prove.py"].decode()


def test_scripts_that_another_virtualenv_has_brought(world):
    (world.venv / "bin/other").write_text("#!/nowhere/venv/bin/python3\n")
    world.run()
    assert world.client.context["venv/bin/other"] == b"#!/nowhere/venv/bin/python3\n"


def test_of_two_spellings_the_one_that_is_no_place_in_the_image_has_to_go(world):
    link = world.root / "link"
    link.symlink_to(world.venv)
    world.run(venv=str(link), venv_dest=str(link))
    assert world.client.context["venv/bin/tool"] == f"#!{link}/bin/python3\nimport tool\n".encode()
    proof = world.client.context["prove.py"].decode()
    assert f"in {[str(world.venv)]!r}]".replace("'", '"') in proof


def test_other_version_of_python(world):
    world.python = "3.99.1"
    world.add_package("pip", "23.0.1")
    made = world.run(requirements=["more==2"])
    assert (made["strategy"], made["rewritten"]) == ("rebuild", [])
    assert made["strategy_reasons"] == [f"the virtualenv is of cpython {SITE[10:].partition('/')[0]}, the base image has cpython 3.99"]
    assert world.asked[0].requirements == "pip\ntool==1.0\nmore==2\n"
    assert sorted(world.client.context) == ["Dockerfile", "install.py", "prove.py", "requirements.txt"]
    assert not world.run(requirements=["more==2"])["changed"]
    assert len(world.asked) == 1


def test_a_program_in_native_code(world, monkeypatch):
    remember_everything(monkeypatch)
    world.libc = ""
    assert world.run()["strategy"] == "relocate"
    (world.venv / "bin/program").write_bytes(b"\x7fELF\x02\x01\x01")
    made = world.run()
    assert made["strategy"] == "rebuild"
    assert made["strategy_reasons"][0].startswith("the virtualenv has native code made with ")
    assert not world.run()["changed"]


def test_another_platform_than_that_of_the_engine(world):
    assert world.run(check_mode=True, options=BuildOptions(platforms=("linux/amd64",)))["strategy"] == "relocate"
    made = world.run(check_mode=True, options=BuildOptions(platforms=("linux/amd64", "linux/arm64")))
    assert made["strategy_reasons"] == ["the image is for linux/arm64, and the Python of the base image is known for linux/amd64 only"]


# V27
def test_more_packages_go_with_those_that_are_there(world):
    world.run(requirements=["more==2", "tool==1.0"])
    assert (world.asked[0].requirements, world.asked[0].constraints) == ("more==2\ntool==1.0\n", "tool==1.0\n")
    lock = world.client.context["requirements.txt"].decode()
    assert "more==2" in lock
    assert "tool==1.0" not in lock


# V7
def test_base_image_without_python(world):
    world.python = None
    made = world.run()
    assert made["strategy_reasons"] == ["the base image has no Python; it is installed there"]
    assert world.tags() == [NAME]
    assert world.asked[0].base == "shop:dockenv-base"


def test_base_image_without_python_is_not_asked_again(world, monkeypatch):
    world.python = None
    world.run()
    monkeypatch.setattr(world.client, "create_container", None)
    assert not world.run()["changed"]


def test_an_engine_that_cannot_run_a_container_now(world, monkeypatch):
    def refuse(container):
        raise docker.errors.APIError("no space left on device")

    monkeypatch.setattr(world.client, "start", refuse)
    with pytest.raises(EngineError) as caught:
        world.run()
    assert "no space left on device" in caught.value.message


def test_editable_that_goes_along(world):
    source = world.root / "source"
    (source / "linked").mkdir(parents=True)
    (source / "linked/__init__.py").write_text("")
    (source / "linked/__pycache__").mkdir()
    (source / "linked/__pycache__/x.pyc").write_text("")
    world.add_package("linked", "1.0", direct_url=f'{{"url": "file://{source}", "dir_info": {{"editable": true}}}}')
    (world.venv / SITE / "linked.pth").write_text(f"{source}\n")
    with pytest.raises(InvalidInput) as caught:
        world.run()
    assert "linked" in caught.value.message
    world.run(on_editable="copy")
    context = world.client.context
    assert context[f"venv/{SITE}/linked.pth"] == b"/usr/local/src/shop-editables/linked\n"
    assert [name for name in context if name.startswith("editables/linked/linked/")] == ["editables/linked/linked/__init__.py"]
    world.run(on_editable="wheel")
    assert [name for name in world.client.context if "linked" in name and name.startswith("venv/")] == []
    assert "sources/linked/linked/__init__.py" in world.client.context


def test_editable_that_is_a_part_of_the_project(world):
    source = world.root / "project/parts/linked"
    source.mkdir(parents=True)
    (source / "linked.py").write_text("")
    world.add_package("linked", "1.0", direct_url=f'{{"url": "file://{source}", "dir_info": {{"editable": true}}}}')
    (world.venv / SITE / "linked.pth").write_text(f"{source}\n")
    world.run(project_path=str(world.root / "project"), on_editable="copy")
    context = world.client.context
    assert context[f"venv/{SITE}/linked.pth"] == b"/usr/local/src/shop/parts/linked\n"
    assert [name for name in context if name.endswith("/linked.py") and not name.startswith("venv/")] == ["project/parts/linked/linked.py"]


def add_homemade(world):
    """Add packages that come from this host: a link to a folder in the virtualenv, a folder, a file. Return the file."""
    inside, folder, file = world.venv / "src/inner", world.root / "folder", world.root / "dist/filed-1.0-py3-none-any.whl"
    for path in (inside / "setup.py", folder / "setup.py", file):
        path.parent.mkdir(parents=True)
        path.write_text("")
    world.add_package("inner", "1.0", direct_url=f'{{"url": "file://{inside}", "dir_info": {{"editable": true}}}}')
    world.add_package("folded", "1.0", direct_url=f'{{"url": "file://{folder}", "dir_info": {{}}}}')
    world.add_package("filed", "1.0", direct_url=f'{{"url": "file://{file}", "archive_info": {{}}}}')
    return file


def test_what_comes_from_this_host_is_not_taken_from_an_index(world):
    file = add_homemade(world)
    made = world.run(strategy="rebuild", requirements=["folded", "more==2"])
    context = world.client.context
    assert made["strategy"] == "rebuild"
    assert world.asked[0].requirements == "tool==1.0\nfolded\nmore==2\n"
    assert context["requirements.txt"].decode().split() == make_lock("tool==1.0", "more==2").split()
    found = ["sources/filed-1.0-py3-none-any.whl", "sources/folded/setup.py", "sources/inner/setup.py"]
    assert sorted(name for name, value in context.items() if name.startswith("sources/") and isinstance(value, bytes)) == found
    file.unlink()
    with pytest.raises(InvalidInput) as caught:
        world.run(strategy="rebuild")
    assert caught.value.message == f"venv: filed was installed from {file}, where nothing is; restore that, or install it from an index"


def test_what_comes_from_this_host_is_copied_where_the_virtualenv_is(world):
    add_homemade(world).unlink()
    world.run(strategy="relocate")
    assert {name.partition("/")[0] for name in world.client.context} == {"Dockerfile", "prove.py", "venv"}


def test_linked_folder_below_that_of_its_sources(world):
    source = world.root / "linked"
    (source / "src").mkdir(parents=True)
    (source / "setup.py").write_text("")
    (world.venv / SITE / "linked.egg-link").write_text(f"{source}/src\n../")
    (world.venv / SITE / "easy-install.pth").write_text(f"{source}/src\n")
    world.run(on_editable="copy")
    assert world.client.context[f"venv/{SITE}/linked.egg-link"] == b"/usr/local/src/shop-editables/linked/src\n../"
    assert world.client.context[f"venv/{SITE}/easy-install.pth"] == b"/usr/local/src/shop-editables/linked/src\n"
    assert "editables/linked/setup.py" in world.client.context
    world.run(on_editable="wheel")
    assert world.client.context[f"venv/{SITE}/easy-install.pth"] == b""
    assert "sources/linked/setup.py" in world.client.context


def test_path_that_is_written_with_escapes(tmp_path, monkeypatch):
    (tmp_path / "größe").mkdir()
    world = make_world(tmp_path / "größe", monkeypatch)
    kernel = world.venv / "share/jupyter/kernels/python3/kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(json.dumps({"argv": [f"{world.venv}/bin/python", "-m", "ipykernel"]}))
    assert "\\u00f6" in kernel.read_text()
    assert world.run()["strategy"] == "relocate"
    moved = json.loads(world.client.context["venv/share/jupyter/kernels/python3/kernel.json"])
    assert moved["argv"][0] == "/usr/local/lib/shop/bin/python"


def test_package_that_comes_as_byte_code_only(world):
    package = world.venv / SITE / "closed"
    (package / "__pycache__").mkdir(parents=True)
    for name in ("__init__.pyc", "both.py", "both.pyc", "__pycache__/both.cpython-399.pyc"):
        (package / name).write_bytes(b"")
    world.run()
    found = [name.rpartition("closed/")[2] for name in world.client.context if "/closed/" in name]
    assert sorted(found) == ["__init__.pyc", "both.py"]


# V22 V37
def test_project_without_what_stays_behind(world):
    project = world.root / "project"
    for name in ("app.py", "debug.log", "secret.txt", ".git/config", "__pycache__/app.pyc", "build/x"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("")
    (project / ".dockerignore").write_text("secret.txt\n")
    (world.venv / ".project").write_text(f"{project}\n")
    world.run(exclude=["*.log"], build_dir=str(project / "build-dir"), keep_build_dir="always")
    world.run(exclude=["*.log"], build_dir=str(project / "build-dir"), keep_build_dir="always", rebuild="always")
    found = sorted(name for name, value in world.client.context.items() if name.startswith("project/") and isinstance(value, bytes))
    assert found == ["project/.dockerignore", "project/app.py", "project/build/x"]


# V39
def test_the_path_of_the_virtualenv_in_the_project(world, monkeypatch):
    remember_everything(monkeypatch)
    project = world.root / "project"
    project.mkdir()
    (project / "manage.py").write_text(f"#!{world.venv}/bin/python\nimport tool\n")
    (project / "deploy.conf").write_text(f"run = {world.venv}/bin/tool\n")
    (project / "data.bin").write_bytes(b"\x00" + str(world.venv).encode())
    (project / "deploy.sh").write_text(f"#!/bin/sh\n{world.venv}/bin/tool\n")
    (project / "README").write_text(f"{world.venv}2")
    for _run in range(2):
        made = world.run(project_path=str(project))
        assert [path for path in made["rewritten"] if path.startswith("project/")] == ["project/manage.py"]
        assert world.warnings == (
            "The image does not have the virtualenv's path, which these files hold: project/data.bin, project/deploy.conf, "
            "project/deploy.sh; "
            "correct them, or leave them out with exclude",
        )
    assert world.client.context["project/manage.py"] == b"#!/usr/local/lib/shop/bin/python\nimport tool\n"
    assert not made["changed"]
    world.run(project_path=str(project), exclude=["d*"])
    assert world.warnings == ()


def test_empty_folders_of_the_project(world):
    project = world.root / "project"
    for name in ("media/thumbnails", "__pycache__", "left", "kept"):
        (project / name).mkdir(parents=True)
    (project / "kept/app.py").write_text("")
    options = {"project_path": str(project), "exclude": ["left", "!left/x"], "keep_build_dir": "always"}
    made = world.run(**options)
    names = {name for name in world.client.context if name.startswith("project")}
    assert names == {"project", "project/media", "project/media/thumbnails", "project/kept", "project/kept/app.py"}
    assert os.path.isdir(os.path.join(made["build_dir"], "project/media/thumbnails"))
    (project / "media/uploads").mkdir()
    assert world.run(**options)["reasons"] == ["context_changed"]
    assert not world.run(**options)["changed"]


# V10 V12 V19 V24 V30
def test_staged(world):
    foretold, done = world.run(check_mode=True, state="staged"), world.run(state="staged")
    assert foretold == done
    assert (done["actions"], done["reasons"], done["image"]) == ([f"write {done['build_dir']}"], ["build_dir_changed"], None)
    assert sorted(os.listdir(done["build_dir"])) == [".dockenv", "Dockerfile", "prove.py", "venv"]
    assert (world.tags(), world.run(state="staged")["changed"]) == ([], False)
    with open(os.path.join(done["build_dir"], "Dockerfile"), "a", encoding="utf-8") as file:
        file.write("RUN true\n")
    assert world.run(state="staged")["changed"]
    assert world.run()["actions"] == [f"build {NAME}", f"remove {done['build_dir']}"]
    assert world.left() == []


# V12
def test_build_folder_of_an_image_that_is_there(world):
    world.run(requirements=["more==2"])
    for keep, action in (("always", "write"), ("on_failure", "remove"), ("always", "write"), ("never", "remove")):
        options = {"requirements": ["more==2"], "keep_build_dir": keep}
        foretold, done = world.run(check_mode=True, **options), world.run(**options)
        assert foretold == done
        assert (done["reasons"], done["actions"]) == (["build_dir_changed"], [f"{action} {done['build_dir']}"])
        assert not world.run(**options)["changed"]
        assert world.left() == ([NAME] if keep == "always" else [])
        if keep == "always":
            assert "more==2" in (world.root / "images" / NAME / "requirements.txt").read_text()


def test_build_folder_of_the_user(world):
    folder = world.root / "mine"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(NotOurs) as caught:
        world.run(build_dir=str(folder))
    assert caught.value.message == f"build_dir: {folder} was not made by this module; choose another folder, or remove it"


def test_build_folder_that_cannot_be_listed(world, monkeypatch):
    folder = world.root / "mine"
    folder.mkdir()
    listdir = os.listdir

    def refuse(path):
        if path == str(folder):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(DockenvError) as caught:
        world.run(build_dir=str(folder))
    assert caught.value.message == f"build_dir: {folder} cannot be read: Permission denied; choose another folder"


# V40
@pytest.mark.parametrize(("keep", "left"), [("never", []), ("on_failure", [NAME])])
def test_a_build_that_fails(world, monkeypatch, keep, left):
    world.run()
    before = world.tags()

    def refuse(*arguments):
        raise CommandFailed("Building failed", ["docker"], 1, "#6 1.2 The virtualenv does not work at /usr/local/lib/shop: it is broken\n")

    monkeypatch.setattr(build, "build_image", refuse)
    with pytest.raises(CommandFailed) as caught:
        world.run(env={"A": "b"}, keep_build_dir=keep)
    assert caught.value.message.startswith("The virtualenv does not work at /usr/local/lib/shop: it is broken; the whole output is in /")
    assert (world.tags(), world.left()) == (before, left)


def test_a_file_that_changes_while_it_is_packaged(world, monkeypatch):
    lock_context = working.lock_context

    def change(*arguments):
        (world.venv / SITE / "tool.py").write_text("changed = True\n")
        return lock_context(*arguments)

    monkeypatch.setattr(working, "lock_context", change)
    with pytest.raises(DockenvError) as caught:
        world.run()
    assert caught.value.message == f"{world.venv}/{SITE}/tool.py changed while it was packaged; run the task again"
    assert world.tags() == []


def test_what_a_killed_task_left_is_removed(world):
    world.run()
    labels = next(image.labels for image in world.client.images_by_id.values() if NAME in image.tags)
    world.client.add_image("shop:dockenv-new", labels=labels)
    leftover = pathlib.Path(world.root / "images" / f"{NAME}.dockenv-new")
    leftover.mkdir()
    found = world.run(check_mode=True)
    assert (found["reasons"], len(found["actions"])) == (["interrupted"], 1)
    assert world.run()["changed"]
    assert (world.tags(), leftover.exists(), world.run()["changed"]) == ([NAME], False, False)


def test_what_a_killed_task_left_in_the_project_is_no_part_of_it(world):
    project = world.root / "project"
    project.mkdir()
    (project / "app.py").write_text("")
    options = {"project_path": str(project), "build_dir": str(project / "build"), "keep_build_dir": "always"}
    world.run(**options)
    for leftover in ("build.dockenv-new", "build.dockenv-old"):
        (project / leftover).mkdir()
        (project / leftover / "Dockerfile").write_text("")
    foretold, done = world.run(check_mode=True, **options), world.run(**options)
    assert foretold["reasons"] == done["reasons"] == ["interrupted"]
    assert sorted(os.listdir(project)) == ["app.py", "build"]
    assert not world.run(**options)["changed"]


# V29
def test_push(world):
    options = BuildOptions(push=True)
    assert world.run(options=options)["actions"] == [f"build {NAME}", f"push {NAME}"]
    assert world.client.registry
    assert not world.run(options=options)["changed"]


FETCHED = "registry.example/python:3"


def fetch(world, digest="sha256:one"):
    """Have a base image as pulled from a registry."""
    world.client.registry[FETCHED] = digest
    return world.client.add_image(FETCHED, digests=[f"registry.example/python@{digest}"])


def summary(result):
    """Return what check mode has to foretell, whatever it can know of the base image."""
    return {key: result[key] for key in ("changed", "reasons", "actions")}, [entry["before"] for entry in result["diff"]]


def test_a_base_image_that_has_to_be_fetched_is_not_fetched_by_check_mode(world):
    world.client.registry[FETCHED] = "sha256:one"
    foretold = world.run(check_mode=True, base_image=FETCHED, keep_build_dir="always")
    assert (foretold["reasons"], foretold["strategy"], "pull" in world.client.calls) == (["image_missing"], None, False)
    done = world.run(base_image=FETCHED, keep_build_dir="always")
    assert summary(foretold) == summary(done)


def test_another_base_image_that_has_to_be_fetched(world):
    old = world.run(keep_build_dir="always")["image"]["id"]
    world.client.registry[FETCHED] = "sha256:one"
    foretold = world.run(check_mode=True, base_image=FETCHED)
    assert (foretold["reasons"], foretold["strategy"]) == (["base_missing"], None)
    done = world.run(base_image=FETCHED)
    assert foretold["actions"] == done["actions"]
    assert done["actions"] == [f"build {NAME}", f"remove {done['build_dir']}", f"remove the image {old}"]
    assert summary(foretold)[1] == summary(done)[1]


@pytest.mark.parametrize("state", ["present", "staged"])
def test_a_base_image_that_is_gone_causes_nothing(world, state):
    fetch(world)
    options = {"base_image": FETCHED, "state": state}
    world.run(**options)
    world.engine.remove_image(FETCHED)
    foretold, done = world.run(check_mode=True, **options), world.run(**options)
    assert foretold == done
    assert (done["changed"], done["strategy"], "pull" in world.client.calls) == (False, "relocate", False)
    (world.venv / "bin/more").write_text("#!/bin/sh\n")
    foretold, done = world.run(check_mode=True, **options), world.run(**options)
    assert summary(foretold) == summary(done)
    assert (done["changed"], "pull" in world.client.calls) == (True, True)


def test_an_image_that_is_kept_needs_no_base_image(world):
    world.run()
    options = {"base_image": FETCHED, "options": BuildOptions(rebuild="never")}
    foretold, done = world.run(check_mode=True, **options), world.run(**options)
    assert foretold == done
    assert (done["changed"], done["strategy"]) == (False, None)


def test_an_image_of_the_user_without_the_base_image(world):
    world.client.add_image(NAME)
    world.client.registry[FETCHED] = "sha256:one"
    for check_mode in (True, False):
        with pytest.raises(NotOurs):
            world.run(check_mode=check_mode, base_image=FETCHED)
    assert "pull" not in world.client.calls
    foretold, done = (world.run(check_mode=check_mode, base_image=FETCHED, force=True) for check_mode in (True, False))
    assert done["reasons"] == ["unmanaged_image"]
    assert summary(foretold) == summary(done)


def test_what_a_killed_task_left_without_the_base_image(world):
    world.client.registry[FETCHED] = "sha256:one"
    pathlib.Path(world.root / "images" / f"{NAME}.dockenv-new").mkdir(parents=True)
    foretold, done = world.run(check_mode=True, base_image=FETCHED), world.run(base_image=FETCHED)
    assert foretold["reasons"] == ["interrupted", "image_missing"]
    assert summary(foretold) == summary(done)


def test_pull_causes_no_build(world):
    old = fetch(world)
    options = {"base_image": FETCHED, "options": BuildOptions(pull=True)}
    world.run(**options)
    world.client.registry[FETCHED] = "sha256:two"
    foretold, done = world.run(check_mode=True, **options), world.run(**options)
    assert foretold == done
    assert (done["changed"], "pull" in world.client.calls) == (False, False)
    (world.venv / "bin/more").write_text("#!/bin/sh\n")
    foretold, done = world.run(check_mode=True, **options), world.run(**options)
    assert foretold["actions"] == done["actions"]
    assert ("pull" in world.client.calls, done["reasons"]) == (True, ["context_changed", "base_updated"])
    assert old.id not in world.client.images_by_id


def test_a_pulled_base_image_with_another_python(world):
    fetch(world)
    options = {"base_image": FETCHED, "options": BuildOptions(base_check="registry")}
    assert world.run(**options)["strategy"] == "relocate"
    world.client.registry[FETCHED] = "sha256:two"
    world.python = "3.99.1"
    foretold, done = world.run(check_mode=True, **options), world.run(**options)
    assert (foretold["changed"], "base_updated" in foretold["reasons"]) == (True, True)
    assert (done["strategy"], "base_updated" in done["reasons"]) == ("rebuild", True)
    assert not world.run(**options)["changed"]


# V41
def test_the_command_that_starts_a_container(world):
    done = world.run(check_mode=True, ports=["80", "0.0.0.0:8443:443"])
    assert done["run_command"]["argv"] == [
        "docker", "run", "--rm", "--publish=127.0.0.1:80:80/tcp", "--publish=0.0.0.0:8443:443/tcp", NAME
    ]  # fmt: skip
    assert done["run_command"]["line"] == " ".join(done["run_command"]["argv"])


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_base_image_that_did_not_fit_and_is_to_be_fetched(world, is_gone):
    fetch(world)
    world.python = "3.99.1"
    options = {"base_image": FETCHED, "strategy": "relocate", "options": BuildOptions(pull=not is_gone)}
    world.run(**{**options, "strategy": "auto"})
    if is_gone:
        world.engine.remove_image(FETCHED)
    foretold = world.run(check_mode=True, **options)
    with pytest.raises(InvalidInput) as caught:
        world.run(**options)
    assert "the base image has cpython 3.99" in caught.value.message
    if is_gone:
        world.engine.remove_image(FETCHED)
    world.client.registry[FETCHED] = "sha256:two"
    world.python = VERSION
    done = world.run(**options)
    assert (foretold["actions"], done["strategy"]) == (done["actions"], "relocate")
