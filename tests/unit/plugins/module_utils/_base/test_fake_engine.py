# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base import engine_contract
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.fake_engine import FakeEngine


@pytest.mark.parametrize("case", engine_contract.CASES, ids=lambda case: case.__name__)
def test_the_fake_engine_keeps_the_contract(case):
    engine = FakeEngine()
    case(engine, "contract")
    assert (engine.images, engine.tags) == ({}, {})


def test_the_fake_engine_keeps_images_in_use():
    engine = FakeEngine()

    def use(image_id, name):
        engine.containers[name] = image_id

    engine_contract.an_image_in_use_stays(engine, "contract", use, engine.containers.pop)
    assert (engine.images, engine.tags) == ({}, {})
