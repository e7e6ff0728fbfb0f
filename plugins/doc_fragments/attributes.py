# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what every module of the collection promises to those who run it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: In check mode the module changes nothing and reports exactly what a real run would change.
  diff_mode:
    description: In diff mode the module shows what differs between the state found and the state asked for.
  idempotent:
    description: A second run with the same options changes nothing and says so, unless something outside changed in between.
  platform:
    description: The operating systems on which the module runs.
    platforms: posix
    support: full
"""

    # Modules that talk to the engine, or make something for those that do
    ACTIONGROUP_DOCKER = r"""
options: {}
attributes:
  action_group:
    description: Options common to these modules are set once with C(group/dockenv.python.docker) in C(module_defaults).
    support: full
    membership:
      - dockenv.python.docker
"""
