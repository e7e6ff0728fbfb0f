# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Specs of images, as tests need them."""

from __future__ import annotations

from ansible_collections.dockenv.python.plugins.module_utils._venv_image.spec import VenvImageSpec

PARAMS = {
    "venv": "/srv/shop/.venv", "venv_name": None, "venv_root": "/root/.virtualenvs", "project_path": None, "name": "team/shop", "tag": None,
    "strategy": "auto", "base_image": "python:3.13-slim", "venv_dest": None, "project_dest": None, "system_packages": None,
    "system_packages_file": None, "requirements": None, "env": None, "entrypoint": None, "command": None, "ports": None, "user": None,
    "workdir": None, "path_entries": None, "pythonpath_entries": None, "project_on_path": True, "project_on_pythonpath": True,
    "exclude": None, "on_editable": "fail", "labels": None, "maintainer": None,
}  # fmt: skip


def make_spec(read=None, **params):
    return VenvImageSpec.from_params({**PARAMS, **params}, read or _find_nothing)


def _find_nothing(path):
    raise FileNotFoundError(2, "No such file or directory")
