# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the output of one build: all of it in a file, with times, and its last lines in memory. Never keeps a secret."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TextIO
from urllib.parse import quote

from .._credentials import secrets_in
from .._errors import InvalidInput

# Enough for a compiler's complaint, and little enough for the result of a task
LAST_LINES = 60

_MASK = "********"
# A line of a secret shorter than this, like "[global]", says nothing and would spoil the log
_SHORTEST_MASKED = 6
_NETRC_PASSWORD = re.compile(r"\bpassword\s+(\S+)")


class BuildLog:
    """The output of one build, written line by line; make it with :func:`open_log`."""

    def __init__(self, path: str, file: TextIO, secrets: Iterable[str]) -> None:
        self.path = path
        self._file = file
        self._masked = _masked_texts(secrets)
        self._last: deque[str] = deque(maxlen=LAST_LINES)

    @property
    def last_lines(self) -> str:
        """The end of the output, as one text."""
        return "\n".join(self._last)

    def add(self, line: str) -> str:
        """Keep one line of output and return it as kept, without secrets."""
        for text in self._masked:
            line = line.replace(text, _MASK)
        self._last.append(line)
        now = datetime.now(timezone.utc)
        self._file.write(f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z {line}\n")
        # A build that is killed shall leave all it said
        self._file.flush()
        return line


@contextmanager
def open_log(path: str, secrets: Iterable[str] = ()) -> Iterator[BuildLog]:
    """Start the log of a build at ``path`` anew, in a folder that is made if need be; ``secrets`` are masked in it.

    Only its owner can read it, for what commands print is not ours to publish. Raises InvalidInput if it cannot be written.
    """
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise InvalidInput(f"log_path: {path!r} cannot be written: {error.strerror}; choose another path") from error
    with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
        yield BuildLog(path, file, secrets)


def _passwords_in(secret: str) -> Iterator[str]:
    """Yield the passwords of a netrc and of URLs: commands print them without the rest of the line."""
    yield from secrets_in(secret)
    for password in _NETRC_PASSWORD.findall(secret):
        yield password
        yield quote(password, safe="")


def _masked_texts(secrets: Iterable[str]) -> tuple[str, ...]:
    texts = {part.strip() for secret in secrets for part in (secret, *secret.splitlines(), *_passwords_in(secret))}
    return tuple(sorted((text for text in texts if len(text) >= _SHORTEST_MASKED), key=len, reverse=True))
