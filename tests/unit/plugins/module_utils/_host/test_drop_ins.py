# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._host.drop_ins import proxy_files, read_drop_ins
from ansible_collections.dockenv.python.plugins.module_utils._host.own_files import OwnFile
from ansible_collections.dockenv.python.plugins.module_utils._host.proxies import Proxies

FOLDER = "/etc/systemd/system/docker.service.d"
HEADER = "# Made by the role dockenv.python.docker_server.\n"


def test_mapping_becomes_files():
    drop_ins = read_drop_ins(
        {
            "limits": {"Service": {"LimitNOFILE": 65536, "Environment": ["A=1", "B=2"], "Delegate": True}},
            "after-the_disk": {"Unit": {"After": "srv.mount"}, "Service": {"ExecStartPre": ""}},
        },
        names_sockets=False,
    )
    assert drop_ins == [
        OwnFile(
            f"{FOLDER}/dockenv-limits.conf",
            f"{HEADER}[Service]\nLimitNOFILE=65536\nEnvironment=A=1\nEnvironment=B=2\nDelegate=yes\n",
        ),
        OwnFile(f"{FOLDER}/dockenv-after-the_disk.conf", f"{HEADER}[Unit]\nAfter=srv.mount\n\n[Service]\nExecStartPre=\n"),
    ]


def test_login_in_a_drop_in_is_for_root_only():
    (drop_in,) = read_drop_ins({"x": {"Service": {"Environment": "URL=https://u:p@h"}}}, names_sockets=False)
    assert (drop_in.mode, drop_in.secret) == ("0600", True)


def test_unit_may_start_otherwise_while_the_options_name_no_socket():
    assert len(read_drop_ins({"start": {"Service": {"ExecStart": ["", "/usr/sbin/dockerd"]}}}, names_sockets=False)) == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(["limits"], "it must be a mapping of names, not ['limits']", id="a list"),
        pytest.param(
            {"../x": {"Service": {}}},
            "'../x' cannot be the name of a drop-in; use lower-case letters and digits, joined by '-' or '_', and not 'proxies'",
            id="a way out of the folder",
        ),
        pytest.param({"proxies": {"Service": {}}}, "'proxies' cannot be the name of a drop-in", id="the role's own"),
        pytest.param({"x": "[Service]"}, "'x' must be a mapping of the sections Unit and Service", id="a text"),
        pytest.param({"x": {"Install": {}}}, "'x' must be a mapping of the sections Unit and Service", id="a section without effect"),
        pytest.param({"x": {"Service": ["A=1"]}}, "'x': Service must be a mapping of settings", id="a list of settings"),
        pytest.param({"x": {"Service": {"A=1\n[Unit]": 1}}}, "is not a setting of systemd", id="a line in a name"),
        pytest.param({"x": {"Service": {"Environment": "A=1\nUser=x"}}}, "Service.Environment is not a setting", id="a line in a value"),
        pytest.param({"x": {"Service": {"Environment": "A=1\\"}}}, "Service.Environment is not a setting", id="a line that goes on"),
        pytest.param({"x": {"Service": {"Environment": {"A": 1}}}}, "Service.Environment is not a setting", id="a mapping for a value"),
        pytest.param({"x": {"Service": {"ExecStart": "/bin/true"}}}, "'x' sets ExecStart, which the role sets itself", id="two starts"),
    ],
)
def test_what_is_no_drop_in_is_refused(value, words):
    with pytest.raises(InvalidInput) as raised:
        read_drop_ins(value, names_sockets=True)
    assert words in raised.value.message


def test_proxies_stand_in_a_file_for_root_only():
    environment, drop_in = proxy_files(Proxies(http="http://carol:secret@h:1"))
    assert environment == OwnFile(
        "/etc/docker/dockenv-proxies.env", f"{HEADER}HTTP_PROXY=http://carol:secret@h:1\n", mode="0600", secret=True
    )
    assert drop_in == OwnFile(f"{FOLDER}/dockenv-proxies.conf", f"{HEADER}[Service]\nEnvironmentFile=/etc/docker/dockenv-proxies.env\n")


def test_without_proxies_there_are_no_files():
    assert proxy_files(Proxies(no_proxy=("localhost",))) == []
