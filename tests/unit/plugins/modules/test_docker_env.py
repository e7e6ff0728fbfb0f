# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.dockenv.python.plugins.modules import docker_env
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._environments.world import TAG, make_world, same_but_image


@pytest.fixture
def world(tmp_path, monkeypatch):
    return make_world(tmp_path, monkeypatch)


@pytest.fixture
def run(world, monkeypatch, capsys):
    """Run the whole module and return what it prints."""
    monkeypatch.setattr(docker_env, "Host", lambda *arguments, **_options: world.host())

    def module(**options):
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {"name": "science", "path": world.root, **options}})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(arguments))
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            docker_env.main()
        result = json.loads(capsys.readouterr().out)
        result.pop("invocation", None)
        return result

    return module


# P1 P3 P5 P7
def test_a_life_has_the_same_keys_in_every_state_and_is_foretold(run, world):
    keys = set()
    for options in (
        {"base_image": BASE, "packages": ["six"], "state": "defined"},
        {"base_image": BASE, "packages": ["six"], "launcher": world.launcher},
        {"base_image": BASE, "packages": ["six", "idna"], "env": {"A": 1}},
        {"state": "absent"},
    ):
        foretold, done = run(**options, _ansible_check_mode=True), run(**options)
        assert (done["changed"], same_but_image(foretold, done)) == (True, True)
        again = run(**options)
        assert (again["changed"], again["actions"], again["reasons"], again["diff"]) == (False, [], [], [])
        keys |= {frozenset(result) for result in (foretold, done, again)}
    assert len(keys) == 1
    assert (world.files(), world.tags()) == ({}, [BASE])


# P16 P20 P24 T2 T5
def test_every_option_of_a_definition_reaches_its_files(run, world, tmp_path):
    (tmp_path / "template").write_text(
        "FROM @BASE_IMAGE@\n@SYSTEM_PACKAGES@\n@PRE_INSTALL@\n@INSTALL@\n@SETTINGS@\n@POST_INSTALL@\n@START@\n"
    )
    (tmp_path / "requirements.txt").write_text("six\n")
    (tmp_path / "constraints.txt").write_text("six<2\n")
    done = run(
        image="registry.example/tools:1",
        base_image="python:3",
        registry_prefix="mirror.example",
        state="defined",
        requirements=str(tmp_path / "requirements.txt"),
        constraints=str(tmp_path / "constraints.txt"),
        system_packages=["git"],
        extra_index_urls=["https://a.example/simple"],
        user={"name": "joe", "uid": 1234, "sudo": True},
        env={"A": "b"},
        workdir="/srv/work",
        ports=[8080],
        volumes=["./data:/data"],
        entrypoint=["python"],
        command=["-V"],
        labels={"org.example": "x"},
        pre_install=["echo before"],
        post_install=[["echo", "after"]],
        template=str(tmp_path / "template"),
    )
    assert done["environment"] == {
        "name": "science",
        "path": world.path(),
        "image": "registry.example/tools:1",
        "base_image": "mirror.example/python:3",
        "launcher": None,
        "requirements": ["six"],
        "packages": {},
    }
    lines = [line for line in world.read("Dockerfile").splitlines() if not line.startswith(("#", " "))]
    expected = ["FROM mirror.example/python:3", "RUN apt-get", 'RUN ["/bin/sh", "-c", "echo before"]', "RUN --mount", "ENV VIRTUAL_ENV"]
    expected += ['ENV A="b"', 'LABEL org.example="x"', "RUN groupadd joe && useradd", "RUN echo 'joe ALL", 'RUN ["echo", "after"]']
    expected += ["WORKDIR /srv/work", "EXPOSE 8080/tcp", "USER joe", 'ENTRYPOINT ["python"]', 'CMD ["-V"]']
    assert [line.startswith(start) for line, start in zip(lines, expected)] == [True] * len(expected) == [True] * len(lines)
    assert world.read("constraints.txt") == "six<2\n"
    assert "--extra-index-url https://a.example/simple\n" in world.read("requirements.in")
    assert '"./data:/data"' in world.read("compose.yaml")


def test_what_is_the_users_is_refused(run, world):
    world.write("notes.txt", text="mine\n")
    for state in ("present", "defined", "absent"):
        failed = run(base_image=BASE, state=state)
        assert failed["failed"] is True
        assert failed["msg"].startswith(f"{world.path()} was not made by this collection")
    assert world.read("notes.txt") == "mine\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"name": "Data Science"}, "name: 'Data Science' is not a name for an environment;", id="a name"),
        pytest.param({}, "python, base_image: give exactly one of them, such as python: '3.13'", id="no base"),
        pytest.param({"python": "3.13", "base_image": "x"}, "parameters are mutually exclusive: python|base_image", id="two bases"),
        pytest.param(
            {"base_image": BASE, "packages": ["six", "a b"]}, "packages[1]: 'a b' cannot be read as a requirement: ", id="an entry"
        ),
        pytest.param({"base_image": BASE, "state": "gone"}, "value of state must be one of: present, defined, absent", id="a state"),
    ],
)
def test_a_wrong_option_fails_with_one_sentence(run, world, options, message):
    assert run(**options)["msg"].startswith(message)
    assert (world.files(), world.connections) == ({}, 0)


# P4
def test_a_failed_build_returns_the_step_and_its_output(run, world, tmp_path):
    (tmp_path / "template").write_text("FROM @BASE_IMAGE@\nRUN false\n@INSTALL@\n")
    failed = run(base_image=BASE, template=str(tmp_path / "template"))
    assert failed["msg"].startswith("Building science:dockenv-new failed at the step")
    assert (failed["rc"], "stdout" in failed) == (1, True)
    assert os.listdir(world.root) == [".dockenv"]
    assert TAG not in world.tags()


def test_no_login_is_shown(run, world):
    shown = [run(base_image=BASE, index_url="https://joe:hush@a.example/simple", state=state) for state in ("defined", "present")]
    assert "hush" not in json.dumps(shown)
    assert b"hush" not in b"".join(world.files().values())
