# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands and containers in environments, with real files, over the fake engine."""

from __future__ import annotations

import os
import pwd

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._env.folder import render_folder
from ansible_collections.dockenv.python.plugins.module_utils._environments import running
from ansible_collections.dockenv.python.plugins.module_utils._environments.host import Host
from ansible_collections.dockenv.python.plugins.module_utils._environments.running import (
    execute,
    find_environment,
    make_request,
    report_run,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError, EngineError, InvalidInput, NotOurs
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_spec
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.test_run import read

LABELS = {"dockenv.python.environment": "science"}


class World:
    """A host whose engine has an image of the environment ``science``; ``asked`` has what each command was run with."""

    def __init__(self, root):
        self.root = str(root)
        self.engine = make_engine()
        self.client = self.engine.client
        self.connections = 0
        self.asked = []
        self.image = self.client.add_image("science:latest", labels=LABELS)
        self.client.programs["python"] = self._note

    def _note(self, container, argv):
        self.asked.append(container)
        return 0, b"out\n\n", b"err\n"

    def _connect(self, connection):
        self.connections += 1
        return self.engine

    def define(self, **params):
        spec = make_spec(path=os.path.join(self.root, "envs"), **params)
        os.makedirs(spec.folder)
        for name, text in render_folder(spec).files.items():
            with open(os.path.join(spec.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def run(self, check_mode=False, connection=None, **params):
        spec = read(path=os.path.join(self.root, "envs"), **params)
        outcome = execute(spec, Host(connection or Connection(), {}, self._connect), check_mode)
        return {**report_run(spec, outcome), "failure": outcome.failure, "note": outcome.note}

    def containers(self):
        return sorted((container.name, container.state) for container in self.client.containers_by_id.values())


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


# --- commands


def test_a_command_gives_its_outputs_and_leaves_nothing(world):  # P8, T8
    done = world.run(argv=["python", "a b"])
    assert (done["changed"], done["rc"], done["stdout"], done["stderr"]) == (True, 0, "out", "err")
    assert (done["cmd"], done["failure"], done["skipped"]) == (["python", "a b"], "", False)
    assert done["image"] == {"id": world.image.id, "tags": ["science:latest"]}
    assert done["start"] <= done["end"]
    assert done["delta"] == "0:00:00" or done["delta"].startswith("0:00:00.")
    assert world.containers() == []


def test_outputs_are_kept_whole_on_request(world):
    spec = read(path=world.root, argv=["python"])
    outcome = execute(spec, Host(Connection(), {}, lambda connection: world.engine), False)
    assert report_run(spec, outcome, strip=False)["stdout"] == "out\n\n"


def test_a_failing_command_is_a_failure_with_its_outputs(world):
    done = world.run(argv=["ls", "/nowhere"])
    assert (done["failure"], done["rc"]) == ("non-zero return code", 2)
    assert done["stderr"] == "ls: cannot access: No such file or directory"
    assert world.containers() == []


def test_a_command_whose_time_is_over_is_a_failure(world):
    done = world.run(argv=["sleep", "60"], command_timeout=1)
    assert done["failure"] == "The command did not end within 1 seconds and was stopped; give it more with command_timeout"
    assert done["rc"] == 143
    assert world.containers() == []


def test_standard_input_reaches_the_command(world):
    assert world.run(argv=["cat"], stdin="line")["stdout"] == "line"


def test_the_caller_is_known_and_works_in_the_project(world, tmp_path):  # P9, T11, T12, T13
    world.run(argv=["python"], project_path=str(tmp_path), env_vars={"A": "1"})
    (container,) = world.asked
    creation, account = container.creation, pwd.getpwuid(os.geteuid())
    assert creation["user"] == f"{os.geteuid()}:{os.getegid()}"
    assert creation["environment"]["USER"] == account.pw_name
    assert creation["environment"]["A"] == "1"
    assert creation["working_dir"] == str(tmp_path)
    assert creation["host_config"]["Mounts"] == [{"Type": "bind", "Source": str(tmp_path), "Target": str(tmp_path)}]
    assert (creation["hostname"], creation["entrypoint"]) == ("science", [""])
    assert creation["labels"].pop("dockenv.python.owner").split("/")[1] == str(os.getpid())
    assert creation["labels"] == {"dockenv.python.environment": "science", "dockenv.python.run": ""}


def test_a_user_by_numbers_has_a_name_and_a_home(world):
    world.run(argv=["python"], run_as="54321:54322")
    (container,) = world.asked
    assert b"user54321:x:54321:54322::/home/user54321:/bin/sh" in container.files["/etc/passwd"]
    assert container.creation["host_config"]["Tmpfs"] == {"/home/user54321": "uid=54321,gid=54322,mode=0700,exec"}
    assert container.creation["environment"]["HOME"] == "/home/user54321"


def test_a_project_that_is_the_home_stays_visible(world, tmp_path):
    world.run(argv=["python"], run_as="54321:54322", project_path=str(tmp_path), project_target="/home/user54321")
    assert not world.asked[0].creation["host_config"].get("Tmpfs")


def test_the_images_own_user_is_left_to_the_image(world):
    world.run(argv=["python"], run_as="image")
    creation = world.asked[0].creation
    assert (creation["user"], creation["environment"]) == (None, {})


def test_without_a_command_the_image_starts_what_it_was_made_for(world):
    environment = find_environment(read(path=world.root))
    request = make_request(read(path=world.root), environment, world.engine.find_image("science"))
    assert (request.argv, request.reset_entrypoint) == ((), False)


def test_a_name_too_long_for_a_host_is_not_one(world):
    name = "a" * 65
    world.client.add_image(f"{name}:latest")
    world.run(env=name, argv=["python"])
    assert world.asked[0].creation["hostname"] is None


# --- environments and images


def test_the_folder_says_image_ports_and_volumes(world):  # P25, T14
    world.define(image="registry.example/science:2", ports=["8888", "[::1]:53:53/udp"], volumes=["cache:/cache", "./data:/data"])
    found = find_environment(read(path=os.path.join(world.root, "envs")))
    assert (found.image, found.is_defined) == ("registry.example/science:2", True)
    assert [port.published for port in found.ports] == ["127.0.0.1::8888/tcp", "[::1]:53:53/udp"]
    world.client.add_image("registry.example/science:2")
    world.run(argv=["python"])
    assert world.asked[0].creation["host_config"]["Binds"] == ["cache:/cache"]
    assert not world.asked[0].creation["host_config"].get("PortBindings")


def test_any_image_can_be_named(world):  # T14, T19
    assert world.run(env=None, image=BASE, argv=["true"])["image"]["tags"] == [BASE]
    assert world.run(image=BASE, argv=["true"])["image"]["tags"] == [BASE]


@pytest.mark.parametrize("detach", [False, True])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"env": "other"},
            "env: there is no environment 'other' in {root}, and no image other:latest; make it with docker_env, correct path, or name "
            "the image of an environment from elsewhere with image",
            id="nothing of the name",
        ),
        pytest.param(
            {"image": "gone:1"},
            "image: the engine has no image gone:1; pull it, make it with docker_env, or correct the name",
            id="no image",
        ),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(world, params, message, detach):
    with pytest.raises(DockenvError) as error:
        world.run(argv=["true"], detach=detach, **params)
    assert error.value.message == message.format(root=os.path.join(world.root, "envs"))


def test_an_environment_that_is_only_defined_is_to_be_built(world):
    world.define(name="planned")
    with pytest.raises(DockenvError) as error:
        world.run(env="planned", argv=["true"])
    assert error.value.message == (
        "env: the environment 'planned' has no image planned:latest yet; build it with docker_env or docker_env_build"
    )


def test_a_project_that_is_not_there_is_refused(world):
    message = r"project_path: '/srv/nowhere' is not a folder of this host; make it first, or correct the path"
    for check_mode in (True, False):
        with pytest.raises(InvalidInput, match=message):
            world.run(argv=["python"], project_path="/srv/nowhere", check_mode=check_mode)
    world.run(argv=["python"], project_path="/srv/nowhere", connection=Connection(host="ssh://elsewhere"))
    assert len(world.asked) == 1


# --- whether to run


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("params", "reason"),
    [
        pytest.param({"creates": "ma*e"}, "'{root}/ma*e' exists", id="made already"),
        pytest.param({"removes": "nothing"}, "'{root}/nothing' does not exist", id="removed already"),
    ],
)
def test_what_is_done_already_is_not_run(world, tmp_path, params, reason, check_mode):
    project = tmp_path / "p[1]*"
    project.mkdir()
    (project / "made").touch()
    done = world.run(argv=["python"], project_path=str(project), check_mode=check_mode, **params)
    verb = "Would" if check_mode else "Did"
    assert done["note"] == f"{verb} not run command since {reason.format(root=project)}"
    assert (done["changed"], done["rc"], done["skipped"], world.asked, world.connections) == (False, 0, False, [], 0)


