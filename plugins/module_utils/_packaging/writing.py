# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the context of a build into a folder, so that people can look at it and build it by hand. Decides nothing."""

from __future__ import annotations

import os
import tarfile
from contextlib import suppress

from .._docker.feeding import feeding
from .._environments.filesystem import remove_folder, remove_tree
from .._errors import DockenvError
from .archive import write_tar
from .context import Context
from .staging import DIGEST, digest_of, new_path, old_path, refuse_foreign


def write(path: str, context: Context) -> None:
    """Make the folder hold the context. Raises NotOurs for one of the user's, DockenvError if it cannot be written."""
    refuse_foreign(path)
    new = new_path(path)
    remove_tree(new)
    try:
        os.makedirs(new, mode=0o700)
        _extract(context, new)
        with open(os.path.join(new, DIGEST), "w", encoding="ascii") as file:
            file.write(digest_of(context))
        remove_folder(path, old_path(path))
        os.rename(new, path)
    except OSError as error:
        with suppress(DockenvError):
            remove_tree(new)
        raise DockenvError(f"build_dir: {path} cannot be written: {error.strerror}; choose another folder") from error


def remove(path: str) -> None:
    """Remove a build folder of ours."""
    remove_folder(path, old_path(path))


def _extract(context: Context, folder: str) -> None:
    with (
        feeding(lambda out: write_tar(context.trees, context.texts(has_mounts=True), out)) as descriptor,
        open(descriptor, "rb", closefd=False) as file,
        tarfile.open(fileobj=file, mode="r|") as tar,
    ):
        # It is our own stream, and its links lead to places in the image.
        tar.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        tar.extractall(folder)  # noqa: S202
