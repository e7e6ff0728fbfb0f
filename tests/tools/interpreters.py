# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the real Python interpreters of this machine; it starts them to ask, and changes nothing.

Shims (pyenv) answer for whatever is selected now, and virtual environments go away, so each one found is asked
for the installation behind it, and that is what is returned.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ASK = "import os, sys; print(*sys.version_info[:2], os.path.realpath(getattr(sys, '_base_executable', sys.executable)))"
NAME = re.compile(r"python3(\.\d+)?")

Version = tuple[int, int]


def candidate_folders() -> list[Path]:
    """Return the folders to look in: PATH first, then where pyenv and uv keep what they install."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    data = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share"))
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", data / "uv/python"))
    on_path = [Path(entry) for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry]
    return [*on_path, *sorted(pyenv.glob("versions/*/bin")), *sorted(uv.glob("*/bin"))]


def ask_interpreter(path: Path) -> tuple[Version, Path] | None:
    """Return the version and the real path of an interpreter, or None where it does not run."""
    answer = subprocess.run([path, "-IBc", ASK], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return None
    major, minor, real = answer.stdout.strip().split(" ", 2)
    return (int(major), int(minor)), Path(real)


def find_interpreters() -> dict[Version, Path]:
    """Return one real interpreter for each minor version of Python 3, the first that is found."""
    found: dict[Version, Path] = {}
    for folder in candidate_folders():
        if not os.access(folder, os.R_OK | os.X_OK) or not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            answer = ask_interpreter(path) if NAME.fullmatch(path.name) and os.access(path, os.X_OK) else None
            if answer:
                found.setdefault(*answer)
    return found


def newest_between(lowest: Version, highest: Version) -> Path | None:
    """Return the newest interpreter from ``lowest`` to ``highest``, both included, or None."""
    fitting = {version: path for version, path in find_interpreters().items() if lowest <= version <= highest}
    return fitting[max(fitting)] if fitting else None
