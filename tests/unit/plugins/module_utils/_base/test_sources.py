# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base.sources import (
    Source,
    parse_deb822,
    parse_mirror,
    parse_one_line,
    select_distribution,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MAIN = ("main",)


def signed(uri, suite, *components):
    return Source(uri, suite, components or MAIN, (("signed-by", KEYRING),))


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        pytest.param("", (), id="empty"),
        pytest.param("# deb http://a/debian x main\n\n", (), id="comments"),
        pytest.param("deb http://a/debian x main", (Source("http://a/debian", "x", MAIN),), id="plain"),
        pytest.param(
            "  deb   http://a/debian\tx  main contrib  # why\n", (Source("http://a/debian", "x", ("main", "contrib")),), id="spaces"
        ),
        pytest.param("deb-src http://a/debian x main", (), id="source packages"),
        pytest.param("nonsense", (), id="nonsense"),
        pytest.param(f"deb [ arch=amd64 signed-by={KEYRING} ] http://a/debian x main", (signed("http://a/debian", "x"),), id="options"),
        pytest.param("deb [trusted=yes] file:/srv/x y main", (Source("file:/srv/x", "y", MAIN, (("trusted", "yes"),)),), id="trusted"),
        pytest.param("deb http://a/x ./", (Source("http://a/x", "./", ()),), id="no components"),
    ],
)
def test_reads_the_one_line_format(text, sources):
    assert parse_one_line(text) == sources


DEB822 = f"""\
# a comment
Types: deb deb-src
URIs: http://a/debian http://b/debian
Suites: x x-updates
Components: main contrib
# within a stanza
Signed-By: {KEYRING}

Types: deb
URIs: http://a/security
Suites: x-security
Components:
 main
 contrib

Enabled: no
Types: deb
URIs: http://a/off
Suites: x
Components: main

Types: deb-src
URIs: http://a/src
Suites: x
Components: main
 \t
types: deb
uris: http://a/key
suites: x
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQ
 -----END PGP PUBLIC KEY BLOCK-----
"""


def test_reads_the_deb822_format():
    both = ("main", "contrib")
    assert parse_deb822(DEB822) == (
        signed("http://a/debian", "x", *both),
        signed("http://a/debian", "x-updates", *both),
        signed("http://b/debian", "x", *both),
        signed("http://b/debian", "x-updates", *both),
        Source("http://a/security", "x-security", both),
        Source(
            "http://a/key",
            "x",
            MAIN,
            (("signed-by", "-----BEGIN PGP PUBLIC KEY BLOCK----- . mQ -----END PGP PUBLIC KEY BLOCK-----"),),
        ),
    )


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param(Source("http://a/debian", "x", ("main", "contrib")), "deb http://a/debian x main contrib", id="plain"),
        pytest.param(signed("http://a/debian", "x"), f"deb [signed-by={KEYRING}] http://a/debian x main", id="an option"),
        pytest.param(
            Source("http://a", "x", MAIN, (("signed-by", "/k"), ("trusted", "yes"))),
            "deb [signed-by=/k trusted=yes] http://a x main",
            id="options",
        ),
    ],
)
def test_writes_the_line_that_it_reads(source, line):
    assert str(source) == line
    assert parse_one_line(line) == (source,)


HOST = (
    signed("http://a/debian", "bookworm"),
    signed("http://a/debian", "bookworm-updates"),
    signed("http://a/security", "bookworm-security"),
    signed("http://a/debian", "bookworm-backports"),
)


@pytest.mark.parametrize(
    ("sources", "suite", "components", "lines"),
    [
        pytest.param(
            HOST, "bookworm", (), ["a/debian bookworm", "a/debian bookworm-updates", "a/security bookworm-security"], id="its own"
        ),
        pytest.param(
            HOST, "trixie", (), ["a/debian trixie", "a/debian trixie-updates", "a/security trixie-security"], id="another release"
        ),
        pytest.param(HOST, "sid", (), ["a/debian sid"], id="a release without updates"),
        pytest.param((*HOST, *HOST), "sid", (), ["a/debian sid"], id="each once"),
        pytest.param(
            [signed("http://a/debian", "stable"), signed("http://a/debian", "bookworm")], "trixie", (), ["a/debian trixie"], id="symbolic"
        ),
        pytest.param([signed("http://a/debian", "bookworm", "main", "contrib")], "trixie", ("main",), ["a/debian trixie"], id="components"),
        pytest.param([Source("http://b/linux", "bookworm", ("stable",))], "bookworm", (), [], id="another's archive without main"),
        pytest.param(
            [Source("http://b", "bookworm", MAIN, (("signed-by", "/usr/share/keyrings/b.gpg"),))],
            "bookworm",
            (),
            [],
            id="another's archive by its key",
        ),
        pytest.param([Source("cdrom:[Debian]/", "bookworm", MAIN)], "bookworm", (), [], id="a disc"),
        pytest.param([signed("http://a/x", "bookworm-pgdg")], "bookworm", (), [], id="another's suite"),
    ],
)
def test_picks_the_distribution_s_sources(sources, suite, components, lines):
    found = select_distribution(sources, "debian", "bookworm", suite, components)
    assert [str(source) for source in found] == [f"deb [signed-by={KEYRING}] http://{line} main" for line in lines]


