# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold the engine of this host to the contract: run_contract.py FOLDER REPOSITORY, with the collection below FOLDER."""

from __future__ import annotations

import subprocess
import sys

sys.path.insert(0, sys.argv[1])

from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import connect
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base import engine_contract


def use(image_id, name):
    subprocess.run(["docker", "create", "--name", name, image_id], check=True, stdout=subprocess.DEVNULL)


def end_use(name):
    subprocess.run(["docker", "rm", "--force", name], check=True, stdout=subprocess.DEVNULL)


def main():
    engine, repository = connect(Connection()), sys.argv[2]
    for case in engine_contract.CASES:
        print(case.__name__, flush=True)
        case(engine, repository)
    engine_contract.an_image_in_use_stays(engine, repository, use, end_use)
    print(len(engine_contract.CASES) + 1, "cases kept")


main()
