# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is seen of many environments, with real files, over the fake engine."""

from __future__ import annotations

import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._env.digest import compute_digest, digest_labels
from ansible_collections.dockenv.python.plugins.module_utils._env.folder import render_folder
from ansible_collections.dockenv.python.plugins.module_utils._env.plan import make_input
from ansible_collections.dockenv.python.plugins.module_utils._environments.observe import see_engine, see_folder
from ansible_collections.dockenv.python.plugins.module_utils._environments.place import Place
from ansible_collections.dockenv.python.plugins.module_utils._environments.survey import describe_sighting, survey
from ansible_collections.dockenv.python.plugins.module_utils._environments.view import EngineView
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError, InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock, make_spec


class World:
    """A host with environments below ``root``, and an engine."""

    def __init__(self, root):
        self.root = str(root / "envs")
        self.engine = make_engine()
        self.client = self.engine.client

    def define(self, name="science", pins=("six==1.17.0", "idna==3.10"), **params):
        spec = make_spec(path=self.root, name=name, **{"python": None, "base_image": BASE, "packages": ["six"], **params})
        self.write(name, **render_folder(spec, make_lock(*pins) if pins else None).files)
        return spec

    def write(self, name, **files):
        for path, text in files.items():
            target = os.path.join(self.root, name, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8") as file:
                file.write(text)

    def build(self, spec):
        """Add the image that a build of the folder would give."""
        place = Place(spec.name, spec.root, spec.image)
        seen = see_engine(place, see_folder(place), EngineView(self.engine, "local"), [spec.base]).observed
        labels = digest_labels(compute_digest(make_input(seen, seen.folder, BuildOptions())), spec.name)
        return self.client.add_image(str(spec.image).replace("docker.io/", ""), labels=labels)

    def look(self, *names):
        found = survey({"path": self.root, "name": list(names) or None}, lambda: self.engine)
        return [describe_sighting(sighting) for sighting in found]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


# P13 P14 T7 T22
def test_tells_all_of_an_environment(world):
    image = world.build(world.define(ports=["8888"], volumes=["cache:/cache"], launcher="/usr/local/bin/science"))
    container = world.client.create_container("science:latest", name="user", labels={}, command=["true"], host_config={})["Id"]
    (found,) = world.look()
    lock = found.pop("lock")
    assert (lock["path"], lock["unlocked"]) == (f"{world.root}/science/requirements.txt", [])
    assert lock["digest"].startswith("sha256:")
    assert found == {
        "name": "science",
        "image_name": "science:latest",
        "path": f"{world.root}/science",
        "managed": True,
        "problem": None,
        "definition": {
            "base_image": BASE,
            "python": None,
            "installer": "uv",
            "launcher": "/usr/local/bin/science",
            "ports": ["127.0.0.1::8888/tcp"],
            "volumes": ["cache:/cache"],
        },
        "requirements": ["six"],
        "packages": [
            {"name": "idna", "version": "3.10", "requested": False},
            {"name": "six", "version": "1.17.0", "requested": True},
        ],
        "drift": [],
        "image": {
            "id": image.id,
            "name": "science",
            "tag": "latest",
            "labels": image.labels,
            "size": 1000,
            "created": "2023-11-14T22:13:20Z",
            "digests": [],
        },
        "containers": [{"id": container, "name": "user", "state": "created", "image_id": image.id, "ports": [], "current": True}],
    }


def test_says_what_drifted(world):
    world.build(world.define())
    world.write("science", **{"data.csv": "1\n"})
    world.client.add_image(BASE)
    assert world.look()[0]["drift"] == ["context_changed", "base_updated"]


def test_says_what_was_asked_for_by_hand_and_is_not_locked(world):
    world.build(world.define())
    world.write("science", **{"requirements.in": "six>=1\nflask>3\n"})
    (found,) = world.look()
    assert (found["drift"], found["lock"]["unlocked"]) == (["lock_incomplete"], ["flask>3"])


def test_an_environment_without_an_image_is_no_error(world):
    world.define(pins=())
    (found,) = world.look()
    assert (found["image"], found["lock"], found["packages"], found["containers"]) == (None, None, [], [])
    assert found["drift"] == ["lock_missing", "image_missing"]


def test_without_anything_there_is_nothing(world):
    assert world.look() == []
    assert world.look("science") == []


def test_names_choose_and_absent_ones_are_left_out(world):
    for name in ("a", "b", "c"):
        world.define(name)
    assert [found["name"] for found in world.look()] == ["a", "b", "c"]
    assert [found["name"] for found in world.look("c", "a", "none")] == ["a", "c"]


def test_what_is_no_environment_is_not_looked_at(world):
    world.define()
    world.write("notes", README="mine\n")
    world.write(".dockenv", Dockerfile="FROM scratch\n")
    world.write("Odd Name", Dockerfile="FROM scratch\n")
    assert [found["name"] for found in world.look()] == ["science"]


def test_a_folder_of_the_users_is_told_apart(world):  # P6
    world.write("mine", Dockerfile="FROM scratch\n", **{"requirements.txt": "six==1.17.0\nidna\n"})
    (found,) = world.look()
    assert (found["managed"], found["problem"], found["drift"]) == (False, None, ["image_missing"])
    assert [package["name"] for package in found["packages"]] == ["idna", "six"]


# T19
def test_an_image_from_elsewhere_is_told_without_a_folder(world):
    labels = {"dockenv.python.environment": "reports"}
    image = world.client.add_image("registry.example/reports:2", labels=labels)
    world.client.add_image(labels=labels)
    container = world.client.create_container(image.id, name="user", labels={}, command=["true"], host_config={})["Id"]
    world.define()
    assert [(found["name"], found["path"]) for found in world.look()] == [("reports", None), ("science", f"{world.root}/science")]
    (found,) = world.look("reports")
    assert (found["image"]["name"], found["image"]["tag"], found["image"]["id"]) == ("registry.example/reports", "2", image.id)
    assert (found["definition"], found["drift"], found["managed"], found["problem"]) == (None, [], False, None)
    assert [each["id"] for each in found["containers"]] == [container]


def test_an_image_of_the_default_registry_is_found_by_its_long_name(world):
    image = world.build(world.define(image="docker.io/joe/science:1"))
    (found,) = world.look()
    assert (found["image_name"], found["image"]["id"]) == ("docker.io/joe/science:1", image.id)


def test_containers_of_a_replaced_image_are_told(world):
    spec = world.define()
    world.build(spec)
    world.client.create_container("science:latest", name="old", labels={}, command=["true"], host_config={})
    world.build(spec)
    world.client.create_container("science:latest", name="new", labels={}, command=["true"], host_config={})
    assert {each["name"]: each["current"] for each in world.look()[0]["containers"]} == {"old": False, "new": True}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        pytest.param({"requirements.in": "not a requirement\n"}, "not a requirement", id="a line that is none"),
        pytest.param({"requirements.in": "-r elsewhere.txt\n"}, "elsewhere.txt", id="a file of elsewhere"),
        pytest.param({".dockerignore": "[\n"}, ".dockerignore", id="a pattern that is none"),
    ],
)
def test_a_folder_that_cannot_be_read_does_not_hide_the_others(world, files, problem):
    world.build(world.define())
    world.define("broken")
    world.write("broken", **files)
    broken, whole = world.look()
    assert problem in broken["problem"]
    assert (broken["definition"], broken["packages"], broken["drift"]) == (None, [], [])
    assert broken.keys() == whole.keys()
    assert (whole["problem"], whole["drift"]) == (None, [])


