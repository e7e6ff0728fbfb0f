# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imported by modules before other helpers, this lets Python compile each of them once. Knows nothing of what they do.

Ansible runs a module out of a zip file without byte code, and Python compiles a file there twice: to tell its name, and to run it
(U(https://github.com/python/cpython/issues/141276)). That is most of what a task takes that finds nothing to do.
"""

from __future__ import annotations

import functools
import zipimport


def compile_once() -> None:
    """Keep what is compiled out of zip files; a Python that does it in another way is left as it is."""
    compile_file = getattr(zipimport, "_get_module_code", None)
    if compile_file is not None:
        zipimport._get_module_code = functools.lru_cache(maxsize=None)(compile_file)


compile_once()
