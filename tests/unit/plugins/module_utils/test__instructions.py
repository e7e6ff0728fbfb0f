# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._instructions import (
    LINE_MAX_BYTES,
    check_value,
    check_word,
    render_assignment,
    render_words,
)
from hypothesis import given
from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=200)


def engine_reads_assignment(line):
    """Read ``NAME key="value"`` as BuildKit's parser (parseWords) and lexer (ProcessWord) do, without variables."""
    instruction, _space, rest = line.partition(" ")
    key, _equals, quoted = rest.partition("=")
    value, position = "", 1
    assert quoted[0] == '"'
    while quoted[position] != '"':
        if quoted[position] == "\\" and quoted[position + 1] in '"$\\':
            position += 1
        elif quoted[position] == "$":
            raise AssertionError("the engine would put a variable here")
        value += quoted[position]
        position += 1
    assert position == len(quoted) - 1, "the engine would read another word"
    return instruction, key, value


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param(["redis-server"], 'CMD ["redis-server"]', id="one word"),
        pytest.param(["sh", "-c", "echo $A"], 'CMD ["sh", "-c", "echo $A"]', id="a dollar means itself"),
        pytest.param(['a"b', "c\\d"], 'CMD ["a\\"b", "c\\\\d"]', id="quote and backslash"),
        pytest.param(["a\nRUN evil"], 'CMD ["a\\nRUN evil"]', id="a line break stays inside"),
        pytest.param(["ü", "\u2028"], 'CMD ["\\u00fc", "\\u2028"]', id="not ASCII"),
        pytest.param(["", " "], 'CMD ["", " "]', id="empty and blank"),
    ],
)
def test_words_are_written_as_json(words, line):
    assert render_words("CMD", words) == line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        pytest.param("x", 'ENV A="x"', id="plain"),
        pytest.param("", 'ENV A=""', id="empty"),
        pytest.param("a b", 'ENV A="a b"', id="a space"),
        pytest.param("a\tb", 'ENV A="a\tb"', id="a tab"),
        pytest.param("a=b,c%d", 'ENV A="a=b,c%d"', id="equals, comma and percent (V14)"),
        pytest.param("$HOME ${X}", 'ENV A="\\$HOME \\${X}"', id="no variable"),
        pytest.param('a"b', 'ENV A="a\\"b"', id="a quote"),
        pytest.param("it's #1", 'ENV A="it\'s #1"', id="apostrophe and hash"),
        pytest.param("a\\", 'ENV A="a\\\\"', id="a backslash at the end continues no line"),
        pytest.param("ü€", 'ENV A="ü€"', id="not ASCII"),
    ],
)
def test_assignments_are_quoted(value, line):
    assert render_assignment("ENV", "A", value) == line


@given(words=st.lists(ANY_TEXT, max_size=5))
def test_no_words_add_an_instruction(words):
    if any("\x00" in word for word in words):
        with pytest.raises(InvalidInput):
            render_words("ENTRYPOINT", words)
        return
    line = render_words("ENTRYPOINT", words)
    assert len(line.splitlines()) == 1 and not line.endswith("\\")
    instruction, _space, array = line.partition(" ")
    assert (instruction, json.loads(array)) == ("ENTRYPOINT", words)


@given(value=ANY_TEXT)
def test_no_value_adds_an_instruction(value):
    try:
        line = render_assignment("LABEL", "key", value)
    except InvalidInput:
        assert len(f"x{value}x".splitlines()) > 1 or any(ord(character) < 32 or ord(character) == 127 for character in value)
        return
    assert len(line.splitlines()) == 1 and not line.endswith("\\")
    assert engine_reads_assignment(line) == ("LABEL", "key", value)


@pytest.mark.parametrize("character", ["\n", "\r", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\udc80"])
def test_control_characters_in_a_value_are_refused(character):
    with pytest.raises(InvalidInput) as caught:
        check_value(f"a{character}b", "env[A]")
    assert caught.value.message == (
        f"env[A]: {f'a{character}b'!r} holds a line break or another control character; an image's configuration takes values of one line"
    )


@pytest.mark.parametrize("character", ["\x00", "\udc80"])
def test_what_no_program_can_be_given_is_refused(character):
    with pytest.raises(InvalidInput) as caught:
        check_word(f"a{character}b", "command[1]")
    assert caught.value.message == f"command[1]: {f'a{character}b'!r} holds bytes that are not text; remove them"


def test_a_line_that_the_engine_cannot_read_is_refused():
    longest = "x" * (LINE_MAX_BYTES - len('ENV A=""'))
    assert len(render_assignment("ENV", "A", longest)) == LINE_MAX_BYTES
    with pytest.raises(InvalidInput) as caught:
        render_assignment("ENV", "A", f"{longest}x")
    assert caught.value.message == "ENV A: the value is too long; the engine takes 65535 bytes"
    with pytest.raises(InvalidInput, match="CMD: the value is too long"):
        render_words("CMD", [f"{longest}x"])
