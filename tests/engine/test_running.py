# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a real engine can say of commands and containers of environments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.containers import list_containers
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import connect
from ansible_collections.dockenv.python.plugins.module_utils._docker.running import RunRequest
from ansible_collections.dockenv.python.plugins.module_utils._docker.running import run as run_command
from ansible_collections.dockenv.python.plugins.module_utils._environments.host import Host
from ansible_collections.dockenv.python.plugins.module_utils._environments.running import execute, report_run
from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.test_run import read

NAME = "dockenv-running"
ODD = ["", " ", "a b", "$HOME", "`id`", "'", '"', "\\", "a\nb", "%d", "*", ";", "--", "=", "ü", "\t", "#"]


def list_mine(engine):
    return tuple(each for each in list_containers(engine) if each.labels.get("dockenv.python.environment") == NAME)


@pytest.fixture(autouse=True)
def _tidy(engine):
    yield
    for container in list_mine(engine):
        engine.client.remove_container(container.id, force=True)


@pytest.fixture
def run(engine, base, tmp_path):
    def run(*argv, connection=None, check_mode=False, **params):
        spec = read(path=str(tmp_path), env=NAME, image=base, argv=list(argv) or None, **params)
        host = Host(connection or Connection(), {}, connect if connection else lambda _connection: engine)
        outcome = execute(spec, host, check_mode)
        return {**report_run(spec, outcome), "failure": outcome.failure}

    return run


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / 'a, "project": of ours'
    folder.mkdir()
    os.chown(folder, 54321, 54322)
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    return folder


def test_a_folder_in_memory_is_root_s_alone(engine, base):
    command = "stat --file-system --format=%T /.private; stat --format=%a /.private"
    request = RunRequest(base, ("sh", "-c", command), in_memory=("/.private",))
    assert run_command(engine, request).stdout == b"tmpfs\n700\n"


# T11 T12 T13 P9
def test_what_a_user_writes_belongs_to_the_user_who_has_a_name_and_a_home(run, project):
    done = run(
        "sh", "-c", "touch made; mkdir -p folder/inner; touch ~/own; whoami; pwd; id", project_path=str(project), run_as="54321:54322"
    )
    assert done["failure"] == "", done["stderr"]
    assert done["stdout"].splitlines() == [
        "user54321",
        str(project),
        "uid=54321(user54321) gid=54322(user54321) groups=54322(user54321)",
    ]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in project.rglob("*")} == {(54321, 54322)}
    assert sorted(path.name for path in project.rglob("*")) == ["folder", "inner", "made"]


@pytest.mark.parametrize("target", ["/home/user54321", "/home/user54321/project", "/usr/src/app"])
def test_the_project_is_seen_wherever_it_is_mounted(run, project, target):
    (project / "data").write_text("content")
    script = "cat data; touch ~/own && echo written"
    done = run("sh", "-c", script, project_path=str(project), project_target=target, run_as="54321:54322")
    assert (done["stdout"], done["stderr"]) == ("contentwritten", "")


# T15
def test_words_and_values_arrive_as_they_are(run):
    script = "import json, os, sys; print(json.dumps([sys.argv[1:], [os.environ[f'V{n}'] for n in range(len(sys.argv) - 1)]]))"
    values = {f"V{number}": value for number, value in enumerate(ODD)}
    assert json.loads(run("python3", "-c", script, *ODD, env_vars=values)["stdout"]) == [ODD, ODD]


def test_a_program_that_is_not_there_is_a_failure_that_names_it(run):
    done = run("dockenv-no-such-program")
    assert (done["failure"], done["rc"]) == ("non-zero return code", 127)
    assert "dockenv-no-such-program" in done["stderr"]


def test_a_command_may_be_silent_for_longer_than_an_answer_may_take(run):
    assert run("sh", "-c", "sleep 3; echo done", connection=Connection(timeout=1))["stdout"] == "done"


def test_much_output_arrives_whole(run):
    done = run("sh", "-c", "yes out | head -c 3000000; yes err | head -c 3000000 >&2")
    assert (len(done["stdout"]), len(done["stderr"])) == (2_999_999, 2_999_999)


