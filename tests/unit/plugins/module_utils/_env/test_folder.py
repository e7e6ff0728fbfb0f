# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.compose import render_compose
from ansible_collections.dockenv.python.plugins.module_utils._env.folder import Folder, is_folder_file, render_folder
from ansible_collections.dockenv.python.plugins.module_utils._env.install_script import render_install_script
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock, make_spec

LOCK = make_lock("six==1.17.0")
OTHER_LOCK = make_lock("idna==3.10", "six==1.17.0")


def test_a_folder_is_plain_files():  # P3, P21
    folder = render_folder(make_spec(packages=["six"]), LOCK)
    assert sorted(folder.files) == [".dockerignore", "Dockerfile", "install.py", "requirements.in", "requirements.txt"]
    assert folder.is_ours
    assert (folder.lock, folder.layers) == (LOCK, ())
    assert folder.files["install.py"] == render_install_script("uv")


def test_more_files_where_they_are_needed():  # P25
    spec = make_spec({"/c": "six<2"}, packages=["six"], constraints="/c", ports=["80"])
    folder = render_folder(spec, OTHER_LOCK, (LOCK,))
    assert {"constraints.txt", "compose.yaml", "layers/1.txt"} < set(folder.files)
    assert folder.layers == (LOCK,)
    assert all(is_folder_file(path) for path in folder.files)


def test_a_folder_has_no_lock_before_it_is_made():
    assert render_folder(make_spec(packages=["six"])).lock is None


@pytest.mark.parametrize("path", ["layers/01.txt", "layers/0.txt", "layers/x.txt", "app.py", "x/Dockerfile", "layers"])
def test_files_of_the_users(path):
    assert not is_folder_file(path)


def test_layers_come_in_the_order_of_their_numbers():
    files = {f"layers/{number}.txt": str(number) for number in (10, 2, 1)}
    assert Folder(files).layers == ("1", "2", "10")


def test_the_record_comes_back():
    spec = make_spec(launcher="/usr/local/bin/science", ports=["80"], volumes=["data:/data"], installer="pip")
    assert render_folder(spec).record == {
        "base": "python:3.13-slim",
        "installer": "pip",
        "launcher": "/usr/local/bin/science",
        "ports": ["127.0.0.1::80/tcp"],
        "python": "3.13",
        "volumes": ["data:/data"],
    }


@pytest.mark.parametrize("line", ["# dockenv: {", "# dockenv: []", "# dockenv:", "FROM x"])
def test_a_record_that_was_broken_is_empty(line):
    assert Folder({"Dockerfile": f"{line}\n"}).record == {}


def test_an_installation_keeps_what_was_edited_by_hand():  # P10, P12, P6
    folder = render_folder(make_spec(packages=["six"]), LOCK)
    edited = Folder({**folder.files, "Dockerfile": f"{folder.dockerfile}RUN echo mine\n"})
    changed = edited.with_lock((LOCK,), OTHER_LOCK, "six\nidna\n")
    assert changed.dockerfile.endswith("RUN echo mine\n")
    assert "source=layers/1.txt," in changed.dockerfile
    assert (changed.layers, changed.lock, changed.files["requirements.in"]) == ((LOCK,), OTHER_LOCK, "six\nidna\n")
    assert changed.with_lock((), LOCK, folder.files["requirements.in"]) == edited


def test_a_dockerfile_without_our_steps_has_no_layers():
    folder = Folder({"Dockerfile": "FROM x\nRUN pip install -r requirements.txt\n", "requirements.txt": LOCK})
    changed = folder.with_lock((LOCK,), OTHER_LOCK, "")
    assert (changed.layers, changed.dockerfile) == ((), folder.dockerfile)


def test_no_compose_file_without_need():
    assert render_compose(make_spec()) is None


def test_a_compose_file():  # P25
    spec = make_spec(ports=["8888"], volumes=["./a$b:/x:ro", "data:/data", "/srv:/srv", "cache:/c"])
    assert render_compose(spec) == (
        "services:\n"
        '  "science":\n'
        "    build: .\n"
        '    image: "science:latest"\n'
        "    ports:\n"
        '      - "127.0.0.1::8888/tcp"\n'
        "    volumes:\n"
        '      - "./a$$b:/x:ro"\n'
        '      - "data:/data"\n'
        '      - "/srv:/srv"\n'
        '      - "cache:/c"\n'
        "volumes:\n"
        '  "cache": {}\n'
        '  "data": {}\n'
    )


def test_record_has_the_image_where_it_is_not_named_like_the_environment():
    folder = render_folder(make_spec(image="registry.example/science:2"))
    assert folder.record["image"] == "registry.example/science:2"
    assert "image" not in render_folder(make_spec()).record
