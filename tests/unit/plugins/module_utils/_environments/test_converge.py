# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole lives of environments, with real files, over the fake engine and its classic builder."""

from __future__ import annotations

import os
import threading

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._env.steps import MakeLock
from ansible_collections.dockenv.python.plugins.module_utils._environments import locking, working
from ansible_collections.dockenv.python.plugins.module_utils._environments.tasks import read_task
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, EngineError, InvalidInput, NotOurs
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._environments.world import TAG, make_world, same_but_image


@pytest.fixture
def world(tmp_path, monkeypatch):
    return make_world(tmp_path, monkeypatch)


# P3 P5 P7 T17 T20
def test_a_whole_life_is_foretold_and_repeated_without_change(world):
    steps = [
        (lambda **mode: world.present(packages=["six"], launcher=world.launcher, **mode), ["image_missing", "lock_missing"]),
        (lambda **mode: world.present(packages=["six", "idna"], launcher=world.launcher, **mode), ["requirements_changed"]),
        (lambda **mode: world.present(packages=["six", "idna"], **mode), ["launcher_changed"]),
        (world.absent, ["removed"]),
    ]
    for run, reasons in steps:
        before = world.files(), world.tags()
        foretold = run(check_mode=True)
        assert (world.files(), world.tags()) == before
        done = run()
        assert done["changed"] is True
        assert set(reasons) <= set(done["reasons"])
        assert same_but_image(foretold, done)
        again = run()
        assert (again["changed"], again["actions"], again["reasons"], again["diff"]) == (False, [], [], [])
        assert (again["image"], again["environment"]) == (done["image"], done["environment"])
        assert world.dangling() == []
    assert world.tags() == [BASE]
    assert os.listdir(world.root) == []
    assert os.listdir(os.path.dirname(world.launcher)) == []


def test_a_new_package_replaces_the_image_and_keeps_the_old_lock_as_a_layer(world):
    first = world.present(packages=["six"])
    second = world.present(packages=["six", "idna"])
    assert second["lock_changes"] == {"added": ["idna==3.10"], "removed": [], "moved": []}
    assert second["actions"][-2:] == [f"build {TAG}", f"remove the image {first['image']['id']}"]
    assert world.read("layers", "1.txt") == make_lock("six==1.17.0")
    assert second["environment"]["packages"] == {"idna": "3.10", "six": "1.17.0"}
    assert world.tags() == [BASE, TAG]


def test_a_package_taken_back_removes_the_layers_folder(world):
    world.present(packages=["six"])
    world.present(packages=["six", "idna"])
    world.present(packages=["six"])
    assert sorted(os.listdir(world.path())) == [".dockerignore", "Dockerfile", "install.py", "requirements.in", "requirements.txt"]


# P4
def test_a_failed_build_changes_neither_folder_nor_image(world):
    world.present(packages=["six"])
    before = world.files(), world.tags()
    with pytest.raises(CommandFailed, match=r"Building science:dockenv-new failed"):
        world.present(packages=["six", "idna"], template="/t", files={"/t": "FROM @BASE_IMAGE@\nRUN false\n@INSTALL@\n"})
    assert (world.files(), world.tags(), world.dangling()) == (*before, [])


def test_an_image_in_which_a_later_step_removed_what_is_locked_is_not_taken(world):
    world.present(packages=["six"])
    before = world.files(), world.tags()
    with pytest.raises(CommandFailed) as caught:
        world.installed.pop("idna")
        world.present(packages=["six", "idna"], post_install=["uninstall idna"])
    assert caught.value.message == "The new image of 'science' does not work and was removed: it does not have idna==3.10"
    assert (world.files(), world.tags(), world.dangling()) == (*before, [])


def test_requirements_that_cannot_be_met_change_nothing(world):
    with pytest.raises(CommandFailed, match="cannot be resolved"):
        world.present(packages=["impossible"])
    assert (world.files(), world.tags()) == ({}, [BASE])


@pytest.mark.parametrize("moment", ["tag_image", "remove_image"])
def test_what_a_killed_task_left_is_completed(world, monkeypatch, moment):
    world.present(packages=["six"])

    def die(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(world.engine), moment, die)
        with pytest.raises(KeyboardInterrupt):
            world.present(packages=["six", "idna"])
    assert world.tags() != [BASE, TAG]
    foretold = world.present(packages=["six", "idna"], check_mode=True)
    done = world.present(packages=["six", "idna"])
    assert same_but_image(foretold, done)
    assert done["reasons"][0] == "interrupted"
    assert (world.tags(), world.dangling()) == ([BASE, TAG], [])
    assert world.present(packages=["six", "idna"])["changed"] is False


