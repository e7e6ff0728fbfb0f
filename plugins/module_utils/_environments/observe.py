# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the disk and the engine what there is of an environment; changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .._docker.containers import OWNER, has_ended
from .._docker.images import ImageSummary
from .._env.digest import LABEL_ENVIRONMENT
from .._env.folder import Folder
from .._env.launcher import launcher_paths
from .._env.plan import Observed
from .._errors import InvalidInput
from . import disk, filesystem
from .place import Place
from .view import EngineView


@dataclass(frozen=True)
class Seen:
    """What is there, and what a task that was killed has left: paths on the disk, tags of the engine."""

    observed: Observed
    exists: bool
    left_paths: tuple[str, ...] = ()
    left_tags: tuple[str, ...] = ()


def see_folder(place: Place, launchers: Iterable[str] = ()) -> Seen:
    """Look at the disk only; ``launchers`` are the paths at which launchers are to be."""
    folder, context = disk.read_folder(place.folder)
    paths = {*launchers, *launcher_paths(_recorded(folder, "launcher"))}
    # A link is never a launcher, and no text says so, whatever it leads to.
    texts = {path: "" if os.path.islink(path) else filesystem.find_text(path) for path in sorted(paths)}
    observed = Observed(
        path=place.folder,
        folder=folder,
        context=context,
        launchers={path: text for path, text in texts.items() if text is not None},
        foreign=() if folder.is_ours else disk.list_names(place.folder),
    )
    return Seen(observed, os.path.isdir(place.folder), place.leftovers)


def see_engine(place: Place, seen: Seen, view: EngineView, bases: Iterable[str]) -> Seen:
    """Return the same with what the engine has; ``bases`` are the names of the base images, if those are to be compared."""
    ours = {place.new_tag, place.old_tag}
    lost = {tag for image in view.images if _is_lost_trial(image, place) for tag in image.tags}
    left = tuple(sorted(lost | (ours & {tag for image in view.images if LABEL_ENVIRONMENT in image.labels for tag in image.tags})))
    image = view.examine_image(str(place.image))
    if image is not None:
        image = replace(image, tags=tuple(tag for tag in image.tags if tag not in ours))
    containers = tuple(user.name for user in view.find_users(image.id)) if image is not None else ()
    former = _find_former(place, seen.observed.folder, view)
    observed = replace(seen.observed, image=image, containers=containers, former=former, base=view.find_base(bases))
    return replace(seen, observed=observed, left_tags=left)


def _is_lost_trial(image: ImageSummary, place: Place) -> bool:
    """Whether an image was made for a moment by a task that lives no more."""
    return image.labels.get(LABEL_ENVIRONMENT) == place.name and has_ended(image.labels.get(OWNER, ""))


def _find_former(place: Place, folder: Folder, view: EngineView) -> str | None:
    """Return the image's name that the folder records, if it is another one, of an image of the environment that nobody uses."""
    if not folder.is_ours:
        return None
    try:
        name = str(Place.of_folder(place.name, place.root, folder).image)
    except InvalidInput:  # edited by hand
        return None
    image = view.find_image(name) if name != str(place.image) else None
    if image is None or image.labels.get(LABEL_ENVIRONMENT) != place.name or view.find_users(image.id):
        return None
    return name


def _recorded(folder: Folder, key: str) -> str | None:
    value = folder.record.get(key)
    return value if folder.is_ours and isinstance(value, str) else None
