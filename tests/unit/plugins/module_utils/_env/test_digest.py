# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.digest import (
    RECORD_PREFIX,
    BuildInput,
    ContextEntry,
    compare,
    compute_digest,
    digest_labels,
    read_labels,
    short_hash,
)
from hypothesis import given
from hypothesis import strategies as st

FILE = ContextEntry("a/b", "file", "0" * 64)
INPUT = BuildInput("FROM x\n", (FILE, ContextEntry("l", "link", "a/b")), (("A", "1"), ("B", "2")), base="sha256:1")
DIGEST = compute_digest(INPUT)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_of_many_files_it_is_that_of_one_list(count):
    files = tuple(ContextEntry(f"{number:04}", "file", "0" * 64) for number in range(count))
    expected = short_hash([[file.path, "file", False, file.content] for file in files])
    assert compute_digest(replace(INPUT, context=files)).parts["context"] == expected


def test_memory_hardly_grows_with_the_files():
    build = replace(INPUT, context=tuple(ContextEntry(f"{number:05}", "file", "0" * 64) for number in range(10_000)))
    tracemalloc.start()
    compute_digest(build)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        pytest.param(replace(INPUT, dockerfile="FROM y\n"), ("dockerfile_changed",), id="the Dockerfile"),
        pytest.param(replace(INPUT, context=(replace(FILE, content="1" * 64), INPUT.context[1])), ("context_changed",), id="content"),
        pytest.param(replace(INPUT, context=(replace(FILE, is_executable=True), INPUT.context[1])), ("context_changed",), id="execution"),
        pytest.param(replace(INPUT, context=(replace(FILE, path="a/c"), INPUT.context[1])), ("context_changed",), id="a name"),
        pytest.param(replace(INPUT, context=(FILE, ContextEntry("l", "link", "c"))), ("context_changed",), id="the target of a link"),
        pytest.param(replace(INPUT, context=(FILE, ContextEntry("l", "file", "a/b"))), ("context_changed",), id="a file for a link"),
        pytest.param(replace(INPUT, context=(FILE,)), ("context_changed",), id="a file less"),
        pytest.param(replace(INPUT, args=(("A", "1"),)), ("args_changed",), id="a build argument"),
        pytest.param(replace(INPUT, target="x"), ("target_changed",), id="the stage"),
        pytest.param(replace(INPUT, platforms=("linux/arm64",)), ("platforms_changed",), id="the platform"),
        pytest.param(replace(INPUT, secrets=(("netrc", "2"),)), ("secrets_changed",), id="the version of a secret"),
        pytest.param(replace(INPUT, base="sha256:2"), ("base_updated",), id="the base image"),
        pytest.param(replace(INPUT, base=None), (), id="a base that is not known"),
        pytest.param(replace(INPUT, args=INPUT.args[::-1], context=INPUT.context[::-1]), (), id="the order does not count"),
        pytest.param(replace(INPUT, dockerfile=f"FROM x\n{RECORD_PREFIX}{{}}\n"), (), id="the record builds nothing"),
        pytest.param(
            replace(INPUT, target="x", args=(), base="sha256:2"),
            ("args_changed", "target_changed", "base_updated"),
            id="several, in a fixed order",
        ),
    ],
)
def test_reasons(changed, reasons):
    new = compute_digest(changed)
    assert compare(DIGEST, new) == reasons
    assert (new.value == DIGEST.value) is (not reasons or reasons == ("base_updated",))


def test_an_older_generator_is_one_reason():
    old = replace(DIGEST, parts={"schema": "0"})
    assert compare(old, DIGEST) == ("generator_changed",)


def test_the_digest_is_the_same_everywhere():
    """A change here builds every image of every user again; then SCHEMA must be raised too."""
    assert DIGEST.value == "sha256:a7210823bcf6b1d2c34defd498d844074dbc1dede6fc08b312e88d6460be75a6"


def test_labels_come_back():
    labels = digest_labels(DIGEST, "science")
    assert read_labels(labels) == DIGEST
    assert labels["dockenv.python.environment"] == "science"
    assert all(isinstance(value, str) for value in labels.values())
    assert read_labels(digest_labels(replace(DIGEST, base=None), "science")).base is None


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({}, id="none"),
        pytest.param({**digest_labels(DIGEST, "x"), "dockenv.python.digest": "sha256:1"}, id="another digest"),
        pytest.param({**digest_labels(DIGEST, "x"), "dockenv.python.parts": "{}"}, id="other parts"),
        pytest.param({**digest_labels(DIGEST, "x"), "dockenv.python.parts": "{"}, id="no JSON"),
        pytest.param({**digest_labels(DIGEST, "x"), "dockenv.python.parts": json.dumps(["schema"])}, id="a list"),
    ],
)
def test_labels_that_were_changed_are_not_believed(labels):
    assert read_labels(labels) is None


ENTRIES = st.lists(
    st.builds(ContextEntry, st.text(max_size=5), st.sampled_from(["file", "link"]), st.text(max_size=5), st.booleans()),
    max_size=5,
    unique=True,
)


@given(ENTRIES, ENTRIES)
def test_only_equal_contexts_have_equal_digests(first, second):
    digests = [compute_digest(BuildInput("", tuple(entries))).value for entries in (first, second)]
    assert (digests[0] == digests[1]) is (set(first) == set(second))


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_only_equal_arguments_have_equal_digests(first, second):
    digests = [compute_digest(BuildInput("", args=tuple(args.items()))).value for args in (first, second)]
    assert (digests[0] == digests[1]) is (first == second)


def test_a_name_that_is_no_text_counts():
    assert compute_digest(BuildInput("", (ContextEntry("\udcff", "file", ""),))).value.startswith("sha256:")