def test_files_that_a_killed_task_left_are_removed(world):
    world.present(packages=["six"])
    os.makedirs(os.path.join(world.root, ".dockenv", "science.new", "layers"))
    done = world.present(packages=["six"])
    assert done["reasons"] == ["interrupted"]
    assert done["actions"] == [f"remove what an interrupted task left: {world.root}/.dockenv/science.new"]
    assert world.present(packages=["six"])["changed"] is False


def test_of_two_tasks_at_once_one_waits_and_finds_it_done(world, monkeypatch):
    resolve, inside, go_on = locking.make_lock, threading.Event(), threading.Event()

    def slow(*arguments):
        inside.set()
        assert go_on.wait(20)
        return resolve(*arguments)

    monkeypatch.setattr(locking, "make_lock", slow)
    results = {}

    def run(number):
        results[number] = world.present(packages=["six"])["changed"]

    tasks = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    tasks[0].start()
    assert inside.wait(20)
    tasks[1].start()
    tasks[1].join(0.3)
    assert tasks[1].is_alive()
    go_on.set()
    for task in tasks:
        task.join(20)
    assert results == {0: True, 1: False}
    assert world.client.calls.count("build") == 1


def test_the_users_files_are_part_of_the_build_and_stay(world):
    world.present(packages=["six"])
    with open(world.path("data.csv"), "w", encoding="utf-8") as file:
        file.write("1\n")
    done = world.present(packages=["six", "idna"])
    assert "context_changed" in done["reasons"]
    assert world.read("data.csv") == "1\n"


def test_a_base_image_that_moved_is_noticed(world):
    world.present(packages=["six"])
    world.client.add_image(BASE)
    assert world.present(packages=["six"], options=BuildOptions(base_check="none"))["changed"] is False
    assert world.present(packages=["six"])["reasons"] == ["base_updated"]


def test_a_base_image_by_its_digest_is_pulled(world):
    digest = "sha256:" + "a" * 64
    world.client.registry[f"python:{digest}"] = digest
    done = world.present(packages=["six"], base_image=f"python:3.13@{digest}")
    assert done["image"]["labels"]["dockenv.python.base"] == digest
    assert world.present(packages=["six"], base_image=f"python:3.13@{digest}")["changed"] is False


# P2
@pytest.mark.parametrize(
    ("python", "reasons"),
    [
        pytest.param("3.13.7", ["base_updated"], id="a newer patch release"),
        pytest.param(
            "3.14.0",
            ["python_changed", "definition_changed", "dockerfile_changed", "context_changed", "base_updated"],
            id="another Python",
        ),
    ],
)
def test_a_lock_follows_the_python_of_the_base_image(world, python, reasons):
    world.present(packages=["six"])
    world.present(packages=["six", "idna"])
    world.client.add_image(BASE)
    world.python = python
    foretold = world.present(packages=["six", "idna"], check_mode=True)
    done = world.present(packages=["six", "idna"])
    assert done["reasons"] == reasons
    assert same_but_image(foretold, done)
    assert os.path.exists(world.path("layers")) is ("python_changed" not in reasons)
    again = world.present(packages=["six", "idna"])
    assert (again["changed"], again["diff"]) == (False, [])


def test_nothing_is_added_to_a_lock_for_another_python(world):
    world.present(packages=["six"])
    world.client.add_image(BASE)
    world.python = "3.14.0"
    world.asked.clear()
    assert world.present(packages=["six", "idna"])["reasons"][:2] == ["requirements_changed", "python_changed"]
    assert [step for _unlocked, step in world.asked] == [MakeLock()]
    assert not os.path.exists(world.path("layers"))


def test_a_lock_that_does_not_say_its_python_stays(world):
    world.present(packages=["six"])
    dockerfile = world.read("Dockerfile").replace('"locked_for"', '"unknown"')
    world.write("Dockerfile", text=dockerfile)
    world.client.add_image(BASE)
    world.python = "3.14.0"
    world.asked.clear()
    assert world.build()["reasons"] == ["base_updated"]
    assert (world.asked, world.read("Dockerfile")) == ([], dockerfile)


