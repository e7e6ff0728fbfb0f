# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of ``prove.py``, which a build runs to compile a virtualenv and to show that it works where it is now; pure text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from .._env.compile_script import COMPILER
from .._venv.relocate import AFTER, BEFORE

_FAILURE = "The virtualenv does not work at "
_VERDICT = re.compile(rf"{_FAILURE}/.*")


def render_proof(old: Sequence[str], distributions: int, rewritten: Sequence[str] = ()) -> str:
    """Return the script.

    ``old`` are the paths that no file may hold any more, ``distributions`` is how many there must be at least, and ``rewritten``
    are the files, relative to the virtualenv, that are not as their packages brought them.
    """
    values = {
        "OLD": list(old),
        "EXPECTED": distributions,
        "REWRITTEN": list(rewritten),
        "BEFORE": BEFORE,
        "AFTER": AFTER,
        "FAILURE": _FAILURE,
    }
    text = _SCRIPT.replace("@COMPILER@", COMPILER)
    for name, value in values.items():
        text = text.replace(f"@{name}@", json.dumps(value, ensure_ascii=True))
    return text


def find_verdict(output: str) -> str | None:
    """Return the sentence with which the script ended a build, by the build's output; None if something else ended it."""
    found = _VERDICT.search(output)
    return found.group().strip() if found else None


