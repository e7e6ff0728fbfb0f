# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import Builder, find_builder
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._docker.engine_contract import EngineContract


class TestRealEngine(EngineContract):
    @pytest.fixture(params=["classic", "BuildKit"])
    def builder(self, request):
        if request.param == "classic":
            return Builder("none")
        found = find_builder(os.environ)
        assert found.has_buildkit, f"these tests need a docker command with BuildKit, and found was {found}"
        return found
