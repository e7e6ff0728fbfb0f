# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the context of a build into a folder, so that people can look at it and build it by hand. Decides nothing."""

from __future__ import annotations

import os
import tarfile

from .._build_options import BuildOptions
from .._docker.feeding import feeding
from .._env.digest import compute_digest
from .._env.dockerfile import DOCKERFILE
from .._environments.disk import find_text, remove_folder, remove_tree
from .._errors import DockenvError, NotOurs
from .._venv_image.dockerfile import HEADER
from .context import Context

# Of what was written; a folder with another one, or with none, is written anew.
_DIGEST = ".dockenv"


def find_ours(path: str) -> str | None:
    """Return the path if there is a build folder that this module has written."""
    text = find_text(os.path.join(path, DOCKERFILE)) if os.path.isdir(path) else None
    return path if text is not None and text.startswith(HEADER) else None


def is_current(path: str, context: Context) -> bool:
    """Return whether the folder holds this very context, as far as nobody has changed it since. Raises NotOurs."""
    _refuse_foreign(path)
    return find_ours(path) is not None and find_text(os.path.join(path, _DIGEST)) == _digest(context)


def write(path: str, context: Context) -> None:
    """Make the folder hold the context. Raises NotOurs for one of the user's, DockenvError if it cannot be written."""
    _refuse_foreign(path)
    new = f"{path}.dockenv-new"
    remove_tree(new)
    try:
        os.makedirs(new, mode=0o700)
        _extract(context, new)
        with open(os.path.join(new, _DIGEST), "w", encoding="ascii") as file:
            file.write(_digest(context))
        remove_folder(path, f"{path}.dockenv-old")
        os.rename(new, path)
    except OSError as error:
        remove_tree(new)
        raise DockenvError(f"build_dir: {path} cannot be written: {error.strerror}; choose another folder") from error


def remove(path: str) -> None:
    """Remove a build folder of ours, or what a task that was killed has left of one."""
    remove_folder(path, f"{path}.dockenv-old")
    remove_tree(f"{path}.dockenv-new")


def _extract(context: Context, folder: str) -> None:
    with (
        feeding(lambda out: context.write(out, has_mounts=True)) as descriptor,
        open(descriptor, "rb", closefd=False) as file,
        tarfile.open(fileobj=file, mode="r|") as tar,
    ):
        # It is our own stream, and its links lead to places in the image.
        tar.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        tar.extractall(folder)  # noqa: S202


def _digest(context: Context) -> str:
    return compute_digest(context.build_input(BuildOptions(), None)).value


def _refuse_foreign(path: str) -> None:
    if os.path.lexists(path) and find_ours(path) is None and not (os.path.isdir(path) and not os.listdir(path)):
        raise NotOurs(f"build_dir: {path} was not made by this module; choose another folder, or remove it")
