# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtualenv, docker-python and docker-compose."""

from __future__ import annotations

import pytest

VIRTUALENV = "/usr/local/lib/docker/virtualenv"
DOCKER_PYTHON = "/usr/local/bin/docker-python"
DOCKER_COMPOSE = "/usr/local/bin/docker-compose"
PROGRAM = "import sys, docker; docker.from_env().ping(); print(sys.prefix)"


def test_python_of_the_host_is_untouched(host):  # D1
    assert host.run("find /usr/local/lib/python3* -mindepth 2").stdout == ""
    distributions = host.check_output("find /usr/lib/python3/dist-packages -maxdepth 1 -name '*-info'").split()
    assert [path for path in distributions if host.run("dpkg --search %s", path).rc != 0] == []


@pytest.mark.parametrize(
    ("distribution", "lowest"),
    [("docker", "7.1.0"), ("requests", "2.32.2"), ("PyYAML", "0"), ("jsondiff", "0"), ("packaging", "0")],
)
def test_default_packages_are_installed(host, distribution, lowest):  # D2, D3
    # packaging is one of the packages, so that the virtualenv compares the versions itself.
    program = (
        "import sys; from importlib.metadata import version; from packaging.version import Version as V; "
        "sys.exit(V(version(sys.argv[1])) < V(sys.argv[2]))"
    )
    assert host.run(f"{VIRTUALENV}/bin/python3 -c '{program}' {distribution} {lowest}").rc == 0


def test_packages_fit_together(host):
    assert host.run(f"{VIRTUALENV}/bin/python3 -m pip check").rc == 0


def test_docker_python_is_the_python_of_the_virtualenv(host):  # D7
    assert host.file(DOCKER_PYTHON).is_symlink
    assert host.check_output(f"{DOCKER_PYTHON} -c '{PROGRAM}'") == VIRTUALENV


def test_docker_python_reads_a_program_from_its_input(host):  # D7
    assert host.check_output(f"echo '{PROGRAM}' | {DOCKER_PYTHON} -") == VIRTUALENV


@pytest.mark.parametrize("shebang", [f"#!{DOCKER_PYTHON}", "#!/usr/bin/env docker-python"])
def test_docker_python_serves_in_a_shebang(run_script, shebang):  # D8
    assert run_script(f"{shebang}\n{PROGRAM}\n") == VIRTUALENV


def test_docker_python_passes_arguments_and_status_on(host):  # D7
    asked = host.run(f"{DOCKER_PYTHON} -c 'import sys; print(sys.argv[1:]); sys.exit(7)' 'a b' '$c'")
    assert (asked.rc, asked.stdout) == (7, "['a b', '$c']\n")


def test_root_enters_the_virtualenv(host):  # D11
    entered = host.check_output(f"cd {VIRTUALENV} && . bin/activate && pip --version && python -c '{PROGRAM}'")
    first, last = entered.splitlines()
    assert VIRTUALENV in first
    assert last == VIRTUALENV


def test_every_user_runs_docker_python(host):
    assert host.run(f"su --login bob --command '{DOCKER_PYTHON} -c \"import docker\"'").rc == 0


def test_docker_compose_is_the_release_own(host, release):  # D6
    targets = {"bookworm": "/usr/bin/docker-compose", "trixie": "/usr/libexec/docker/cli-plugins/docker-compose"}
    assert host.file(DOCKER_COMPOSE).linked_to == targets[release]
    assert host.run(f"{DOCKER_COMPOSE} version").rc == 0
