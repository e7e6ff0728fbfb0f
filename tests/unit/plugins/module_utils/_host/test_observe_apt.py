# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import observe_apt
from ansible_collections.dockenv.python.plugins.module_utils._host.apt_sources import MARK

from .test_openpgp import FINGERPRINTS, RSA

URL = "https://mirror.example.org/linux/debian"


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """Return the folder of apt's files, where nothing is yet."""
    for name in ("sources", "keyrings", "trusted"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(observe_apt, "SOURCE_FILE", str(tmp_path / "sources.list"))
    monkeypatch.setattr(observe_apt, "SOURCE_FOLDER", str(tmp_path / "sources"))
    monkeypatch.setattr(observe_apt, "KEYRING_FOLDERS", (str(tmp_path / "keyrings"), str(tmp_path / "trusted")))
    return tmp_path


def test_apt_is_looked_at_on_request_only(apt):
    assert observe_apt.observe_apt((), "") is None
    assert observe_apt.observe_apt((URL,), "amd64\n") == {"architecture": "amd64", "sources": [], "keyrings": {}, "shared": []}


def test_sources_and_keys_of_a_repository_are_found(apt):
    other = "deb [signed-by={folder}/keyrings/shared.asc] http://deb.example.org/debian trixie main\n"
    (apt / "sources.list").write_text(other.format(folder=apt) + f"deb {URL} trixie stable\n")
    (apt / "sources/docker.sources").write_text(f"URIs: {URL}/\nSigned-By: {apt}/docker.asc\n")
    (apt / "sources/mixed.sources").write_text(f"URIs: {URL}/ http://deb.example.org\n")
    (apt / "sources/docker.list.save").write_text(f"deb {URL} trixie stable\n")
    for path in ("docker.asc", "keyrings/shared.asc", "trusted/old.asc"):
        (apt / path).write_text(RSA)
    (apt / "keyrings/README").write_text("no key")
    assert observe_apt.observe_apt((URL,), "amd64")["sources"] == [
        {"path": str(apt / "sources.list"), "lines": [2], "alone": False, "mixed": False},
        {"path": str(apt / "sources/docker.sources"), "lines": [1, 2], "alone": True, "mixed": False},
        {"path": str(apt / "sources/mixed.sources"), "lines": [1], "alone": True, "mixed": True},
    ]
    observed = observe_apt.observe_apt((URL,), "amd64")
    keys = [str(apt / path) for path in ("docker.asc", "keyrings/shared.asc", "trusted/old.asc")]
    assert observed["keyrings"] == {key: [FINGERPRINTS[RSA]] for key in keys}
    assert observed["shared"] == [keys[1]]


def test_sources_that_name_a_key_are_found(apt):
    key = apt / "keyrings/docker.asc"
    key.write_text(RSA)
    (apt / "sources/theirs.list").write_text(f"deb [signed-by={key}] https://other.example.org/ trixie main\n")
    (apt / "sources/docker.sources").write_text(f"URIs: {URL}/\nSigned-By: {key}\n")
    (apt / "sources/another.sources").write_text(f"URIs: {URL}/\nSigned-By: {key}.old\n")
    assert observe_apt.observe_file(str(key))["named_by"] == [str(apt / f"sources/{name}") for name in ("docker.sources", "theirs.list")]


def test_file_of_the_role_is_known_by_its_mark(apt, tmp_path):
    (tmp_path / "ours").write_text(f"{MARK}\nTypes: deb\n")
    (tmp_path / "theirs").write_text("Types: deb\n")
    assert observe_apt.observe_file(str(tmp_path / "ours"))["ours"] is True
    assert observe_apt.observe_file(str(tmp_path / "theirs")) == {
        "digest": hashlib.sha256(b"Types: deb\n").hexdigest(),
        "ours": False,
        "named_by": [],
    }
    assert observe_apt.observe_file(str(tmp_path / "none")) is None
