# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.ports import Port, Volume, parse_port, parse_volume
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "port", "published"),
    [
        pytest.param("8888", Port(8888), "127.0.0.1::8888/tcp", id="the engine chooses the host's port"),
        pytest.param("8080:80", Port(80, host=8080), "127.0.0.1:8080:80/tcp", id="only this machine unless said otherwise"),
        pytest.param("0.0.0.0:8080:80", Port(80, host=8080, address="0.0.0.0"), "0.0.0.0:8080:80/tcp", id="everybody"),
        pytest.param("[::1]:53:53/udp", Port(53, "udp", 53, "::1"), "[::1]:53:53/udp", id="IPv6 and UDP"),
    ],
)
def test_reads_ports(text, port, published):  # T16, P25, V28
    assert parse_port(text, "ports[0]") == port
    assert port.published == published
    assert parse_port(published, "ports[0]") == port


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        pytest.param("/srv/data:/data", Volume("/srv/data", "/data"), id="a folder of the host"),
        pytest.param("./my data:/data:ro,Z", Volume("./my data", "/data", ("ro", "Z")), id="beside the compose file"),
        pytest.param("cache:/var/cache/", Volume("cache", "/var/cache"), id="a volume of the engine"),
    ],
)
def test_reads_volumes(text, volume):  # P25
    assert parse_volume(text, "volumes[0]") == volume
    assert parse_volume(volume.mounted, "volumes[0]") == volume


PORT_HINT = "write one such as '8888', '8080:80' or '0.0.0.0:8080:80/tcp'"
VOLUME_HINT = "write one such as '/srv/data:/data', './data:/data:ro' or 'NAME:/data'"


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        pytest.param(parse_port, "http", f"x[0]: 'http' is not a port; {PORT_HINT}", id="a name"),
        pytest.param(parse_port, ":80", f"x[0]: ':80' is not a port; {PORT_HINT}", id="nothing before the colon"),
        pytest.param(parse_port, "::80", f"x[0]: '::80' is not a port; {PORT_HINT}", id="nothing before two colons"),
        pytest.param(parse_port, "8000-8010", f"x[0]: '8000-8010' is not a port; {PORT_HINT}", id="a range"),
        pytest.param(parse_port, "80\nRUN evil", f"x[0]: '80\\nRUN evil' is not a port; {PORT_HINT}", id="an instruction"),
        pytest.param(parse_port, "70000", "x[0]: '70000' holds a number that no port has; use 1 to 65535", id="too large"),
        pytest.param(parse_port, "0", "x[0]: '0' holds a number that no port has; use 1 to 65535", id="zero"),
        pytest.param(parse_port, "80/icmp", "x[0]: 'icmp' in '80/icmp' is not a protocol; use one of tcp, udp, sctp", id="no protocol"),
        pytest.param(
            parse_port,
            "1.2.3:80:80",
            "x[0]: '1.2.3' in '1.2.3:80:80' is not an address of this host; write one such as 127.0.0.1",
            id="half an address",
        ),
        pytest.param(parse_volume, "/data", f"x[0]: '/data' is not a volume; {VOLUME_HINT}", id="one path"),
        pytest.param(parse_volume, "a b:/data", f"x[0]: 'a b:/data' is not a volume; {VOLUME_HINT}", id="a volume with a space"),
        pytest.param(parse_volume, "/a:/b:rx", "x[0]: 'rx' in '/a:/b:rx' is not a mode; use ro, rw, z, Z, nocopy", id="no mode"),
        pytest.param(
            parse_volume,
            "/a:b",
            "x[0]: 'b' is not a path in an image; write an absolute one of letters, digits and '._@+=~-', without spaces",
            id="a relative target",
        ),
    ],
)
def test_refuses(parse, text, message):
    with pytest.raises(InvalidInput) as error:
        parse(text, "x[0]")
    assert error.value.message == message
