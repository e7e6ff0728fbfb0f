# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write Dockerfile instructions so that no value can end its instruction or start another; pure text."""

from __future__ import annotations

import json
import re
from typing import Sequence

from ._errors import InvalidInput

# The engine reads instructions line by line and refuses lines over 64 KiB (bufio.Scanner in BuildKit's parser.go).
LINE_MAX_BYTES = 65535

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPECIAL_IN_QUOTES = re.compile(r'(["\\$])')


def render_words(instruction: str, words: Sequence[str]) -> str:
    """Return an instruction in its JSON form, which no shell reads, such as ``CMD ["a", "b c"]``.

    Raises InvalidInput for a word that is not text, and for too long a line.
    """
    for word in words:
        if _SURROGATE.search(word) or "\x00" in word:
            raise InvalidInput(f"{instruction.lower()}: {word!r} holds bytes that are not text; remove them")
    return _bounded(f"{instruction} {json.dumps(list(words))}", instruction)


def render_assignment(instruction: str, key: str, value: str) -> str:
    """Return ``ENV`` or ``LABEL`` with one key, which must be checked already, and any value that fits on a line.

    In double quotes the engine gives a meaning to a quote, a backslash and a dollar only (BuildKit's shell/lex.go).
    Raises InvalidInput for a value with a line break or another control character, and for too long a line.
    """
    if _CONTROL_CHARACTER.search(value) or _SURROGATE.search(value):
        raise InvalidInput(
            f"{instruction.lower()}: the value of {key!r} holds a line break or another control character; "
            "an image's configuration takes values of one line"
        )
    quoted = _SPECIAL_IN_QUOTES.sub(r"\\\1", value)
    return _bounded(f'{instruction} {key}="{quoted}"', f"{instruction} {key}")


def _bounded(line: str, what: str) -> str:
    if len(line.encode()) > LINE_MAX_BYTES:
        raise InvalidInput(f"{what}: the value is too long; the engine takes {LINE_MAX_BYTES} bytes")
    return line
