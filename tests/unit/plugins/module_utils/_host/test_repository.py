# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._host import repository
from ansible_collections.dockenv.python.plugins.module_utils._host.apt_sources import Repository

from .test_openpgp import ED25519, FINGERPRINTS, RSA

PLACE = Repository("https://mirror.example.org", "trixie", "stable", "amd64", key="")
MADISON = """\
 docker-ce | 5:26.1.5-1~debian | https://mirror.example.org trixie/stable amd64 Packages
 docker-ce | 5:26.2.0-1~debian | https://mirror.example.org trixie/stable amd64 Packages
docker-ce-cli | 5:26.1.5-1~debian | https://mirror.example.org trixie/stable amd64 Packages
 docker-ce | 5:27.0.0-1~debian | https://mirror.example.org trixie/stable Sources
"""


class FakeApt:
    """Answers as apt does, and remembers its commands and what they found in the folder."""

    def __init__(self, rc: int = 0, stderr: str = "") -> None:
        self.update = (rc, "", stderr)
        self.commands: list[list[str]] = []
        self.files: dict[str, str] = {}

    def __call__(self, command):
        self.commands.append(list(command))
        if command[0] == "apt-cache":
            return 0, MADISON, ""
        for folder, _folders, names in os.walk(os.path.dirname(self.lists)):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    self.files[name] = file.read()
        return self.update

    @property
    def lists(self) -> str:
        return next(word.partition("=")[2] for word in self.commands[-1] if word.startswith("Dir::State::Lists="))


def test_key_with_the_fingerprint_is_taken():
    repository.check_key(ED25519.encode(), FINGERPRINTS[ED25519].lower(), "https://mirror.example.org/gpg")


@pytest.mark.parametrize("key", [pytest.param(RSA, id="another key"), pytest.param(ED25519 + RSA, id="another key too")])
def test_key_with_another_fingerprint_is_refused(key):
    with pytest.raises(InvalidInput) as raised:
        repository.check_key(key.encode(), FINGERPRINTS[ED25519], "https://mirror.example.org/gpg")
    assert raised.value.message == (
        f"The key at https://mirror.example.org/gpg has the fingerprint {FINGERPRINTS[RSA]}, and {FINGERPRINTS[ED25519]} is trusted: "
        "apt was not given it. Trust the other fingerprint only if its owner announced it"
    )


def test_page_in_the_place_of_a_key_is_refused():
    with pytest.raises(InvalidInput, match=r"What is at http://x cannot be the repository's key: .*\. Name the key's address"):
        repository.check_key(b"<html>", FINGERPRINTS[ED25519], "http://x")


def test_apt_knows_the_repository_and_its_key_alone():
    run = FakeApt()
    with repository.open_repository(PLACE, ED25519.encode(), run) as apt:
        folder = os.path.dirname(run.lists)
        assert f"Signed-By: {folder}/key.asc" in run.files["repository.sources"]
        assert run.files["key.asc"] == ED25519
        assert repository.list_versions(apt, ["docker-ce", "docker-ce-cli", "none"]) == {
            "docker-ce": ["5:26.2.0-1~debian", "5:26.1.5-1~debian"],
            "docker-ce-cli": ["5:26.1.5-1~debian"],
            "none": [],
        }
    options = ["Dir::Etc::SourceList=/dev/null", f"Dir::Etc::SourceParts={folder}/parts", f"Dir::Cache={folder}/cache"]
    assert [option for command in run.commands for option in options if option not in command] == []
    assert not os.path.exists(folder)


def test_sources_of_the_host_are_asked_with_lists_apart():
    run = FakeApt()
    with repository.open_system(run) as apt:
        assert repository.list_versions(apt, ["docker-ce-cli"]) == {"docker-ce-cli": ["5:26.1.5-1~debian"]}
    assert not [word for command in run.commands for word in command if word.startswith("Dir::Etc")]
    assert not os.path.exists(run.lists)


def test_words_of_apt_are_passed_on_and_nothing_is_left():
    run = FakeApt(
        100, "W: GPG error: NO_PUBKEY 1\nE: The repository is not signed.\nE: The repository is not signed.\nN: See apt-secure(8)\n"
    )
    with pytest.raises(CommandFailed) as raised, repository.open_repository(PLACE, ED25519.encode(), run):
        pytest.fail("apt was used all the same")
    assert raised.value.message == (
        "apt does not accept the repository https://mirror.example.org trixie, nothing was changed: "
        "GPG error: NO_PUBKEY 1 The repository is not signed."
    )
    assert not os.path.exists(run.lists)
