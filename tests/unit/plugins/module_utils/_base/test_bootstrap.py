# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base import bootstrap
from ansible_collections.dockenv.python.plugins.module_utils._base.certificates import Certificate
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, DockenvError
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.examples import read_recipe

FOLDER = Path("/folder")
CERTIFICATE = Certificate("f" * 64, "PEM\n")
CONTAINED = ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"]
HOOK = '--customize-hook=for file in hosts hostname resolv.conf; do rm -f "$1/etc/$file" && : > "$1/etc/$file"; done'


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        pytest.param(
            read_recipe(),
            ["--variant=minbase", "--architectures=amd64", HOOK, "--", "trixie", "-", "deb http://mirror.example/debian trixie main"],
            id="the least",
        ),
        pytest.param(
            read_recipe(packages=["python3", "g++"], variant="apt", architecture="i386", suite="sid"),
            [
                "--variant=apt",
                "--architectures=i386",
                "--include=g++,python3",
                HOOK,
                "--",
                "sid",
                "-",
                "deb http://mirror.example/debian sid main",
            ],
            id="packages and another release",
        ),
        pytest.param(
            read_recipe(mirror=["file:///srv/a", "http://b/c"]),
            [
                "--variant=minbase",
                "--architectures=amd64",
                "--hook-directory=/usr/share/mmdebstrap/hooks/file-mirror-automount",
                HOOK,
                "--",
                "trixie",
                "-",
                "deb file:///srv/a trixie main",
                "deb http://b/c trixie main",
            ],
            id="a mirror on the disk",
        ),
        pytest.param(
            replace(read_recipe(packages=["ca-certificates"]), certificates=(CERTIFICATE,)),
            [
                "--variant=minbase",
                "--architectures=amd64",
                "--include=ca-certificates",
                "--setup-hook=copy-in /folder/99dockenv-certificates /etc/apt/apt.conf.d",
                '--customize-hook=rm "$1/etc/apt/apt.conf.d/99dockenv-certificates"',
                "--customize-hook=sync-in /folder/certificates /usr/local/share/ca-certificates",
                '--customize-hook=chroot "$1" update-ca-certificates',
                HOOK,
                "--",
                "trixie",
                "-",
                "deb http://mirror.example/debian trixie main",
            ],
            id="certificates",
        ),
    ],
)
def test_command(recipe, words):
    assert bootstrap.bootstrap_command(recipe, FOLDER) == [*CONTAINED, "mmdebstrap", "--mode=root", "--format=tar", *words]


def test_nothing_that_is_typed_gets_into_a_hook():
    typed = {"packages": ["typed"], "suite": "typed", "mirror": ["http://typed"], "command": ["typed"], "env": {"typed": "typed"}}
    recipe = replace(read_recipe(**typed), certificates=(CERTIFICATE,))
    hooks = [word for word in bootstrap.bootstrap_command(recipe, FOLDER) if "hook" in word]
    assert len(hooks) == 5
    assert not any("typed" in hook for hook in hooks)


def test_environment_is_the_same_on_every_host():
    environment = bootstrap.bootstrap_environment({"PATH": "/bin", "LC_ALL": "de_DE", "http_proxy": "http://mine"}, {}, FOLDER)
    assert environment == {
        "PATH": "/bin",
        "http_proxy": "http://mine",
        "DEBIAN_FRONTEND": "noninteractive",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": "1",
        "TMPDIR": "/folder",
    }


def test_a_proxy_of_the_environment_comes_before_apt_s():
    environment = bootstrap.bootstrap_environment(
        {"http_proxy": "http://mine"}, {"http_proxy": "http://apt", "https_proxy": "http://apt"}, FOLDER
    )
    assert (environment["http_proxy"], environment["https_proxy"]) == ("http://mine", "http://apt")


