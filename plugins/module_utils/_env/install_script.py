# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of ``install.py``, which every environment folder holds and its Dockerfile runs; pure text."""

from __future__ import annotations

from .compile_script import COMPILER

# One version each, so that equal folders are installed by equal tools on every host.
TOOL_VERSIONS = {"uv": "0.13.8", "pip": "25.3"}
INSTALLERS = tuple(TOOL_VERSIONS)

ENVIRONMENT = "/opt/env"
# Where a build step finds the script, the lock, and what outlives the step.
LOCK = "requirements.txt"
SCRATCH = "/tmp"  # noqa: S108 - a tmpfs of one build step, not the host's folder
CACHE = "/mnt"
# The id of the secret with logins at package indexes; its text is in the format of netrc(5), which uv, pip and git read.
NETRC = "netrc"


def render_install_script(installer: str, environment: str = ENVIRONMENT) -> str:
    """Return the script for an installer of INSTALLERS and the place of the virtualenv, which needs no quoting."""
    head = f'INSTALLER, VERSION = "{installer}", "{TOOL_VERSIONS[installer]}"'
    return _SCRIPT.replace("@COMPILER@", COMPILER).replace("@TOOL@", head).replace("@ENVIRONMENT@", environment)


_SCRIPT = '''\
"""Install a lock into @ENVIRONMENT@ so that equal locks give equal files: the same bytes, the same times.

Run by the Dockerfile beside it, as root, with the Python of the base image. Written by the Ansible
collection dockenv.python.

install.py          install exactly what is in requirements.txt beside this file; packages cached in /mnt
install.py --alone  without a cache, and remove the folder of this file afterwards
install.py --add    leave what is there, and add: what is in requirements.txt, if there is one, and the packages whose
                    sources are the folders in sources/ beside this file, or that are archives there
install.py --add --editable=DIR ...  the same, and the packages in these folders, as links to them
install.py --compile  what both use: compile the packages that standard input names, a line of JSON each
"""

import csv
import functools
import hashlib
import importlib.metadata
import json
import marshal
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig

@TOOL@
ENV = "@ENVIRONMENT@"
PYTHON = ENV + "/bin/python"
HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = HERE + "/requirements.txt"
SOURCES = HERE + "/sources"
# 1980-01-02: users' archives of installed files cannot hold times before 1980, in any time zone.
TIME = 315619200


def run(*command):
    done = subprocess.run(command)
    if done.returncode:
        sys.exit(done.returncode)


def name_of(line):
    """Return the normalized name that a line of a lock begins with."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", line).group()).lower()


def read_entries(path):
    """Return the option lines and the entries of a lock, each entry with its hashes on one line."""
    if not os.path.exists(path):
        return [], []
    with open(path, encoding="utf-8") as file:
        joined = file.read().replace("\\\\\\n", " ")
    lines = [re.sub(r"(^|\\s)#.*", "", line).strip() for line in joined.splitlines()]
    return [line for line in lines if line.startswith("-")], [line for line in lines if line and not line.startswith("-")]


def write_lines(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(line + "\\n" for line in lines))
    return path


def find_tool(cache):
    """Return the folder of the installer; what is not in the cache is fetched with the pip of the base image."""
    folder = "{}/{}-{}-{}".format(cache, INSTALLER, VERSION, sysconfig.get_config_var("SOABI"))
    if os.path.isdir(folder):
        return folder
    python = sys.executable
    if subprocess.run([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        python = os.environ["HOME"] + "/pip/bin/python"
        if subprocess.run([sys.executable, "-m", "venv", os.path.dirname(os.path.dirname(python))], stdout=subprocess.DEVNULL).returncode:
            sys.exit("The base image has neither pip nor venv; name the system package that brings one, such as python3-venv.")
    beside = "{}.{}".format(folder, os.urandom(4).hex())
    fetch = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", beside, INSTALLER + "==" + VERSION]
    indexes = [word for line in read_entries(LOCK)[0] if "index-url" in line for word in line.split()]
    # The indexes of the lock may be the only ones that are reached, or may have nothing but private packages.
    if not indexes or subprocess.run([*fetch, *indexes], stderr=subprocess.DEVNULL).returncode:
        run(*fetch)
    try:
        os.rename(beside, folder)
    except OSError:  # a build at the same time was first
        shutil.rmtree(beside)
    return folder


def trust_indexes():
    """Let pip use what the lock names without encryption, as uv does: who named it means it."""
    hosts = re.findall(r"http://([^/\\s]+)", "\\n".join(read_entries(LOCK)[0]))
    if hosts:
        os.environ["PIP_TRUSTED_HOST"] = " ".join([os.environ.get("PIP_TRUSTED_HOST", ""), *hosts]).strip()


def list_added():
    """Return the lines of the lock for what it adds to what is there; none if it adds nothing, or may move or remove something.

    With a hundred packages uv takes longer to see that a lock has them as they are than to add a few.
    """
    options, entries = read_entries(LOCK)
    pins = {(name_of(entry), entry.split()[0].partition("==")[2]): entry for entry in entries}
    there = set()
    for path in list_metadata():
        name, _dash, version = os.path.basename(path).rpartition(".dist-info")[0].rpartition("-")
        there.add((name_of(name), version) if name and not os.path.exists(path + "/direct_url.json") else None)
    added = [pins[pin] for pin in sorted(pins.keys() - there)]
    if not there or there - pins.keys() or any(";" in entry for entry in entries):
        return []
    return added and options + added


def install_with_uv(tool, add, folders):
    uv = [tool + "/bin/uv", "pip"]
    added = None if add else list_added()
    if added:
        listed = write_lines(os.environ["HOME"] + "/added.txt", added)
        run(*uv, "install", "--quiet", "--no-deps", "--python", PYTHON, "--requirement", listed)
    elif not add:
        run(*uv, "sync", "--quiet", "--allow-empty-requirements", "--python", PYTHON, LOCK)
    elif read_entries(LOCK)[1]:
        run(*uv, "install", "--quiet", "--no-deps", "--python", PYTHON, "--requirement", LOCK)
    if folders:
        run(*uv, "install", "--quiet", "--no-deps", "--python", PYTHON, *folders)
    # uv leaves its lock file, which is empty. With one in an older layer, it is up to the engine whether this layer has it again.
    if os.path.exists(ENV + "/.lock"):
        os.remove(ENV + "/.lock")


def install_with_pip(tool, add, folders):
    """Install as uv does: what has no hash, as it comes from version control, apart from what has one."""
    pip = [PYTHON, tool + "/pip"]
    options, entries = read_entries(LOCK)
    wanted = {name_of(entry) for entry in entries}
    found = {name_of(each.metadata["Name"]) for each in importlib.metadata.distributions(path=find_sites())}
    if found - wanted and not add:
        run(*pip, "uninstall", "--quiet", "--yes", *sorted(found - wanted))
    for has_hash in (True, False):
        chosen = [entry for entry in entries if ("--hash=" in entry) is has_hash]
        if chosen:
            listed = write_lines(os.environ["HOME"] + "/chosen.txt", options + chosen)
            run(*pip, "install", "--quiet", "--no-compile", "--no-deps", "--no-warn-script-location", "--requirement", listed)
    if folders:
        run(*pip, "install", "--quiet", "--no-compile", "--no-deps", "--no-warn-script-location", *folders)


def copy_sources():
    """Return archives, and copies of the folders with sources: what builds a package writes into its folder."""
    copies = []
    for name in sorted(os.listdir(SOURCES)) if os.path.isdir(SOURCES) else []:
        source, copy = SOURCES + "/" + name, "{}/build/{}".format(os.environ["HOME"], name)
        if os.path.isdir(source):
            shutil.copytree(source, copy, symlinks=True)
        copies.append(copy if os.path.isdir(source) else source)
    return copies


@functools.lru_cache(maxsize=None)
def find_sites():
    """Return the folders of packages; there are two where libraries of 64 bits have one of their own."""
    code = "import sysconfig; print(sysconfig.get_path('purelib')); print(sysconfig.get_path('platlib'))"
    return sorted(set(subprocess.check_output([PYTHON, "-c", code], universal_newlines=True).split()))


def list_new_packages(site):
    """Yield the sources of each package that this step installed, with their digests; tests are left out."""
    for entry in sorted(os.listdir(site)):
        record = os.path.join(site, entry, "RECORD")
        if os.path.exists(record) and os.stat(record).st_mtime != TIME:
            with open(record, newline="", encoding="utf-8") as file:
                rows = [[os.path.join(site, row[0]), row[1]] for row in csv.reader(file) if row]
            sources = sorted(row for row in rows if row[0].endswith(".py") and "/tests/" not in row[0] and "/../" not in row[0])
            if sources:
                yield sources


@COMPILER@


def compile_new(compiler, cache):
    os.makedirs(cache + "/bytecode", exist_ok=True)
    work = sorted((each for site in find_sites() for each in list_new_packages(site)), key=len, reverse=True)
    compiler.communicate("".join(json.dumps([sources, cache]) + "\\n" for sources in work))
    if compiler.returncode:
        sys.exit(compiler.returncode)


def list_metadata():
    """Return the folders in which packages say what they are."""
    found = (os.path.join(site, entry) for site in find_sites() for entry in os.listdir(site))
    return {path for path in found if path.endswith((".dist-info", ".egg-info"))}


def is_new(path):
    return os.lstat(path).st_mtime != TIME


def list_all():
    """Yield all paths of the environment."""
    yield from (os.path.dirname(ENV), ENV)
    for folder, folders, files in os.walk(ENV):
        yield from (os.path.join(folder, name) for name in folders + files)


def list_changed(before):
    """Yield the paths that this step may have changed, if it only added packages; else all.

    Older layers hold tens of thousands of files: to look at each takes longer than to install a package.
    """
    records = {path: os.path.join(path, "RECORD") for path in list_metadata()}
    added = records.keys() - before
    changed = {path for path, record in records.items() if not os.path.exists(record) or is_new(record)}
    if not before or before - records.keys() or changed != added or not all(os.path.exists(records[path]) for path in added):
        yield from list_all()
        return
    folders = {os.path.dirname(ENV), ENV, ENV + "/bin", *find_sites(), *added}
    for path in sorted(added):
        with open(records[path], newline="", encoding="utf-8") as file:
            files = [os.path.normpath(os.path.join(os.path.dirname(path), row[0])) for row in csv.reader(file) if row]
        for folder in {os.path.dirname(each) for each in files}:
            while folder.startswith(ENV + "/") and folder not in folders:
                folders.add(folder)
                folder = os.path.dirname(folder)
    folders |= {folder + "/__pycache__" for folder in folders if os.path.isdir(folder + "/__pycache__")}
    for folder in sorted(folders):
        yield folder
        if folder != os.path.dirname(ENV):
            yield from (os.path.join(folder, name) for name in sorted(os.listdir(folder)))


def settle(paths):
    """Give all that is new one time; what older layers hold has it already, and touching it would copy it."""
    for path in paths:
        if is_new(path):
            os.utime(path, (TIME, TIME), follow_symlinks=False)


def prove_installed():
    """End with one sentence unless the Python of the environment starts and finds what the lock pins."""
    pins = [entry.split()[0] for entry in read_entries(LOCK)[1] if ";" not in entry]  # a marker may be for another platform
    wanted = {(name_of(pin), pin.partition("==")[2]): pin for pin in pins if "==" in pin}
    # To read what packages say of themselves takes ten times as long as to list them: only for those whose folders do not say it.
    missing = wanted.keys() - find_packages(BY_FOLDERS) and wanted.keys() - find_packages(BY_METADATA)
    if missing:
        sys.exit("The environment does not work: it does not have " + ", ".join(pin for key, pin in wanted.items() if key in missing))


BY_FOLDERS = """
import json, os, sys
entries = [entry for path in sys.path if os.path.isdir(path) for entry in os.listdir(path) if entry.endswith(".dist-info")]
print(json.dumps([entry[: -len(".dist-info")].rpartition("-")[::2] for entry in entries]))
"""
BY_METADATA = """
import importlib.metadata, json
print(json.dumps([[each.metadata["Name"] or "", each.version] for each in importlib.metadata.distributions()]))
"""


def find_packages(code):
    """Return the normalized names and the versions that the Python of the environment finds by this code."""
    output = subprocess.check_output([PYTHON, "-I", "-c", code])
    return {(name_of(name), version) for name, version in json.loads(output) if re.match("[A-Za-z0-9]", name)}


def install(cache, add, editables):
    compiler = start_compiler()
    trust_indexes()
    tool = find_tool(cache)
    if not os.path.exists(PYTHON):
        run(sys.executable, "-m", "venv", "--without-pip", ENV)
    before = list_metadata()
    folders = [*copy_sources(), *(word for folder in editables for word in ("--editable", folder))]
    {"uv": install_with_uv, "pip": install_with_pip}[INSTALLER](tool, add, folders)
    prove_installed()
    compile_new(compiler, cache)
    settle(list_changed(before))


def main(arguments):
    if "--compile" in arguments:
        sys.exit(compile_all(sys.stdin))
    alone = "--alone" in arguments
    scratch, cache = (HERE, HERE + "/cache") if alone else ("/tmp", "/mnt")
    os.environ.update(
        HOME=scratch, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0",
        PIP_CACHE_DIR=cache + "/pip", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1", PIP_ROOT_USER_ACTION="ignore",
        UV_CACHE_DIR=cache + "/uv", UV_LINK_MODE="copy", UV_NO_CONFIG="1", UV_PYTHON_DOWNLOADS="never",
    )  # fmt: skip
    install(cache, "--add" in arguments, [each.partition("=")[2] for each in arguments if each.startswith("--editable=")])
    if alone:
        shutil.rmtree(HERE)


if __name__ == "__main__":
    main(sys.argv[1:])
'''
