# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that the tests of base images start from."""

from __future__ import annotations

from ansible_collections.dockenv.python.plugins.module_utils._base.recipe import Host, Recipe
from ansible_collections.dockenv.python.plugins.module_utils._base.sources import Source
from ansible_collections.dockenv.python.plugins.module_utils._base.spec import BaseImageSpec

OPTIONS = {
    "name": "base",
    "tag": None,
    "state": "present",
    "suite": None,
    "mirror": [],
    "components": [],
    "variant": "minbase",
    "packages": [],
    "ca_certificates": [],
    "architecture": None,
    "entrypoint": [],
    "command": [],
    "env": {},
    "labels": {},
    "rebuild": "on_change",
    "force": False,
}

HOST = Host(
    distribution="debian",
    codename="trixie",
    architecture="amd64",
    sources=(Source("http://mirror.example/debian", "trixie", ("main",)),),
    certificates=(),
)


def read_spec(**options):
    return BaseImageSpec.from_params({**OPTIONS, **options})


def read_recipe(**options):
    return Recipe.from_spec(read_spec(**options), HOST)
