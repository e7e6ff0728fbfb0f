# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders that are there already, built as they are and with other packages, over the fake engine and its classic builder."""

from __future__ import annotations

import os
import threading

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions, Secret
from ansible_collections.dockenv.python.plugins.module_utils._env.logins import Login
from ansible_collections.dockenv.python.plugins.module_utils._env.steps import MakeLock
from ansible_collections.dockenv.python.plugins.module_utils._environments import building, working
from ansible_collections.dockenv.python.plugins.module_utils._environments.locking import read_logins
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, InvalidInput, NotOurs
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._environments.world import TAG, make_world, same_but_image


@pytest.fixture
def world(tmp_path, monkeypatch):
    return make_world(tmp_path, monkeypatch)


def edit(world, name, old, new):
    text = world.read(name)
    assert old in text
    world.write(name, text=text.replace(old, new))


# --- packages


# P10 P11 P12 T17
def test_packages_come_move_and_go_as_foretold(world):
    world.present(packages=["six"])
    steps = [
        (
            lambda **mode: world.install("idna>=3", **mode),
            ["requirements_changed", "definition_changed"],
            {"idna": "3.10", "six": "1.17.0"},
        ),
        (lambda **mode: world.install("idna", state="latest", **mode), ["newer_versions"], {"idna": "3.11", "six": "1.17.0"}),
        (lambda **mode: world.install("idna", state="absent", **mode), ["requirements_changed"], {"six": "1.17.0"}),
    ]
    for number, (run, reasons, packages) in enumerate(steps):
        if number:
            world.versions.update(six="1.18.0", idna="3.11")
            world.installed.update(idna="3.11")
        before = world.files(), world.tags()
        foretold = run(check_mode=True)
        assert (world.files(), world.tags()) == before
        done = run()
        assert same_but_image(foretold, done)
        assert (done["changed"], done["reasons"][: len(reasons)]) == (True, reasons)
        assert done["environment"]["packages"] == packages
        again = run()
        assert (again["changed"], again["actions"], again["reasons"], again["diff"]) == (False, [], [], [])
        assert (again["image"], again["environment"]) == (done["image"], done["environment"])
        assert world.tags() == [BASE, TAG]
        assert world.dangling() == []


def test_many_packages_are_one_lock_and_one_build(world):
    world.present()
    del world.asked[:], world.client.calls[:]
    done = world.install("six", "idna")
    assert [step.upgrade for _unlocked, step in world.asked] == [()]
    assert world.client.calls.count("build") == 1
    assert done["environment"]["requirements"] == ["idna", "six"]


def test_what_is_there_is_looked_for_on_no_index(world):
    world.present(packages=["six>=1.16"])
    del world.asked[:]
    assert world.install("six")["changed"] is False
    assert world.install("idna", state="absent")["changed"] is False
    assert world.asked == []


def test_a_missing_image_is_built(world):
    world.present(packages=["six"])
    world.client.remove_image(TAG, force=True)
    assert world.install("six")["reasons"] == ["image_missing"]


def test_what_docker_env_made_and_what_it_makes_after_an_installation_are_equal(world):
    world.present(packages=["six"])
    world.install("idna")
    assert world.present(packages=["six", "idna"])["changed"] is False


@pytest.mark.parametrize(
    ("run", "reasons", "upgrade"),
    [
        pytest.param(lambda world, **mode: world.build(**mode), ["python_changed"], (), id="build"),
        pytest.param(lambda world, **mode: world.install("six", **mode), ["python_changed"], (), id="present"),
        pytest.param(
            lambda world, **mode: world.install("six", state="latest", **mode),
            ["newer_versions", "python_changed"],
            ("six",),
            id="latest",
        ),
    ],
)
def test_a_lock_follows_the_python_of_the_base_image(world, run, reasons, upgrade):
    world.present(packages=["six"])
    world.client.add_image(BASE)
    world.python = "3.14.0"
    world.asked.clear()
    foretold = run(world, check_mode=True)
    done = run(world)
    assert done["reasons"] == [*reasons, "definition_changed", "base_updated"]
    assert (foretold["reasons"], foretold["actions"][0]) == (done["reasons"], "lock the requirements")
    assert {step for _unlocked, step in world.asked} == {MakeLock(upgrade)}
    assert '"locked_for": "Python 3.14 on x86_64 with glibc 2.41"' in world.read("Dockerfile")
    assert run(world)["changed"] is False


