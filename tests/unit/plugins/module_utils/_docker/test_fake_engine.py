# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.engine_contract import EngineContract
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.fake_engine import BASE, make_engine


class TestFakeEngine(EngineContract):
    @pytest.fixture
    def engine(self):
        return make_engine()

    @pytest.fixture
    def base(self):
        return BASE
