# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes a small package index of wheels, and a project to install in place, so that tests need no other index.

Equal runs write equal bytes. Usage: make_index.py FOLDER
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import zipfile

# Name, version, Requires-Dist and Provides-Extra lines, whether there is a command of the package's name.
PACKAGES = (
    ("demo-alpha", "1.0", (), True),
    ("demo-alpha", "1.1", (), True),
    ("demo-alpha", "2.0", (), True),
    ("demo-beta", "1.0", ("Requires-Dist: demo-alpha>=1.0",), False),
    ("demo-gamma", "1.0", ("Requires-Dist: demo-alpha<2",), False),
    ("demo-gamma", "2.0", ("Requires-Dist: demo-alpha>=2",), False),
    ("demo-delta", "1.0", ("Provides-Extra: more", "Requires-Dist: demo-beta; extra == 'more'"), False),
    ("demo-orphan", "1.0", ("Requires-Dist: demo-nowhere",), False),
    ("demo-old", "1.0", ("Requires-Dist: demo-beta; python_version < '3'",), False),
    ("demo-big", "1.0", (), False),
)
# Incompressible, so that it fills a small disk.
BIG = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(400_000))

BACKEND = '''
"""A build backend that needs no other package."""

import base64
import hashlib
import os
import re
import zipfile

PROJECT = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pyproject.toml"), encoding="utf-8").read()
NAME, VERSION = (re.search(rf'^{key} = "(.*)"', PROJECT, re.M).group(1) for key in ("name", "version"))
REQUIRES = re.findall(r'^  "(.*)",$', PROJECT, re.M)


def _write(folder, files):
    name = NAME.replace("-", "_")
    info = f"{name}-{VERSION}.dist-info"
    requires = "".join(f"Requires-Dist: {line}\\n" for line in REQUIRES)
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: {VERSION}\\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    rows = []
    path = f"{name}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, path), "w") as wheel:
        for entry, text in files.items():
            wheel.writestr(entry, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{entry},sha256={digest},{len(text.encode())}\\n")
        wheel.writestr(f"{info}/RECORD", "".join(rows) + f"{info}/RECORD,,\\n")
    return path


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, {f"{NAME}.pth": os.path.dirname(os.path.abspath(__file__)) + "\\n"})


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, {NAME.replace("-", "_") + ".py": f"VERSION = {VERSION!r}\\n"})
'''


def main(folder: str) -> None:
    for name, version, lines, has_command in PACKAGES:
        write_wheel(os.path.join(folder, "simple", name), name, version, lines, has_command)
    for name in sorted(os.listdir(os.path.join(folder, "simple"))):
        write_page(os.path.join(folder, "simple", name))
    write_project(os.path.join(folder, "project"), "1.0", ("demo-alpha<2",))


def write_wheel(folder: str, name: str, version: str, lines: tuple[str, ...], has_command: bool) -> str:
    """Write a wheel and return its path."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"VERSION = {version!r}\n\n\ndef main():\n    print({name!r}, VERSION)\n".encode(),
        f"{info}/METADATA": "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, "", "About\n"]).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if name == "demo-big":
        files[f"{module}.bin"] = BIG
    if has_command:
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{name} = {module}:main\n".encode()
    rows = "".join(f"{path},{digest_of(content)},{len(content)}\n" for path, content in files.items())
    files[f"{info}/RECORD"] = f"{rows}{info}/RECORD,,\n".encode()
    os.makedirs(folder, exist_ok=True)
    wheel = os.path.join(folder, f"{module}-{version}-py3-none-any.whl")
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            # A fixed time makes equal wheels, and a mode lets others than their owner read the files.
            entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return wheel


def write_page(folder: str) -> None:
    """Write the page of the simple index for the wheels in a folder."""
    rows = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".whl"):
            with open(os.path.join(folder, name), "rb") as file:
                rows.append(f'<a href="{name}#sha256={hashlib.sha256(file.read()).hexdigest()}">{name}</a>\n')
    with open(os.path.join(folder, "index.html"), "w", encoding="utf-8") as file:
        file.write(f"<!DOCTYPE html>\n<html><body>\n{''.join(rows)}</body></html>\n")


def write_project(folder: str, version: str, requires: tuple[str, ...]) -> None:
    """Write a project that builds without any other package."""
    lines = "".join(f'  "{line}",\n' for line in requires)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "pyproject.toml"), "w", encoding="utf-8") as file:
        file.write(
            '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n\n'
            f'[project]\nname = "demo-project"\nversion = "{version}"\ndependencies = [\n{lines}]\n'
        )
    with open(os.path.join(folder, "backend.py"), "w", encoding="utf-8") as file:
        file.write(BACKEND.lstrip())
    with open(os.path.join(folder, "demo_project.py"), "w", encoding="utf-8") as file:
        file.write("WHERE = __file__\n")


def digest_of(content: bytes) -> str:
    """Return a digest as RECORD has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    main(sys.argv[1])
