# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hand a build context over as a stream, so that it is nowhere as a whole, neither in memory nor on the disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Callable

Feed = Callable[[BinaryIO], None]


@contextmanager
def feeding(feed: Feed) -> Iterator[int]:
    """Give a file descriptor to read what ``feed`` writes; an error of its is raised at the end, in place of what it caused.

    A reader that ends early ends the writing.
    """
    reader, writer = os.pipe()
    errors: list[BaseException] = []
    thread = threading.Thread(target=_write, args=(feed, writer, errors), daemon=True)
    thread.start()
    try:
        try:
            yield reader
        finally:
            with suppress(OSError):
                os.close(reader)
            thread.join()
    except Exception as error:
        if errors:
            raise errors[0] from error
        raise
    if errors:
        raise errors[0]


def _write(feed: Feed, descriptor: int, errors: list[BaseException]) -> None:
    try:
        with open(descriptor, "wb") as out:
            feed(out)
    except BrokenPipeError:
        pass
    # Whatever it is, feeding() raises it where somebody can act on it; here it would end unseen with the thread.
    except Exception as error:  # pylint: disable=broad-except
        errors.append(error)
