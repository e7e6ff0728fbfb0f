# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is seen of an engine at one moment, over the fake one."""

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._environments.observe import see_engine, see_folder
from ansible_collections.dockenv.python.plugins.module_utils._environments.place import Place
from ansible_collections.dockenv.python.plugins.module_utils._environments.view import EngineView
from ansible_collections.dockenv.python.plugins.module_utils._image_name import parse_image_name
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine

OURS = {"dockenv.python.environment": "science"}


@pytest.fixture
def engine():
    return make_engine()


def create(engine, image, name):
    return engine.client.create_container(image, name=name, labels={}, command=["true"], host_config={})["Id"]


def test_what_is_common_is_asked_once(engine):
    engine.client.add_image("science:latest")
    engine.client.calls.clear()
    view = EngineView(engine, "local")
    view.load()
    for _again in range(3):
        assert view.find_image("docker.io/library/science:latest") is not None
        assert view.find_users("sha256:none") == ()
    assert engine.client.calls == ["images", "containers"]


def test_a_base_that_is_not_among_the_names_is_asked_for_once_and_not_at_all_where_it_is_not_compared(engine):
    number = engine.find_image(BASE).id
    asked = []
    inspect = engine.client.inspect_image
    engine.client.inspect_image = lambda reference: asked.append(reference) or inspect(reference)
    view = EngineView(engine, "local")
    by_name = view.find_base([BASE])
    assert (by_name is not None, asked) == (True, [])
    assert (view.find_base([number]), view.find_base([number]), asked) == (number, number, [number])
    assert EngineView(engine, "none").find_base([BASE]) is None
    assert EngineView(engine, "none").find_base([number]) is None
    assert asked == [number]


def test_of_several_bases_one_that_is_not_known_leaves_all_unknown(engine):
    view = EngineView(engine, "local")
    assert view.find_base([BASE, BASE]) == f"{view.find_base([BASE])} {view.find_base([BASE])}"
    assert view.find_base([BASE, "elsewhere:1"]) is None
    assert view.find_base([]) is None


def test_users_are_those_of_the_image_only(engine):
    image = engine.client.add_image("science:latest")
    engine.client.add_image("other:latest")
    create(engine, "science:latest", "mine")
    create(engine, "other:latest", "foreign")
    assert [container.name for container in EngineView(engine, "local").find_users(image.id)] == ["mine"]


def test_only_images_of_environments_count_as_left_by_a_task(engine, tmp_path):
    place = Place("science", str(tmp_path), parse_image_name("science"))
    engine.client.add_image(place.new_tag, labels=OURS)
    engine.client.add_image(place.old_tag)
    seen = see_engine(place, see_folder(place), EngineView(engine, "local"), [])
    assert seen.left_tags == (place.new_tag,)
