# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import Secret
from ansible_collections.dockenv.python.plugins.module_utils._docker import buildkit
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import (
    Builder,
    BuildRequest,
    build_argv,
    check_supported,
    connection_argv,
    find_builder,
    secret_values,
)
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput

INSIDE = Builder("buildkit-cli", "/usr/bin/docker", "20.10.24", frozenset({"secrets", "cache mounts", "platforms"}))
BUILDX = Builder("buildx", "/usr/bin/docker", "26.1.5", frozenset({"secrets", "cache mounts", "platforms", "cache_to"}))
CLASSIC = Builder("classic", "/usr/local/bin/docker", "28.2.2")
NONE = Builder("none")


def make_request(**options):
    return BuildRequest(context="/envs/a", tag="a:new", dockerfile="/envs/a/Dockerfile", **options)


def options_of(builder, request, variables=None):
    """Return the words between the fixed ones."""
    argv = build_argv(builder, Connection(), request, variables or {})
    assert argv[:6] == [
        "/usr/bin/docker",
        "--host=unix:///var/run/docker.sock",
        "build",
        "--progress=plain",
        "--tag=a:new",
        "--file=/envs/a/Dockerfile",
    ]
    assert argv[-1] == "/envs/a"
    return argv[6:-1]


@pytest.mark.parametrize(
    ("builder", "request_", "expected"),
    [
        pytest.param(INSIDE, make_request(), [], id="nothing asked for"),
        pytest.param(
            INSIDE, make_request(args={"B": "x y", "A": "--pull"}), ["--build-arg=A=--pull", "--build-arg=B=x y"], id="args are sorted"
        ),
        pytest.param(INSIDE, make_request(labels={"l": 'a,"b"\n$c'}), ['--label=l=a,"b"\n$c'], id="labels as they are"),
        pytest.param(INSIDE, make_request(target="t", pull=True, no_cache=True), ["--target=t", "--pull", "--no-cache"], id="switches"),
        pytest.param(
            BUILDX, make_request(platforms=("linux/amd64", "linux/arm64")), ["--platform=linux/amd64,linux/arm64"], id="platforms"
        ),
        pytest.param(
            INSIDE,
            make_request(cache_from=("a:1", "type=registry,ref=r/b")),
            ["--cache-from=a:1", "--cache-from=r/b"],
            id="cache_from, 20.10",
        ),
        pytest.param(
            BUILDX, make_request(cache_from=("type=registry,ref=r/b",)), ["--cache-from=type=registry,ref=r/b"], id="cache_from, buildx"
        ),
        pytest.param(INSIDE, make_request(cache_to=("type=inline",)), ["--build-arg=BUILDKIT_INLINE_CACHE=1"], id="inline cache, 20.10"),
        pytest.param(BUILDX, make_request(cache_to=("type=inline",)), ["--cache-to=type=inline"], id="inline cache, buildx"),
    ],
)
def test_build_argv(builder, request_, expected):
    assert options_of(builder, request_) == expected


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        pytest.param(Secret("t", "file", "/etc/token"), "--secret=id=t,src=/etc/token", id="file"),
        pytest.param(Secret("t", "file", '/a,b"c/s'), '--secret=id=t,"src=/a,b""c/s"', id="a file's name with comma and quote"),
        pytest.param(Secret("t", "env", "HOME_TOKEN"), "--secret=id=t,env=RANDOM", id="environment"),
        pytest.param(Secret("t", "value", "hunter2"), "--secret=id=t,env=RANDOM", id="value"),
    ],
)
def test_secrets_are_words_without_the_secret(secret, expected):
    (word,) = options_of(INSIDE, make_request(secrets=(secret,)), {"t": "RANDOM"})
    assert word == expected


def test_a_quoted_file_name_reads_back_as_it_was():
    (word,) = options_of(INSIDE, make_request(secrets=(Secret("t", "file", '/a,"b",src=/etc/shadow'),)))
    assert next(csv.reader([word[len("--secret=") :]])) == ["id=t", 'src=/a,"b",src=/etc/shadow']


