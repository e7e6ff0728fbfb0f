# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._env.digest import BuildInput, compute_digest, digest_labels
from ansible_collections.dockenv.python.plugins.module_utils._env.steps import Build, Plan, RemoveFolder, RemoveImage
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput, NotOurs
from ansible_collections.dockenv.python.plugins.module_utils._image import Image
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.plan import (
    LABEL_IMAGE,
    Seen,
    Stage,
    plan_image,
    plan_removal,
    plan_stage,
    plan_unstage,
)

NAME = "shop:latest"
INPUT = BuildInput("FROM x\n", base="sha256:base")


def image(build=INPUT, tags=(NAME,), **labels):
    return Image("sha256:old", tags, {**digest_labels(compute_digest(build), NAME, LABEL_IMAGE), **labels}, {}, (), (), "amd64", 1, "")


def plan(seen, build=INPUT, options=None, kept=None, force=False):
    return plan_image(NAME, seen, build, options or BuildOptions(), kept, force)


def test_nothing_to_do():
    assert plan(Seen(image(), base="sha256:base")) == Plan()


def test_first_build():
    found = plan(Seen(None, base="sha256:base"))
    assert found.steps == (Build(NAME, digest_labels(compute_digest(INPUT), NAME, LABEL_IMAGE)),)
    assert found.reasons == ("image_missing",)
    assert found.diff[0]["before"] == ""
    assert "base: sha256:base" in found.diff[0]["after"]


def test_a_rotated_secret_is_used_by_each_step():
    rotated = BuildInput(**{**vars(INPUT), "secrets": (("a", "2"),)})
    assert [plan(Seen(image()), build).steps[0].no_cache for build in (rotated, BuildInput("FROM y\n"))] == [True, False]


# V20
def test_the_old_image_goes_at_the_end():
    found = plan(Seen(image(BuildInput("FROM y\n"))))
    assert [type(step) for step in found.steps] == [Build, RemoveImage]
    assert found.reasons == ("dockerfile_changed",)


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(Seen(image(BuildInput("FROM y\n")), containers=("web",)), id="in use"),
        pytest.param(Seen(image(BuildInput("FROM y\n"), tags=(NAME, "shop:1"))), id="with another name"),
    ],
)
def test_the_old_image_stays(seen):
    assert [type(step) for step in plan(seen).steps] == [Build]


# V10 V12 V19 V24
def test_the_build_folder_is_kept_or_goes():
    seen = Seen(None, build_dir="/build")
    assert [type(step) for step in plan(seen).steps] == [Build, RemoveFolder]
    assert plan(seen, kept="/build").steps[1:] == (Stage("/build"),)


def test_the_name_of_an_image_of_somebody_else():
    seen = Seen(image(**{LABEL_IMAGE: "other:latest"}))
    with pytest.raises(NotOurs) as caught:
        plan(seen)
    assert caught.value.message == (
        "name: the image shop:latest was not made by this module; choose another name, or set force to take the name from it"
    )
    assert plan(seen, build=BuildInput("FROM y\n"), force=True).reasons == ("dockerfile_changed",)


def test_staging():
    assert plan_stage("/build", True, "a", "a") == Plan()
    found = plan_stage("/build", False, "a", "b")
    assert (found.steps, found.reasons) == ((Stage("/build"),), ("build_dir_changed",))
    assert (found.diff[0]["before"], found.diff[0]["after"]) == ("a", "b")


def test_removal_of_the_build_folder_alone():
    assert plan_unstage(None) == Plan()
    assert plan_unstage("/build") == Plan((RemoveFolder("/build"),), ("build_dir_changed",))


def test_removal():
    assert plan_removal(NAME, Seen(None), force=False) == Plan()
    assert plan_removal(NAME, Seen(image(**{LABEL_IMAGE: "other:latest"})), force=False) == Plan()
    assert plan_removal(NAME, Seen(image(), build_dir="/build"), force=False).steps == (RemoveImage("sha256:old"), RemoveFolder("/build"))


def test_removal_of_an_image_in_use():
    seen = Seen(image(), containers=("web", "job"))
    with pytest.raises(InvalidInput) as caught:
        plan_removal(NAME, seen, force=False)
    assert caught.value.message == ("name: the image shop:latest is used by the containers job, web; remove them first, or set force")
    assert plan_removal(NAME, seen, force=True).changed
