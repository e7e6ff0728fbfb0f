# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._requirements import marker_environment, parse_requirement
from ansible_collections.dockenv.python.plugins.module_utils._venv.satisfy import (
    Distribution,
    Installed,
    Origin,
    Problem,
    Receipt,
    judge,
    origin_of,
    read_origin,
)
from ansible_collections.dockenv.python.tests.unit.odd_values import VALUES
from hypothesis import given
from hypothesis import strategies as st

PYTHON_3_11 = marker_environment({"python_version": "3.11", "python_full_version": "3.11.2"})
HASH = "sha256:" + "a" * 64
APP = Origin("file:///srv/app", is_editable=True)


def distribution(name, version, *requires, origin=None):
    return Distribution(name, name.lower().replace("_", "-"), version, requires, origin)


def installed(*distributions, receipts=None, digests=None):
    return Installed({found.canonical: found for found in distributions}, PYTHON_3_11, receipts or {}, digests or {})


def requirements(*texts, hashes=()):
    return tuple(replace(parse_requirement(text, f"packages[{index}]"), hashes=hashes) for index, text in enumerate(texts))


def problems(texts, state, constraints=(), hashes=()):
    limits = tuple(replace(parse_requirement(text, "/c.txt, line 1")) for text in constraints)
    return judge(requirements(*texts, hashes=hashes), limits, state).problems


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        pytest.param([], installed(), id="nothing asked"),
        pytest.param(["Foo.Bar>=1"], installed(distribution("foo-bar", "1.0")), id="names are normalized"),
        pytest.param(["a>=1"], installed(distribution("a", "2.0rc1")), id="a pre-release that is installed"),
        pytest.param(["a==1.0"], installed(distribution("a", "1.0+local")), id="a local version"),
        pytest.param(["b; python_version < '3.11'"], installed(), id="a marker that does not hold"),
        pytest.param(["a"], installed(distribution("a", "1", "b; python_version < '3'")), id="a dependency whose marker does not hold"),
        pytest.param(["a"], installed(distribution("a", "1", "b; extra == 'more'")), id="an extra that nobody asked for"),
        pytest.param(["a"], installed(distribution("a", "1", "b"), distribution("b", "1", "a")), id="a cycle"),
        pytest.param(["a"], installed(distribution("a", "1", "b (>=1.*)")), id="metadata that nobody can read"),
        pytest.param(
            ["a[all]"],
            installed(distribution("a", "1", "a[x]; extra == 'all'", "b; extra == 'x'"), distribution("b", "1")),
            id="an extra of extras",
        ),
        pytest.param(
            ["a"], installed(distribution("a", "1"), distribution("other", "1", "gone")), id="what nobody asked for may be broken"
        ),
    ],
)
def test_is_satisfied(texts, state):
    assert problems(texts, state) == ()


@pytest.mark.parametrize(
    ("texts", "state", "expected"),
    [
        pytest.param(["a>=1"], installed(), Problem("'a>=1' (packages[0]) is not installed"), id="missing"),
        pytest.param(
            ["a>=2"],
            installed(distribution("A", "1.0")),
            Problem("A 1.0 is installed, which is not 'a>=2' (packages[0])", "a"),
            id="another version",
        ),
        pytest.param(
            ["a>=2"],
            installed(distribution("a", "nonsense")),
            Problem("a nonsense is installed, which is not 'a>=2' (packages[0])", "a"),
            id="a version that nobody can read",
        ),
        pytest.param(
            ["a"], installed(distribution("a", "1", "b>=1")), Problem("'b>=1', which a needs, is not installed"), id="a missing dependency"
        ),
        pytest.param(
            ["a"],
            installed(distribution("a", "1", "b"), distribution("b", "1", "c<2"), distribution("c", "2")),
            Problem("c 2 is installed, but b needs 'c<2'", "c"),
            id="a dependency of a dependency",
        ),
        pytest.param(
            ["a[more]"],
            installed(distribution("a", "1", "b; extra == 'more'")),
            Problem("'b ; extra == \"more\"', which a needs, is not installed"),
            id="an extra",
        ),
        pytest.param(
            ["a"],
            installed(distribution("a", "1", "b[x]"), distribution("b", "1", "c; extra == 'x'")),
            Problem("'c ; extra == \"x\"', which b needs, is not installed"),
            id="an extra of a dependency",
        ),
        pytest.param(
            ["a @ https://h/a.zip"],
            installed(distribution("a", "1")),
            Problem("a 1 was not installed from 'a @ https://h/a.zip' (packages[0])", "a", True),
            id="a URL, installed from an index",
        ),
        pytest.param(
            ["https://user:geheim@h/x.zip"],
            installed(),
            Problem("'https://****@h/x.zip' (packages[0]) is not installed"),
            id="no credentials",
        ),
    ],
)
def test_says_what_is_wrong(texts, state, expected):
    assert problems(texts, state) == (expected,)


