# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._host.pruning import read_prune

DEFAULTS = {
    "prune_objects": ["images", "containers"],
    "prune_until": "168h",
    "prune_filters": ["label!=keep", "label=stage=test"],
    "prune_all_images": False,
    "prune_schedule": "Sun *-*-* 03:00:00",
}


def test_options_become_a_script_a_service_and_a_timer():
    script, service, timer = read_prune(DEFAULTS, "print()\n")
    assert (script.path, script.text) == ("/usr/local/lib/docker/dockenv-prune.py", "print()\n")
    assert service.path == "/etc/systemd/system/dockenv-prune.service"
    assert service.text.splitlines()[-1] == (
        "ExecStart=/usr/bin/python3 -I /usr/local/lib/docker/dockenv-prune.py --objects=containers,images --hours=168 "
        "--filter=label!=keep --filter=label=stage=test"
    )
    assert timer.path == "/etc/systemd/system/dockenv-prune.timer"
    assert "\nOnCalendar=Sun *-*-* 03:00:00\n" in timer.text


def test_folders_of_environments_are_named():
    words = read_prune({**DEFAULTS, "prune_environments": ["/srv/project/envs", "/opt/x"]}, "")[1].text.splitlines()[-1]
    assert words.endswith(" --environments=/srv/project/envs --environments=/opt/x")


def test_all_images_are_meant_where_it_says_so():
    assert read_prune({**DEFAULTS, "prune_all_images": True}, "")[1].text.endswith(" --all-images\n")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {"prune_objects": ["volumes"]}, "prune_objects: ['volumes'] must be a list of some of containers, images", id="volumes"
        ),
        pytest.param({"prune_objects": []}, "prune_objects: [] must be a list", id="nothing"),
        pytest.param({"prune_objects": "images"}, "prune_objects: 'images' must be a list", id="a text"),
        pytest.param({"prune_until": "7d"}, "prune_until: '7d' is not a number of hours", id="days"),
        pytest.param({"prune_until": 168}, "prune_until: 168 is not a number of hours", id="a number"),
        pytest.param({"prune_filters": "label=x"}, "prune_filters: 'label=x' must be a list", id="one filter"),
        pytest.param({"prune_filters": ["until=1h"]}, "prune_filters: 'until=1h' is not a filter", id="another filter"),
        pytest.param({"prune_filters": ["label=x --all"]}, "is not a filter", id="another word"),
        pytest.param({"prune_filters": ["label=%n"]}, "is not a filter", id="what systemd replaces"),
        pytest.param({"prune_environments": "/srv/envs"}, "prune_environments: '/srv/envs' must be a list", id="one folder"),
        pytest.param({"prune_environments": ["envs"]}, "prune_environments: 'envs' is not an absolute path", id="a relative path"),
        pytest.param({"prune_environments": ["/srv/a b"]}, "is not an absolute path", id="two words"),
        pytest.param({"prune_environments": ["/srv/*"]}, "is not an absolute path", id="a pattern"),
        pytest.param({"prune_schedule": "weekly\nOnBootSec=1"}, "is not a schedule", id="a second line"),
        pytest.param({"prune_schedule": "--help"}, "is not a schedule", id="an option"),
        pytest.param({"prune_schedule": ""}, "is not a schedule", id="none"),
    ],
)
def test_what_cannot_be_is_refused(variables, words):
    with pytest.raises(InvalidInput) as raised:
        read_prune({**DEFAULTS, **variables}, "")
    assert words in raised.value.message
