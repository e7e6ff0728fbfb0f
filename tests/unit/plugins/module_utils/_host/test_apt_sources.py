# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host.apt_sources import (
    MARK,
    Repository,
    is_at,
    is_mixed,
    normalize_url,
    read_entries,
    render_preferences,
    render_source,
)

URL = "https://download.docker.com/linux/debian"
REPOSITORY = Repository(URL, "trixie", "stable", "amd64", "/etc/apt/keyrings/docker.asc")
LIST = f"""\
# deb {URL} buster stable
deb http://deb.example.org/debian trixie main
deb [arch=amd64 signed-by=/usr/share/keyrings/docker.gpg] {URL} trixie stable

deb-src [ Signed-By=/a.gpg,/b.gpg ] {URL}/ trixie stable
"""
SOURCES = f"""\
# A comment
Types: deb
URIs: http://deb.example.org/debian
Suites: trixie

Types: deb
URIs:
 {URL}/
 http://mirror.example.org
Signed-By: /etc/apt/keyrings/docker.gpg
"""


def test_source_is_rendered():
    assert render_source(REPOSITORY).splitlines() == [
        MARK,
        "Types: deb",
        f"URIs: {URL}",
        "Suites: trixie",
        "Components: stable",
        "Architectures: amd64",
        "Signed-By: /etc/apt/keyrings/docker.asc",
    ]


def test_source_is_read_as_it_was_rendered():
    (entry,) = read_entries(render_source(REPOSITORY), deb822=True)
    assert (entry.uris, entry.keys) == ((URL,), (REPOSITORY.key,))
    assert is_at(entry, [URL])


@pytest.mark.parametrize(("allow_downgrade", "priority"), [(False, 990), (True, 1001)])
def test_preferences_are_rendered(allow_downgrade, priority):
    text = render_preferences({"26.1": ["docker-ce", "docker-ce-cli"], "2.27": ["docker-compose-plugin"]}, allow_downgrade)
    assert text.split("\n\n") == [
        MARK,
        f"Package: docker-ce docker-ce-cli\nPin: version /^([0-9]+:)?26\\.1([-.+~]|$)/\nPin-Priority: {priority}",
        f"Package: docker-compose-plugin\nPin: version /^([0-9]+:)?2\\.27([-.+~]|$)/\nPin-Priority: {priority}\n",
    ]


def test_no_preferences_are_no_text():
    assert render_preferences({}, allow_downgrade=True) == ""


@pytest.mark.parametrize(
    ("text", "deb822", "lines", "keys"),
    [
        pytest.param(LIST, False, [(3,), (5,)], [("/usr/share/keyrings/docker.gpg",), ("/a.gpg", "/b.gpg")], id="one line each"),
        pytest.param(SOURCES, True, [(6, 7, 8, 9, 10)], [("/etc/apt/keyrings/docker.gpg",)], id="deb822"),
    ],
)
def test_entries_at_a_url_are_found_with_their_lines(text, deb822, lines, keys):
    entries = read_entries(text, deb822)
    found = [entry for entry in entries if is_at(entry, [URL])]
    assert ([entry.lines for entry in found], [entry.keys for entry in found]) == (lines, keys)
    assert len(entries) == len(found) + 1


@pytest.mark.parametrize("text", ["deb file:/ ./\n", "deb cdrom:// trixie main\n"])
def test_no_url_is_none_that_is_asked_for(text):
    assert not is_at(read_entries(text, deb822=False)[0], ["", URL])


@pytest.mark.parametrize(
    ("uris", "mixed"),
    [(URL, False), (f"{URL} {URL}/", False), (f"{URL} http://mirror.example.org", True), ("http://mirror.example.org", False)],
)
def test_stanza_with_another_url_too_is_mixed(uris, mixed):
    assert is_mixed(read_entries(f"URIs: {uris}\n", deb822=True)[0], [URL]) is mixed


def test_key_inside_a_stanza_is_no_path():
    text = f"URIs: {URL}\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEabc/def\n"
    assert read_entries(text, deb822=True)[0].keys == ()


@pytest.mark.parametrize("url", [f"{URL}/", URL.replace("https", "http"), URL.replace("//", "//user:secret@"), URL.upper(), f" {URL}"])
def test_url_of_the_same_repository_is_the_same(url):
    assert normalize_url(url) == "download.docker.com/linux/debian"
