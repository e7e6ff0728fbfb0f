# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of all scenarios ask a host about more than once."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def release(host: Any) -> str:
    """Return the codename of the host's release."""
    return host.system_info.codename


@pytest.fixture
def run_script(host: Any):
    """Return a function that stores a text as an executable file on the host, runs it, and returns its output."""
    path = "/var/tmp/script"

    def run(text: str) -> str:
        host.check_output("printf %%s %s > %s && chmod 0755 %s", text, path, path)
        return host.check_output(path)

    yield run
    host.run("rm -f %s", path)


@pytest.fixture
def read_snapshot(host: Any):
    """Return a function that reads a snapshot of the host, made by shared/files/snapshot.py."""
    return lambda path: json.loads(host.check_output("cat %s", path))