def test_a_python_is_asked_for_only_where_something_is_to_be_done(world):
    world.present(packages=["six"])
    world.client.calls.clear()
    assert world.present(packages=["six"], check_mode=True)["changed"] is False
    assert "create_container" not in world.client.calls


def test_a_missing_base_image_says_what_to_do(world):
    with pytest.raises(EngineError, match=r"make the base image with docker_base_image and name it as base_image$"):
        world.present(packages=["six"], base_image="missing:1")
    assert world.files() == {}


# T19
def test_a_base_image_is_pulled_and_its_moves_in_the_registry_are_noticed(world):
    options = BuildOptions(base_check="registry")
    world.client.registry["python:3.13-slim"] = "sha256:" + "a" * 64
    slim = {"packages": ["six"], "base_image": None, "python": "3.13", "options": options}
    assert world.present(**slim)["image"]["labels"]["dockenv.python.base"] == "sha256:" + "a" * 64
    assert world.present(**slim)["changed"] is False
    world.client.registry["python:3.13-slim"] = "sha256:" + "b" * 64
    assert world.present(**slim)["reasons"] == ["base_updated"]
    assert world.present(**slim)["changed"] is False
    assert world.dangling() == []


# P2 P21
def test_defined_writes_the_files_and_asks_no_engine(world):
    foretold = world.defined(packages=["six"], check_mode=True)
    done = world.defined(packages=["six"])
    assert (foretold, world.connections) == (done, 0)
    assert (done["reasons"], done["image"], done["log_path"]) == (["definition_changed"], None, None)
    assert world.defined(packages=["six"])["changed"] is False
    assert set(done) == set(world.present(packages=["six"]))
    assert world.defined(packages=["six"])["changed"] is False


def test_defined_removes_a_lock_that_does_not_fit(world):
    world.present(packages=["six"])
    assert f"remove {world.path('requirements.txt')}" in world.defined(packages=["idna"])["actions"]
    assert world.present(packages=["idna"])["environment"]["packages"] == {"idna": "3.10"}


def test_what_is_the_users_is_refused(world):
    world.client.add_image(TAG)
    with pytest.raises(NotOurs) as caught:
        world.present(packages=["six"])
    assert caught.value.message == (
        "name: the image science:latest was not built by this collection; choose another name, or set force to take the name from it"
    )
    assert world.absent()["changed"] is False
    assert world.present(packages=["six"], force=True)["reasons"][-1] == "unmanaged_image"
    assert len(world.dangling()) == 1


def test_a_folder_of_the_users_is_refused(world):
    os.makedirs(world.path())
    with open(world.path("Dockerfile"), "w", encoding="utf-8") as file:
        file.write("FROM scratch\n")
    for run in (world.absent, world.defined, world.present):
        with pytest.raises(NotOurs, match="was not made by this collection"):
            run()
    assert world.read("Dockerfile") == "FROM scratch\n"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("requirements.txt", id="a file that would be overwritten"),
        pytest.param("compose.yaml", id="a file that would be removed"),
        pytest.param("src/app.py", id="a file that the image would hold"),
        pytest.param(".git/config", id="a file that no build sees"),
        pytest.param("project/setup.py", id="the project of a buildout that nobody asks for"),
    ],
)
def test_a_folder_with_files_of_the_users_is_not_taken_over(world, name):
    world.write(name, text="six\n")
    for run in (world.defined, world.present, world.absent):
        with pytest.raises(NotOurs, match=f"^{world.path()} was not made by this collection"):
            run()
    assert list(world.files().values()) == [b"six\n"]
    assert world.asked == []


# P8
def test_two_environments_cannot_have_one_launcher(world):
    world.present(packages=["six"], launcher=world.launcher)
    with pytest.raises(NotOurs, match="was not made for this environment"):
        world.present(name="other", packages=["six"], launcher=world.launcher)
    assert world.present(packages=["six"], launcher=world.launcher)["changed"] is False


@pytest.mark.parametrize("target", ["nowhere", "elsewhere"])
def test_a_link_of_the_users_is_not_replaced_by_a_launcher(world, tmp_path, target):
    (tmp_path / "elsewhere").write_text("mine")
    os.makedirs(os.path.dirname(world.launcher))
    os.symlink(tmp_path / target, world.launcher)
    for run in (world.defined, world.present):
        with pytest.raises(NotOurs, match="was not made for this environment"):
            run(packages=["six"], launcher=world.launcher)
    assert os.readlink(world.launcher) == str(tmp_path / target)


