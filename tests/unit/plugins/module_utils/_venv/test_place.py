# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import time

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import NotOurs
from ansible_collections.dockenv.python.plugins.module_utils._venv import place as module
from ansible_collections.dockenv.python.plugins.module_utils._venv.place import (
    generation_name,
    is_generation,
    locked,
    observe_place,
    point_at,
    put_back,
    swap_in,
    take_away,
)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "venv")


def make_plain(path, text="old"):
    os.makedirs(path)
    for name in ("pyvenv.cfg", text):
        with open(os.path.join(path, name), "w", encoding="utf-8"):
            pass


def make_generation(path, text):
    generation = generation_name(path)
    make_plain(generation, text)
    return generation


def test_names_of_generations_are_told_from_others():
    name = os.path.basename(generation_name("/opt/venv"))
    assert is_generation(name, "/opt/venv")
    assert not is_generation(name, "/opt/venv2")
    assert not is_generation(".venv-backup", "/opt/venv")
    assert not is_generation(f"{name}.old", "/opt/venv")
    assert not is_generation(".vXnv-0123456789ab", "/opt/v.nv")


@pytest.mark.parametrize("old", ["nothing", "empty", "plain", "generation"])
def test_a_generation_takes_the_place_of_whatever_was_there(path, old):
    if old == "empty":
        os.mkdir(path)
    elif old == "plain":
        make_plain(path)
    elif old == "generation":
        os.symlink(os.path.basename(make_generation(path, "old")), path)
    generation = make_generation(path, "new")
    swap_in(observe_place(path), generation)
    found = observe_place(path)
    assert (found.kind, found.folder, found.current) == ("generation", generation, path)
    assert "new" in os.listdir(path)
    assert len(found.leftovers) == (1 if old in ("plain", "generation") else 0)


def test_without_an_exchange_a_killed_run_is_put_right(path, monkeypatch):
    make_plain(path)
    renames = []

    def rename(source, target):
        renames.append((source, target))
        if len(renames) == 2:
            raise KeyboardInterrupt
        os.replace(source, target)

    monkeypatch.setattr(module.ctypes, "CDLL", lambda *_arguments, **_options: object())
    monkeypatch.setattr(module.os, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        swap_in(observe_place(path), make_generation(path, "new"))
    monkeypatch.undo()
    found = observe_place(path)
    assert (found.kind, found.current) == ("interrupted", os.path.join(os.path.dirname(path), ".venv.replaced"))
    put_back(found)
    assert sorted(os.listdir(path)) == ["old", "pyvenv.cfg"]
    assert observe_place(path).kind == "folder"


def test_a_link_to_a_generation_that_somebody_removed_is_still_ours(path):
    os.symlink(".venv-0123456789ab", path)
    found = observe_place(path)
    assert (found.kind, found.folder, found.current) == ("generation", None, None)
    take_away(found)
    assert not os.path.lexists(path)


def test_a_path_below_a_file_is_refused(path):
    with open(path, "w", encoding="utf-8"):
        pass
    with pytest.raises(NotOurs) as caught:
        observe_place(f"{path}/venv")
    assert (
        caught.value.message
        == f"{path + '/venv'!r} cannot be made, because something above it is a file; remove that, or choose another path"
    )


@pytest.mark.parametrize("target", ["/usr", "venv-0123456789ab", "/elsewhere/.venv-0123456789ab"])
def test_a_link_of_the_user_is_not(path, target):
    os.symlink(target, path)
    with pytest.raises(NotOurs):
        observe_place(path)


@pytest.mark.parametrize("kind", ["plain", "generation", "empty"])
def test_taking_away_leaves_nothing(path, kind):
    if kind == "plain":
        make_plain(path)
    elif kind == "empty":
        os.mkdir(path)
    else:
        os.symlink(os.path.basename(make_generation(path, "old")), path)
    take_away(observe_place(path))
    assert os.listdir(os.path.dirname(path)) == []


def test_a_link_replaces_another_and_what_a_killed_run_left_of_it(tmp_path):
    link = str(tmp_path / "docker-python")
    os.symlink("old", link)
    os.symlink("half", str(tmp_path / ".docker-python.dockenv"))
    point_at(link, "new")
    assert os.readlink(link) == "new"
    assert os.listdir(tmp_path) == ["docker-python"]


def hold(path, queue, number):
    with locked(path):
        queue.put((number, "in"))
        time.sleep(0.3)
        queue.put((number, "out"))


def test_of_several_processes_one_holds_the_lock_and_none_leaves_it(path):
    context = multiprocessing.get_context("fork")
    # What a Queue is given it sends later, from a thread; this one sends at once.
    queue = context.SimpleQueue()
    processes = [context.Process(target=hold, args=(path, queue, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    events = []
    while not queue.empty():
        events.append(queue.get())
    assert [word for _number, word in events] == ["in", "out"] * 3
    assert all(first[0] == second[0] for first, second in zip(events[::2], events[1::2]))
    assert os.listdir(os.path.dirname(path)) == []


def test_the_lock_goes_after_a_failure_too(path):
    with pytest.raises(ValueError, match="stop"), locked(path):
        raise ValueError("stop")
    assert os.listdir(os.path.dirname(path)) == []
