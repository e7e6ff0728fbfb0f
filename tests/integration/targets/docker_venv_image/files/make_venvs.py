# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a virtualenv of each kind that has to become an image, in the folder that is the argument.

Prints their paths by their names as JSON. Packages come from the index that the host's settings for pip name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
TOOLS = ROOT / "tools"
PACKAGES = ["six", "tabulate"]

PYPROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "1.0"
dependencies = ["six"]
scripts = {{{name} = "{name}:main"}}

[tool.setuptools]
packages = ["{name}"]
{layout}
"""
SETUP = """\
from setuptools import setup
setup(name="linked", version="1.0", packages=["linked"], package_dir={"": "src"}, entry_points={"console_scripts": ["linked = linked:main"]})
"""


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode:
        sys.exit(f"{command}: {done.stdout}")


def pip_install(venv, *words):
    run(TOOLS / "bin/uv", "pip", "install", "--quiet", "--python", venv / "bin/python3", *words)


def make_venv(path, *options):
    """Make one with the standard library; pip itself installs, as it writes scripts in its own way."""
    run(sys.executable, "-m", "venv", *options, path)
    run(path / "bin/python3", "-m", "pip", "install", "--quiet", "--no-compile", *PACKAGES)
    return path


def make_small(path, *options):
    """Make one that has no pip in the end: most of the time in a build would be for its byte code."""
    make_venv(path, *options)
    run(TOOLS / "bin/uv", "pip", "uninstall", "--quiet", "--python", path / "bin/python3", "pip", "setuptools")
    return path


def make_source(name, folder=""):
    """Make the sources of a package whose program prints its name."""
    source = ROOT / "sources" / name
    package = source / folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"def main():\n    print('{name} works')\n")
    layout = f'package-dir = {{"" = "{folder}"}}' if folder else ""
    (source / "pyproject.toml").write_text(PYPROJECT.format(name=name, layout=layout))
    return source


def make_plain(path):
    """One with the files that have to be moved or kept as they are: a program, a search path, byte code."""
    make_venv(path)
    site = next((path / "lib").glob("python*/site-packages"))
    shutil.copy("/bin/true", path / "bin/elf")
    extra = path / "share" / "extra"
    extra.mkdir(parents=True)
    (extra / "found_by_pth.py").write_text("PLACE = __file__\n")
    (site / "extra.pth").write_text(f"# {path}\n{extra}\n")
    run(path / "bin/python3", "-m", "compileall", "-q", site / "six.py")
    return path


def make_editable(path):
    make_small(path)
    flat, nested = make_source("flat"), make_source("nested", "src")
    pip_install(path, "--editable", flat, "--editable", nested)
    return path


def make_linked(path):
    """One with the link that setup.py develop makes, for which setuptools has to be old enough."""
    make_small(path)
    source = ROOT / "sources/linked"
    (source / "src/linked").mkdir(parents=True)
    (source / "src/linked/__init__.py").write_text("def main():\n    print('linked works')\n")
    (source / "setup.py").write_text(SETUP)
    pip_install(path, "setuptools<74", "wheel")
    run(path / "bin/python3", "setup.py", "--quiet", "develop", "--no-deps", cwd=source)
    run(TOOLS / "bin/uv", "pip", "uninstall", "--quiet", "--python", path / "bin/python3", "setuptools", "wheel")
    return path


def make_homemade(path):
    """One with packages that no index has: a link to a folder inside it, one from a folder, and one from a wheel."""
    make_small(path)
    inner = path / "src/inner"
    inner.parent.mkdir()
    shutil.move(make_source("inner"), inner)
    folded, filed = make_source("folded"), make_source("filed", "src")
    run(TOOLS / "bin/uv", "build", "--quiet", "--wheel", "--out-dir", ROOT / "sources/dist", filed)
    pip_install(path, "--editable", inner, folded, *(ROOT / "sources/dist").glob("filed-*.whl"))
    return path


def make_system(path):
    run(sys.executable, "-m", "venv", "--system-site-packages", path)
    run(path / "bin/python3", "-m", "pip", "install", "--quiet", "--ignore-installed", *PACKAGES)
    return path


def make_virtualenv(path):
    run(TOOLS / "bin/virtualenv", "--quiet", "--no-download", path)
    run(path / "bin/python3", "-m", "pip", "install", "--quiet", *PACKAGES)
    return path


def make_uv(path):
    run(TOOLS / "bin/uv", "venv", "--quiet", "--python", sys.executable, path)
    pip_install(path, *PACKAGES)
    return path


def make_with_path_in(path, content):
    """One with a data file that holds its path."""
    make_small(path)
    site = next((path / "lib").glob("python*/site-packages"))
    (site / "cache.dat").write_bytes(content % os.fsencode(path))
    return path


def main():
    # Without it uv does not go by the certificates of the system.
    os.environ["UV_SYSTEM_CERTS"] = os.environ["UV_NATIVE_TLS"] = "true"
    run(sys.executable, "-m", "venv", TOOLS)
    run(TOOLS / "bin/pip", "install", "--quiet", "uv", "virtualenv")
    made = {
        "plain": make_plain(ROOT / "plain"),
        "copies": make_small(ROOT / "copies", "--copies"),
        "virtualenv": make_virtualenv(ROOT / "virtualenv"),
        "uv": make_uv(ROOT / "uv"),
        "long": make_small(ROOT / ("long" * 20) / ("path" * 20)),
        "marks": make_small(ROOT / "a space, 100% größe"),
        "colon": make_uv(ROOT / "colon:colon"),
        "system": make_system(ROOT / "system"),
        "editable": make_editable(ROOT / "editable"),
        "linked": make_linked(ROOT / "linked"),
        "homemade": make_homemade(ROOT / "homemade"),
        "binary": make_with_path_in(ROOT / "binary", b"\x00\x07%s\x00"),
        "text": make_with_path_in(ROOT / "text", b'{"place": "%s/share"}\n'),
    }
    library = next((made["plain"] / "lib").glob("python*")).name
    print(json.dumps({**{name: str(path) for name, path in made.items()}, "plain_library": library}))


main()
