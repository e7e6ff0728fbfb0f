# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole lives of environments that a buildout makes, with real files, over the fake engine and its classic builder."""

from __future__ import annotations

import json
import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._docker.containers import OWNER
from ansible_collections.dockenv.python.plugins.module_utils._env.buildout import render_versions
from ansible_collections.dockenv.python.plugins.module_utils._environments import disk, picking
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._environments.world import TAG, make_world, same_but_image


class BuildoutWorld:
    """A world with a project; ``picked`` is what its buildout picks, which is kept in what a build was given as lock."""

    def __init__(self, world, project, monkeypatch):
        self.world, self.project = world, project
        self.picked = {"six": "1.17.0"}
        self.builds = []
        world.client.programs["/opt/env/bin/python3"] = self._run
        build = picking._build_and_read

        def build_and_read(host, trial, folder, *others):
            self.builds.append(folder.lock)
            if folder.lock and "unfit" in folder.lock:
                raise CommandFailed("Building failed", ["docker"], 1)
            return build(host, trial, folder, *others)

        monkeypatch.setattr(picking, "_build_and_read", build_and_read)

    def _run(self, container, argv):
        if "buildout-versions.cfg" in argv[-1]:
            return 0, render_versions(self.picked).encode(), b""
        return 0, json.dumps(sorted(self.world.installed.items())).encode(), b""

    def present(self, **params):
        return self.world.present(**{"installer": "buildout", "project_path": str(self.project), **params})

    def edit(self, name, text):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def world(tmp_path, monkeypatch):
    found = BuildoutWorld(make_world(tmp_path, monkeypatch), tmp_path / "shop", monkeypatch)
    found.edit("buildout.cfg", "[buildout]\n")
    found.edit("src/shop.py", "x = 1\n")
    return found


# B5 B12
def test_a_whole_life_is_foretold_and_repeated_without_change(world):
    steps = [
        (lambda: None, {}, ["lock_missing", "definition_changed", "image_missing"]),
        (lambda: world.edit("src/shop.py", "x = 2\n"), {}, ["lock_outdated", "definition_changed", "context_changed"]),
        (lambda: world.picked.update(idna="3.10"), {"buildout_options": {"a:b": "c"}}, ["lock_outdated", "definition_changed"]),
        (lambda: None, {"command": ["x"], "buildout_options": {"a:b": "c"}}, ["definition_changed", "dockerfile_changed"]),
    ]
    for change, params, reasons in steps:
        change()
        before = world.world.files(), world.world.tags()
        foretold = world.present(check_mode=True, **params)
        assert (world.world.files(), world.world.tags(), world.world.dangling()) == (*before, [])
        done = world.present(**params)
        assert done["reasons"][: len(reasons)] == reasons
        assert same_but_image(foretold, done)
        again = world.present(**params)
        assert (again["changed"], again["actions"], again["reasons"], again["diff"]) == (False, [], [], [])
        assert world.world.tags() == [BASE, TAG]
    assert done["environment"]["packages"] == {"idna": "3.10", "six": "1.17.0"}
    assert world.world.absent()["reasons"] == ["removed"]
    assert os.listdir(world.world.root) == []
    assert sorted(os.listdir(world.project)) == ["buildout.cfg", "src"]


def test_what_decides_nothing_builds_nothing(world):
    world.present()
    calls = len(world.builds)
    os.utime(world.project / "buildout.cfg", (5, 5))
    (world.project / "buildout.cfg").chmod(0o600)
    for name in (".installed.cfg", "eggs/a/b.py", "bin/buildout", "src/__pycache__/shop.pyc", ".git/config"):
        world.edit(name, "x")
    assert world.present()["changed"] is False
    assert len(world.builds) == calls


def test_what_is_locked_stays_and_moves_where_it_must(world):
    world.present()
    world.edit("src/shop.py", "x = 2\n")
    world.present()
    assert world.builds[-1] == render_versions({"six": "1.17.0"}), "what is locked is tried"
    world.world.write("buildout-versions.cfg", text=render_versions({"unfit": "1"}))
    world.edit("src/shop.py", "x = 3\n")
    done = world.present()
    assert world.builds[-2:] == [render_versions({"unfit": "1"}), render_versions()]
    assert done["lock_changes"] == {"added": ["six==1.17.0"], "removed": ["unfit==1"], "moved": []}


def test_newest_begins_without_what_is_locked(world):
    world.present()
    world.present(newest=True)
    assert world.builds[-1] == render_versions()
    assert world.present(newest=True)["changed"] is False
    done = world.present(newest=True, options=BuildOptions(rebuild="always"))
    assert done["reasons"] == ["newer_versions", "rebuild_always"]