@pytest.mark.parametrize("run", ["present", "install"])
def test_what_comes_from_a_repository_stays_at_its_revision(world, run):
    asked, commit = "six @ git+https://code.example/six.git@main", "c" * 40
    world.present(packages=[asked])
    world.write("requirements.txt", text=f"six @ git+https://code.example/six.git@{commit}\n")
    world.installed.update(six="1.17.0")
    world.asked.clear()
    _done = world.install("idna") if run == "install" else world.present(packages=[asked, "idna"])
    assert f"six.git@{commit}\n" in world.asked[-1][0].requirements
    assert f"{asked}\n" in world.read("requirements.in")


def test_a_lock_follows_the_platforms(world):
    world.present(packages=["six"])
    options = BuildOptions(platforms=("linux/amd64", "linux/arm64"))
    assert world.build(options=options, check_mode=True)["reasons"][0] == "python_changed"
    assert world.asked[-1][0].platforms == options.platforms
    same = BuildOptions(platforms=("linux/amd64",))
    assert world.build(options=same, check_mode=True)["reasons"] == ["platforms_changed"]


# P4
@pytest.mark.parametrize("spoil", ["resolve", "prove"])
def test_a_failed_installation_changes_nothing(world, spoil):
    world.present(packages=["six"], post_install=["uninstall idna"])
    before = world.files(), world.tags()
    name = "impossible" if spoil == "resolve" else "idna"
    world.installed.pop("idna")
    with pytest.raises(CommandFailed):
        world.install(name)
    assert (world.files(), world.tags(), world.dangling()) == (*before, [])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"env": "Nowhere"}, "env: 'Nowhere' is not a name for an environment;", id="no name"),
        pytest.param(
            {"env": "other"}, "env: there is no environment 'other' in {root}; make it with docker_env, or correct path", id="none"
        ),
        pytest.param({"name": ["six", "idna=="]}, "name[1]: ", id="an entry by its index"),
        pytest.param(
            {"name": ["six", "six<2"]}, "name[1]: 'six<2' was asked for as 'six' already, in name[0]; keep one of them", id="twice"
        ),
        pytest.param({"name": ["./six"]}, "name[0]: ", id="a path"),
        pytest.param(
            {"name": ["six<2"], "state": "absent"}, "name[0]: 'six<2' says more than a name; to remove a package, only name it", id="absent"
        ),
        pytest.param({"name": []}, "name, requirements: give exactly one of them, a list of packages or a requirements file", id="nothing"),
        pytest.param(
            {"name": [], "requirements": "/nowhere/r.txt"}, "requirements: '/nowhere/r.txt' cannot be read: No such", id="no file"
        ),
        pytest.param(
            {"index_url": "https://joe:hush@other.example/simple"},
            "index_url: 'https://other.example/simple' is not an index of the environment, which has https://a.example/simple; "
            "change that with docker_env",
            id="another index",
        ),
        pytest.param(
            {"index_url": "https://joe:hush@a.example/simple", "options": BuildOptions(secrets=(Secret("netrc", "value", "x"),))},
            "secrets: 'netrc' is there, and an index URL holds a login as well; put all logins into the secret",
            id="two logins",
        ),
    ],
)
def test_what_cannot_be_installed(world, params, message):
    world.present(packages=["six"], index_url="https://a.example/simple")
    with pytest.raises(InvalidInput) as caught:
        world.install(**{"name": ["six"], **params})
    assert caught.value.message.startswith(message.format(root=world.root))
    assert "hush" not in caught.value.message