class TestProjectsOnTheDisk:
    ENTRY = ("-e /srv/app",)

    def state(self, origin=APP, receipt=None):
        receipts = {"app": receipt} if receipt else {}
        return installed(distribution("app", "1", origin=origin), receipts=receipts, digests={"file:///srv/app": "now"})

    def test_unchanged_since_is_fine(self):
        assert problems(self.ENTRY, self.state(receipt=Receipt("1", (), "now"))) == ()

    @pytest.mark.parametrize(
        "receipt", [None, Receipt("1", (), "then"), Receipt("0.9", (), "now")], ids=["unknown", "changed", "another version"]
    )
    def test_changed_since_or_unknown_is_installed_again(self, receipt):
        expected = Problem("the project behind '-e /srv/app' (packages[0]) changed since it was installed", "app", True)
        assert problems(self.ENTRY, self.state(receipt=receipt)) == (expected,)

    def test_a_copy_is_not_in_place(self):
        expected = Problem("app 1 was not installed from '-e /srv/app' (packages[0])", "app", True)
        assert problems(self.ENTRY, self.state(Origin("file:///srv/app"), Receipt("1", (), "now"))) == (expected,)

    def test_another_folder_is_not_it(self):
        assert problems(self.ENTRY, self.state(Origin("file:///srv/other", is_editable=True))) == (
            Problem("'-e /srv/app' (packages[0]) is not installed"),
        )


class TestHashes:
    def test_installed_with_them_is_fine(self):
        state = installed(distribution("a", "1"), receipts={"a": Receipt("1", (HASH,))})
        assert problems(["a==1"], state, hashes=(HASH,)) == ()

    @pytest.mark.parametrize(
        "receipts",
        [{}, {"a": Receipt("1", ("sha256:" + "b" * 64,))}, {"a": Receipt("2", (HASH,))}],
        ids=["unknown", "with others", "another version"],
    )
    def test_otherwise_it_is_installed_again(self, receipts):
        state = installed(distribution("a", "1"), receipts=receipts)
        expected = Problem("a 1 was not installed with the hashes of 'a==1' (packages[0])", "a", True)
        assert problems(["a==1"], state, hashes=(HASH,)) == (expected,)


class TestConstraints:
    STATE = installed(distribution("a", "1", "b"), distribution("b", "2"), distribution("other", "2"))

    def test_hold_for_dependencies(self):
        expected = Problem("b 2 is installed, which the constraint 'b<2' (/c.txt, line 1) forbids", "b")
        assert problems(["a"], self.STATE, ["b<2"]) == (expected,)

    @pytest.mark.parametrize(
        "constraint", ["b<3", "other<2", "absent==1", "b<2; python_version < '3'"], ids=["kept", "nobody needs it", "absent", "marker"]
    )
    def test_say_nothing_of_the_rest(self, constraint):
        assert problems(["a"], self.STATE, [constraint]) == ()


def test_knows_what_is_needed_and_what_was_asked_for():
    judgement = judge(requirements("a", "x"), (), installed(distribution("a", "1", "b"), distribution("b", "1"), distribution("c", "1")))
    assert judgement.needed == {"a": "packages[0]", "b": "a"}
    assert judgement.requested == frozenset({"a"})


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        pytest.param(
            "x @ https://user:pw@h/x.zip#sha256=ab", {"url": "https://h/x.zip", "archive_info": {"hash": "sha256=ab"}}, id="archive"
        ),
        pytest.param(
            "x @ git+https://h/x.git@v1#subdirectory=lib",
            {
                "url": "https://h/x.git",
                "subdirectory": "lib",
                "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "c0ffee"},
            },
            id="repository",
        ),
        pytest.param(
            "x @ git+ssh://git@h/x.git",
            {"url": "ssh://git@h/x.git", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            id="repository, any revision",
        ),
        pytest.param("-e /srv/my app", {"url": "file:///srv/my%20app", "dir_info": {"editable": True}}, id="in place"),
        pytest.param("/srv/app", {"url": "file:///srv/app", "dir_info": {}}, id="a copy"),
    ],
)
def test_a_requirement_equals_what_pip_records_of_it(text, recorded):
    assert origin_of(parse_requirement(text, "packages[0]")) == read_origin(recorded)


@pytest.mark.parametrize("recorded", [{}, {"url": "https://h", "vcs_info": []}], ids=["empty", "nonsense"])
def test_a_record_that_says_nothing_is_none(recorded):
    assert read_origin(recorded) is None


# What packages write into their metadata, in any order
PIECES = st.sampled_from(
    [
        *(
            "b",
            "c==1",
            ">=2.*",
            "===x",
            "[extra]",
            " ; ",
            "extra == 'x'",
            "'x' in extras",
            "python_version < '3'",
            "platform_release > '5'",
        ),
        *("and", "or", "(", ")", " ", " @ https://h/b.zip", "https://[bad", "1.0rc1", "newest", "'", ","),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=6).map("".join)


@given(st.lists(TEXTS, max_size=3), TEXTS, TEXTS)
def test_whatever_metadata_says_is_judged(requires, version, other):
    state = installed(distribution("a", version, *requires), distribution("b", other, *requires))
    problems(["a[x]>1", "b"], state, constraints=["b<2"])


@given(st.dictionaries(st.sampled_from(["url", "vcs_info", "dir_info", "subdirectory"]), VALUES | st.just("https://[bad/")) | VALUES)
def test_whatever_an_installer_noted_is_read_or_passed_over(data):
    assert read_origin(data) is None or isinstance(read_origin(data), Origin)
