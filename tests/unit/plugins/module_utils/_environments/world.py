# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host for whole lives of environments: real files, the fake engine with its classic builder, and a resolver of two packages."""

from __future__ import annotations

import json
import os

from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import Builder
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._env.lock import parse_lock
from ansible_collections.dockenv.python.plugins.module_utils._environments import converge as service
from ansible_collections.dockenv.python.plugins.module_utils._environments import locking
from ansible_collections.dockenv.python.plugins.module_utils._environments.folders import read_builds, read_install
from ansible_collections.dockenv.python.plugins.module_utils._environments.host import Host
from ansible_collections.dockenv.python.plugins.module_utils._environments.many import converge_many
from ansible_collections.dockenv.python.plugins.module_utils._environments.report import report, report_failures, report_many
from ansible_collections.dockenv.python.plugins.module_utils._environments.tasks import Absent, Defined, Present
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock, make_spec

TAG = "science:latest"
VERSIONS = {"six": "1.17.0", "idna": "3.10"}
BUILD = {"name": None, "context": None, "image": None, "jobs": 2, "force": False}
INSTALL = {"env": "science", "name": None, "requirements": None, "state": "present", "index_url": None, "extra_index_urls": None}


class World:
    """A host with a fake engine, whose images have the packages in ``installed``."""

    def __init__(self, root):
        self.root = str(root / "envs")
        self.launcher = str(root / "bin" / "science")
        self.engine = make_engine()
        self.client = self.engine.client
        self.installed = dict(VERSIONS)
        self.versions = dict(VERSIONS)
        self.asked = []
        self.connections = 0
        self.python = "3.13.5"
        self.client.programs["/opt/env/bin/python3"] = self._list_packages
        self.client.programs["python3"] = self._say_python

    def _list_packages(self, container, argv):
        return 0, json.dumps(sorted(self.installed.items())).encode(), b""

    def _say_python(self, container, argv):
        answer = {"python": self.python, "machine": "x86_64", "libc": "glibc 2.41", "implementation": "CPython"}
        return 0, json.dumps(answer).encode(), b""

    def resolve(self, host, unlocked, step):
        """Stand in for the resolver: what is locked stays, unless it is to move."""
        self.asked.append((unlocked, step))
        if "impossible" in unlocked.requirements:
            raise CommandFailed("The requirements cannot be resolved", ["uv"], 1)
        names = [name for name in sorted(self.versions) if any(line.startswith(name) for line in unlocked.requirements.splitlines())]
        kept = {pin.name: pin.version for pin in parse_lock(unlocked.locked).pins if pin.version and pin.name not in step.upgrade}
        return make_lock(*(f"{name}=={kept.get(name, self.versions[name])}" for name in names))

    def _connect(self, connection):
        self.connections += 1
        return self.engine

    def host(self):
        host = Host(Connection(), {}, self._connect)
        host.builder = Builder("none")
        return host

    def present(self, check_mode=False, options=None, force=False, **params):
        spec = make_spec(path=self.root, **{"python": None, "base_image": BASE, **params})
        return report(service.converge(Present(spec, options or BuildOptions(), force=force), self.host(), check_mode))

    def defined(self, check_mode=False, **params):
        spec = make_spec(path=self.root, **{"python": None, "base_image": BASE, **params})
        return report(service.converge(Defined(spec, BuildOptions()), self.host(), check_mode))

    def absent(self, check_mode=False, force=False):
        place = Present(make_spec(path=self.root), BuildOptions()).place
        return report(service.converge(Absent(place, BuildOptions(), force), self.host(), check_mode))

    def build(self, check_mode=False, options=None, **params):
        """Return what docker_env_build returns, and what it fails with, empty if it does not."""
        tasks = read_builds({**BUILD, "path": self.root, **params}, options or BuildOptions())
        outcomes = converge_many(tasks, self.host(), params.get("jobs", 2), check_mode)
        return {**report_many(outcomes), **report_failures(outcomes)}

    def install(self, *names, check_mode=False, options=None, **params):
        task = read_install({**INSTALL, "path": self.root, "name": list(names), **params}, options or BuildOptions())
        return report(service.converge(task, self.host(), check_mode))

    def path(self, *names):
        return os.path.join(self.root, "science", *names)

    def read(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def write(self, *names, text):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "w", encoding="utf-8") as file:
            file.write(text)

    def files(self):
        found = {}
        for folder, _folders, names in os.walk(self.root):
            for name in names:
                path = os.path.join(folder, name)
                if not path.endswith((".log", ".lock")):
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, self.root)] = file.read()
        return found

    def tags(self):
        return sorted(tag for image in self.client.images_by_id.values() for tag in image.tags)

    def dangling(self):
        return [image.id for image in self.client.images_by_id.values() if not image.tags]


def make_world(tmp_path, monkeypatch):
    """Return a world with its resolver in place."""
    world = World(tmp_path)
    monkeypatch.setattr(Host, "tools", str(tmp_path / "tools"))
    monkeypatch.setattr(locking, "make_lock", world.resolve)
    monkeypatch.setattr(locking, "preview_lock", world.resolve)
    return world


def same_but_image(foretold, done):
    """Whether check mode foretold what was done; it cannot know an image that is not built."""
    return {**foretold, "image": None} == {**done, "image": None}
