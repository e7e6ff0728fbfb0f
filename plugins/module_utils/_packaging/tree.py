# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the files of a virtualenv and of its project as their image shall have them. Changes none."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, Callable

from .._env.digest import ContextEntry
from .._env.dockerignore import Pattern, has_exceptions, is_ignored
from .._errors import DockenvError
from .._venv.relocate import relocate_record, render_digest
from .._venv_image.decide import Found
from .._venv_image.move import (
    Move,
    find_outward_paths,
    holds_path,
    interpreter_target,
    is_about_paths,
    is_interpreter,
    is_left_out,
    is_record,
    may_hold_path,
    move_content,
    move_first_lines,
    move_link,
)
from .memo import Known, Memo

# Larger files are read in pieces: what is changed is small.
_LARGE = 8 << 20
# How programs and libraries begin, also those in bin/ that end with no .so
_ELF = b"\x7fELF"

_SCRIPT = b"#!"

# Whether to pass over what is at a relative path; the second value says whether that is a folder
_Skip = Callable[[str, bool], bool]


@dataclass(frozen=True)
class Item:
    """A file, link or empty folder of the image; ``path`` is relative to its tree, ``content`` is there where it is not that of the source.

    ``holds_path`` says of a file of the project that it still speaks of the virtualenv's old place.
    ``stamp`` is the size and the time of the source's last change, by which it is seen whether it changes before it is copied.
    """

    path: str
    source: str
    digest: str = ""
    stamp: tuple[int, int] = (0, 0)
    is_executable: bool = False
    is_native: bool = False
    holds_path: bool = False
    is_folder: bool = False
    target: str | None = None
    content: bytes | None = None

    @property
    def size(self) -> int:
        """The size of the file in the image, in bytes."""
        return self.stamp[0] if self.content is None else len(self.content)

    def entry_below(self, root: str) -> ContextEntry:
        """Return what a digest of the build is made from; ``root`` is the name of the tree in the context."""
        if self.target is not None:
            return ContextEntry(f"{root}/{self.path}", "link", self.target)
        if self.is_folder:
            return ContextEntry(f"{root}/{self.path}", "folder", "")
        return ContextEntry(f"{root}/{self.path}", "file", self.digest, self.is_executable)


@dataclass(frozen=True)
class Tree:
    """The files of a virtualenv in its image, and what of it the image would not have."""

    items: tuple[Item, ...]
    found: Found


def read_venv(folder: str, move: Move, left_out: Collection[str], memo: Memo) -> Tree:
    """Return a virtualenv's files as they are after the move, without those ``left_out``, which are relative paths.

    Raises DockenvError for a file that cannot be read.
    """
    items: dict[str, Item] = {}
    strays, exits, outward = [], [], []

    def exists(path: str) -> bool:
        return os.path.lexists(os.path.join(folder, path))

    for path, entry in _walk(folder, lambda path, _is_folder: is_left_out(path, exists) or path in left_out):
        if entry is None:
            continue
        if is_interpreter(path):
            items[path] = Item(path, entry.path, target=interpreter_target(path, move))
        elif entry.is_symlink():
            target = move_link(path, os.readlink(entry.path), move)
            exits += [path] if target is None else []
            items[path] = Item(path, entry.path, target=target or os.readlink(entry.path))
        else:
            items[path], is_stray, folders = _read_file(path, entry, move, memo)
            strays += [path] if is_stray else []
            outward += folders
    return Tree(tuple(_update_records(items)), Found(tuple(strays), tuple(exits), tuple(outward)))


def read_project(folder: str, patterns: tuple[Pattern, ...], left_out: Iterable[str], move: Move, memo: Memo) -> tuple[Item, ...]:
    """Return a project's files without those that the patterns, as of a .dockerignore, and the paths ``left_out`` name."""
    outside = {os.path.realpath(path) for path in left_out}
    search_all = has_exceptions(patterns)

    def is_skipped(path: str, is_folder: bool) -> bool:
        if is_folder and os.path.realpath(os.path.join(folder, path)) in outside:
            return True
        return not (is_folder and search_all) and is_ignored(path, patterns)

    items = []
    for path, entry in _walk(folder, is_skipped):
        if entry is None:
            items += [] if is_ignored(path, patterns) else [Item(path, os.path.join(folder, path), is_folder=True)]
        elif entry.is_symlink():
            items.append(Item(path, entry.path, target=os.readlink(entry.path)))
        else:
            items.append(_read_project_file(path, entry, move, memo))
    return tuple(items)


def read_archive(path: str, move: Move, memo: Memo) -> Item:
    """Return a file from which a package is installed. Its name says what it is."""
    return _describe(os.path.basename(path), path, move, memo)[0]


