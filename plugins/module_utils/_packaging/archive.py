# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write what an image is built from as one tar stream; nothing of it is in memory as a whole. Decides nothing."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from .._errors import DockenvError
from .tree import Item, open_source, stamp_of

# 1980-01-02: users' archives of installed files cannot hold times before 1980, in any time zone.
_TIME = 315619200
_CHUNK = 1 << 20
# What no tar file has where a file begins; it ends none either.
_NO_HEADER = b"\xff" * 512


def write_tar(trees: Mapping[str, Iterable[Item]], files: Mapping[str, str], out: BinaryIO) -> None:
    """Write the trees, each below its name, and text files. Raises DockenvError for a file that changes meanwhile."""
    try:
        with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_CHUNK) as tar:
            for name, text in sorted(files.items()):
                _add(tar, name, text.encode("utf-8", "surrogateescape"))
            for root, items in trees.items():
                _add_folders(tar, root, items)
                for item in items:
                    if not item.is_folder:
                        _add_item(tar, f"{root}/{item.path}", item)
                    # For readers only; it would grow with each file.
                    tar.members.clear()
    except DockenvError:
        # Readers take an archive without an end for a whole one.
        out.write(_NO_HEADER)
        raise


def _add_item(tar: tarfile.TarFile, name: str, item: Item) -> None:
    if item.target is not None:
        tar.addfile(_info(name, type=tarfile.SYMTYPE, linkname=item.target, mode=0o777))
    elif item.content is not None:
        _add(tar, name, item.content, item.is_executable)
    else:
        with open_source(item.source) as file:
            _check_unchanged(item, file)
            _copy(tar, _info(name, size=item.size, mode=0o755 if item.is_executable else 0o644), item, file)
            _check_unchanged(item, file)


def _copy(tar: tarfile.TarFile, info: tarfile.TarInfo, item: Item, file: BinaryIO) -> None:
    try:
        tar.addfile(info, file)
    except BrokenPipeError:
        # Nobody reads any more, which is not about the file.
        raise
    except OSError as error:
        # That of tarfile for a file that ends too early has no number.
        _check_unchanged(item, file)
        raise DockenvError(f"{item.source} cannot be read: {error.strerror or error}") from error


def _check_unchanged(item: Item, file: BinaryIO) -> None:
    if stamp_of(os.fstat(file.fileno())) != item.stamp:
        raise DockenvError(f"{item.source} changed while it was packaged; run the task again")


def _add(tar: tarfile.TarFile, name: str, content: bytes, is_executable: bool = False) -> None:
    tar.addfile(_info(name, size=len(content), mode=0o755 if is_executable else 0o644), io.BytesIO(content))


def _add_folders(tar: tarfile.TarFile, root: str, items: Iterable[Item]) -> None:
    """Folders have entries of their own: an engine would give those that are made along the way the present time."""
    folders = {root}
    for item in items:
        folder = item.path if item.is_folder else os.path.dirname(item.path)
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
