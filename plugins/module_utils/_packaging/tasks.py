# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task asks for the image of a virtualenv. Does nothing on its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .._build_options import BuildOptions
from .._env.names import check_host_path
from .._environments.filesystem import read_text
from .._environments.place import Place
from .._image_name import ImageName, parse_image_name
from .._venv_image.spec import VenvImageSpec

ALWAYS, ON_FAILURE, NEVER = "always", "on_failure", "never"

_SYSTEM_ROOT = "/var/lib/dockenv/images"
_USERS_ROOT = "~/.local/share/dockenv/images"


@dataclass(frozen=True)
class Present:
    """The image, or with ``is_staged`` only the folder that it is built from; ``keep`` says when that is kept after a build."""

    spec: VenvImageSpec
    options: BuildOptions
    place: Place
    build_dir: str
    keep: str = NEVER
    is_staged: bool = False
    force: bool = False


@dataclass(frozen=True)
class Absent:
    """Neither the image nor a build folder."""

    place: Place
    build_dir: str
    force: bool = False


def read_task(params: Mapping[str, Any], options: BuildOptions) -> Present | Absent:
    """Return the task that the parameters of docker_venv_image ask for. Raises InvalidInput."""
    is_absent = params["state"] == "absent"
    image = parse_image_name(params["name"], params["tag"])
    root = _SYSTEM_ROOT if os.geteuid() == 0 else os.path.expanduser(_USERS_ROOT)
    place = Place(str(image), root, image)
    build_dir = check_host_path(params["build_dir"], "build_dir") if params["build_dir"] else _default_dir(root, image)
    if is_absent:
        return Absent(place, build_dir, params["force"])
    spec = VenvImageSpec.from_params(params, read_text)
    return Present(spec, options, place, build_dir, params["keep_build_dir"], params["state"] == "staged", params["force"])


def base_tag(place: Place) -> str:
    """Return the name of a base image with Python while a lock is made for it."""
    return place.new_tag.replace(":dockenv-new", ":dockenv-base")


def _default_dir(root: str, image: ImageName) -> str:
    """The name of an image may hold slashes."""
    return os.path.join(root, quote(str(image), safe=":"))
