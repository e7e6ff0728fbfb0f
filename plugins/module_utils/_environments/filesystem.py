# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read text files, and write and remove so that a task killed at any moment leaves whole ones. Decides nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from .._errors import DockenvError


def read_text(path: str) -> str:
    """Return a text file. Raises OSError and UnicodeDecodeError."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def find_text(path: str) -> str | None:
    """Return the text of a file, None if there is no such file; what is not text reads as some text that nobody wrote."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DockenvError(f"{path} cannot be read: {error.strerror}") from error


def write_file(path: str, content: str | Iterable[str], mode: int, part: str) -> None:
    """Write a file at once, with the folders above it; the content may come in pieces. ``part`` is a path on the same file system."""
    with naming("written", path):
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        with suppress(FileNotFoundError):
            os.unlink(part)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.writelines([content] if isinstance(content, str) else content)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.replace(part, path)


def remove_file(path: str) -> None:
    """Remove a file; one that is gone counts as removed."""
    with naming("removed", path), suppress(FileNotFoundError):
        os.unlink(path)


def remove_folder(path: str, discarded: str) -> None:
    """Remove a folder at once: by its name first, then what was in it."""
    with naming("removed", path):
        remove_tree(discarded)
        if os.path.lexists(path):
            os.rename(path, discarded)
        remove_tree(discarded)


def remove_tree(path: str) -> None:
    """Remove a file or a folder if it is there."""
    with naming("removed", path):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.unlink(path)


@contextmanager
def naming(what: str, path: str) -> Iterator[None]:
    """Turn an error of the operating system into one that names the path."""
    try:
        yield
    except OSError as error:
        raise DockenvError(f"{path} cannot be {what}: {error.strerror}") from error
