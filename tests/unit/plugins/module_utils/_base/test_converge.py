# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole of docker_base_image but for the programs: a fake engine, and bytes in the place of mmdebstrap's output."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base import converge as service
from ansible_collections.dockenv.python.plugins.module_utils._base.plan import temporary_name
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, DockenvError, EngineError
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.examples import HOST, read_spec
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.fake_engine import FakeEngine


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def bootstrap(monkeypatch):
    """What the bootstrap yields, and how it fails after that."""
    output = SimpleNamespace(pieces=[b"root file system"], failure=None)

    @contextmanager
    def tar(recipe, folder):
        def stream():
            yield from output.pieces
            if output.failure is not None:
                raise output.failure

        yield stream()

    monkeypatch.setattr(service, "observe_host", lambda spec: HOST)
    monkeypatch.setattr(service, "require_tools", lambda: None)
    monkeypatch.setattr(service, "bootstrapped_tar", tar)
    return output


@pytest.fixture
def run(engine, bootstrap, tmp_path):
    """Run in check mode, for real, and in check mode again, and hold the three results against each other."""

    def converge(**options):
        spec = read_spec(**options)
        before = (dict(engine.images), dict(engine.tags))
        predicted = service.converge(spec, engine, True, tmp_path).to_dict(spec)
        assert (engine.images, engine.tags) == before, "check mode changed something"
        done = service.converge(spec, engine, False, tmp_path).to_dict(spec)
        assert list(tmp_path.iterdir()) == [], "the work folder stayed"
        assert set(predicted) == set(done) == {"changed", "reasons", "actions", "image", "diff"}
        for key in ("changed", "reasons", "actions", "diff"):
            assert predicted[key] == done[key]
        if options.get("rebuild") != "always":
            assert service.converge(spec, engine, True, tmp_path).to_dict(spec)["changed"] is False
        return done

    return converge


def leave_unfinished(engine, name="base"):
    repository, _colon, tag = str(temporary_name(read_spec(name=name).name)).partition(":")
    return engine.import_image([b"half"], repository, tag, (), "linux/amd64", "")


def test_creates_changes_and_removes(run, engine):
    created = run(packages=["python3"], command=["x"])
    assert created["image"]["id"] == engine.tags["base:latest"]
    assert (created["changed"], created["reasons"]) == (True, ["the image does not exist"])
    changed = run(packages=["python3"], command=["y"])
    assert changed["reasons"] == ["command changed"]
    assert changed["image"]["id"] != created["image"]["id"]
    assert set(engine.images) == {changed["image"]["id"]}, "the replaced image stayed"
    removed = run(state="absent")
    assert (removed["changed"], removed["image"]) == (True, None)
    assert (engine.images, engine.tags) == ({}, {})
    assert run(state="absent")["changed"] is False


def test_nothing_to_do_tells_the_same_of_the_image(run):
    assert run()["image"] == run()["image"]


def test_an_image_in_use_makes_way_and_stays(run, engine):
    old = run()["image"]["id"]
    engine.containers["c"] = old
    new = run(packages=["python3"])
    assert new["actions"] == ["bootstrap trixie and import it", "tag the new image as base:latest"]
    assert set(engine.images) == {old, new["image"]["id"]}


def test_an_image_with_another_name_keeps_that(run, engine):
    old = run()["image"]["id"]
    engine.tag_image(old, "mine", "1")
    run(packages=["python3"])
    assert engine.tags["mine:1"] == old
    run(state="absent")
    assert set(engine.tags) == {"mine:1"}


def test_an_unfinished_image_is_removed(run, engine):
    image = run()["image"]
    leave_unfinished(engine)
    cleaned = run()
    assert (cleaned["changed"], cleaned["image"]) == (True, image)
    assert set(engine.tags) == {"base:latest"}
    leave_unfinished(engine)
    run(state="absent")
    assert (engine.images, engine.tags) == ({}, {})


def test_another_s_image_is_replaced_if_forced_only(run, engine):
    theirs = engine.import_image([b"theirs"], "base", "latest", (), "linux/amd64", "")
    for state in ("present", "absent"):
        with pytest.raises(DockenvError, match="was not made by docker_base_image"):
            run(state=state)
    assert engine.tags == {"base:latest": theirs}
    run(force=True)
    assert theirs not in engine.images


@pytest.mark.parametrize("pieces", [pytest.param([], id="before the first piece"), pytest.param([b"some"], id="half-way")])
def test_a_failed_bootstrap_leaves_the_old_image(run, engine, bootstrap, pieces, tmp_path):
    old = run()["image"]["id"]
    bootstrap.pieces = pieces
    bootstrap.failure = CommandFailed("Bootstrapping trixie failed: x", command=["mmdebstrap"], rc=1)
    with pytest.raises(CommandFailed):
        run(packages=["python3"])
    assert (engine.tags, set(engine.images)) == ({"base:latest": old}, {old})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param({"command": ("other",)}, "command", id="another configuration"),
        pytest.param({"size": 0}, "files", id="an empty image"),
        pytest.param({"architecture": "arm64"}, "architecture", id="another architecture"),
        pytest.param({"comment": ""}, "comment", id="no sign that it is ours"),
    ],
)
def test_an_image_that_is_not_as_asked_gets_no_name(run, engine, damage, message, monkeypatch):
    old = run()["image"]["id"]
    import_image = engine.import_image

    def damaged(*arguments):
        image_id = import_image(*arguments)
        engine.images[image_id].update(damage)
        return image_id

    monkeypatch.setattr(engine, "import_image", damaged)
    with pytest.raises(EngineError) as caught:
        run(packages=["python3"], command=["x"])
    assert caught.value.message == f"The Docker engine imported an image without what it was given: {message}; nothing was tagged"
    assert (engine.tags, set(engine.images)) == ({"base:latest": old}, {old})


def test_what_another_process_did_meanwhile_is_not_done_again(run, engine, bootstrap, tmp_path, monkeypatch):
    spec = read_spec()
    exclusive_folder = service.exclusive_folder

    @contextmanager
    def wait_for_another(path):
        monkeypatch.setattr(service, "exclusive_folder", exclusive_folder)
        service.converge(spec, engine, False, tmp_path)
        with exclusive_folder(path) as folder:
            yield folder

    monkeypatch.setattr(service, "exclusive_folder", wait_for_another)
    result = service.converge(spec, engine, False, tmp_path).to_dict(spec)
    assert (result["changed"], result["image"]["id"]) == (False, engine.tags["base:latest"])


def test_an_image_that_comes_into_use_is_not_reported_as_removed(run, engine, monkeypatch):
    run()
    monkeypatch.setattr(engine, "remove_image", lambda reference, force=False: "unfinished" in reference)
    with pytest.raises(EngineError) as caught:
        run(state="absent")
    assert caught.value.message == "The image base:latest came into use while it was to be removed; it stays, try again"