@pytest.mark.parametrize(
    ("params", "changed", "skipped"),
    [
        pytest.param({}, False, True, id="nobody knows what a command changes"),
        pytest.param({"creates": "/nowhere/at/all"}, True, False, id="what it creates is missing"),
    ],
)
def test_check_mode_runs_nothing_and_asks_no_engine(world, params, changed, skipped):
    foretold = world.run(argv=["python"], check_mode=True, **params)
    assert (foretold["changed"], foretold["skipped"], foretold["rc"]) == (changed, skipped, 0)
    assert foretold["note"] == "Command would have run if not in check mode"
    assert (world.asked, world.connections) == ([], 0)
    assert foretold.keys() == world.run(argv=["python"], **params).keys()


# --- what goes on running

SERVICE = {"argv": ["sleep", "60"], "detach": True, "container_name": "web", "published_ports": ["8888"], "env_vars": {"A": "1"}}


def test_a_named_container_is_started_once(world):  # T10
    foretold = world.run(check_mode=True, **SERVICE)
    assert world.containers() == []
    done = world.run(**SERVICE)
    assert (done["changed"], done["reasons"], done["rc"]) == (True, ["container_missing"], None)
    assert done["container"]["name"] == "web"
    assert done["container"]["ports"] == [{"container_port": 8888, "host_port": 32768, "protocol": "tcp", "host_ip": "127.0.0.1"}]
    assert {**foretold, "container": None} == {**done, "container": None}
    for check_mode in (True, False):
        again = world.run(check_mode=check_mode, **SERVICE)
        assert (again["changed"], again["reasons"], again["diff"], again["container"]) == (False, [], {}, done["container"])
    assert world.containers() == [("web", "running")]