def test_an_empty_folder_is_taken(world):
    os.makedirs(world.path())
    assert world.present(packages=["six"])["changed"] is True


def test_an_image_in_use_is_removed_only_by_force(world):
    world.present(packages=["six"])
    world.client.create_container(TAG, name="user", labels={}, command=["true"], host_config={})
    with pytest.raises(InvalidInput, match="is used by the containers user; remove them first, or set force"):
        world.absent()
    assert world.absent(force=True)["changed"] is True
    assert (world.files(), world.tags()) == ({}, [BASE])


def test_an_environment_with_a_lock_that_nobody_can_read_is_removed(world):
    world.present(packages=["six"])
    world.write("requirements.txt", text="{this is no lock}\n")
    assert world.absent()["lock_changes"] == {"added": [], "removed": [], "moved": []}
    assert world.files() == {}


# P16
def test_an_image_of_a_registry_with_a_port_is_replaced(world):
    name = "registry.example:5000/science"
    world.present(packages=["six"], image=name)
    world.present(packages=["six", "idna"], image=name)
    assert world.tags() == [BASE, f"{name}:latest"]
    assert world.dangling() == []


# P16 V20
def test_an_image_of_another_name_takes_the_place_of_the_one_before(world):
    world.present(packages=["six"])
    foretold = world.present(packages=["six"], image="tools:1", check_mode=True)
    done = world.present(packages=["six"], image="tools:1")
    assert same_but_image(foretold, done)
    assert done["actions"][:2] == ["build tools:1", f"remove the image {TAG}"]
    assert done["reasons"] == ["image_missing", "definition_changed"]
    assert world.present(packages=["six"], image="tools:1")["changed"] is False
    assert (world.tags(), world.dangling()) == ([BASE, "tools:1"], [])


@pytest.mark.parametrize("moment", ["tag_image", "remove_image", "write"])
def test_a_task_that_is_killed_while_the_name_changes_leaves_no_image(world, monkeypatch, moment):
    world.present(packages=["six"])

    def die(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*((working.filesystem, "write_file") if moment == "write" else (type(world.engine), moment)), die)
        with pytest.raises(KeyboardInterrupt):
            world.present(packages=["six"], image="tools:1")
    world.present(packages=["six"], image="tools:1")
    assert (world.tags(), world.dangling()) == ([BASE, "tools:1"], [])


def test_an_image_under_the_name_of_before_stays_where_somebody_may_miss_it(world):
    world.present(packages=["six"])
    kept = world.present(packages=["six"], image="tools:1", options=BuildOptions(prune_previous=False))
    assert not any(action.startswith("remove") for action in kept["actions"])
    world.client.create_container("tools:1", name="user", labels={}, command=["true"], host_config={})
    used = world.present(packages=["six"], image="tools:2")
    assert not any(action.startswith("remove") for action in used["actions"])
    assert world.tags() == [BASE, TAG, "tools:1", "tools:2"]


def test_an_image_of_the_users_under_the_name_of_before_stays(world):
    world.defined(packages=["six"])
    world.client.add_image(TAG)
    world.present(packages=["six"], image="tools:1")
    assert TAG in world.tags()


def test_what_goes_is_the_image_that_the_folder_names(world):
    world.present(packages=["six"], image="tools:1")
    params = {"name": "science", "path": world.root, "image": "tools:2", "state": "absent", "force": False}
    task = read_task(params, BuildOptions(), world.host())
    assert str(task.place.image) == "tools:1"


# P25
def test_what_the_registry_does_not_have_is_pushed(world):
    options = BuildOptions(push=True)
    name = "registry.example/science"
    world.present(packages=["six"], image=name)
    foretold = world.present(packages=["six"], image=name, options=options, check_mode=True)
    assert (foretold["actions"], foretold["reasons"]) == ([f"push {name}:latest"], ["not_pushed"])
    assert world.client.registry == {}
    assert world.present(packages=["six"], image=name, options=options)["actions"] == foretold["actions"]
    assert world.present(packages=["six"], image=name, options=options)["changed"] is False
    assert list(world.client.registry) == [f"{name}:latest"]
