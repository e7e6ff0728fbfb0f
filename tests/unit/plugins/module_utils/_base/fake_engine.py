# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An engine in memory, as honest as the contract that it and the real one are held to: see engine_contract.py."""

from __future__ import annotations

import hashlib
import json
import shlex

from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError
from ansible_collections.dockenv.python.plugins.module_utils._image import Image


class FakeEngine:
    """``images`` by id without their tags, ``tags`` as name to id, ``containers`` as name to the image's id."""

    def __init__(self):
        self.images = {}
        self.tags = {}
        self.containers = {}

    def find_image(self, reference):
        image_id = self.tags.get(_with_tag(reference), reference)
        if image_id not in self.images:
            return None
        tags = tuple(sorted(name for name, tagged in self.tags.items() if tagged == image_id))
        return Image(**{**self.images[image_id], "tags": tags})

    def find_containers(self, image_id):
        return tuple(sorted(name for name, used in self.containers.items() if used == image_id))

    def check_import_platform(self, platform):
        """This engine imports for all."""

    def import_image(self, stream, repository, tag, changes, platform, comment):
        content = b"".join(stream)
        config = _read_changes(changes)
        image_id = f"sha256:{hashlib.sha256(repr((content, changes, len(self.images))).encode()).hexdigest()}"
        self.images[image_id] = {
            "id": image_id,
            "labels": config["LABEL"],
            "env": config["ENV"],
            "entrypoint": tuple(config["ENTRYPOINT"]),
            "command": tuple(config["CMD"]),
            "architecture": platform.split("/")[1],
            "size": len(content),
            "created": "2026-01-01T00:00:00Z",
            "comment": comment,
        }
        self.tag_image(image_id, repository, tag)
        return image_id

    def tag_image(self, image_id, repository, tag):
        if image_id not in self.images:
            raise EngineError(f"No such image: {image_id}")
        self.tags[f"{repository}:{tag}"] = image_id

    def remove_image(self, reference, force=False):
        image = self.find_image(reference)
        if image is None:
            return True
        used = image.id in self.containers.values()
        by_name = reference != image.id
        if used and not force and not (by_name and len(image.tags) > 1):
            return False
        for name in [_with_tag(reference)] if by_name else image.tags:
            del self.tags[name]
        if image.id not in self.tags.values() and not used:
            del self.images[image.id]
        return True


def _with_tag(reference):
    return reference if ":" in reference.rpartition("/")[2] else f"{reference}:latest"


def _read_changes(changes):
    config = {"ENTRYPOINT": [], "CMD": [], "ENV": {}, "LABEL": {}}
    for line in changes:
        instruction, _space, rest = line.partition(" ")
        if rest.startswith("["):
            config[instruction] = json.loads(rest)
        else:
            key, _equals, value = rest.partition("=")
            config[instruction][key] = shlex.split(value.replace("\\$", "$"))[0]
    return config
