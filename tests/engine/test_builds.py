# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import Secret
from ansible_collections.dockenv.python.plugins.module_utils._docker import buildkit, running
from ansible_collections.dockenv.python.plugins.module_utils._docker.build import build_image
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import BuildRequest, find_builder
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildlog import open_log
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, InvalidInput

VALUES = {"value": "s3cret-of-the-task", "env": 's3cret of, the "environment"', "file": "s3cret-of-the-file"}
TAG = "dockenv-builds:new"

BUILD_ALONE = """
import os, sys
sys.path[:0] = {path!r}
from ansible_collections.dockenv.python.plugins.module_utils._docker.build import build_image
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import BuildRequest, find_builder
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import connect
connection = Connection()
folder = {folder!r}
request = BuildRequest(context=folder, tag={tag!r}, dockerfile=folder + "/Dockerfile")
build_image(connect(connection), connection, find_builder(os.environ), request, folder + "/build.log", os.environ)
"""


@pytest.fixture(autouse=True)
def _tidy(engine):
    yield
    engine.remove_image(TAG, force=True)


@pytest.fixture
def make_request(tmp_path, base):
    def make_request(text, **options):
        dockerfile = tmp_path / "Dockerfile"
        dockerfile.write_text(text.format(base=base))
        return BuildRequest(context=str(tmp_path), tag=TAG, dockerfile=str(dockerfile), **options)

    return make_request


@pytest.fixture
def build(engine, connection, tmp_path):
    def build(request, **environment):
        child = {**os.environ, **environment}
        return build_image(engine, connection, find_builder(child), request, str(tmp_path / "build.log"), child)

    return build


@pytest.fixture
def secrets(tmp_path):
    folder = tmp_path / 'a, "odd" folder'
    folder.mkdir()
    (folder / "token").write_text(VALUES["file"])
    return (Secret("value", "value", VALUES["value"]), Secret("env", "env", "TOKEN"), Secret("file", "file", str(folder / "token")))


MOUNTS = "--mount=type=secret,id=value --mount=type=secret,id=env --mount=type=secret,id=file"


def test_secrets_reach_the_command_and_nothing_else(engine, base, build, make_request, secrets, tmp_path):
    text = "FROM {base}\nRUN " + MOUNTS + " cat /run/secrets/*; cd /run/secrets && sha256sum env file value > /sums\n"
    image = build(make_request(text, secrets=secrets, no_cache=True), TOKEN=VALUES["env"])
    result = running.run(engine, running.RunRequest(image.id, ("cat", "/sums")))
    sums = dict(reversed(line.split()) for line in result.stdout.decode().splitlines())
    assert sums == {name: hashlib.sha256(value.encode()).hexdigest() for name, value in VALUES.items()}
    told = "".join([str(engine.client.inspect_image(image.id)), str(engine.client.history(image.id)), (tmp_path / "build.log").read_text()])
    assert VALUES["value"] not in told
    assert VALUES["env"] not in told
    layers = running.run(engine, running.RunRequest(image.id, ("grep", "-rlF", "s3cret-of-the", "/run", "/etc", "/tmp", "/var")))
    assert layers.stdout == b""


def test_a_failure_tells_no_secret(build, make_request, secrets):
    text = "FROM {base}\nRUN " + MOUNTS + " cat /run/secrets/*; exit 3\n"
    with pytest.raises(CommandFailed) as caught:
        build(make_request(text, secrets=secrets, no_cache=True), TOKEN=VALUES["env"])
    told = f"{caught.value.message} {caught.value.details}"
    assert "exit code: 3" in caught.value.message
    assert "********" in caught.value.details["stdout"]
    assert not [value for value in VALUES.values() if value in told]


def test_a_missing_secret_stops_before_the_build(engine, build, make_request, secrets):
    with pytest.raises(InvalidInput, match=r"^secrets\[1\]: the environment variable 'TOKEN' is not set"):
        build(make_request("FROM {base}\nRUN true\n", secrets=secrets))
    assert engine.find_image(TAG) is None


def test_values_are_no_words_for_a_shell_and_no_options(engine, build, make_request):
    odd = "--pull $(touch /tmp/x) `id` \"'\\ =,%"
    request = make_request('FROM {base}\nARG A\nLABEL arg=$A\nRUN printf %s "$A" > /arg\n', args={"A": odd}, labels={"l": odd})
    image = build(request)
    assert (image.labels["l"], image.labels["arg"]) == (odd, odd)
    assert running.run(engine, running.RunRequest(image.id, ("cat", "/arg"))).stdout.decode() == odd


def test_a_stage_and_a_platform(engine, build, make_request):
    text = "FROM {base} AS one\nLABEL stage=one\nFROM one\nLABEL stage=two\n"
    platform = f"linux/{engine.version()['Arch']}"
    assert build(make_request(text, target="one", platforms=(platform,))).labels["stage"] == "one"


def test_an_inline_cache_is_accepted(build, make_request):
    assert build(make_request("FROM {base}\nRUN true\n", cache_to=("type=inline",), cache_from=(TAG,))).tags == (TAG,)


def test_a_build_that_takes_too_long_is_ended(connection, engine, make_request, tmp_path):
    request = make_request("FROM {base}\nRUN sleep 300\n", no_cache=True)
    with open_log(str(tmp_path / "build.log")) as log, pytest.raises(CommandFailed) as caught:
        buildkit.build(find_builder(os.environ), connection, request, log, os.environ, timeout=3)
    assert caught.value.message == f"Building {TAG} failed: it took longer than 3 seconds; the whole output is in {tmp_path}/build.log"
    assert engine.find_image(TAG) is None


def commands_with(word):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.encode() in part for part in words):
            found.append(words)
    return found


def test_a_killed_task_leaves_no_build_and_the_next_one_completes(engine, build, make_request, tmp_path):
    make_request("FROM {base}\nRUN echo started; sleep 300\n")
    script = BUILD_ALONE.format(path=sys.path, folder=str(tmp_path), tag=TAG)
    with subprocess.Popen([sys.executable, "-c", script, "not-to-be-found"]) as task:
        log = tmp_path / "build.log"
        wait_for(lambda: log.exists() and " started\n" in log.read_text())
        assert commands_with(f"--tag={TAG}")
        task.kill()
    wait_for(lambda: not commands_with(f"--tag={TAG}"))
    assert engine.find_image(TAG) is None
    assert build(make_request("FROM {base}\nRUN true\n")).tags == (TAG,)


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} seconds in vain"
        time.sleep(0.1)
