# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions for the tests of this folder, short enough to see what matters in each."""

from __future__ import annotations

from ansible_collections.dockenv.python.plugins.module_utils._env.spec import EnvSpec

PARAMS = {
    "name": "science",
    "path": "/var/lib/dockenv/envs",
    "python": "3.13",
    "image": None,
    "base_image": None,
    "registry_prefix": None,
    "packages": None,
    "requirements": None,
    "constraints": None,
    "system_packages": None,
    "installer": "uv",
    "project_path": None,
    "project_dest": None,
    "buildout_options": None,
    "newest": False,
    "index_url": None,
    "extra_index_urls": None,
    "user": None,
    "env": None,
    "workdir": None,
    "ports": None,
    "volumes": None,
    "entrypoint": None,
    "command": None,
    "labels": None,
    "pre_install": None,
    "post_install": None,
    "template": None,
    "launcher": None,
}

HASH = "--hash=sha256:" + "0123456789abcdef" * 4
OTHER_HASH = "--hash=sha256:" + "fedcba9876543210" * 4


def make_spec(files=None, secrets=(), **params):
    """Return a definition; ``files`` are the texts that options name."""

    def read(path):
        if path not in (files or {}):
            raise FileNotFoundError(2, "No such file or directory")
        return files[path]

    return EnvSpec.from_params({**PARAMS, **params}, read, secrets)


def make_lock(*pins, options=""):
    """Return a lock with the pins, such as ``six==1.17.0``, each with the same hash."""
    return options + "".join(f"{pin} \\\n    {HASH}\n" for pin in pins)
