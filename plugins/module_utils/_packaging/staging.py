# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the context of a build into a folder, so that people can look at it and build it by hand. Decides nothing."""

from __future__ import annotations

import os
import tarfile
from contextlib import suppress

from .._build_options import BuildOptions
from .._docker.feeding import feeding
from .._env.digest import compute_digest
from .._env.dockerfile import DOCKERFILE
from .._environments.filesystem import find_text, remove_folder, remove_tree
from .._errors import DockenvError, NotOurs
from .._venv_image.dockerfile import HEADER
from .archive import write_tar
from .context import Context

# Of what was written; a folder with another one, or with none, is written anew.
_DIGEST = ".dockenv"


def find_ours(path: str) -> str | None:
    """Return the path if there is a build folder that this module has written."""
    return path if find_dockerfile(path) is not None else None


def find_dockerfile(path: str) -> str | None:
    """Return the text of the Dockerfile of a build folder that this module has written."""
    text = find_text(os.path.join(path, DOCKERFILE)) if os.path.isdir(path) else None
    return text if text is not None and text.startswith(HEADER) else None


def find_leftovers(path: str) -> tuple[str, ...]:
    """Return what a task that was killed has left of a build folder."""
    return tuple(each for each in (_new(path), _old(path)) if os.path.lexists(each))


def is_current(path: str, context: Context) -> bool:
    """Return whether the folder holds this very context, as far as nobody has changed it since. Raises NotOurs."""
    refuse_foreign(path)
    return find_dockerfile(path) == context.dockerfile and find_text(os.path.join(path, _DIGEST)) == _digest(context)


def write(path: str, context: Context) -> None:
    """Make the folder hold the context. Raises NotOurs for one of the user's, DockenvError if it cannot be written."""
    refuse_foreign(path)
    new = _new(path)
    remove_tree(new)
    try:
        os.makedirs(new, mode=0o700)
        _extract(context, new)
        with open(os.path.join(new, _DIGEST), "w", encoding="ascii") as file:
            file.write(_digest(context))
        remove_folder(path, _old(path))
        os.rename(new, path)
    except OSError as error:
        with suppress(DockenvError):
            remove_tree(new)
        raise DockenvError(f"build_dir: {path} cannot be written: {error.strerror}; choose another folder") from error


def remove(path: str) -> None:
    """Remove a build folder of ours."""
    remove_folder(path, _old(path))


def refuse_foreign(path: str) -> None:
    """Raise NotOurs for a folder or file of the user's."""
    is_empty = os.path.isdir(path) and not os.path.islink(path) and not os.listdir(path)
    if os.path.lexists(path) and not is_empty and find_ours(path) is None:
        raise NotOurs(f"build_dir: {path} was not made by this module; choose another folder, or remove it")


def _extract(context: Context, folder: str) -> None:
    with (
        feeding(lambda out: write_tar(context.trees, context.texts(has_mounts=True), out)) as descriptor,
        open(descriptor, "rb", closefd=False) as file,
        tarfile.open(fileobj=file, mode="r|") as tar,
    ):
        # It is our own stream, and its links lead to places in the image.
        tar.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        tar.extractall(folder)  # noqa: S202


def _digest(context: Context) -> str:
    return compute_digest(context.build_input(BuildOptions(), None)).value


def _new(path: str) -> str:
    return f"{path}.dockenv-new"


def _old(path: str) -> str:
    return f"{path}.dockenv-old"
