# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.lock import (
    MAX_LAYERS,
    LockChange,
    compare_locks,
    complete_lock,
    find_unlocked,
    merge_locks,
    parse_lock,
    split_layers,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._requirements import parse_requirement
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import HASH, OTHER_HASH, make_lock
from hypothesis import given
from hypothesis import strategies as st

FIRST = make_lock("idna==3.10", "requests==2.32.5")
MORE = make_lock("flask==3.1.2", "idna==3.10", "requests==2.32.5")
EVEN_MORE = make_lock("flask==3.1.2", "idna==3.10", "requests==2.32.5", "six==1.17.0")


def test_reads_pins():
    lock = parse_lock(
        f"--index-url https://a.example/\n# via\nSix==1.17.0 ; sys_platform == 'linux' \\\n    {HASH} \\\n    {OTHER_HASH}\n"
        "app @ git+https://git.example/app@0123abc\n"
    )
    assert [(pin.name, pin.version, len(pin.hashes)) for pin in lock.pins] == [("app", "", 0), ("six", "1.17.0", 2)]
    assert lock.options == (("--index-url", "https://a.example/"),)


# What has the form of a simple pin is read by a shorter way.
@pytest.mark.parametrize(
    "pin",
    [
        "a==1",
        "a-b2==1.0.3",
        "A==1",
        "a_b==1",
        "a==1.0rc1",
        "a==1!2",
        "a[x]==1",
        "a==1 ; python_version > '3'",
        "a==1.*",
        "a===1",
        "a>=1",
        "a==2026.10.19.post1",
        "a==1.0.0b2.dev3",
        "a==2.13.0+cpu",
        "a==1!2.0a1.post4.dev5+local.7",
        "a==1.0-1",
        "a==1.0.RC1",
    ],
)
@pytest.mark.parametrize(
    "layout", ["{pin} \\\n    {hash}\n", "{pin} {hash} {other}\n", "{pin}  \\\n {hash} \\\n\t{other}", "{pin} {hash} # x\n"]
)
def test_the_short_way_and_the_whole_grammar_agree(pin, layout):
    text = layout.format(pin=pin, hash=HASH, other=OTHER_HASH)
    (read,) = parse_lock(text).pins
    requirement = parse_requirement(pin, "here")
    assert (read.name, read.what) == (requirement.canonical, requirement.line)
    assert read.hashes == {value.partition("=")[2] for value in text.split() if value.startswith("--hash")}


def test_a_pin_within_a_continued_line_is_none():
    with pytest.raises(InvalidInput):
        parse_lock(f"six \\\na==1 {HASH}\n")


def test_says_where_behind_pins():
    with pytest.raises(InvalidInput, match=r"^/requirements.txt, line 5: "):
        parse_lock(f"{FIRST}==\n")


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        pytest.param(FIRST, make_lock("flask==3.1.2", "idna==3.10"), MORE, id="what is in both, and what is new"),
        pytest.param(FIRST, make_lock("idna==3.11"), None, id="something would have to move"),
        pytest.param(FIRST, make_lock("app @ https://a.example/app.whl"), None, id="more than plain pins"),
        pytest.param(f"--index-url https://a.example/\n{FIRST}", FIRST, None, id="options"),
        pytest.param("", FIRST, FIRST, id="nothing before"),
        pytest.param(make_lock("b==1.post1"), make_lock("a==2.0rc1"), make_lock("a==2.0rc1", "b==1.post1"), id="no plain releases"),
        pytest.param(FIRST, FIRST.replace(HASH, OTHER_HASH), FIRST, id="more files meanwhile"),
    ],
)
def test_merges(old, new, merged):
    assert merge_locks(old, new) == merged


def test_says_where_a_lock_cannot_be_read():
    with pytest.raises(InvalidInput) as error:
        parse_lock("six==1.17.0\n==\n")
    assert error.value.message.startswith("/requirements.txt, line 2: '==' cannot be read as a requirement: ")


def test_compares():
    old, new = parse_lock(make_lock("a==1", "b==1", "c==1")), parse_lock(make_lock("b==2", "c==1", "d==1"))
    assert compare_locks(old, new) == LockChange(added=("d==1",), removed=("a==1",), moved=(("b==1", "b==2"),))
    assert not compare_locks(old, old)


