# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with a real virtualenv, the fake engine with its classic builder, and a base image whose Python fits."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig

from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import Builder
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._environments.host import Host
from ansible_collections.dockenv.python.plugins.module_utils._packaging import build, tasks
from ansible_collections.dockenv.python.plugins.module_utils._packaging.converge import converge
from ansible_collections.dockenv.python.plugins.module_utils._packaging.report import find_warnings, report
from ansible_collections.dockenv.python.plugins.module_utils._packaging.tasks import read_task
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._venv_image.definitions import PARAMS

SITE = "lib/python{}.{}/site-packages".format(*sys.version_info)
VERSION = "{}.{}.{}".format(*sys.version_info)
NAME = "shop:latest"
MORE = {"state": "present", "build_dir": None, "keep_build_dir": "never", "force": False}


class World:
    """The host; ``python`` is the version of the base image's Python, None for a base image without one, ``libc`` its C library."""

    def __init__(self, root):
        self.root = root
        self.venv = root / "venv"
        self.engine = make_engine()
        self.client = self.engine.client
        self.python = VERSION
        self.libc = "glibc 2.99"
        self.asked = []
        self.warnings = ()
        for name in ("python3", "python{}.{}".format(*sys.version_info)):
            self.client.programs[name] = self._probe
        base = sys.base_prefix + "/bin/python{}.{}".format(*sys.version_info)
        subprocess.run([base, "-m", "venv", "--without-pip", str(self.venv)], check=True)
        self.add_package("tool", "1.0")

    def _probe(self, container, argv):
        if self.python is None:
            return 127, b"", b"not found"
        abi, platform = sysconfig.get_config_var("SOABI"), sysconfig.get_platform()
        return 0, json.dumps([self.python, "cpython", abi, platform, self.libc, "/usr/bin/python3.x"]).encode(), b""

    def add_package(self, name, version, **files):
        site = self.venv / SITE
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir()
        (site / f"{name}.py").write_text("x = 1\n")
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        listed = [f"{folder.name}/{each}" for each in ("METADATA", "RECORD", *(f"{file}.json" for file in files))]
        rows = [f"{each},,\n" for each in (f"{name}.py", f"{name}.pth", *listed)]
        (folder / "RECORD").write_text(f"{''.join(rows)}../../../bin/{name},sha256=old,1\n")
        for file, text in files.items():
            (folder / f"{file}.json").write_text(text)
        (self.venv / "bin" / name).write_text(f"#!{self.venv}/bin/python3\nimport {name}\n")

    def lock(self, host, unlocked, step):
        """Stand in for the resolver."""
        self.asked.append(unlocked)
        return make_lock(*unlocked.requirements.split())

    def host(self):
        host = Host(Connection(), {}, lambda connection: self.engine)
        host.builder = Builder("none")
        return host

    def run(self, check_mode=False, options=None, **params):
        given = {**PARAMS, **MORE, "venv": str(self.venv), "name": "shop", "base_image": BASE, **params}
        task = read_task(given, options or BuildOptions())
        result = converge(task, self.host(), check_mode)
        self.warnings = find_warnings(result)
        return report(task, result)

    def tags(self):
        return sorted(tag for image in self.client.images_by_id.values() for tag in image.tags if tag != BASE)

    def left(self):
        """Return the names of what is in the folder for images."""
        return sorted(path.name for path in (self.root / "images").glob("*") if path.name != ".dockenv")


def make_world(tmp_path, monkeypatch):
    """Return a world whose state is below ``tmp_path``."""
    world = World(tmp_path)
    monkeypatch.setattr(tasks, "_SYSTEM_ROOT", str(tmp_path / "images"))
    monkeypatch.setattr(tasks, "_USERS_ROOT", str(tmp_path / "images"))
    monkeypatch.setattr(Host, "tools", str(tmp_path / "tools"))
    monkeypatch.setattr(build, "make_lock", world.lock)
    return world
