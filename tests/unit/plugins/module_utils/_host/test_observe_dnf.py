# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host import observe_dnf

from .test_openpgp import FINGERPRINTS, RSA

URL = "https://mirror.example.org/linux/centos"


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Return where dnf's files are, with none yet."""
    for name in ("repositories", "keys"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(observe_dnf, "REPOSITORY_FOLDER", str(tmp_path / "repositories"))
    monkeypatch.setattr(observe_dnf, "KEY_FOLDER", str(tmp_path / "keys"))
    return tmp_path


def test_dnf_is_looked_at_on_request_only(folders):
    assert observe_dnf.observe_dnf(()) is None
    assert observe_dnf.observe_dnf((URL,)) == {"architecture": os.uname().machine, "sources": [], "keyrings": {}, "shared": []}


def test_repositories_and_their_keys_are_found(folders):
    ours = f"[docker-ce]\nbaseurl={URL}/9/x86_64/stable\ngpgkey=file://{folders}/keys/docker\n"
    other = f"[other]\nbaseurl=https://example.org/9\ngpgkey=file://{folders}/keys/other\n"
    (folders / "repositories/docker-ce.repo").write_text(ours)
    (folders / "repositories/mixed.repo").write_text(other + ours)
    (folders / "repositories/docker-ce.repo.rpmsave").write_text(ours)
    (folders / "keys/docker").write_text(RSA)
    (folders / "keys/other").write_text(RSA)
    (folders / "keys/README").write_text("no key")
    found = observe_dnf.observe_dnf(("", URL))
    assert found["sources"] == [
        {"path": str(folders / "repositories/docker-ce.repo"), "lines": [1, 2, 3], "alone": True},
        {"path": str(folders / "repositories/mixed.repo"), "lines": [4, 5, 6], "alone": False},
    ]
    assert found["keyrings"] == {str(folders / "keys" / name): [FINGERPRINTS[RSA]] for name in ("docker", "other")}
    assert found["shared"] == [str(folders / "keys/other")]


def test_installed_packages_are_read():
    listing = "docker-ce\t3:28.5.2-1.el9\npackage moby-engine is not installed\ncontainerd.io\t1.7.29-1.el9\n"
    assert observe_dnf.parse_rpm_packages(listing) == {
        "packages": {"docker-ce": "3:28.5.2-1.el9", "containerd.io": "1.7.29-1.el9"},
        "held": [],
        "removed": [],
    }