@pytest.mark.parametrize(
    ("params", "reasons"),
    [
        pytest.param({"argv": ["sleep", "61"]}, ["command_changed"], id="command"),
        pytest.param({"env_vars": {"A": "2"}}, ["env_changed"], id="variables"),
        pytest.param({"env_vars": None, "secret_env_vars": {"A": "1"}}, [], id="secret now, with the same value"),
        pytest.param({"published_ports": ["8889"]}, ["ports_changed"], id="ports"),
        pytest.param({"volumes": ["/srv/a:/a"]}, ["mounts_changed"], id="volumes"),
        pytest.param({"run_as": "image"}, ["env_changed", "user_changed"], id="user"),
        pytest.param({"network_mode": "backend"}, ["network_changed"], id="network"),
        pytest.param({"workdir": "/srv"}, ["workdir_changed"], id="working directory"),
    ],
)
def test_a_container_that_was_asked_for_otherwise_is_replaced(world, params, reasons):
    old = world.run(**SERVICE)["container"]
    foretold = world.run(check_mode=True, **{**SERVICE, **params})
    assert world.containers() == [("web", "running")]
    done = world.run(**{**SERVICE, **params})
    assert (done["changed"], done["reasons"]) == (bool(reasons), reasons)
    assert (done["container"]["id"] != old["id"]) == bool(reasons)
    assert (foretold["changed"], foretold["reasons"], foretold["diff"]) == (done["changed"], reasons, done["diff"])
    assert world.containers() == [("web", "running")]


