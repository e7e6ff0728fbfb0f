# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put the collections that ours needs, and a link to ours, into a folder for ANSIBLE_COLLECTIONS_PATH.

    collections_path.py .cache/collections

They come out of the wheel of the PyPI package `ansible` that tests/requirements/collections.txt names, so that a
machine that reaches a package index and not Galaxy has them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIN = ROOT / "tests/requirements/collections.txt"
DOWNLOADS = ROOT / ".cache/downloads"
# What galaxy.yml asks for, and what that asks for.
NEEDED = ("community/docker", "community/library_inventory_filtering_v1")


def main(target: Path) -> None:
    """Make the folder anew beside the old one, and swap."""
    wheel = download_wheel()
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        folders = tuple(f"ansible_collections/{name}/" for name in NEEDED)
        archive.extractall(fresh, [name for name in archive.namelist() if name.startswith(folders)])
    ours = fresh / "ansible_collections/dockenv/python"
    ours.parent.mkdir(parents=True)
    ours.symlink_to(ROOT)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def download_wheel() -> Path:
    """Return the wheel of the pinned package, downloaded by pip where it is not there yet."""
    # It is only unpacked here, so the Python that its code would need is not asked for.
    portable = ["--no-deps", "--only-binary=:all:", "--python-version=3.13"]
    pip = [ROOT / ".cache/uv/bin/python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "download", "--quiet", *portable, f"--dest={DOWNLOADS}", f"--requirement={PIN}"], check=True)
    version = PIN.read_text().split("ansible==")[1].strip()
    return DOWNLOADS / f"ansible-{version}-py3-none-any.whl"


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
