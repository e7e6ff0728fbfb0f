# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base.plan import (
    Observation,
    Step,
    plan_absent,
    plan_present,
    temporary_name,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError, NotOurs
from ansible_collections.dockenv.python.plugins.module_utils._image import Image
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.examples import read_recipe, read_spec

RECIPE = read_recipe(packages=["python3"])
OURS = Image(
    id="sha256:1",
    tags=("base:latest",),
    labels=RECIPE.own_labels(),
    env={},
    entrypoint=(),
    command=(),
    architecture="amd64",
    size=1,
    created="",
    comment=RECIPE.digest,
)
THEIRS = replace(OURS, labels={})
LEFTOVER = replace(OURS, id="sha256:2")
OTHER_TAG = replace(OURS, tags=("base:latest", "base:old"))
BUILD = (Step.BOOTSTRAP, Step.TAG)


@pytest.mark.parametrize(
    ("options", "seen", "steps", "reasons"),
    [
        pytest.param({}, Observation(), BUILD, ["the image does not exist"], id="nothing there"),
        pytest.param({"rebuild": "never"}, Observation(), BUILD, ["the image does not exist"], id="never again is not never"),
        pytest.param({}, Observation(OURS), (), [], id="as it is to be"),
        pytest.param({"packages": []}, Observation(OURS), (*BUILD, Step.PRUNE), ["packages changed"], id="one part"),
        pytest.param(
            {"suite": "sid", "command": ["x"], "mirror": ["http://x"]},
            Observation(OURS),
            (*BUILD, Step.PRUNE),
            ["command changed", "mirror changed", "suite changed"],
            id="many parts",
        ),
        pytest.param({"packages": [], "rebuild": "never"}, Observation(OURS), (), [], id="a change, but never"),
        pytest.param({"rebuild": "always"}, Observation(OURS), (*BUILD, Step.PRUNE), ["a rebuild was asked for"], id="always"),
        pytest.param({"packages": []}, Observation(OURS, containers=("c",)), BUILD, ["packages changed"], id="the old one is used"),
        pytest.param({"packages": []}, Observation(OTHER_TAG), BUILD, ["packages changed"], id="the old one has another name"),
        pytest.param(
            {"force": True}, Observation(THEIRS), (*BUILD, Step.PRUNE), ["the image was not made by this module"], id="another's, forced"
        ),
        pytest.param({}, Observation(OURS, LEFTOVER), (Step.CLEAN,), ["an interrupted run left an unfinished image"], id="a leftover only"),
        pytest.param(
            {},
            Observation(None, LEFTOVER),
            (Step.CLEAN, *BUILD),
            ["the image does not exist", "an interrupted run left an unfinished image"],
            id="a leftover and nothing else",
        ),
    ],
)
def test_the_way_to_present(options, seen, steps, reasons):
    options = {"packages": ["python3"], **options}
    plan = plan_present(read_spec(**options), read_recipe(**options), seen)
    assert (plan.steps, list(plan.reasons)) == (steps, reasons)
    assert len(plan.actions) == len(plan.steps)
    assert bool(plan.steps) == (plan.before != plan.after) or options.get("rebuild") == "always"


@pytest.mark.parametrize(
    ("options", "seen", "steps", "reasons", "actions"),
    [
        pytest.param({}, Observation(), (), [], [], id="nothing there"),
        pytest.param({}, Observation(OURS), (Step.REMOVE,), ["the image exists"], ["remove the image base:latest"], id="ours"),
        pytest.param({}, Observation(OTHER_TAG), (Step.REMOVE,), ["the image exists"], ["untag base:latest"], id="with another name"),
        pytest.param(
            {},
            Observation(OTHER_TAG, containers=("c",)),
            (Step.REMOVE,),
            ["the image exists"],
            ["untag base:latest"],
            id="used, other name",
        ),
        pytest.param(
            {"force": True}, Observation(THEIRS), (Step.REMOVE,), ["the image exists"], ["remove the image base:latest"], id="forced"
        ),
        pytest.param(
            {"force": True},
            Observation(OURS, containers=("c",)),
            (Step.REMOVE,),
            ["the image exists"],
            ["untag base:latest"],
            id="used, forced",
        ),
        pytest.param(
            {},
            Observation(None, LEFTOVER),
            (Step.CLEAN,),
            ["an interrupted run left an unfinished image"],
            ["remove the unfinished image of an interrupted run"],
            id="a leftover",
        ),
    ],
)
def test_the_way_to_absent(options, seen, steps, reasons, actions):
    plan = plan_absent(read_spec(state="absent", **options), seen)
    assert (plan.steps, list(plan.reasons), list(plan.actions)) == (steps, reasons, actions)
    assert plan.after == {"state": "absent"}
    assert bool(plan.steps) == (plan.before != plan.after)


def test_actions_say_each_step():
    plan = plan_present(read_spec(), read_recipe(), Observation(OURS, LEFTOVER))
    assert plan.actions == (
        "remove the unfinished image of an interrupted run",
        "bootstrap trixie and import it",
        "tag the new image as base:latest",
        "remove the replaced image sha256:1",
    )


def test_the_difference_shows_what_the_image_is_made_of():
    plan = plan_present(read_spec(), read_recipe(command=["x"]), Observation(OURS, LEFTOVER))
    assert (plan.before["packages"], plan.after["packages"]) == (["python3"], [])
    assert (plan.before["command"], plan.after["command"]) == ([], ["x"])
    assert plan.before["state"] == plan.after["state"] == "present"
    assert plan.before["unfinished_image"] == "sha256:2"


@pytest.mark.parametrize(
    ("state", "seen", "kind", "message"),
    [
        pytest.param(
            "present",
            Observation(THEIRS),
            NotOurs,
            "The image base:latest was not made by docker_base_image, so it stays; choose another name, or set force: true",
            id="another's has the name",
        ),
        pytest.param(
            "absent",
            Observation(THEIRS),
            NotOurs,
            "The image base:latest was not made by docker_base_image, so it stays; set force: true to remove it",
            id="another's is to go",
        ),
        pytest.param(
            "absent",
            Observation(OURS, containers=("a", "b")),
            DockenvError,
            "The image base:latest is used by the containers a, b; remove them first, or set force: true to take only the name away",
            id="containers use it",
        ),
    ],
)
def test_refuses(state, seen, kind, message):
    spec = read_spec(state=state)
    with pytest.raises(kind) as caught:
        plan_present(spec, RECIPE, seen) if state == "present" else plan_absent(spec, seen)
    assert caught.value.message == message


def test_the_temporary_name_is_of_its_own_for_each_image():
    names = {str(temporary_name(read_spec(name=name).name)) for name in ("a", "b", "a:1", "r.example/a")}
    assert len(names) == 4
    assert all(len(name.partition(":")[2]) == 64 for name in names)
    assert temporary_name(read_spec(name="a").name) == temporary_name(read_spec(name="a", tag="latest").name)
