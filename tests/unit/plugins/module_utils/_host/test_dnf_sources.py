# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fnmatch

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host.apt_sources import Entry, Repository
from ansible_collections.dockenv.python.plugins.module_utils._host.dnf_sources import is_below, read_repositories, render_repository
from ansible_collections.dockenv.python.plugins.module_utils._host.versions import matches_version

PLACE = Repository("https://mirror.example.org/linux/centos/", "9", "stable", "x86_64", "/etc/pki/rpm-gpg/docker")
# As upstream's own file has them, whose address dnf completes
THEIRS = """\
[docker-ce-stable]
name=Docker CE Stable - $basearch
baseurl=https://mirror.example.org/linux/centos/$releasever/$basearch/stable
gpgkey=https://mirror.example.org/linux/centos/gpg

# Not yet
[docker-ce-test]
baseurl = https://mirror.example.org/linux/centos/$releasever/$basearch/test
enabled = 0
gpgkey = file:///etc/pki/rpm-gpg/one,
  file:///etc/pki/rpm-gpg/two
"""


def test_repository_is_written_with_its_key():
    assert render_repository(PLACE) == (
        "# Made by the role dockenv.python.docker_server, which writes it again.\n"
        "[docker-ce]\n"
        "name=Docker\n"
        "baseurl=https://mirror.example.org/linux/centos/9/x86_64/stable\n"
        "enabled=1\n"
        "gpgcheck=1\n"
        "gpgkey=file:///etc/pki/rpm-gpg/docker\n"
    )


def read_list(text, name):
    return next((line.partition("=")[2].split(",") for line in text.splitlines() if line.startswith(f"{name}=")), [])


def test_dnf_sees_all_packages_where_no_version_is_asked_for():
    assert read_list(render_repository(PLACE, {"docker-ce": "", "containerd.io": ""}), "includepkgs") == []


@pytest.mark.parametrize("wanted", ["28", "28.5", "28.5.2", "28.5.2-1", "28.5.2-1.el9", "29.0.0"])
def test_dnf_sees_the_versions_that_match(wanted):
    globs = read_list(render_repository(PLACE, {"docker-ce": wanted, "containerd.io": ""}), "includepkgs")
    for version in ("28.5.2-1.el9", "28.5.20-1.el9", "28.50.0-1.el9", "2.85.0-1.el9", "29.0.0~rc.1-1.el9"):
        seen = any(fnmatch.fnmatchcase(f"docker-ce-{version}", glob) for glob in globs)
        assert seen is matches_version(version, wanted), version
    assert "containerd.io" in globs


def test_dnf_does_not_see_what_is_held():
    assert read_list(render_repository(PLACE, {}, ("docker-ce", "containerd.io")), "excludepkgs") == ["docker-ce", "containerd.io"]


def test_repositories_of_a_file_are_read_with_their_lines():
    base = "https://mirror.example.org/linux/centos/$releasever/$basearch"
    assert read_repositories(THEIRS) == [
        Entry((1, 2, 3, 4, 5, 6), (f"{base}/stable",), ()),
        Entry((7, 8, 9, 10, 11), (f"{base}/test",), ("/etc/pki/rpm-gpg/one", "/etc/pki/rpm-gpg/two")),
    ]


def test_what_the_role_writes_it_reads_again():
    (entry,) = read_repositories(render_repository(PLACE))
    assert (entry.keys, is_below(entry, [PLACE.url])) == ((PLACE.key,), True)


@pytest.mark.parametrize(
    ("urls", "below"),
    [
        pytest.param(["https://mirror.example.org/linux/centos"], True, id="a folder of it"),
        pytest.param(["http://MIRROR.example.org/linux/centos/"], True, id="written in another way"),
        pytest.param(["https://mirror.example.org/linux/cent"], False, id="the beginning of a name"),
        pytest.param(["https://mirror.example.org/linux/fedora", ""], False, id="another one, and none"),
    ],
)
def test_repository_is_known_by_the_address_that_it_is_below(urls, below):
    assert is_below(read_repositories(THEIRS)[0], urls) is below