_SCRIPT = '''\
"""Prove that a virtualenv works at its place, or end with one sentence. Written by the Ansible collection dockenv.python.

prove.py DIR                      prove the virtualenv DIR; run by its own Python
prove.py DIR --byte-code[=CACHE]  compile it as well; packages that are in the folder CACHE are taken from there
prove.py DIR --remove             remove this file afterwards
prove.py --compile                what it uses: compile the packages that standard input names, a line of JSON each
"""

import base64
import csv
import glob
import hashlib
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import marshal
import mmap
import os
import py_compile
import re
import subprocess
import sys
import sysconfig

VENV = sys.argv[1]
OLD = [path.encode("utf-8", "surrogateescape") for path in @OLD@]
EXPECTED = @EXPECTED@
REWRITTEN = {VENV + "/" + path for path in @REWRITTEN@}
# Longer names that end or start alike are other paths.
BEFORE, AFTER = @BEFORE@.encode(), @AFTER@.encode()
# 1980-01-02: equal inputs give equal layers.
TIME = 315619200


def fail(sentence):
    sys.exit(@FAILURE@ + VENV + ": " + sentence)


def files():
    for folder, _folders, names in os.walk(VENV):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path


def prove_prefix():
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        fail("its Python takes " + sys.prefix + " for its folder")


def holds_old(content):
    for old in OLD:
        if content.find(old) >= 0:
            if content.find(b"\\0") >= 0 or re.search(BEFORE + re.escape(old) + AFTER, content):
                return True
    return False


def prove_paths():
    """Byte code, which is made here, cannot hold the path; it is not there yet."""
    for path in files() if OLD else ():
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > 1 << 20:
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    found = holds_old(content)
            else:
                found = holds_old(file.read())
        if found:
            fail(path + " still holds the path where the virtualenv was made")


def prove_metadata():
    """Load what each distribution says of itself, and compare files that were rewritten with it."""
    found = list(importlib.metadata.distributions())
    if len(found) < EXPECTED:
        fail("of " + str(EXPECTED) + " distributions its Python finds " + str(len(found)))
    for distribution in found:
        name = distribution.metadata["Name"]
        if not name:
            fail("the metadata of a distribution cannot be read: " + str(distribution._path))
        record = distribution.read_text("RECORD") if REWRITTEN else ""
        for row in csv.reader((record or "").splitlines()):
            if len(row) == 3 and row[1].startswith("sha256="):
                path = os.path.normpath(str(distribution.locate_file(row[0])))
                if path in REWRITTEN:
                    prove_hash(name, path, row[1])
    return found


def prove_hash(name, path, expected):
    with open(path, "rb") as file:
        found = base64.urlsafe_b64encode(hashlib.sha256(file.read()).digest()).rstrip(b"=").decode()
    if "sha256=" + found != expected:
        fail("a file of " + name + " is not what its RECORD says: " + path)


def find_pip():
    """Return what runs pip: the virtualenv's, that of the Python it was made from, or the one that ensurepip brings."""
    if importlib.util.find_spec("pip") is not None:
        return ["-m", "pip"]
    base = os.path.dirname(sysconfig.get_path("purelib", vars={"base": sys.base_prefix})) + "/*-packages"
    places = [base, sysconfig.get_path("stdlib") + "/ensurepip/_bundled/pip-*.whl", "/usr/lib/python3/dist-packages"]
    places += ["/usr/share/python-wheels/pip-*.whl"]
    for place in places:
        for path in sorted(glob.glob(place)):
            if path.endswith(".whl") or os.path.isdir(path + "/pip"):
                return [path + "/pip"]
    return None


def start_pip_check():
    """Let pip judge the dependencies, while other things are looked at."""
    pip = find_pip()
    if pip is None:
        return None
    command = [sys.executable, "-I", *pip, "--disable-pip-version-check", "check"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def prove_dependencies(running):
    said = running.communicate()[0].decode("utf-8", "replace").strip()
    if running.returncode:
        fail("pip check says: " + said)


def interpreter_of(path):
    """Return the program that runs a script, None if the system starts the file itself."""
    with open(path, "rb") as file:
        lines = file.read(8192).split(b"\\n")
    if lines[0] == b"#!/bin/sh" and lines[1:2] and lines[1].startswith(b"\'\'\'exec\' "):
        words = lines[1][8:].decode("utf-8", "surrogateescape").strip()
        quote = words[:1]
        return words[1:].partition(quote)[0] if quote in ("\'", \'"\') else words.split(" ")[0]
    if lines[0].startswith(b"#!"):
        return (lines[0][2:].decode("utf-8", "surrogateescape").split() or [""])[0]
    return None


def prove_scripts(distributions):
    """Start the interpreter of every script, each once; console scripts must be there, and the modules that they start."""
    commands = {}
    for distribution in distributions:
        entries = [entry for entry in distribution.entry_points if entry.group == "console_scripts"]
        for entry in entries:
            commands.setdefault(entry.name, entry)
        if entries:
            prove_brought(distribution, {entry.name for entry in entries})
    proved = set()
    for name in sorted(os.listdir(VENV + "/bin")):
        path = VENV + "/bin/" + name
        if os.path.islink(path) or not os.path.isfile(path) or not os.access(path, os.X_OK):
            continue
        interpreter = interpreter_of(path)
        is_python = re.match(r"(python|pypy)[0-9.]*$", os.path.basename(interpreter or "")) is not None
        if interpreter is None or not (is_python or name in commands):
            continue
        if interpreter not in proved:
            prove_interpreter(path, interpreter)
            proved.add(interpreter)
        module = commands[name].value.partition(":")[0].strip() if name in commands else ""
        if module and not is_found(module):
            fail("the script " + path + " starts " + module + ", which its Python does not find")


def prove_brought(distribution, names):
    """Installers write scripts under other names too, and pip gives its own another version; what they wrote they list."""
    for line in (distribution.read_text("RECORD") or "").splitlines():
        name = line.partition(",")[0].partition("../../../bin/")[2]
        path = VENV + "/bin/" + name
        if name in names and not os.access(path, os.X_OK):
            state = "executable" if os.path.exists(path) else "there"
            fail("the script " + path + " of " + distribution.metadata["Name"] + " is not " + state)


def is_found(module):
    """Look for a module, and run the packages around it only if it is not in their folders."""
    try:
        return is_module(find_unrun(module)) or is_module(importlib.util.find_spec(module))
    except Exception:  # packages may raise anything when they are run
        return False


def find_unrun(module):
    top, *inner = module.split(".")
    spec = importlib.util.find_spec(top)
    for name in inner:
        if spec is not None:
            spec = importlib.machinery.PathFinder.find_spec(name, spec.submodule_search_locations or [])
    return spec


def is_module(spec):
    """A folder without a module, which may be left of a package, has no origin."""
    return spec is not None and spec.origin is not None


def prove_interpreter(path, interpreter):
    asked = [interpreter, "-I", "-c", "import sys; print(sys.prefix)"]
    try:
        prefix = subprocess.run(asked, stdout=subprocess.PIPE).stdout.decode("utf-8", "surrogateescape").strip()
    except OSError as error:
        fail("the script " + path + " has an interpreter that does not start: " + interpreter + ": " + str(error.strerror))
    if os.path.realpath(prefix or "/") != os.path.realpath(VENV):
        fail("the script " + path + " runs another Python than that of the virtualenv: " + interpreter)


@COMPILER@


def list_sources():
    """Return the packages with their sources and the digests of these, the largest first; tests are not there to be imported."""
    packages = {}
    for path in sorted(files()):
        if path.endswith(".py") and "/tests/" not in path and "/lib/" in path:
            with open(path, "rb") as file:
                source = [path, hashlib.sha256(file.read()).hexdigest()]
            # lib/python3.13/site-packages/NAME
            name = tuple(os.path.relpath(path, VENV).split("/")[:4])
            packages.setdefault(name, []).append(source)
    return sorted(packages.values(), key=len, reverse=True)


def compile_new(cache):
    packages = list_sources()
    if cache:
        os.makedirs(cache + "/bytecode", exist_ok=True)
    compiler = start_compiler()
    compiler.communicate("".join(json.dumps([sources, cache]) + "\\n" for sources in packages))
    if compiler.returncode:
        sys.exit(compiler.returncode)
    for folder in sorted({os.path.dirname(path) for sources in packages for path, _digest in sources}):
        made = folder + "/__pycache__"
        if os.path.isdir(made):
            for path in [*(made + "/" + name for name in os.listdir(made)), made, folder]:
                os.utime(path, (TIME, TIME))


def main(options):
    prove_prefix()
    checking = start_pip_check()
    prove_paths()
    distributions = prove_metadata()
    prove_scripts(distributions)
    if checking is not None:
        prove_dependencies(checking)
    for option in options:
        if option.startswith("--byte-code"):
            compile_new(option.partition("=")[2])
    if "--remove" in options:
        os.unlink(__file__)


if __name__ == "__main__":
    if sys.argv[1] == "--compile":
        sys.exit(compile_all(sys.stdin))
    main(sys.argv[2:])
'''