def test_a_secret_is_not_in_what_is_printed_of_it():
    assert "hunter2" not in repr(make_request(secrets=(Secret("t", "value", "hunter2"),)))


@pytest.mark.parametrize(
    ("connection", "expected"),
    [
        pytest.param(Connection(), ["--host=unix:///var/run/docker.sock"], id="socket"),
        pytest.param(Connection(cli_context="lab"), ["--context=lab"], id="context"),
        pytest.param(Connection(host="tcp://h:2376", encrypted=True), ["--host=tcp://h:2376", "--tls"], id="encrypted"),
        pytest.param(
            Connection(host="tcp://h:2376", encrypted=True, verified=True, ca_path="/ca", client_cert="/c", client_key="/k"),
            ["--host=tcp://h:2376", "--tlsverify", "--tlscacert=/ca", "--tlscert=/c", "--tlskey=/k"],
            id="verified, with certificates",
        ),
        pytest.param(Connection(host="unix:///s", ca_path="/ca"), ["--host=unix:///s"], id="certificates that are not used"),
    ],
)
def test_connection_argv(connection, expected):
    assert connection_argv(connection) == expected


def test_a_host_name_for_the_certificate_is_more_than_the_command_can_do():
    with pytest.raises(InvalidInput, match=r"^tls_hostname: the docker command, which builds images, cannot check"):
        connection_argv(Connection(host="tcp://h:1", encrypted=True, verified=True, tls_hostname="other"))


@pytest.mark.parametrize(
    ("builder", "request_", "message"),
    [
        pytest.param(
            CLASSIC,
            make_request(secrets=(Secret("t", "env", "T"),)),
            "secrets: this needs BuildKit, and found was docker 28.2.2 at /usr/local/bin/docker with no BuildKit; "
            "install the plugin buildx for the docker command (the package docker-buildx of Debian 13 and later)",
            id="secrets",
        ),
        pytest.param(
            NONE,
            make_request(platforms=("linux/arm64",)),
            "platform: this needs BuildKit, and found was the classic builder (there is no docker command here); "
            "install the plugin buildx for the docker command (the package docker-buildx of Debian 13 and later)",
            id="platform",
        ),
        pytest.param(
            INSIDE,
            make_request(cache_to=("type=inline", "type=registry,ref=r/c")),
            "cache_to: this needs BuildKit, and found was docker 20.10.24 at /usr/bin/docker with BuildKit; "
            "install the plugin buildx for the docker command (the package docker-buildx of Debian 13 and later)",
            id="cache_to a registry",
        ),
        pytest.param(
            INSIDE,
            make_request(cache_from=("a", "type=local,src=/x")),
            "cache_from[1]: 'type=local,src=/x' needs the plugin buildx, and found was docker 20.10.24 at /usr/bin/docker with BuildKit; "
            "use the name of an image, or install the plugin",
            id="cache_from a folder",
        ),
    ],
)
def test_what_a_builder_cannot_do_is_said_before_the_build(builder, request_, message):
    with pytest.raises(InvalidInput) as caught:
        check_supported(builder, request_)
    assert caught.value.message == message


def test_what_builders_can_do_passes():
    everything = make_request(
        secrets=(Secret("t", "env", "T"),), platforms=("linux/amd64",), cache_to=("type=registry,ref=r",), cache_from=("type=local,src=/x",)
    )
    check_supported(BUILDX, everything)
    check_supported(INSIDE, make_request(secrets=everything.secrets, platforms=("linux/amd64",), cache_to=("type=inline",)))
    check_supported(NONE, make_request(args={"A": "1"}, target="t", cache_from=("a",)))


# --- which client


