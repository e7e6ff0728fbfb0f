# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the virtual environments that the Makefile works in; it needs nothing but a Python 3.9 or later.

    bootstrap.py core     .venv with ansible-core only: what `make demo` needs
    bootstrap.py tools    .venv with all tools, on a Python that the newest ansible-core runs on
    bootstrap.py oldest   .cache/oldest with the oldest supported ansible-core, for ansible-test

uv installs, from .cache/uv, where pip has put it. The versions are those in tests/requirements.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from interpreters import Version, newest_between

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
UV = CACHE / "uv/bin/uv"
REQUIREMENTS = ROOT / "tests/requirements"
TOOLS = REQUIREMENTS / "tools.txt"

# From the support matrix of ansible-core: what the controller side of each release runs on.
NEWEST_CORE: tuple[Version, Version] = ((3, 12), (3, 14))
OLDEST_CORE: tuple[Version, Version] = ((3, 11), (3, 13))
# For a Debian 12 without another Python: tools.txt has the last release for 3.11 beside the newest one.
DEMO_CORE: tuple[Version, Version] = ((3, 11), (3, 14))

# pip's settings under the names that uv has for them.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


def main(what: str) -> None:
    """Make one of the environments, after uv where it is missing."""
    ensure_uv()
    if what == "core":
        python = need_python(DEMO_CORE, "ansible-core")
        make_environment(ROOT / ".venv", python, ["--constraints", str(TOOLS), "ansible-core"])
    elif what == "tools":
        python = need_python(NEWEST_CORE, "the newest supported ansible-core")
        # Tests start Ansible a thousand times, on some machines with the order to keep no byte code.
        make_environment(ROOT / ".venv", python, ["--compile-bytecode", "--requirements", str(TOOLS)])
    else:
        python = need_python(OLDEST_CORE, "the oldest supported ansible-core")
        make_environment(CACHE / "oldest", python, ["--requirements", str(REQUIREMENTS / "oldest.txt")])


def ensure_uv() -> None:
    """Install the pinned uv into .cache/uv, unless it is there."""
    pin = re.search(r"^uv==\S+", TOOLS.read_text(), re.MULTILINE).group()
    if UV.exists() and subprocess.check_output([UV, "--version"], text=True).split()[1] == pin.partition("==")[2]:
        return
    ensure_ensurepip()
    shutil.rmtree(UV.parents[1], ignore_errors=True)
    run(sys.executable, "-m", "venv", UV.parents[1])
    run(UV.with_name("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pin)


def ensure_ensurepip() -> None:
    """Install the part of Debian's Python that makes virtual environments, where it is missing."""
    probe = [sys.executable, "-c", "import ensurepip"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    print(f"{sys.executable} cannot make virtual environments: installing {package}", flush=True)
    apt = [*([] if os.geteuid() == 0 else ["sudo"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    run(*apt, "update")
    run(*apt, "install", "--no-install-recommends", package)


def need_python(supported: tuple[Version, Version], purpose: str) -> Path:
    """Return an interpreter for a purpose; where the machine has none, uv may get one, else say what to do."""
    found = newest_between(*supported)
    if found:
        return found
    lowest, highest = (".".join(map(str, version)) for version in supported)
    print(f"No Python {lowest} to {highest} on this machine, which {purpose} needs: trying uv", flush=True)
    subprocess.run([UV, "python", "install", "--no-bin", lowest], env=uv_environment(), check=False)
    found = newest_between(*supported)
    if not found:
        sys.exit(
            f"There is no Python {lowest} to {highest}, which {purpose} needs, and uv could not get one. "
            "Install one, in a folder of PATH or with pyenv, and start again."
        )
    return found


def make_environment(path: Path, python: Path, arguments: list[str]) -> None:
    """Make a virtual environment, new where it is of another interpreter, and install into it."""
    config = path / "pyvenv.cfg"
    if not config.exists() or f"home = {python.parent}\n" not in config.read_text():
        run(UV, "venv", "--quiet", "--clear", "--python", python, path)
    run(UV, "pip", "install", "--quiet", "--python", path / "bin/python", *arguments)


def uv_environment() -> dict[str, str]:
    """Return the environment for uv: it has pip's settings, from its files and variables, unless uv has its own."""
    listing = [UV.with_name("python"), "-m", "pip", "config", "list"]
    settings = subprocess.check_output(listing, text=True) if UV.exists() else ""
    # pip looks at all indexes for the best version, uv by default at the first that has the package.
    translated = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_SYSTEM_CERTS": "1"}
    for name, value in re.findall(r"^[^.]+\.([a-z-]+)='(.*)'$", settings, re.MULTILINE):
        if name in UV_NAMES:
            # pip lists its variables (:env:) before its files, and lets them win.
            translated.setdefault(UV_NAMES[name], value.replace("\\n", " ").strip())
    return {**translated, **os.environ}


def run(*command: str | Path) -> None:
    """Run a command; when it fails, end with its exit status, for it has said why."""
    result = subprocess.run(command, env=uv_environment(), check=False)
    if result.returncode != 0:
        sys.exit(result.returncode)


if __name__ == "__main__":
    main(sys.argv[1])