@pytest.mark.parametrize(
    ("answer", "proxies"),
    [
        pytest.param("", {}, id="none"),
        pytest.param("http_proxy='http://a:3142'\n", {"http_proxy": "http://a:3142", "https_proxy": "http://a:3142"}, id="one for both"),
        pytest.param(
            "http_proxy='http://a'\nhttps_proxy='http://b'\n", {"http_proxy": "http://a", "https_proxy": "http://b"}, id="one for each"
        ),
        pytest.param("http_proxy='http://a'\nhttps_proxy='DIRECT'\n", {"http_proxy": "http://a"}, id="none for https"),
        pytest.param("http_proxy='DIRECT'\n", {}, id="directly"),
    ],
)
def test_reads_apt_s_proxies(answer, proxies):
    assert bootstrap.parse_proxies(answer) == proxies


def test_certificates_are_for_the_image_and_for_apt(tmp_path, monkeypatch):
    known = tmp_path / "known.pem"
    known.write_text("KNOWN\n")
    monkeypatch.setattr(bootstrap, "_HOST_CERTIFICATES", known)
    bootstrap.write_inputs(replace(read_recipe(), certificates=(CERTIFICATE,)), tmp_path)
    assert (tmp_path / "certificates" / f"{'f' * 32}.crt").read_text() == "PEM\n"
    assert (tmp_path / "bundle.pem").read_text().split() == ["KNOWN", "PEM"]
    assert (tmp_path / "99dockenv-certificates").read_text() == f'Acquire::https::CAInfo "{tmp_path}/bundle.pem";\n'


def test_without_certificates_nothing_is_written(tmp_path):
    bootstrap.write_inputs(read_recipe(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("user", "missing", "message"),
    [
        pytest.param(1000, None, "Bootstrapping a base image needs root; run the task with become: true", id="no root"),
        pytest.param(
            0, "mmdebstrap", "Bootstrapping a base image needs the command mmdebstrap; install the package mmdebstrap", id="no mmdebstrap"
        ),
        pytest.param(0, "unshare", "Bootstrapping a base image needs the command unshare; install the package util-linux", id="no unshare"),
    ],
)
def test_what_is_needed_is_checked_first(user, missing, message, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda command: None if command == missing else f"/usr/bin/{command}")
    with pytest.raises(DockenvError) as caught:
        bootstrap.require_tools()
    assert caught.value.message == message


@pytest.fixture
def run_as(monkeypatch):
    """Let a shell script stand for mmdebstrap."""
    monkeypatch.setattr(bootstrap, "_read_proxies", dict)

    def use(script):
        monkeypatch.setattr(bootstrap, "bootstrap_command", lambda recipe, folder: ["sh", "-c", script])

    return use


def test_gives_the_output_in_pieces(run_as, tmp_path):
    run_as("head -c 3000000 /dev/zero")
    with bootstrap.bootstrapped_tar(read_recipe(), tmp_path) as pieces:
        assert sum(len(piece) for piece in pieces) == 3_000_000


@pytest.mark.parametrize(
    ("output", "status", "reason"),
    [
        pytest.param("I: hello\nE: no such package\nE: later", 25, "no such package", id="the first error"),
        pytest.param("hello\nbye", 1, "bye", id="the last line"),
        pytest.param("", 3, "exit status 3", id="no output"),
    ],
)
def test_a_failure_before_the_first_piece(run_as, tmp_path, output, status, reason):
    run_as(f"printf '%s' '{output}' >&2; exit {status}")
    with pytest.raises(CommandFailed) as caught, bootstrap.bootstrapped_tar(read_recipe(), tmp_path):
        raise AssertionError("nothing was to be given")
    assert caught.value.message == f"Bootstrapping trixie failed: {reason}; the end of its output is in stderr"
    assert (caught.value.details["rc"], caught.value.details["stderr"]) == (status, output)


def test_a_failure_between_pieces_comes_out_of_the_stream(run_as, tmp_path):
    run_as("printf x; echo 'E: disk full' >&2; exit 1")
    with pytest.raises(CommandFailed, match="disk full"), bootstrap.bootstrapped_tar(read_recipe(), tmp_path) as pieces:
        assert next(pieces) == b"x"
        next(pieces)


def test_the_process_ends_with_the_block(run_as, tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "_CHUNK_BYTES", 1)
    run_as(f"echo $$ > {tmp_path}/pid; echo x; exec sleep 1000")
    with pytest.raises(KeyError), bootstrap.bootstrapped_tar(read_recipe(), tmp_path) as pieces:
        next(pieces)
        raise KeyError
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
