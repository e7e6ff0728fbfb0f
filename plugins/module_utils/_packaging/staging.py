# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at the folder with the context of a build, which people can look at and build by hand. Changes nothing."""

from __future__ import annotations

import os

from .._build_options import BuildOptions
from .._env.digest import compute_digest
from .._env.dockerfile import DOCKERFILE
from .._environments.filesystem import find_text
from .._errors import DockenvError, NotOurs
from .._venv_image.dockerfile import HEADER
from .context import Context

# Of what was written; a folder with another one, or with none, is written anew.
DIGEST = ".dockenv"


def find_ours(path: str) -> str | None:
    """Return the path if there is a build folder that this module has written."""
    return path if find_dockerfile(path) is not None else None


def find_dockerfile(path: str) -> str | None:
    """Return the text of the Dockerfile of a build folder that this module has written."""
    text = find_text(os.path.join(path, DOCKERFILE)) if os.path.isdir(path) else None
    return text if text is not None and text.startswith(HEADER) else None


def all_paths(path: str) -> tuple[str, ...]:
    """Return where a build folder is, and what a task that is killed may leave of it."""
    return path, new_path(path), old_path(path)


def find_leftovers(path: str) -> tuple[str, ...]:
    """Return what a task that was killed has left of a build folder."""
    return tuple(each for each in all_paths(path)[1:] if os.path.lexists(each))


def is_current(path: str, context: Context) -> bool:
    """Return whether the folder holds this very context, as far as nobody has changed it since. Raises NotOurs."""
    refuse_foreign(path)
    return find_dockerfile(path) == context.dockerfile and find_text(os.path.join(path, DIGEST)) == digest_of(context)


def refuse_foreign(path: str) -> None:
    """Raise NotOurs for a folder or file of the user's, DockenvError for one that cannot be read."""
    try:
        is_empty = os.path.isdir(path) and not os.path.islink(path) and not os.listdir(path)
    except OSError as error:
        raise DockenvError(f"build_dir: {path} cannot be read: {error.strerror}; choose another folder") from error
    if os.path.lexists(path) and not is_empty and find_ours(path) is None:
        raise NotOurs(f"build_dir: {path} was not made by this module; choose another folder, or remove it")


def digest_of(context: Context) -> str:
    """Return what tells the context from all others."""
    return compute_digest(context.build_input(BuildOptions(), None)).value


def new_path(path: str) -> str:
    """Return where the folder is written before it takes its place."""
    return f"{path}.dockenv-new"


def old_path(path: str) -> str:
    """Return where the folder is while it is removed."""
    return f"{path}.dockenv-old"