def test_a_time_out_ends_all_that_the_command_started(run, engine):
    begin = time.monotonic()
    done = run("sh", "-c", "echo begun; sleep 60 & sleep 60", command_timeout=1)
    assert (done["stdout"], done["rc"]) == ("begun", 143)
    assert time.monotonic() - begin < 20
    assert list_mine(engine) == ()


def test_volumes_are_mounted_as_asked(run, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("content")
    done = run("sh", "-c", "cat /data/file; touch /data/new || echo -refused", volumes=[f"{tmp_path}/data:/data:ro"], run_as="0:0")
    assert done["stdout"] == "content-refused"
    assert run("touch", "/data/new", volumes=[f"{tmp_path}/made:/data"], run_as="0:0")["failure"] == ""
    assert (tmp_path / "made" / "new").is_file(), "a folder that is missing is made, as docker run --volume does"


SERVER = ("python3", "-m", "http.server", "8000", "--directory", "/etc/apt")
SERVICE = {"detach": True, "container_name": NAME, "published_ports": ["8000"], "run_as": "54321:54322"}


def wait_until(is_so):
    """Return when ``is_so()`` is true; that it never is fails the test."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end, "it did not become so within 30 seconds"
        time.sleep(0.1)


def fetch(port):
    """Return what is served, as soon as something is."""
    for _moment in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                return answer.read()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"nothing is served on port {port}")


# T10 T16 T18 T20
def test_a_detached_container_serves_and_is_found_again(run, engine):
    foretold, done = run(*SERVER, check_mode=True, **SERVICE), run(*SERVER, **SERVICE)
    (port,) = done["container"]["ports"]
    assert (port["host_ip"], port["container_port"]) == ("127.0.0.1", 8000)
    assert b"sources.list" in fetch(port["host_port"])
    assert {**foretold, "container": None} == {**done, "container": None}
    assert run(*SERVER, **SERVICE) == {**done, "changed": False, "reasons": [], "diff": {}}
    assert [container.id for container in list_mine(engine)] == [done["container"]["id"]]


def test_a_detached_container_is_replaced_on_its_own_port(run, engine):
    port = run(*SERVER, **SERVICE)["container"]["ports"][0]["host_port"]
    fixed = {**SERVICE, "published_ports": [f"{port}:8000"]}
    first = run(*SERVER, **fixed)
    second = run(*SERVER[:-1], "/etc", **fixed)
    assert (first["reasons"], second["reasons"]) == (["ports_changed"], ["command_changed"])
    assert b"passwd" in fetch(port)
    assert [container.id for container in list_mine(engine)] == [second["container"]["id"]]


def test_a_detached_command_that_ends_at_once_is_gone(run, engine):
    try:
        run("true", **SERVICE)
    except EngineError as error:
        assert "ended at once and was removed; run its command without detach" in error.message
    wait_until(lambda: list_mine(engine) == ())


def test_of_tasks_at_once_one_starts_the_container(run, engine):
    results = []
    tasks = [threading.Thread(target=lambda: results.append(run(*SERVER, **SERVICE))) for _number in range(3)]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join(60)
    assert sorted(result["changed"] for result in results) == [False, False, True]
    assert len(list_mine(engine)) == 1
    assert {result["container"]["id"] for result in results} == {list_mine(engine)[0].id}


RUN_ALONE = """
import sys
sys.path[:0] = {path!r}
from ansible_collections.dockenv.python.plugins.module_utils._docker import running
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import connect
request = running.RunRequest({base!r}, ("sleep", "3"), labels={labels!r}, init=True)
running.run(connect(Connection()), request)
"""


def test_what_a_killed_task_ran_ends_and_is_gone(engine, base):
    script = RUN_ALONE.format(path=sys.path, base=base, labels={"dockenv.python.environment": NAME})
    with subprocess.Popen([sys.executable, "-c", script]) as task:
        wait_until(lambda: [container.state for container in list_mine(engine)] == ["running"])
        task.kill()
    wait_until(lambda: list_mine(engine) == ())
