# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed
from ansible_collections.dockenv.python.plugins.module_utils._host import dnf_repository
from ansible_collections.dockenv.python.plugins.module_utils._host.apt_sources import Repository

from .test_openpgp import ED25519

PLACE = Repository("https://mirror.example.org", "9", "stable", "x86_64", key="")
# dnf 4 puts an empty line behind each.
LISTING = "docker-ce 3:28.5.1-1.el9\n\ndocker-ce 3:28.10.0-1.el9\n\ndocker-ce-cli 1:28.5.1-1.el9\n\nrunc 0:1.2-1.el9\n\n"
NAMES = ["docker-ce", "docker-ce-cli", "none", "runc"]
VERSIONS = {
    "docker-ce": ["3:28.10.0-1.el9", "3:28.5.1-1.el9"],
    "docker-ce-cli": ["1:28.5.1-1.el9"],
    "none": [],
    "runc": ["1.2-1.el9"],
}


class FakeDnf:
    """Answers as dnf does, and remembers its command and the files that it was led to."""

    def __init__(self, *answer) -> None:
        self.answer = answer
        self.command: list[str] = []
        self.files: dict[str, str] = {}

    def __call__(self, command):
        self.command = list(command)
        if self.folder:
            for name in os.listdir(self.folder):
                with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                    self.files[name] = file.read()
        return self.answer

    @property
    def folder(self) -> str:
        return next((word.partition("reposdir=")[2] for word in self.command if "reposdir=" in word), "")


def test_dnf_knows_the_repository_and_its_key_alone():
    run = FakeDnf(0, LISTING, "")
    with dnf_repository.open_dnf_repository(PLACE, ED25519.encode(), run) as dnf:
        assert dnf_repository.list_dnf_versions(dnf, NAMES) == VERSIONS
    assert f"gpgkey=file://{run.folder}/key.asc" in run.files["docker.repo"].splitlines()
    assert run.files["key.asc"] == ED25519
    assert f"--setopt=cachedir={run.folder}/cache" in run.command
    assert not os.path.exists(run.folder)


def test_repositories_of_the_host_are_asked_as_they_are():
    run = FakeDnf(0, LISTING, "")
    with dnf_repository.open_dnf_system(run) as dnf:
        assert dnf_repository.list_dnf_versions(dnf, NAMES) == VERSIONS
    assert not [word for word in run.command if word.startswith("--setopt")]


def test_words_of_dnf_are_passed_on_and_nothing_is_left():
    run = FakeDnf(1, "", "Error: Failed to download metadata for repo 'docker-ce'\n\n")
    with dnf_repository.open_dnf_repository(PLACE, ED25519.encode(), run) as dnf, pytest.raises(CommandFailed) as raised:
        dnf_repository.list_dnf_versions(dnf, NAMES)
    assert raised.value.message == (
        "dnf does not accept the repository https://mirror.example.org 9, nothing was changed: "
        "Failed to download metadata for repo 'docker-ce'"
    )
    assert not os.path.exists(run.folder)
