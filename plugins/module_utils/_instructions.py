# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write Dockerfile instructions so that no value can end its instruction or start another; pure text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from ._errors import InvalidInput

# The engine reads instructions line by line and refuses lines over 64 KiB (bufio.Scanner in BuildKit's parser.go).
LINE_MAX_BYTES = 65535

_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPECIAL_IN_QUOTES = re.compile(r'(["\\$])')


def check_word(word: str, where: str) -> None:
    """Raise InvalidInput, starting with ``where``, for a word that no program can be given."""
    if _SURROGATE.search(word) or "\x00" in word:
        raise InvalidInput(f"{where}: {word!r} holds bytes that are not text; remove them")


def check_value(value: str, where: str) -> None:
    """Raise InvalidInput, starting with ``where``, for a value that cannot stand on one line of text."""
    if _CONTROL_CHARACTER.search(value) or _SURROGATE.search(value):
        raise InvalidInput(
            f"{where}: {value!r} holds a line break or another control character; an image's configuration takes values of one line"
        )


def render_words(instruction: str, words: Sequence[str]) -> str:
    """Return an instruction in its JSON form, which no shell reads, such as ``CMD ["a", "b c"]``.

    Raises InvalidInput for a word that :func:`check_word` refuses, and for too long a line.
    """
    for index, word in enumerate(words):
        check_word(word, f"{instruction}[{index}]")
    return _bounded(f"{instruction} {json.dumps(list(words))}", instruction)


def render_assignment(instruction: str, key: str, value: str) -> str:
    """Return ``ENV`` or ``LABEL`` with one key, which must be checked already, and its value in quotes.

    In double quotes the engine gives a meaning to a quote, a backslash and a dollar only (BuildKit's shell/lex.go).
    Raises InvalidInput for a value that :func:`check_value` refuses, and for too long a line.
    """
    check_value(value, f"{instruction} {key}")
    quoted = _SPECIAL_IN_QUOTES.sub(r"\\\1", value)
    return _bounded(f'{instruction} {key}="{quoted}"', f"{instruction} {key}")


def _bounded(line: str, what: str) -> str:
    if len(line.encode()) > LINE_MAX_BYTES:
        raise InvalidInput(f"{what}: the value is too long; the engine takes {LINE_MAX_BYTES} bytes")
    return line
