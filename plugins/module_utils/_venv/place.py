# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtualenv's place on the disk: a link at its path, generations beside it, and the moves between them.

``/lib/docker/virtualenv`` is a link to ``.virtualenv-0123456789ab`` beside it. A change builds another generation and moves the link
in one rename; whatever else carries a generation's name is left from a run that was killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from .._errors import NotOurs

# A virtualenv serves all users of the host.
PROGRAM_MODE = 0o755
FILE_MODE = 0o644

# Of renameat2(2).
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@dataclass(frozen=True)
class Place:
    """What stands at a virtualenv's path.

    ``kind``: nothing, empty (a folder), generation (our link), folder (a plain virtualenv), or interrupted (a plain virtualenv that a
    killed run had moved aside). ``folder`` is where the virtualenv's files are, if anywhere. ``leftovers`` are paths to remove.
    """

    path: str
    kind: str
    folder: str | None
    leftovers: tuple[str, ...]

    @property
    def current(self) -> str | None:
        """The folder that a user reaches the virtualenv by."""
        return self.folder if self.kind == "interrupted" else self.path if self.folder else None


def observe_place(path: str) -> Place:
    """Look at what stands at the path and beside it. Raises NotOurs when that is the user's, and OSError."""
    kind, folder = _kind_of(path)
    aside = aside_name(path)
    if kind == "nothing" and os.path.isdir(aside):
        kind, folder = "interrupted", aside
    return Place(path, kind, folder, tuple(_find_leftovers(path, folder)))


def generation_name(path: str) -> str:
    """Return a path for a new generation; no two are the same."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}-{os.urandom(6).hex()}")


def is_generation(name: str, path: str) -> bool:
    """Return whether a file's name is that of a generation of the virtualenv at ``path``."""
    return re.match(rf"\.{re.escape(os.path.basename(path))}-[0-9a-f]{{12}}\Z", name) is not None


def leads_inside(link: str, target: str, path: str) -> bool:
    """Return whether a link to ``target``, which may be relative to it, leads into the virtualenv at ``path`` or a generation of it."""
    parent, name = os.path.split(path)
    inside = os.path.relpath(os.path.join(os.path.dirname(link), target), parent).partition("/")[0]
    return inside == name or is_generation(inside, path)


def aside_name(path: str) -> str:
    """Return where a plain virtualenv waits while its link is put in its place, on systems that cannot exchange the two at once."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.replaced")


def lock_name(path: str) -> str:
    """Return the path of the lock file of a virtualenv."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.lock")


def temporary_name(path: str) -> str:
    """Return the name beside a path under which its successor is made; always the same, so that the next run uses up a killed one's."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.dockenv")


def _kind_of(path: str) -> tuple[str, str | None]:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return "nothing", None
    except NotADirectoryError:
        raise NotOurs(f"{path!r} cannot be made, because something above it is a file; remove that, or choose another path") from None
    if stat.S_ISLNK(mode):
        target = os.readlink(path)
        if os.path.dirname(target) not in ("", os.path.dirname(path)) or not is_generation(os.path.basename(target), path):
            raise NotOurs(f"{path!r} is a symbolic link to {target!r} that was not made by this module; remove it, or choose another path")
        folder = os.path.join(os.path.dirname(path), os.path.basename(target))
        return "generation", folder if os.path.isdir(folder) else None
    if not stat.S_ISDIR(mode):
        raise NotOurs(f"{path!r} is a file, not a virtualenv; remove it, or choose another path")
    if os.path.isfile(os.path.join(path, "pyvenv.cfg")):
        return "folder", path
    if os.listdir(path):
        raise NotOurs(
            f"{path!r} is a folder with content that is not a virtualenv (it has no pyvenv.cfg); empty it, or choose another path"
        )
    return "empty", None


def _find_leftovers(path: str, folder: str | None) -> Iterator[str]:
    parent = os.path.dirname(path)
    names = sorted(os.listdir(parent)) if os.path.isdir(parent) else []
    for name in names:
        found = os.path.join(parent, name)
        if found != folder and (is_generation(name, path) or found == aside_name(path)):
            yield found


@contextlib.contextmanager
def locked(path: str) -> Iterator[int]:
    """Hold the virtualenv's lock and yield its file descriptor; wait while another process holds it. Raises OSError.

    A child that inherits the descriptor keeps the lock for as long as it lives, also after this process was killed.
    """
    name = lock_name(path)
    while True:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_same_file(descriptor, name):
                try:
                    yield descriptor
                finally:
                    os.unlink(name)
                return
        finally:
            os.close(descriptor)


def _is_same_file(descriptor: int, name: str) -> bool:
    """Return whether the name still means the open file; the process before us removed it when it was done."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(name))
    except FileNotFoundError:
        return False


def put_back(place: Place) -> None:
    """Move a virtualenv that a killed run had set aside to its path again. Raises OSError."""
    if place.kind == "interrupted":
        os.rename(place.folder, place.path)


def point_at(link: str, target: str) -> None:
    """Make ``link`` a symbolic link to ``target`` in one rename, whatever file or link stood there. Raises OSError."""
    temporary = temporary_name(link)
    remove(temporary)
    os.symlink(target, temporary)
    os.rename(temporary, link)


def write_program(path: str, text: str) -> None:
    """Write a program that everybody may run, in one rename. Raises OSError."""
    write_file(path, text, PROGRAM_MODE)


def write_file(path: str, text: str, mode: int) -> None:
    """Write a file in one rename. Raises OSError."""
    temporary = temporary_name(path)
    remove(temporary)
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(temporary, mode)
    os.rename(temporary, path)


def swap_in(place: Place, generation: str) -> None:
    """Put a finished generation at the virtualenv's path in one rename. Raises OSError.

    Of a plain folder there, only the name changes: to one that counts as a leftover.
    """
    temporary = generation_name(place.path)
    os.symlink(os.path.basename(generation), temporary)
    if place.kind == "empty":
        os.rmdir(place.path)
    if place.kind == "folder":
        _exchange(temporary, place.path)
    else:
        os.rename(temporary, place.path)


def _exchange(temporary: str, path: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    renameat2 = getattr(libc, "renameat2", None)
    if renameat2 and renameat2(_AT_FDCWD, os.fsencode(temporary), _AT_FDCWD, os.fsencode(path), _RENAME_EXCHANGE) == 0:
        return
    # An old kernel, or a file system that cannot: killed between these two lines, the next run puts the folder back.
    os.rename(path, aside_name(path))
    os.rename(temporary, path)


def remove(path: str) -> None:
    """Remove a link, a file or a whole folder; one that is gone already is no error. Raises OSError."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def take_away(place: Place) -> None:
    """Remove the virtualenv: first its name, then its files, so that it is never seen in part. Raises OSError."""
    doomed = place.folder
    if place.kind == "folder":
        doomed = generation_name(place.path)
        os.rename(place.path, doomed)
    elif place.kind == "generation":
        os.unlink(place.path)
    elif place.kind == "empty":
        os.rmdir(place.path)
    if doomed is not None:
        remove(doomed)