def test_a_file_that_is_no_text_is_a_problem_of_its_folder(world):
    world.define()
    with open(os.path.join(world.root, "science", "requirements.in"), "wb") as file:
        file.write(b"\xff\xfe\n")
    assert world.look()[0]["problem"] == f"The folder {world.root}/science cannot be read: a file is not UTF-8 text"


def test_hundreds_take_as_many_questions_as_one(world):
    for number in range(120):
        world.build(world.define(f"env-{number}"))
    world.client.calls.clear()
    asked = []
    inspect = world.client.inspect_image
    world.client.inspect_image = lambda reference: asked.append(reference) or inspect(reference)
    found = world.look()
    assert len(found) == 120
    assert all(each["drift"] == [] and each["image"] for each in found)
    assert (world.client.calls, asked) == (["images", "containers"], [])


def test_a_name_that_is_none_is_refused_with_its_place(world):
    with pytest.raises(InvalidInput, match=r"^name\[1\]: '\.\./x' is not a name for an environment"):
        world.look("a", "../x")


def test_a_path_that_is_no_folder_is_said(world):
    os.makedirs(os.path.dirname(world.root), exist_ok=True)
    with open(world.root, "w", encoding="utf-8"):
        pass
    with pytest.raises(DockenvError) as error:
        world.look()
    assert error.value.message == f"path: the folder {world.root} cannot be read: Not a directory; correct the path, or become its owner"