def test_a_requirements_file_is_installed_and_its_options_are_not(world, tmp_path):
    world.present()
    file = tmp_path / "more.txt"
    file.write_text("six\nidna>=3\n", encoding="utf-8")
    assert world.install(requirements=str(file))["environment"]["requirements"] == ["idna>=3", "six"]
    file.write_text("--index-url https://a.example/simple\nsix\n", encoding="utf-8")
    with pytest.raises(
        InvalidInput, match=r"holds options or constraints, which are part of the environment's definition; give them to docker_env$"
    ):
        world.install(requirements=str(file))


def test_a_folder_of_the_users_gets_no_packages(world):
    world.write("Dockerfile", text=f"FROM {BASE}\n")
    with pytest.raises(NotOurs, match=r"build it with docker_env_build$"):
        world.install("six")


def test_a_login_reaches_the_resolver_and_no_file(world):
    world.present(packages=["six"], index_url="https://a.example/simple")
    world.install("six", index_url="https://joe:hush@a.example/simple/")
    with pytest.raises(InvalidInput, match=r"^secrets: this needs BuildKit"):  # as the fake engine has none
        world.install("idna", index_url="https://joe:hush@a.example/simple/")
    assert world.asked[-1][0].logins == (Login("a.example", "joe", "hush"),)
    assert b"hush" not in b"".join(world.files().values())


@pytest.mark.parametrize(
    "run", [lambda world, **with_options: world.build(**with_options), lambda world, **with_options: world.install("six", **with_options)]
)
def test_a_rotated_secret_is_used_by_each_step(world, monkeypatch, run):
    requests = []

    def build_image(engine, connection, builder, request, log_path, environment):
        requests.append(request)
        image = world.client.add_image(request.tag, labels=request.labels)
        return world.engine.find_image(image.id)

    monkeypatch.setattr(building, "build_image", build_image)
    world.present(packages=["six"])
    for version in ("1", "2", "2"):
        run(world, options=BuildOptions(secrets=(Secret("token", "value", "x", version),)))
    world.client.remove_image(TAG, force=True)
    run(world)
    assert [request.no_cache for request in requests] == [False, True, True, False]


@pytest.mark.parametrize("kind", ["value", "env", "file"])
def test_logins_are_read_from_a_secret_of_the_build(tmp_path, kind):
    text = "machine a.example login joe password hush\n"
    (tmp_path / "netrc").write_text(text, encoding="utf-8")
    source = {"value": text, "env": "LOGINS", "file": str(tmp_path / "netrc")}[kind]
    secrets = [Secret("other", "value", "x"), Secret("netrc", kind, source)]
    assert read_logins(secrets, {"LOGINS": text}) == (Login("a.example", "joe", "hush"),)


# --- builds


# P6
def test_an_edited_folder_is_built_as_it_is(world):
    world.present(packages=["six"])
    assert world.build()["changed"] is False
    edit(world, "Dockerfile", "USER root\n", "USER root\nRUN true\n")
    before = world.files()
    foretold, done = world.build(check_mode=True), world.build()
    assert (done["reasons"], done["actions"][0]) == (["dockerfile_changed"], f"build {TAG}")
    assert (foretold["reasons"], foretold["actions"]) == (done["reasons"], done["actions"])
    assert world.files() == before
    assert world.build()["changed"] is False
    assert world.dangling() == []


@pytest.mark.parametrize(
    ("text", "reason", "packages"),
    [
        pytest.param("six\nidna\n", "requirements_changed", {"idna": "3.10", "six": "1.17.0"}, id="one more"),
        pytest.param("", "requirements_changed", {}, id="one less"),
        pytest.param("# mine\nsix\n", None, {"six": "1.17.0"}, id="a comment"),
    ],
)
def test_requirements_edited_by_hand_are_locked_again(world, text, reason, packages):
    world.present(packages=["six"])
    world.write("requirements.in", text=text)
    foretold, done = world.build(check_mode=True), world.build()
    entry = done["environments"][0]
    assert same_but_image(foretold["environments"][0], entry)
    assert entry["reasons"][:1] == ([reason] if reason else [])
    assert entry["environment"]["packages"] == packages
    assert world.read("requirements.in") == text
    assert world.build()["changed"] is False