def open_source(path: str) -> BinaryIO:
    """Open a file that is to be packaged. Raises DockenvError."""
    try:
        return open(path, "rb")
    except OSError as error:
        raise DockenvError(f"{path} cannot be read: {error.strerror}") from error


def stamp_of(status: os.stat_result) -> tuple[int, int]:
    """Return what tells whether a file is still the one that was read."""
    return status.st_size, status.st_ctime_ns


def _walk(folder: str, is_skipped: _Skip) -> Iterator[tuple[str, os.DirEntry[str] | None]]:
    """Yield relative paths of files and links in order, each with what its folder says of it; folders that are skipped are not entered.

    A folder of which nothing is left has its path alone.
    """
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            entries = sorted(os.scandir(os.path.join(folder, prefix)), key=lambda entry: entry.name)
        except OSError as error:
            raise DockenvError(f"The folder {os.path.join(folder, prefix)} cannot be read: {error.strerror}") from error
        folders, is_empty = [], bool(prefix)
        for entry in entries:
            path, is_folder = f"{prefix}{entry.name}", entry.is_dir(follow_symlinks=False)
            if is_skipped(path, is_folder):
                continue
            if is_folder:
                folders.append(f"{path}/")
            elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
                yield path, entry
                is_empty = False
        if is_empty and not folders:
            yield prefix.rstrip("/"), None
        pending += reversed(folders)


def _read_file(path: str, entry: os.DirEntry[str], move: Move, memo: Memo) -> tuple[Item, bool, tuple[str, ...]]:
    """Return a file as it is after the move, whether it still holds the old path then, and what it adds to the search path."""
    item, has_path = _describe(path, entry.path, move, memo)
    if not (has_path or is_about_paths(path)) or not may_hold_path(path):
        return item, has_path, ()
    with open_source(entry.path) as file:
        content = file.read()
    moved = move_content(path, content, move)
    if moved != content:
        item = replace(item, content=moved, digest=hashlib.sha256(moved).hexdigest())
    return item, holds_path(moved, move), find_outward_paths(path, moved, move)


def _read_project_file(path: str, entry: os.DirEntry[str], move: Move, memo: Memo) -> Item:
    """Return a file of a project; a script starts the virtualenv's Python where that is."""
    item, has_path = _describe(path, entry.path, move, memo)
    if not has_path:
        return item
    with open_source(entry.path) as file:
        start = file.read(len(_SCRIPT))
        if start != _SCRIPT:
            return replace(item, holds_path=True)
        content = start + file.read()
    moved = move_first_lines(content, move)
    item = replace(item, holds_path=holds_path(moved, move))
    return item if moved == content else replace(item, content=moved, digest=hashlib.sha256(moved).hexdigest())


def _describe(path: str, source: str, move: Move, memo: Memo) -> tuple[Item, bool]:
    """Return a file, and whether it speaks of the old place; it may be in the virtualenv and in the project, with one entry in the memo."""
    try:
        status = os.stat(source)
    except OSError as error:
        raise DockenvError(f"{source} cannot be read: {error.strerror}") from error
    known = memo.find(source, status)
    if known is None:
        with open_source(source) as file:
            status = os.fstat(file.fileno())
            known = _examine(file, move)
        memo.add(source, status, known)
    is_executable = bool(status.st_mode & stat.S_IXUSR)
    return Item(path, source, known.digest, stamp_of(status), is_executable, known.is_native), known.has_path


def _examine(file: BinaryIO, move: Move) -> Known:
    is_native = file.read(len(_ELF)) == _ELF
    file.seek(0)
    digest, has_path, tail = hashlib.sha256(), False, b""
    longest = max(len(os.fsencode(old)) for old in move.old)
    while chunk := file.read(_LARGE):
        digest.update(chunk)
        has_path = has_path or holds_path(tail + chunk, move)
        tail = chunk[-longest:]
    return Known(digest.hexdigest(), has_path, is_native)


def _update_records(items: Mapping[str, Item]) -> Iterator[Item]:
    """Yield all items, RECORD files with the hashes of what has been changed."""
    changed = {path: (render_digest(item.content), len(item.content)) for path, item in items.items() if item.content is not None}
    for path, item in items.items():
        if not is_record(path) or not changed:
            yield item
            continue
        site = os.path.dirname(os.path.dirname(path))
        files = {os.path.relpath(each, site): known for each, known in changed.items()}
        with open_source(item.source) as file:
            text = file.read().decode("utf-8", "surrogateescape")
        moved = relocate_record(text, files)
        if moved == text:
            yield item
            continue
        content = moved.encode("utf-8", "surrogateescape")
        yield replace(item, content=content, digest=hashlib.sha256(content).hexdigest())
