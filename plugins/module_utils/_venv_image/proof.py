# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of ``prove.py``, which a build runs to compile a virtualenv and to show that it works where it is now; pure text."""

from __future__ import annotations

import json
from collections.abc import Sequence


def render_proof(old: Sequence[str], distributions: int) -> str:
    """Return the script; ``old`` are the paths that no file may hold any more, ``distributions`` is how many there must be at least."""
    return _SCRIPT.replace("@OLD@", json.dumps(list(old), ensure_ascii=True)).replace("@EXPECTED@", str(distributions))


_SCRIPT = '''\
"""Compile a virtualenv, prove that it works at its place, and end with one sentence if it does not.

prove.py DIR            compile and prove the virtualenv DIR
prove.py DIR --remove   the same, and remove this file afterwards
"""

import base64
import compileall
import csv
import hashlib
import importlib.metadata
import importlib.util
import os
import py_compile
import re
import subprocess
import sys

VENV = sys.argv[1]
OLD = [os.fsencode(path) for path in @OLD@]
# Longer names that end or start alike are other paths.
BEFORE, AFTER = br"(?<![\\w.+/-])", br"(?![\\w.+-])"
EXPECTED = @EXPECTED@
# 1980-01-02: equal inputs give equal layers.
TIME = 315619200


def fail(sentence):
    sys.exit("The virtualenv does not work at " + VENV + ": " + sentence)


def files():
    for folder, folders, names in os.walk(VENV):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path


def prove_prefix():
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        fail("its Python takes " + sys.prefix + " for its folder")


def prove_paths():
    for path in files():
        with open(path, "rb") as file:
            content = file.read()
        if any(old in content and re.search(BEFORE + re.escape(old) + AFTER, content) for old in OLD):
            fail(path + " still holds the path where the virtualenv was made")


def prove_metadata():
    found = list(importlib.metadata.distributions())
    if len(found) < EXPECTED:
        fail("of " + str(EXPECTED) + " distributions its Python finds " + str(len(found)))
    for distribution in found:
        name = distribution.metadata["Name"]
        if not name:
            fail("the metadata of a distribution cannot be read: " + str(distribution._path))
        record = distribution.read_text("RECORD") or ""
        for row in csv.reader(record.splitlines()):
            if len(row) == 3 and row[1].startswith("sha256="):
                prove_hash(name, distribution.locate_file(row[0]), row[1])


def prove_hash(name, path, expected):
    try:
        with open(path, "rb") as file:
            found = base64.urlsafe_b64encode(hashlib.sha256(file.read()).digest()).rstrip(b"=").decode()
    except OSError:
        fail("a file of " + name + " is missing: " + str(path))
    if "sha256=" + found != expected:
        fail("a file of " + name + " is not what its RECORD says: " + str(path))


def prove_dependencies():
    """Let pip judge them, if the virtualenv has a pip."""
    if importlib.util.find_spec("pip") is None:
        return
    done = subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        fail("pip check says: " + done.stdout.decode("utf-8", "replace").strip())


def prove_scripts():
    """Start the interpreter of every script, each once."""
    proved = set()
    for name in sorted(os.listdir(VENV + "/bin")):
        path = VENV + "/bin/" + name
        if os.path.islink(path) or not os.access(path, os.X_OK):
            continue
        with open(path, "rb") as file:
            lines = file.read(4096).split(b"\\n")
        if lines[:1] == [b"#!/bin/sh"] and lines[1:2] and lines[1].startswith(b"\'\'\'exec\' "):
            words = lines[1][8:].decode().strip()
            interpreter = words[1:].partition(\'"\')[0] if words.startswith(\'"\') else words.split(" ")[0]
        elif lines[0].startswith(b"#!"):
            interpreter = (lines[0][2:].decode().split() or [""])[0]
        else:
            continue
        if not interpreter.startswith(VENV + "/") or interpreter in proved:
            continue
        proved.add(interpreter)
        asked = [interpreter, "-I", "-c", "import sys; print(sys.prefix)"]
        try:
            prefix = subprocess.run(asked, stdout=subprocess.PIPE).stdout.decode().strip()
        except OSError as error:
            fail("the script " + path + " has an interpreter that does not start: " + str(error))
        if os.path.realpath(prefix or "/") != os.path.realpath(VENV):
            fail("the script " + path + " runs another Python than the virtualenv\'s")


def compile_all():
    """Compile all that can be; what cannot, such as a template, could not be imported before either."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(VENV + "/lib", quiet=2, workers=0, invalidation_mode=mode)
    for folder, folders, names in os.walk(VENV, topdown=False):
        if os.path.basename(folder) == "__pycache__":
            for name in names:
                os.utime(os.path.join(folder, name), (TIME, TIME))
            os.utime(os.path.dirname(folder), (TIME, TIME))
            os.utime(folder, (TIME, TIME))


prove_prefix()
prove_paths()
prove_metadata()
prove_scripts()
compile_all()
prove_dependencies()
if sys.argv[2:] == ["--remove"]:
    os.unlink(__file__)
'''
