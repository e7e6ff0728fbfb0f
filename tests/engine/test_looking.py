# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look without the SDK sees what the SDK sees, of the engine of this machine."""

from __future__ import annotations

from ansible_collections.dockenv.python.plugins.module_utils._docker.containers import list_containers
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import Engine
from ansible_collections.dockenv.python.plugins.module_utils._docker.local_client import LocalClient


def refuse():
    raise AssertionError("the SDK was used")


def test_images_and_containers_are_those_of_the_sdk(connection, engine, base):
    quick = Engine(LocalClient(connection, refuse), connection)
    assert quick.find_image(base) == engine.find_image(base)
    assert quick.find_image(base) is not None
    image = engine.find_image(base).id
    # Other tests make and remove images at the same time.
    (mine,), (theirs,) = ([each for each in each_engine.client.images() if each["Id"] == image] for each_engine in (quick, engine))
    assert mine == theirs
    made = engine.client.create_container(base, command=["true"], labels={"dockenv.test": "looking"})["Id"]
    try:
        (mine,), (theirs,) = ([each for each in list_containers(each_engine) if each.id == made] for each_engine in (quick, engine))
        assert mine == theirs
    finally:
        engine.client.remove_container(made, force=True)