def test_sources_without_a_key_are_signed_by_what_apt_trusts():
    source = Source("http://a/ubuntu", "noble", ("main", "universe"))
    assert select_distribution([source], "ubuntu", "noble", "noble") == (source,)


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        pytest.param("http://a/debian", "deb http://a/debian trixie main contrib", id="http"),
        pytest.param("https://a.example:8080/debian/", "deb https://a.example:8080/debian/ trixie main contrib", id="https"),
        pytest.param("file:///srv/debian", "deb file:///srv/debian trixie main contrib", id="file"),
        pytest.param("copy:/srv/debian", "deb copy:/srv/debian trixie main contrib", id="copy"),
        pytest.param("deb http://a/debian sid main", "deb http://a/debian sid main", id="a line"),
        pytest.param(
            f"deb [arch=amd64 signed-by={KEYRING}] http://a/d x-security non-free-firmware",
            f"deb [signed-by={KEYRING}] http://a/d x-security non-free-firmware",
            id="a line with options",
        ),
    ],
)
def test_reads_a_mirror(entry, line):
    assert str(parse_mirror(entry, "mirror[0]", "trixie", ("main", "contrib"))) == line


NO_URL = (
    "is no URL of a package archive; give one that starts with http://, https://, file:/ or copy:/, or a whole line as in sources.list(5)"
)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param("", f"mirror[1]: '' {NO_URL}", id="empty"),
        pytest.param("deb.example", f"mirror[1]: 'deb.example' {NO_URL}", id="no scheme"),
        pytest.param("ftp://a/debian", f"mirror[1]: 'ftp://a/debian' {NO_URL}", id="a scheme"),
        pytest.param("deb-src http://a x main", f"mirror[1]: 'deb-src http://a x main' {NO_URL}", id="source packages"),
        pytest.param("http://a/x y", f"mirror[1]: 'http://a/x y' {NO_URL}", id="a space"),
        pytest.param("http://a/x\ndeb http://b x main", f"mirror[1]: 'http://a/x\\ndeb http://b x main' {NO_URL}", id="two lines"),
        pytest.param("http://a/$(id)", f"mirror[1]: 'http://a/$(id)' {NO_URL}", id="a shell's word"),
        pytest.param("--setup-hook=id", f"mirror[1]: '--setup-hook=id' {NO_URL}", id="an option"),
        pytest.param(
            "https://me:secret@a/debian",
            "mirror[1]: the URL holds a user name or a password, which would stay in the image; remove it",
            id="a password is not shown",
        ),
        pytest.param(
            "ftp://me:secret@a/debian",
            "mirror[1]: the URL holds a user name or a password, which would stay in the image; remove it",
            id="nor with another scheme",
        ),
        pytest.param(
            "deb http://a X main", "mirror[1]: 'X' is not the name of a release; give one such as 'trixie' or 'stable'", id="a suite"
        ),
        pytest.param("deb http://a x Main", "mirror[1]: 'Main' is no component of an archive; give one such as 'main'", id="a component"),
        pytest.param(
            "deb [signed-by=/a;b] http://a x main", "mirror[1]: '/a;b' is no value for the option signed-by", id="an option's value"
        ),
    ],
)
def test_refuses_a_mirror(entry, message):
    with pytest.raises(InvalidInput) as caught:
        parse_mirror(entry, "mirror[1]", "trixie", MAIN)
    assert caught.value.message == message


PIECES = st.sampled_from(
    [
        *("deb", "deb-src", " ", "\n", "\t", "[", "]", "signed-by=", "trusted=yes", "/k.gpg", "http://a", "ftp://", "trixie", "main", "#"),
        *("Types:", "URIs:", "Suites:", "Components:", "Signed-By:", "Enabled: no"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)


@given(TEXTS)
def test_whatever_is_written_is_read_or_refused(text):
    parse_one_line(text)
    parse_deb822(text)
    with contextlib.suppress(InvalidInput):
        parse_mirror(text, "mirror[0]", "trixie", MAIN)
