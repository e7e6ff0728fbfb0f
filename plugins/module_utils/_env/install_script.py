# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of ``install.py``, which every environment folder holds and its Dockerfile runs; pure text."""

from __future__ import annotations

# One version each, so that equal folders are installed by equal tools on every host.
TOOL_VERSIONS = {"uv": "0.13.8", "pip": "25.3"}
INSTALLERS = tuple(TOOL_VERSIONS)

ENVIRONMENT = "/opt/env"
# Where a build step finds the script, the lock, and what outlives the step.
SCRATCH = "/tmp"  # noqa: S108 - a tmpfs of one build step, not the host's folder
CACHE = "/mnt"
LOCK_OUTPUT = "/opt/lock"


def render_install_script(installer: str) -> str:
    """Return the script for an installer of INSTALLERS."""
    head = f'INSTALLER, VERSION = "{installer}", "{TOOL_VERSIONS[installer]}"'
    return _SCRIPT.replace("@TOOL@", head)


_SCRIPT = '''\
"""Install a lock into /opt/env so that equal locks give equal files: the same bytes, the same times.

Run by the Dockerfile beside it, as root, with the Python of the base image. Written by the Ansible
collection dockenv.python.

install.py          install exactly what is in requirements.txt beside this file; packages cached in /mnt
install.py --alone  the same without a cache, and remove the folder of this file afterwards
install.py lock [OPTION...]  write /opt/lock/requirements.txt from requirements.in beside this file
"""

import csv
import hashlib
import importlib.metadata
import json
import marshal
import multiprocessing
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig

@TOOL@
ENV = "/opt/env"
PYTHON = ENV + "/bin/python"
HERE = os.path.dirname(os.path.abspath(__file__))
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
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", beside, INSTALLER + "==" + VERSION)
    try:
        os.rename(beside, folder)
    except OSError:  # a build at the same time was first
        shutil.rmtree(beside)
    return folder


def install_with_uv(tool, lock):
    run(tool + "/bin/uv", "pip", "sync", "--quiet", "--allow-empty-requirements", "--python", PYTHON, lock)


def install_with_pip(tool, lock):
    """Install as uv does: what has no hash, as it comes from version control, apart from what has one."""
    pip = [PYTHON, tool + "/pip"]
    options, entries = read_entries(lock)
    wanted = {name_of(entry) for entry in entries}
    found = {name_of(each.metadata["Name"]) for each in importlib.metadata.distributions(path=[find_site()])}
    if found - wanted:
        run(*pip, "uninstall", "--quiet", "--yes", *sorted(found - wanted))
    for has_hash in (True, False):
        chosen = [entry for entry in entries if ("--hash=" in entry) is has_hash]
        if chosen:
            listed = write_lines(os.environ["HOME"] + "/chosen.txt", options + chosen)
            run(*pip, "install", "--quiet", "--no-compile", "--no-deps", "--no-warn-script-location", "--requirement", listed)


def find_site():
    command = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return subprocess.check_output(command, universal_newlines=True).strip()


def list_new_packages(site):
    """Yield the sources of each package that this step installed, with their digests; tests are left out."""
    for entry in sorted(os.listdir(site)):
        record = os.path.join(site, entry, "RECORD")
        if os.path.exists(record) and os.stat(record).st_mtime != TIME:
            with open(record, newline="", encoding="utf-8") as file:
                rows = [(os.path.join(site, row[0]), row[1]) for row in csv.reader(file) if row]
            sources = sorted(row for row in rows if row[0].endswith(".py") and "/tests/" not in row[0] and "/../" not in row[0])
            if sources:
                yield sources


def compile_package(sources, cache):
    """Write the byte code of one package, through the cache.

    A process compiles one package only: what it has compiled before shows in the bytes of what follows.
    """
    digest = hashlib.sha256(repr((sys.version, sources)).encode()).hexdigest()
    cached = "{}/bytecode/{}".format(cache, digest)
    if os.path.exists(cached):
        with open(cached, "rb") as file:
            code = marshal.load(file)
        for path, content in code.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        return
    code = {}
    for source, _digest in sources:
        try:
            path = py_compile.compile(source, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        except (py_compile.PyCompileError, OSError, ValueError):  # a template, or for another Python: never imported here
            continue
        with open(path, "rb") as file:
            code[path] = file.read()
    beside = "{}.{}".format(cached, os.urandom(4).hex())
    with open(beside, "wb") as file:
        marshal.dump(code, file)
    os.rename(beside, cached)


def compile_new(cache):
    os.makedirs(cache + "/bytecode", exist_ok=True)
    work = sorted(list_new_packages(find_site()), key=len, reverse=True)
    if work:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["py_compile"])
        with context.Pool(os.cpu_count(), maxtasksperchild=1) as pool:
            pool.starmap(compile_package, [(sources, cache) for sources in work], chunksize=1)


def settle():
    """Give all that is new one time; what older layers hold has it already, and touching it would copy it."""
    paths = [os.path.dirname(ENV), ENV]
    for folder, folders, files in os.walk(ENV):
        paths += [os.path.join(folder, name) for name in folders + files]
    for path in paths:
        if os.lstat(path).st_mtime != TIME:
            os.utime(path, (TIME, TIME), follow_symlinks=False)


def install(cache):
    tool = find_tool(cache)
    if not os.path.exists(PYTHON):
        run(sys.executable, "-m", "venv", "--without-pip", ENV)
    {"uv": install_with_uv, "pip": install_with_pip}[INSTALLER](tool, HERE + "/requirements.txt")
    compile_new(cache)
    settle()


def lock_with_uv(tool, old, new, options):
    if os.path.exists(old):
        shutil.copyfile(old, new)
    compile_pins = [tool + "/bin/uv", "pip", "compile", "--quiet", "--no-header", "--generate-hashes", "--python", sys.executable]
    run(*compile_pins, *options, "--output-file", new, "requirements.in")
    with open(new, encoding="utf-8") as file:
        pins = file.read()
    write_lines(new, [*index_options(), pins.rstrip()])


def lock_with_pip(tool, old, new, options):
    """Resolve with the old pins first; where these no longer fit together, without them."""
    upgraded = {name_of(options[at + 1]) for at, option in enumerate(options) if option == "--upgrade-package"}
    pins = [] if "--upgrade" in options or not os.path.exists(old) else read_entries(old)[1]
    kept = [re.split(r"\\s", pin)[0] for pin in pins if " @ " not in pin and name_of(pin) not in upgraded]
    constraints = write_lines(os.environ["HOME"] + "/kept.txt", kept)
    report = os.environ["HOME"] + "/report.json"
    resolve = [sys.executable, tool + "/pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", report, "-r", "requirements.in"]
    if not kept or subprocess.run([*resolve, "-c", constraints], stderr=subprocess.DEVNULL).returncode:
        run(*resolve)
    with open(report, encoding="utf-8") as file:
        entries = sorted(entry_of(item) for item in json.load(file)["install"])
    write_lines(new, index_options() + entries)


def index_options():
    """Return the option lines of requirements.in that its lock needs too."""
    return [line for line in read_entries("requirements.in")[0] if not re.match(r"(-c|-r|--constraint|--requirement)\\b", line)]


def entry_of(item):
    """Return the line of a lock for one item of pip's report."""
    name, source = name_of(item["metadata"]["name"]), item["download_info"]
    if "vcs_info" in source:
        return "{} @ {}+{}@{}".format(name, source["vcs_info"]["vcs"], source["url"], source["vcs_info"]["commit_id"])
    digest = source["archive_info"]["hashes"]["sha256"]
    what = "{} @ {}".format(name, source["url"]) if item["is_direct"] else "{}=={}".format(name, item["metadata"]["version"])
    return "{} \\\\\\n    --hash=sha256:{}".format(what, digest)


def lock(cache, options):
    tool = find_tool(cache)
    os.makedirs("/opt/lock", exist_ok=True)
    os.chdir(HERE)
    {"uv": lock_with_uv, "pip": lock_with_pip}[INSTALLER](tool, HERE + "/requirements.txt", "/opt/lock/requirements.txt", options)


def main(arguments):
    alone = "--alone" in arguments
    scratch, cache = (HERE, HERE + "/cache") if alone else ("/tmp", "/mnt")
    os.environ.update(
        HOME=scratch, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0",
        PIP_CACHE_DIR=cache + "/pip", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_ROOT_USER_ACTION="ignore",
        UV_CACHE_DIR=cache + "/uv", UV_LINK_MODE="copy", UV_NO_CONFIG="1", UV_PYTHON_DOWNLOADS="never",
    )  # fmt: skip
    if os.path.exists("/tmp/netrc"):
        os.environ["NETRC"] = "/tmp/netrc"
    if arguments[:1] == ["lock"]:
        lock(cache, arguments[1:])
    else:
        install(cache)
    if alone:
        shutil.rmtree(HERE)


if __name__ == "__main__":
    main(sys.argv[1:])
'''
