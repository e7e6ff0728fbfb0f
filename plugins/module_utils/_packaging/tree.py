# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the files of a virtualenv and of its project as their image shall have them, and write them as a stream. Changes none."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from .._env.digest import ContextEntry
from .._env.dockerignore import Pattern, has_exceptions, is_ignored
from .._errors import DockenvError
from .._venv.relocate import relocate_record, render_digest
from .._venv_image.move import (
    Move,
    holds_path,
    interpreter_target,
    is_interpreter,
    is_left_out,
    is_record,
    may_hold_path,
    move_content,
    move_link,
)

# 1980-01-02: users' archives of installed files cannot hold times before 1980, in any time zone.
_TIME = 315619200
_CHUNK = 1 << 20
# Larger files are read in pieces: what is changed is small.
_LARGE = 8 << 20


@dataclass(frozen=True)
class Item:
    """A file or link of the image; ``path`` is relative to its tree, ``content`` is there where it is not that of the source."""

    path: str
    source: str
    digest: str = ""
    size: int = 0
    is_executable: bool = False
    target: str | None = None
    content: bytes | None = None

    @property
    def entry(self) -> ContextEntry:
        """What a digest of the build is made from."""
        if self.target is not None:
            return ContextEntry(self.path, "link", self.target)
        return ContextEntry(self.path, "file", self.digest, self.is_executable)


@dataclass(frozen=True)
class Tree:
    """The files of a virtualenv in its image; ``strays`` hold its path and cannot be changed, ``exits`` are links that lead out."""

    items: tuple[Item, ...]
    strays: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()


def read_venv(folder: str, move: Move) -> Tree:
    """Return a virtualenv's files as they are after the move. Raises DockenvError for a file that cannot be read."""
    items: dict[str, Item] = {}
    strays, exits = [], []
    for path in _walk(folder, lambda path: is_left_out(path)):
        source = os.path.join(folder, path)
        if is_interpreter(path):
            items[path] = Item(path, source, target=interpreter_target(path, move))
        elif os.path.islink(source):
            target = move_link(path, os.readlink(source), move)
            exits += [path] if target is None else []
            items[path] = Item(path, source, target=target or os.readlink(source))
        else:
            item, is_stray = _read_file(path, source, move)
            strays += [path] if is_stray else []
            items[path] = item
    return Tree(tuple(_update_records(items)), tuple(strays), tuple(exits))


def read_project(folder: str, patterns: tuple[Pattern, ...], left_out: Iterable[str] = ()) -> tuple[Item, ...]:
    """Return a project's files without those that the patterns, as of a .dockerignore, and the folders ``left_out`` name."""
    outside = {os.path.realpath(path) for path in left_out}
    search_all = has_exceptions(patterns)

    def is_skipped(path: str) -> bool:
        full = os.path.join(folder, path)
        is_folder = os.path.isdir(full) and not os.path.islink(full)
        if is_folder:
            return os.path.realpath(full) in outside or (not search_all and is_ignored(path, patterns))
        return is_ignored(path, patterns)

    items = []
    for path in _walk(folder, is_skipped):
        source = os.path.join(folder, path)
        items.append(Item(path, source, target=os.readlink(source)) if os.path.islink(source) else _describe(path, source)[0])
    return tuple(items)


def write_tar(trees: Mapping[str, Iterable[Item]], files: Mapping[str, str], out: BinaryIO) -> None:
    """Write the trees, each below its name, and text files as one tar stream; nothing of it stays in memory."""
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_CHUNK) as tar:
        for name, text in sorted(files.items()):
            _add(tar, name, text.encode())
        for root, items in trees.items():
            _add_folders(tar, root, items)
            for item in items:
                _add_item(tar, f"{root}/{item.path}", item)