@pytest.mark.parametrize(
    ("layers", "old", "new", "expected"),
    [
        pytest.param((), None, FIRST, ((), FIRST), id="a fresh folder has no layers"),
        pytest.param((), FIRST, MORE, ((FIRST,), MORE), id="an addition keeps what was there as a layer"),
        pytest.param((FIRST,), MORE, EVEN_MORE, ((FIRST, MORE), EVEN_MORE), id="another addition, another layer"),
        pytest.param((FIRST,), MORE, MORE, ((FIRST,), MORE), id="the same lock changes nothing"),
        pytest.param((FIRST,), MORE, f"# other comments\n{MORE}", ((FIRST,), MORE), id="comments change nothing"),
        pytest.param((FIRST,), MORE, FIRST, ((), FIRST), id="without the addition all is as it was before"),
        pytest.param(
            (FIRST,), MORE, MORE.replace("3.10", "3.11"), ((), MORE.replace("3.10", "3.11")), id="a pin of the first layer moved: fresh"
        ),
        pytest.param(
            (FIRST, MORE),
            EVEN_MORE,
            EVEN_MORE.replace("3.1.2", "3.1.3"),
            ((FIRST,), EVEN_MORE.replace("3.1.2", "3.1.3")),
            id="one above: kept below",
        ),
        pytest.param(
            (), FIRST, MORE.replace(HASH, f"{HASH} {OTHER_HASH}"), ((FIRST,), MORE.replace(HASH, f"{HASH} {OTHER_HASH}")), id="more files"
        ),
        pytest.param(
            (), FIRST, MORE.replace(HASH, OTHER_HASH), ((), MORE.replace(HASH, OTHER_HASH)), id="other files of the same version: fresh"
        ),
        pytest.param((), FIRST, f"-i https://a.example/\n{MORE}", ((), f"-i https://a.example/\n{MORE}"), id="another index: fresh"),
    ],
)
def test_layers(layers, old, new, expected):  # T17, P10
    assert split_layers(layers, old, new) == expected


def test_layers_have_a_bound():
    steps = [make_lock(*(f"p{number}==1" for number in range(1, count + 1))) for count in range(1, MAX_LAYERS + 3)]
    layers, lock = (), None
    for step in steps:
        layers, lock = split_layers(layers, lock, step)
        assert len(layers) <= MAX_LAYERS
    assert layers == (steps[0],), "all additions were merged over the first lock"
    assert lock == steps[-1]


PINS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 3), max_size=8).map(
    lambda pins: make_lock(*(f"{name}=={pins[name]}" for name in sorted(pins)))
)


@given(st.lists(PINS, min_size=1, max_size=14))
def test_the_image_holds_the_newest_lock_and_nothing_else(locks):
    """Whatever was locked before: the last step installs the newest, and no layer below holds what it does not."""
    layers, lock = (), None
    for new in locks:
        layers, lock = split_layers(layers, lock, new)
        assert not compare_locks(parse_lock(lock), parse_lock(new))
        for layer in layers:
            change = compare_locks(parse_lock(layer), parse_lock(new))
            assert not change.removed and not change.moved
        assert split_layers(layers, lock, new) == (layers, lock), "a second run does nothing"
        assert split_layers((), None, new) == ((), new)


def test_a_lock_says_where_packages_come_from():
    options = (("--index-url", "https://a.example/"), ("--no-index", ""), ("--require-hashes", ""))
    lock = complete_lock(FIRST, options)
    assert lock == f"--index-url https://a.example/\n--no-index\n{FIRST}"
    assert complete_lock(lock, options) == lock


@pytest.mark.parametrize(
    ("wanted", "unlocked"),
    [
        pytest.param("requests", (), id="any version"),
        pytest.param("Requests[socks]>=2.32", (), id="a version that fits"),
        pytest.param("requests<2", ("requests<2",), id="a version that does not fit"),
        pytest.param("numpy", ("numpy",), id="not there"),
        pytest.param("numpy ; python_version < '3'", (), id="perhaps left out on purpose"),
        pytest.param(
            "requests @ https://a.example/requests-1.tar.gz", ("requests @ https://a.example/requests-1.tar.gz",), id="from a URL"
        ),
    ],
)
def test_finds_what_a_lock_does_not_give(wanted, unlocked):  # P6
    assert find_unlocked([parse_requirement(wanted, "x")], parse_lock(FIRST)) == unlocked


@pytest.mark.parametrize("pin", ["numpy==2.*", "numpy===two"])
def test_a_pin_without_a_version_gives_nothing(pin):
    assert find_unlocked([parse_requirement("numpy>=1", "x")], parse_lock(f"{pin}\n")) == ("numpy>=1",)