def test_a_folder_without_a_lock_gets_one(world):
    world.defined(packages=["six"])
    assert world.build()["reasons"][:2] == ["lock_missing", "definition_changed"]
    assert world.present(packages=["six"])["changed"] is False


def test_a_folder_of_the_users_is_built_and_left_alone(world):
    world.write("Dockerfile", text=f"FROM {BASE}\nRUN true\n")
    world.write("requirements.txt", text="{this is no lock}\n")
    before = world.files()
    done = world.build(name=["science"])
    assert (done["reasons"], world.files()) == (["image_missing"], before)
    entry = done["environments"][0]
    assert (entry["environment"]["packages"], entry["image"]["name"]) == ({}, "science")
    assert world.build()["changed"] is False
    world.client.add_image(BASE)
    assert world.build()["reasons"] == ["base_updated"]
    world.write("app.py", text="print()\n")
    assert world.build()["reasons"] == ["context_changed"]


# P2 P6
def test_any_folder_is_built_under_the_name_that_is_given(world, tmp_path):
    context = tmp_path / "Some App"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {BASE}\n", encoding="utf-8")
    params = {"context": str(context), "image": "registry.example/app:1"}
    done = world.build(**params)
    assert done["environments"][0]["name"] == "registry.example/app:1"
    assert done["environments"][0]["log_path"] == f"{world.root}/.dockenv/registry.example%2Fapp:1.log"
    assert os.listdir(context) == ["Dockerfile"]
    assert "registry.example/app:1" in world.tags()
    assert world.build(**params)["changed"] is False
    with pytest.raises(InvalidInput, match=r"^image: .* does not say which image it makes; give a name for it$"):
        world.build(context=str(context))


def test_an_environment_is_the_same_by_its_name_and_as_a_context(world):
    world.present(packages=["six"])
    assert world.build(context=world.path())["changed"] is False
    assert world.build(context=world.path())["environments"][0]["name"] == "science"


def test_an_image_of_the_users_is_replaced_only_by_force(world):
    world.write("Dockerfile", text=f"FROM {BASE}\n")
    world.client.add_image(TAG)
    failed = world.build()
    assert failed["msg"] == (
        "name: the image science:latest was not built by this collection; choose another name, or set force to take the name from it"
    )
    assert world.build(force=True)["reasons"] == ["unmanaged_image"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"name": ["science", "other"]}, "name[1]: there is no environment 'other' in {root};", id="no such environment"),
        pytest.param({"name": ["science", "science"]}, "name[1]: 'science' is there twice; remove one of them", id="twice"),
        pytest.param({"name": ["../science"]}, "name[0]: '../science' is not a name for an environment;", id="outside of the root"),
        pytest.param({"context": "science"}, "context: 'science' is not an absolute path;", id="a relative path"),
        pytest.param(
            {"context": "/nowhere"}, "context: there is no Dockerfile in '/nowhere'; name the folder that has one", id="no folder"
        ),
        pytest.param({"path": "/nowhere"}, "path: the folder '/nowhere' cannot be read: No such file or directory", id="no root"),
        pytest.param({"jobs": 0}, "jobs: 0 is not a number of builds; use 1 or more", id="no jobs"),
    ],
)
def test_what_cannot_be_built(world, params, message):
    world.present(packages=["six"])
    with pytest.raises(InvalidInput) as caught:
        world.build(**params)
    assert caught.value.message.startswith(message.format(root=world.root))


# --- many


@pytest.fixture
def three(world):
    """A world with three folders of the user's."""
    for name in ("a", "b", "c"):
        world.write("..", name, "Dockerfile", text=f"FROM {BASE}\nLABEL name={name}\n")
    return world