def _add_item(tar: tarfile.TarFile, name: str, item: Item) -> None:
    if item.target is not None:
        tar.addfile(_info(name, type=tarfile.SYMTYPE, linkname=item.target, mode=0o777))
    elif item.content is not None:
        _add(tar, name, item.content, item.is_executable)
    else:
        with _open(item.source) as file:
            tar.addfile(_info(name, size=item.size, mode=0o755 if item.is_executable else 0o644), file)


def _add(tar: tarfile.TarFile, name: str, content: bytes, is_executable: bool = False) -> None:
    tar.addfile(_info(name, size=len(content), mode=0o755 if is_executable else 0o644), io.BytesIO(content))


def _add_folders(tar: tarfile.TarFile, root: str, items: Iterable[Item]) -> None:
    """Folders have entries of their own: an engine would give those that are made along the way the present time."""
    folders = {root}
    for item in items:
        folder = os.path.dirname(item.path)
        while folder and f"{root}/{folder}" not in folders:
            folders.add(f"{root}/{folder}")
            folder = os.path.dirname(folder)
    for folder in sorted(folders):
        tar.addfile(_info(folder, type=tarfile.DIRTYPE, mode=0o755))


def _info(name: str, **values: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mtime = _TIME
    for key, value in values.items():
        setattr(info, key, value)
    return info


def _walk(folder: str, is_skipped) -> Iterator[str]:
    """Yield relative paths of files and links in order; folders that are skipped are not entered."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            entries = sorted(os.scandir(os.path.join(folder, prefix)), key=lambda entry: entry.name)
        except OSError as error:
            raise DockenvError(f"The folder {os.path.join(folder, prefix)} cannot be read: {error.strerror}") from error
        folders = []
        for entry in entries:
            path = f"{prefix}{entry.name}"
            if is_skipped(path):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{path}/")
            elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
                yield path
        pending += reversed(folders)


def _read_file(path: str, source: str, move: Move) -> tuple[Item, bool]:
    """Return a file as it is after the move, and whether it still holds the old path then."""
    item, has_path = _describe(path, source, move)
    if not has_path or not may_hold_path(path):
        return item, has_path
    with _open(source) as file:
        content = file.read()
    moved = move_content(path, content, move)
    if moved != content:
        item = replace(item, content=moved, size=len(moved), digest=hashlib.sha256(moved).hexdigest())
    return item, holds_path(moved, move)


def _describe(path: str, source: str, move: Move | None = None) -> tuple[Item, bool]:
    """Return a file, and whether it speaks of the old place."""
    digest, has_path, tail = hashlib.sha256(), path == "pyvenv.cfg" and move is not None, b""
    longest = max((len(os.fsencode(old)) for old in move.old), default=0) if move else 0
    with _open(source) as file:
        status = os.fstat(file.fileno())
        while chunk := file.read(_LARGE):
            digest.update(chunk)
            has_path = has_path or (move is not None and holds_path(tail + chunk, move))
            tail = chunk[-longest:] if longest else b""
    return Item(path, source, digest.hexdigest(), status.st_size, bool(status.st_mode & stat.S_IXUSR)), has_path


def _update_records(items: Mapping[str, Item]) -> Iterator[Item]:
    """Yield all items, RECORD files with the hashes of what has been changed."""
    changed = {path: item.content for path, item in items.items() if item.content is not None}
    for path, item in items.items():
        if not is_record(path) or not changed:
            yield item
            continue
        site = os.path.dirname(os.path.dirname(path))
        files = {os.path.relpath(each, site): (render_digest(content), len(content)) for each, content in changed.items()}
        with _open(item.source) as file:
            text = file.read().decode("utf-8", "surrogateescape")
        moved = relocate_record(text, files)
        if moved == text:
            yield item
            continue
        content = moved.encode("utf-8", "surrogateescape")
        yield replace(item, content=content, size=len(content), digest=hashlib.sha256(content).hexdigest())


def _open(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise DockenvError(f"{path} cannot be read: {error.strerror}") from error