# P6 P21
def test_a_folder_with_its_project_is_built_as_it_is(world):
    world.world.write("project", "buildout.cfg", text="[buildout]\n")
    first = world.present(project_path=None)
    assert world.world.build()["changed"] is False
    world.world.write("project", "new.py", text="")
    foretold = world.world.build(check_mode=True)
    done = world.world.build()
    assert done["reasons"] == ["lock_outdated", "definition_changed", "context_changed"]
    assert foretold["actions"] == done["actions"]
    assert world.world.build()["changed"] is False
    assert world.present(project_path=None)["changed"] is False
    assert world.world.read("project", "new.py") == ""
    assert first["environment"]["packages"] == {"six": "1.17.0"}


def test_a_project_elsewhere_is_found_again_by_the_folder(world):
    world.present()
    world.edit("src/shop.py", "x = 2\n")
    assert world.world.build()["reasons"] == ["lock_outdated", "definition_changed", "context_changed"]


def test_a_definition_alone_has_no_lock_until_it_is_built(world):
    params = {"installer": "buildout", "project_path": str(world.project)}
    assert world.world.defined(**params)["changed"] is True
    assert not os.path.exists(world.world.path("buildout-versions.cfg"))
    world.present()
    assert world.world.defined(**params)["changed"] is False
    world.edit("src/shop.py", "x = 2\n")
    world.world.defined(**params)
    assert not os.path.exists(world.world.path("buildout-versions.cfg"))


def test_an_environment_can_change_its_installer(world):
    world.world.present(packages=["six"])
    world.present()
    assert sorted(os.listdir(world.world.path())) == [
        ".dockerignore",
        "Dockerfile",
        "buildout-versions.cfg",
        "install.py",
        "install_buildout.py",
    ]
    world.world.present(packages=["six"])
    assert sorted(os.listdir(world.world.path())) == [".dockerignore", "Dockerfile", "install.py", "requirements.in", "requirements.txt"]


def test_a_buildout_that_fails_changes_nothing(world):
    world.present()
    before = world.world.files(), world.world.tags()
    world.world.write("buildout-versions.cfg", text=render_versions({"six": "1.17.0"}))
    template = "FROM @BASE_IMAGE@\n@PROJECT@\nRUN false\n@INSTALL@\n"
    with pytest.raises(CommandFailed, match=r"Building science:dockenv-trial-[0-9]+ failed"):
        world.present(template="/t", files={"/t": template})
    assert (world.world.files(), world.world.tags(), world.world.dangling()) == (*before, [])


def test_what_a_killed_trial_left_is_removed(world):
    world.present()
    labels = {"dockenv.python.environment": "science", OWNER: "nowhere/1/1"}
    world.world.client.add_image("science:dockenv-trial-1", labels=labels)
    assert world.present()["changed"] is False, "the task of another host may live"
    ended = {**labels, OWNER: f"{os.uname().nodename}/999999999/1"}
    world.world.client.add_image("science:dockenv-trial-2", labels=ended)
    assert world.present()["reasons"] == ["interrupted"]
    assert world.world.tags() == [BASE, "science:dockenv-trial-1", TAG]


def test_an_installation_is_refused(world):
    world.present()
    with pytest.raises(InvalidInput) as error:
        world.world.install("six")
    assert error.value.message == (
        "env: a buildout installs what is in 'science'; name the package in the project's buildout.cfg, and run docker_env"
    )


@pytest.mark.parametrize(
    ("project", "message"),
    [
        pytest.param("{0}/none", "project_path: there is no buildout.cfg in '{0}/none'; name the folder that has one", id="not there"),
        pytest.param(
            "{0}/envs/science",
            "project_path: '{0}/envs/science' is the environment's own folder; move the project into its folder 'project', and leave this out",
            id="the environment itself",
        ),
    ],
)
def test_refuses_a_project(world, tmp_path, project, message):
    with pytest.raises(InvalidInput) as error:
        world.present(project_path=project.format(tmp_path))
    assert error.value.message == message.format(tmp_path)


def test_an_environment_can_be_in_its_project(world):
    world.world.root = str(world.project / "envs")
    world.present()
    assert world.present()["changed"] is False


def test_a_staged_project_is_the_same_whatever_checkout_it_is_of(world, tmp_path):
    (world.project / "src/shop.py").chmod(0o600)
    world.edit("bin/run", "#!/bin/sh\n")
    (world.project / "bin/run").chmod(0o700)
    (world.project / "link").symlink_to("src/shop.py")
    staging = tmp_path / "staging"
    disk.stage_project(disk.read_project(str(world.project), ()), str(staging))
    found = {path.relative_to(staging).as_posix(): path.lstat() for path in staging.rglob("*")}
    assert {name: oct(stat.st_mode) for name, stat in found.items()} == {
        "project": "0o40755",
        "project/bin": "0o40755",
        "project/bin/run": "0o100755",
        "project/buildout.cfg": "0o100644",
        "project/link": "0o120777",
        "project/src": "0o40755",
        "project/src/shop.py": "0o100644",
    }
    assert {stat.st_mtime for stat in found.values()} == {315619200}
    assert (world.project / "src/shop.py").stat().st_mtime != 315619200, "the project itself is only read"
