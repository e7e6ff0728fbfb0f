# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says how far an image is from the folder that it was made from, where nobody says which options a build would have; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._build_options import BuildOptions
from .digest import BuildInput, InputDigest, compare, compute_digest, read_labels
from .folder import asked_of, find_buildout_lock_reasons
from .plan import Observed, make_input
from .wanted import REQUIREMENTS_IN

# Parts of the digest that the folder and the base image decide; the others come from options of a task.
_OF_THE_FOLDER = ("schema", "dockerfile", "context")


def find_drift(observed: Observed, labels: Mapping[str, str] | None, unlocked: Sequence[str]) -> tuple[str, ...]:
    """Return why the next build would make another image, in the words of docker_env; empty if it would not.

    ``labels`` are those of the image, None without one; ``unlocked`` is what was asked for and the lock does not give. Raises
    InvalidInput for a .dockerignore that cannot be read.
    """
    build = make_input(observed, observed.folder, BuildOptions())
    return (*_find_lock_drift(observed, unlocked), *_find_image_drift(build, labels))


def _find_lock_drift(observed: Observed, unlocked: Sequence[str]) -> tuple[str, ...]:
    """A folder of the user's may have its requirements in other ways."""
    folder = observed.folder
    if folder.is_buildout and observed.project is not None:
        return find_buildout_lock_reasons(folder, asked_of(folder, observed.project))
    if REQUIREMENTS_IN not in folder.files:
        return ()
    if folder.lock is None:
        return ("lock_missing",)
    if unlocked:
        return ("lock_incomplete",)
    return ("requirements_changed",) if folder.is_lock_outdated else ()


def _find_image_drift(build: BuildInput, labels: Mapping[str, str] | None) -> tuple[str, ...]:
    if labels is None:
        return ("image_missing",)
    old, new = read_labels(labels), compute_digest(build)
    if old is None:
        return ("unmanaged_image",)
    parts = {name: value if name in _OF_THE_FOLDER else old.parts.get(name, value) for name, value in new.parts.items()}
    return compare(old, InputDigest(new.value, parts, new.base))
