# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listens on a port of the loopback address and never answers: a package index that hangs. Usage: stall.py PORT SECONDS"""

from __future__ import annotations

import socket
import sys
import time

with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=50):
    time.sleep(float(sys.argv[2]))
