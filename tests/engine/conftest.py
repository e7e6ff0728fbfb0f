# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests against the engine of this machine. DOCKENV_TEST_IMAGE names an image of it with a Debian and its Python."""

from __future__ import annotations

import os

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import connect


@pytest.fixture(scope="session")
def connection():
    return Connection()


@pytest.fixture(scope="session")
def engine(connection):
    return connect(connection)


@pytest.fixture(scope="session")
def base():
    return os.environ["DOCKENV_TEST_IMAGE"]
