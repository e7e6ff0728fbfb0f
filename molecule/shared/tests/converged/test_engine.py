# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine, its configuration, its clients and its users."""

from __future__ import annotations

import json


def test_engine_stores_on_overlays(host):
    assert host.check_output("docker info --format '{{.Driver}}'") == "overlay2"


def test_engine_runs_with_the_default_options(host):
    asked = json.loads(host.check_output("docker info --format '{{json .}}'"))
    assert asked["LiveRestoreEnabled"] is True
    options = json.loads(host.file("/etc/docker/daemon.json").content_string)
    assert options["live-restore"] is True
    assert options["log-driver"] == asked["LoggingDriver"]


def test_logs_are_bounded(host):
    options = json.loads(host.file("/etc/docker/daemon.json").content_string)
    assert options["log-driver"] == "local" or {"max-size", "max-file"} <= options["log-opts"].keys()


def test_client_compose_and_buildx_are_those_of_the_release(host, release):
    wanted = {"docker.io", "docker-compose"}
    if release != "bookworm":
        wanted |= {"docker-cli", "docker-buildx"}
    assert {name for name in wanted if host.package(name).is_installed} == wanted


def test_recommended_packages_and_compilers_are_not_installed(host):  # D12
    unwanted = ["apparmor", "cgroupfs-mount", "gcc", "git", "needrestart", "python3-dev"]
    assert [name for name in unwanted if host.package(name).is_installed] == []


def test_named_users_use_the_engine_and_others_do_not(host):  # D13
    assert "docker" in host.user("alice").groups
    assert host.run("su --login alice --command 'docker version'").rc == 0
    assert "docker" not in host.user("bob").groups
    assert host.run("su --login bob --command 'docker version'").rc != 0