def test_one_that_fails_does_not_stop_the_others(three):
    three.write("..", "b", "Dockerfile", text=f"FROM {BASE}\nRUN false\n")
    foretold, failed = three.build(check_mode=True), three.build()
    assert [entry["name"] for entry in failed["environments"]] == ["a", "b", "c"]
    assert [entry["changed"] for entry in failed["environments"]] == [True, False, True]
    assert {frozenset(entry) for entry in failed["environments"]} == {frozenset(foretold["environments"][0])}
    assert failed["msg"].startswith("1 of 3 environments failed, the others are as asked for: b: Building b:dockenv-new failed")
    assert failed["environments"][1]["error"]["rc"] == 1
    assert (failed["changed"], three.tags()) == (True, ["a:latest", BASE, "c:latest"])
    again = three.build()
    assert [entry["changed"] for entry in again["environments"]] == [False, False, False]


@pytest.mark.parametrize(
    ("name", "file", "content", "message"),
    [
        pytest.param("b", ".dockerignore", b"[", "b: {root}/b/.dockerignore, line 1: '[' is not a pattern:", id="a bad .dockerignore"),
        pytest.param("b", "Dockerfile", b"FROM \xe9\n", "b: The folder {root}/b cannot be read: a file is not UTF-8", id="no text"),
        pytest.param("Foo", "Dockerfile", b"", "Foo: path: the folder {root}: 'Foo' is not a name for an environment;", id="no name"),
        pytest.param(
            "b",
            "Dockerfile",
            b'# Made by the Ansible collection dockenv.python. It builds without it: DOCKER_BUILDKIT=1 docker build .\n# dockenv: {"image": "/"}\n',
            "b: name: '' in '/' is not a part of an image name;",
            id="no name of an image",
        ),
    ],
)
def test_one_that_cannot_be_read_does_not_stop_the_others(three, name, file, content, message):
    three.write("..", name, file, text="")
    with open(os.path.join(three.root, name, file), "wb") as opened:
        opened.write(content)
    failed = three.build()
    assert message.format(root=three.root) in failed["msg"]
    assert failed["msg"].startswith(f"1 of {len(failed['environments'])} environments failed, the others are as asked for: ")
    assert {"a:latest", "c:latest"} <= set(three.tags())
    assert len({frozenset(entry) for entry in failed["environments"]}) == 1


def test_files_of_the_users_folder_are_of_any_encoding(world):
    world.write("Dockerfile", text=f"FROM {BASE}\n")
    with open(world.path("requirements.txt"), "wb") as file:
        file.write(b"# caf\xe9\nsix\n")
    assert world.build()["reasons"] == ["image_missing"]
    with open(world.path("requirements.txt"), "wb") as file:
        file.write(b"# the\nsix\n")
    assert world.build()["reasons"] == ["context_changed"]


def test_two_builds_run_at_the_same_time(three, monkeypatch):
    build, both = working.build_new, threading.Barrier(2)

    def wait(*arguments):
        both.wait(20)
        return build(*arguments)

    three.build(name=["c"])
    monkeypatch.setattr(working, "build_new", wait)
    assert three.build(jobs=2)["actions"] == ["build a:latest", "build b:latest"]


def test_images_of_one_repository_are_built_apart(world):
    world.present(packages=["six"], image="team/envs:one")
    done = world.build()
    assert done["changed"] is False
    assert "dockenv-new" not in str(world.tags())


def test_images_and_containers_are_listed_once_for_all_environments(three):
    three.build()
    counts = []
    for names in (["a"], ["a", "b", "c"]):
        del three.client.calls[:]
        three.build(name=names)
        counts.append(three.client.calls)
    assert counts[0] == counts[1] == ["images", "containers"]


def test_several_environments_have_no_log_in_common(three):
    with pytest.raises(InvalidInput, match=r"^log_path: several environments would write to one file;"):
        three.build(options=BuildOptions(log_path="/x.log"))