def test_a_new_image_replaces_the_container(world):
    world.run(**SERVICE)
    world.client.add_image("science:latest", labels=LABELS)
    done = world.run(**SERVICE)
    assert done["reasons"] == ["image_changed"]
    assert done["diff"]["before"]["image"] == world.image.id
    assert done["diff"]["after"]["image"] == done["image"]["id"] == done["container"]["image_id"]
    assert world.run(**SERVICE)["changed"] is False


def test_a_container_that_stopped_is_started_anew(world):
    started = world.run(**SERVICE)["container"]
    world.client.containers_by_id[started["id"]].state = "paused"
    assert world.run(**SERVICE)["reasons"] == ["container_stopped"]
    assert world.containers() == [("web", "running")]


def test_a_container_of_the_users_is_left_alone(world, monkeypatch):
    monkeypatch.setattr(running.time, "sleep", lambda seconds: None)
    world.client.create_container("science:latest", name="web", labels={}, command=["true"], host_config={})
    for check_mode in (True, False):
        with pytest.raises(NotOurs) as error:
            world.run(check_mode=check_mode, **SERVICE)
    assert error.value.message == (
        "container_name: the container 'web' was not made by this module; choose another name, or remove it yourself"
    )
    assert world.containers() == [("web", "created")]


def test_a_container_that_cannot_be_made_leaves_the_one_it_was_to_replace(world, monkeypatch):
    world.run(**SERVICE)

    def refuse(*arguments, **options):
        raise EngineError("no")

    monkeypatch.setattr(world.client, "create_container", refuse)
    with pytest.raises(EngineError):
        world.run(**{**SERVICE, "argv": ["sleep", "61"]})
    assert world.containers() == [("web", "running")]


def test_of_two_tasks_at_once_the_second_finds_the_container_of_the_first(world, monkeypatch):
    create = world.client.create_container

    def be_late(image, **creation):
        monkeypatch.setattr(world.client, "create_container", create)
        world.run(**SERVICE)
        return create(image, **creation)

    monkeypatch.setattr(world.client, "create_container", be_late)
    assert world.run(**SERVICE)["changed"] is False
    assert world.containers() == [("web", "running")]


def test_a_container_that_another_task_is_about_to_start_is_waited_for(world, monkeypatch):
    started = world.run(**SERVICE)["container"]
    container = world.client.containers_by_id[started["id"]]
    container.state = "created"
    monkeypatch.setattr(running.time, "sleep", lambda seconds: setattr(container, "state", "running"))
    assert world.run(**SERVICE)["changed"] is False


def test_a_container_that_nobody_starts_is_replaced(world, monkeypatch):
    started = world.run(**SERVICE)["container"]
    world.client.containers_by_id[started["id"]].state = "created"
    monkeypatch.setattr(running.time, "sleep", lambda seconds: None)
    assert world.run(**SERVICE)["reasons"] == ["container_stopped"]


def test_without_a_name_another_container_is_started_each_time(world):
    for _time in range(2):
        assert world.run(**{**SERVICE, "container_name": None, "published_ports": []})["changed"] is True
    assert [state for _name, state in world.containers()] == ["running", "running"]


def test_what_a_killed_task_left_is_removed(world):
    world.client.create_container("science:latest", name="lost", labels={"dockenv.python.run": ""}, command=["true"], host_config={})
    next(iter(world.client.containers_by_id.values())).created -= 3600
    world.run(argv=["python"])
    assert world.containers() == []


def test_no_value_is_in_a_label(world):
    started = world.run(**{**SERVICE, "secret_env_vars": {"TOKEN": "s3cret-of-the-task"}})["container"]
    labels = world.client.containers_by_id[started["id"]].creation["labels"]
    assert "s3cret-of-the-task" not in str(labels)
