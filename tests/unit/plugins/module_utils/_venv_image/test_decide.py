# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.decide import (
    Decision,
    Found,
    check_editables,
    decide,
    find_obstacles,
)
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.distributions import Distribution


def test_what_keeps_a_virtualenv_from_being_moved():
    found = Found(["a", "b", "c", "d", "e"], ["bin/x"], ["/srv/lib"])
    assert find_obstacles(["it is old"], True, found) == (
        "it is old",
        "the virtualenv uses packages of the system's Python, which it does not hold",
        "files that cannot be changed hold the virtualenv's path: a, b, c and 2 more",
        "links lead out of the virtualenv: bin/x",
        "folders that the image does not have are on its search path: /srv/lib",
    )
    assert find_obstacles([], False, Found()) == ()


@pytest.mark.parametrize(
    ("asked", "obstacles", "decision"),
    [
        pytest.param("auto", [], Decision("relocate"), id="nothing in the way"),
        pytest.param("auto", ["a", "b"], Decision("rebuild", ("a", "b")), id="something is"),
        pytest.param("relocate", [], Decision("relocate"), id="asked for"),
        pytest.param("rebuild", [], Decision("rebuild", ("it was asked for",)), id="asked for anew"),
    ],
)
def test_decision(asked, obstacles, decision):
    assert decide(asked, obstacles) == decision


def test_relocation_in_vain():
    with pytest.raises(InvalidInput) as caught:
        decide("relocate", ["a", "b"])
    assert caught.value.message == "strategy: the virtualenv cannot be relocated: a; b; use auto or rebuild"


def test_editables_are_refused_unless_the_task_says_more():
    linked = [Distribution("tool", "1", "/srv/tool")]
    with pytest.raises(InvalidInput) as caught:
        check_editables("fail", linked)
    assert caught.value.message == (
        "on_editable: the virtualenv has packages that are links to folders: tool (/srv/tool); set on_editable to wheel to install them "
        "in the image, or to copy to take their folders along"
    )
    check_editables("wheel", linked)
    check_editables("fail", [])