@pytest.fixture
def clients(tmp_path, monkeypatch):
    """Return a function that puts a docker command into a folder, which it returns."""
    monkeypatch.setattr(buildkit, "WELL_KNOWN", ())

    def put(name, version, buildx=False):
        folder = tmp_path / name
        folder.mkdir()
        script = (
            f'#!/bin/sh\ncase "$1" in --version) echo "{version}" ;; buildx) {"echo buildx" if buildx else "exit 1"} ;; *) exit 9 ;; esac\n'
        )
        (folder / "docker").write_text(script)
        (folder / "docker").chmod(0o755)
        return str(folder)

    return put


def find(*folders):
    return find_builder({"PATH": os.pathsep.join(folders)})


@pytest.mark.parametrize(
    ("version", "buildx", "kind", "number", "has_secrets"),
    [
        pytest.param("Docker version 18.06.1-ce, build e68fc7a", False, "classic", "18.06.1-ce", False, id="before BuildKit"),
        pytest.param("Docker version 19.03.15, build 99e3ed8", False, "buildkit-cli", "19.03.15", False, id="secrets from files only"),
        pytest.param("Docker version 20.10.24+dfsg1, build 297e128", False, "buildkit-cli", "20.10.24+dfsg1", True, id="Debian 12"),
        pytest.param("Docker version 26.1.5+dfsg1, build a72d7cd", True, "buildx", "26.1.5+dfsg1", True, id="Debian 13 with docker-buildx"),
        pytest.param("Docker version 26.1.5+dfsg1, build a72d7cd", False, "classic", "26.1.5+dfsg1", False, id="Debian 13 without"),
    ],
)
def test_a_client_is_judged_by_its_version_and_plugin(clients, version, buildx, kind, number, has_secrets):
    folder = clients("bin", version, buildx)
    found = find(folder)
    assert (found.kind, found.version, found.path) == (kind, number, f"{folder}/docker")
    assert ("secrets" in found.features) is has_secrets


def test_the_first_capable_client_wins_over_the_first_on_path(clients):
    incapable = clients("local", "Docker version 28.2.2, build e6534b4")
    inside = clients("bin", "Docker version 20.10.24, build 297e128")
    later = clients("later", "Docker version 26.1.5, build a72d7cd", buildx=True)
    assert find(incapable, inside, later).path == f"{inside}/docker"


def test_without_a_capable_client_the_first_is_named(clients):
    first = clients("a", "Docker version 28.2.2, build e6534b4")
    assert find(first, clients("b", "Docker version 27.0.0, build x")).path == f"{first}/docker"


def test_other_programs_of_the_name_are_passed_over(clients, tmp_path):
    podman = clients("podman", "podman version 4.3.1")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "docker").write_bytes(b"\x7fELF nonsense")
    (broken / "docker").chmod(0o755)
    assert find(podman, str(broken), str(tmp_path / "nothing")) == NONE


def test_a_relative_folder_on_path_is_not_looked_into(clients, monkeypatch, tmp_path):
    clients("bin", "Docker version 20.10.24, build 297e128")
    monkeypatch.chdir(tmp_path)
    assert find("bin") == NONE


# --- secrets


def test_secrets_come_from_values_and_the_environment(tmp_path):
    file = tmp_path / "token"
    file.write_text("in a file")
    secrets = (Secret("a", "value", "one"), Secret("b", "env", "TOKEN"), Secret("c", "file", str(file)))
    assert secret_values(secrets, {"TOKEN": "two"}) == {"a": "one", "b": "two"}


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        pytest.param(
            Secret("b", "env", "TOKEN"),
            "secrets[1]: the environment variable 'TOKEN' is not set for the module; set it with the keyword environment of the task",
            id="variable not set",
        ),
        pytest.param(
            Secret("b", "file", "/nonexistent/token"),
            "secrets[1]: '/nonexistent/token' is not a file that can be read on the managed host",
            id="no such file",
        ),
        pytest.param(Secret("b", "file", "/"), "secrets[1]: '/' is not a file that can be read on the managed host", id="a folder"),
    ],
)
def test_a_secret_that_cannot_be_had(secret, message):
    with pytest.raises(InvalidInput) as caught:
        secret_values((Secret("a", "value", "one"), secret), {})
    assert caught.value.message == message
