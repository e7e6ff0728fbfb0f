# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._host.leftovers import KINDS, Leftover, find_leftovers, plan_take_over

DROP_INS = "/etc/systemd/system/docker.service.d"


@pytest.mark.parametrize(
    ("path", "text", "kind", "says"),
    [
        pytest.param(
            f"{DROP_INS}/execstart-override.conf",
            "# Managed\n\n# why\n[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd\n",
            "command",
            "/usr/sbin/dockerd",
            id="a command without flags",
        ),
        pytest.param(
            f"{DROP_INS}/options.conf",
            "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H unix:// --log-level=debug\n",
            "command",
            "/usr/bin/dockerd -H unix:// --log-level=debug",
            id="a command with flags",
        ),
        pytest.param(f"{DROP_INS}/custom.conf", "# Managed\n\n\n", "empty", "nothing", id="nothing"),
        pytest.param(f"{DROP_INS}/environment.conf", "# Managed\n[Service]\n", "empty", "nothing", id="a section alone"),
        pytest.param(
            f"{DROP_INS}/http-proxy.conf",
            '[Service]\nEnvironment="HTTP_PROXY=http://u:p@proxy:3128" "NO_PROXY=a, b"\nEnvironment=https_proxy=http://proxy:1\n',
            "proxies",
            "HTTP_PROXY=http://****@proxy:3128 NO_PROXY=a, b https_proxy=http://proxy:1",
            id="proxies, without their login",
        ),
        pytest.param(
            "/etc/apt/preferences.d/docker.pref",
            "Explanation: x\nPackage: docker-ce*\nPin: version 5:26.1*\nPin-Priority: 600\n",
            "pin",
            "docker-ce* 5:26.1*",
            id="a pin",
        ),
        pytest.param(
            "/etc/cron.d/docker-disk-clean-up",
            "PATH=/usr/bin\n#Ansible: x\n0 0 * * 0 root docker system prune -af > /dev/null 2>&1\n",
            "prune",
            "docker system prune -af",
            id="a job that takes all images",
        ),
    ],
)
def test_files_of_other_tools_are_known_by_what_they_say(path, text, kind, says):
    assert find_leftovers({path: text}) == [Leftover(path, kind, says)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param(f"{DROP_INS}/limits.conf", "[Service]\nLimitNOFILE=1\n", id="another setting"),
        pytest.param(f"{DROP_INS}/both.conf", "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd\nNice=1\n", id="another setting besides"),
        pytest.param(f"{DROP_INS}/wrapped.conf", "[Service]\nExecStart=\nExecStart=/usr/local/bin/start-docker\n", id="another command"),
        pytest.param(f"{DROP_INS}/environment.conf", '[Service]\nEnvironment="HTTP_PROXY=http://p" "A=1"\n', id="another variable"),
        pytest.param(f"{DROP_INS}/after.conf", "[Unit]\nAfter=x\n", id="another section"),
        pytest.param(f"{DROP_INS}/dockenv-proxies.conf", "[Service]\n", id="a file of the role's"),
        pytest.param(
            "/etc/apt/preferences.d/all", "Package: docker-ce\nPin: version 5:26*\n\nPackage: *\nPin: release a=x\n", id="another pin"
        ),
        pytest.param("/etc/apt/preferences.d/origin", "Package: docker-ce\nPin: origin example.com\n", id="no version"),
        pytest.param("/etc/apt/preferences.d/none", "", id="no pin"),
        pytest.param("/etc/cron.d/clean", "0 0 * * 0 root docker system prune -f\n", id="a job that spares tagged images"),
        pytest.param("/etc/cron.d/clean", "0 0 * * 0 root docker system prune -af\n0 1 * * * root backup\n", id="another job"),
        pytest.param("/etc/cron.d/clean", "0 0 * * 0 root docker volume prune -af\n", id="volumes"),
        pytest.param("/etc/cron.d/none", "PATH=/bin\n", id="no job"),
        pytest.param("/etc/somewhere/options.conf", "[Service]\n", id="another folder"),
    ],
)
def test_what_says_anything_else_is_its_owners(path, text):
    assert find_leftovers({path: text}) == []


def plan(kind, says="x", has_proxies=False, parts=("install", "configure")):
    return [(each["how"], each["why"]) for each in plan_take_over([{"path": "/p", "kind": kind, "says": says}], has_proxies, parts)]


def test_proxies_stay_until_the_role_has_some():
    assert plan("proxies") == []
    assert plan("proxies", has_proxies=True) == [("engine", "/p set proxies for the engine, as docker_server_proxies does now")]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("command", "engine"),
        ("empty", "engine"),
        ("pin", "removed"),
        ("prune", "removed"),
        ("config", "replaced"),
        ("compose", "replaced"),
        ("fact", "replaced"),
    ],
)
def test_each_kind_has_a_way_and_a_sentence(kind, how):
    ((found, why),) = plan(kind, says="this")
    assert (found, why.startswith("/p ")) == (how, True)
    assert ("this" in why) == (kind not in ("empty", "fact"))


@pytest.mark.parametrize(
    ("part", "kinds"),
    [
        ("install", ["pin", "compose", "fact"]),
        ("configure", ["command", "empty", "proxies", "prune", "config", "fact"]),
        ("virtualenv", ["fact"]),
        ("users", []),
    ],
)
def test_each_part_takes_over_what_it_replaces(part, kinds):
    assert [kind for kind in KINDS if plan(kind, has_proxies=True, parts=[part])] == kinds
