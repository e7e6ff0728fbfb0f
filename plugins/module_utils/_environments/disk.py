# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read folders of environments and of projects, and stage what an image is built from. Decides nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from .._env.buildout import CONFIG, Project, find_inside, ignore_lines
from .._env.buildout_script import PROJECT
from .._env.digest import ContextEntry
from .._env.dockerfile import DOCKERFILE, LAYERS
from .._env.dockerignore import DOCKERIGNORE, Pattern, find_ignore_file, has_exceptions, is_ignored, parse_dockerignore
from .._env.folder import IGNORED, Folder, is_folder_file
from .._errors import DockenvError, InvalidInput
from .filesystem import find_text, naming, read_text, remove_tree

_CHUNK = 1 << 20
# The time of staged files of a project, which otherwise is that of a checkout; the same as in install.py.
_TIME = 315619200
_READABLE, _EXECUTABLE = 0o644, 0o755


def read_folder(path: str) -> tuple[Folder, tuple[ContextEntry, ...]]:
    """Return the files of an environment that the collection writes, and all that a build of the folder sees.

    Nothing is in a folder that is not there. Raises DockenvError if it cannot be read, and InvalidInput for a bad .dockerignore.
    """
    folder = read_own(path)
    try:
        return folder, tuple(_describe(path, name) for name in _list_files(path, _patterns(path, folder.files)))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def read_own(path: str) -> Folder:
    """Return the files of an environment that the collection writes. Raises DockenvError if they cannot be read."""
    try:
        return Folder(dict(_read_own(path)))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def read_dockerfile(path: str) -> Folder:
    """Return a folder with nothing but its Dockerfile, which says whose it is and what it was defined with. Raises DockenvError."""
    text = find_text(os.path.join(path, DOCKERFILE))
    return Folder() if text is None else Folder({DOCKERFILE: text})


def list_names(path: str) -> tuple[str, ...]:
    """Return what is in a folder, hidden names too; nothing is in one that is not there. Raises DockenvError."""
    try:
        return tuple(sorted(os.listdir(path)))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise DockenvError(f"The folder {path} cannot be read: {error.strerror}") from error


def read_project(path: str, without: Iterable[str]) -> Project:
    """Return the files of the project in a folder, but for what its .dockerignore leaves out and for the paths ``without``.

    Raises InvalidInput if it is not the folder of a buildout, and for a bad .dockerignore.
    """
    if not os.path.isfile(os.path.join(path, CONFIG)):
        raise InvalidInput(f"project_path: there is no {CONFIG} in {path!r}; name the folder that has one")
    try:
        own = find_text(os.path.join(path, DOCKERIGNORE)) or ""
        parse_dockerignore(own, os.path.join(path, DOCKERIGNORE))
        lines = ignore_lines(own, find_inside(path, without))
        entries = [_describe(path, name) for name in _list_files(path, parse_dockerignore("\n".join(lines)))]
    except OSError as error:
        raise DockenvError(f"The project {path} cannot be read: {error.strerror}") from error
    return Project(path, tuple(replace(entry, path=f"{PROJECT}/{entry.path}") for entry in entries), lines)


def stage(folder: str, context: tuple[ContextEntry, ...], files: Mapping[str, str], staging: str) -> None:
    """Make ``staging`` what the folder shall become: the user's files of the context, and the texts of ``files``."""
    with naming("written", staging):
        remove_tree(staging)
        os.makedirs(staging, mode=0o700)
        for entry in context:
            if not is_folder_file(entry.path):
                _link(os.path.join(folder, entry.path), os.path.join(staging, entry.path))
        for name, text in files.items():
            path = os.path.join(staging, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(text)


def stage_project(project: Project, staging: str) -> None:
    """Copy a project to its place in ``staging``; times and modes do not depend on how it came to the host."""
    with naming("written", staging):
        for entry in project.entries:
            source, target = os.path.join(project.path, os.path.relpath(entry.path, PROJECT)), os.path.join(staging, entry.path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target, follow_symlinks=False)
            if entry.kind == "file":
                os.chmod(target, _EXECUTABLE if entry.is_executable else _READABLE)
        for folder, _folders, names in os.walk(os.path.join(staging, PROJECT), topdown=False):
            os.chmod(folder, _EXECUTABLE)
            for path in (*(os.path.join(folder, name) for name in names), folder):
                os.utime(path, (_TIME, _TIME), follow_symlinks=False)


def _link(source: str, target: str) -> None:
    """Give a file a second name, which takes neither time nor space; copy it where the file system or its owner forbids that."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _patterns(path: str, files: Mapping[str, str]) -> tuple[Pattern, ...]:
    """Return what a build leaves out, also of a folder that has not been written yet."""
    ignore_file = find_ignore_file(DOCKERFILE, os.listdir(path) if os.path.isdir(path) else ())
    if ignore_file is None:
        return () if DOCKERFILE in files else parse_dockerignore("\n".join(IGNORED))
    source = os.path.join(path, ignore_file)
    return parse_dockerignore(files[ignore_file] if ignore_file == DOCKERIGNORE else read_text(source), source)


def _read_own(path: str) -> Iterator[tuple[str, str]]:
    """Yield the files that the collection writes; in a folder of the user's, one that a build only copies may be of any encoding."""
    is_ours = read_dockerfile(path).is_ours
    for name in _list_own(path):
        try:
            yield name, read_text(os.path.join(path, name))
        except UnicodeDecodeError:
            if is_ours or name in (DOCKERFILE, DOCKERIGNORE):
                raise


def _unreadable(path: str, error: Exception) -> DockenvError:
    return DockenvError(f"The folder {path} cannot be read: {getattr(error, 'strerror', None) or 'a file is not UTF-8 text'}")


def _list_own(path: str) -> list[str]:
    """Return the relative paths of the files that the collection writes."""
    found = []
    for prefix in ("", f"{LAYERS}/"):
        with suppress(FileNotFoundError, NotADirectoryError):
            found += [prefix + name for name in os.listdir(os.path.join(path, prefix)) if is_folder_file(prefix + name)]
    return sorted(found)


def _list_files(path: str, patterns: tuple[Pattern, ...]) -> Iterator[str]:
    """Yield the relative paths of files and links, without those left out; folders that are left out are not entered."""
    search_all = has_exceptions(patterns)
    for folder, folders, names in os.walk(path, onerror=_fail_unless_absent):
        inside = os.path.relpath(folder, path)
        prefix = "" if inside == "." else f"{inside}/"
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = sorted(name for name in folders if name not in links and (search_all or not is_ignored(prefix + name, patterns)))
        for name in sorted([*names, *links]):
            found = os.path.join(folder, name)
            if not is_ignored(prefix + name, patterns) and (os.path.islink(found) or os.path.isfile(found)):
                yield prefix + name


def _fail_unless_absent(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _describe(root: str, name: str) -> ContextEntry:
    path = os.path.join(root, name)
    if os.path.islink(path):
        return ContextEntry(name, "link", os.readlink(path))
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        return ContextEntry(name, "file", digest.hexdigest(), bool(os.fstat(file.fileno()).st_mode & 0o100))
