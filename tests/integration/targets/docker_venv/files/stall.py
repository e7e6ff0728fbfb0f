# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listens on a port of the loopback address and never answers: a package index that hangs.

Usage: stall.py PORT SECONDS ASKED. The file ASKED appears as soon as somebody asks.
"""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

port, seconds, asked = sys.argv[1:]
with socket.create_server(("127.0.0.1", int(port)), backlog=50) as server:
    connection, _address = server.accept()
    with connection:
        connection.recv(1)
        Path(asked).touch()
        time.sleep(float(seconds))
