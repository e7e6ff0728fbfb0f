# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.stages import find_bases

from .dockerfiles import DOCKERFILES


@pytest.mark.parametrize(("dockerfile", "bases"), DOCKERFILES)
def test_images_that_a_dockerfile_starts_from(dockerfile, bases):
    assert find_bases(dockerfile) == bases


@pytest.mark.parametrize(("target", "bases"), [("one", ("a",)), ("0", ("a",)), (None, ("b",)), ("nowhere", ())])
def test_only_the_wanted_stage_counts(target, bases):
    assert find_bases("FROM a AS one\nFROM b AS two\n", target) == bases
