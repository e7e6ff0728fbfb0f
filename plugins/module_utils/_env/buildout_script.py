# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of ``install_buildout.py``, which the folder of an environment with a buildout holds and its Dockerfile runs; pure text.

How zc.buildout takes options, keeps eggs and reports what it picked: U(https://www.buildout.org/en/latest/reference.html).
"""

from __future__ import annotations

from .install_script import TOOL_VERSIONS

BUILDOUT_SCRIPT = "install_buildout.py"
VERSIONS = "buildout-versions.cfg"
# The folder of the build context that is the project
PROJECT = "project"
# Where the script writes the lock that its run comes to.
PICKED = f"/opt/env/{VERSIONS}"
# Of zc.buildout itself; from here on it runs on no older Python.
OLDEST_PYTHON = (3, 10)

# One version each, so that equal folders are built by equal tools on every host. This setuptools is the last that has
# pkg_resources, which many packages of the time of bootstrap.py import.
BUILDOUT_TOOLS = {
    "packaging": "26.3",
    "pip": TOOL_VERSIONS["pip"],
    "platformdirs": "4.14.7",
    "setuptools": "81.0.0",
    "wheel": "0.45.1",
    "zc.buildout": "6.0.1",
}
# What only works with a zc.buildout of its time; a project may pin that of bootstrap.py.
FIXED_VERSIONS = {"zc.recipe.egg": "6.0.0", **{name: BUILDOUT_TOOLS[name] for name in ("pip", "setuptools", "wheel", "zc.buildout")}}

VERSIONS_HEADER = "# What buildout picked, beside what the project pins itself. Made by the Ansible collection dockenv.python.\n"


def render_buildout_script() -> str:
    """Return the script."""
    values = {"TOOLS": BUILDOUT_TOOLS, "FIXED": FIXED_VERSIONS, "OLDEST": OLDEST_PYTHON, "RESULT": PICKED, "HEADER": VERSIONS_HEADER}
    return _SCRIPT.replace("@VALUES@", "\n".join(f"{name} = {value!r}" for name, value in values.items()))


_SCRIPT = '''\
"""Run the buildout of a project that is in the image, with a zc.buildout of its own in /opt/env; no bootstrap.py is needed.

Run by the Dockerfile beside it, as root, with the Python of the base image. Written by the Ansible
collection dockenv.python. install.py must be beside it.

install_buildout.py [--alone] PLACE [SECTION:OPTION=VALUE ...]

PLACE is the project's folder, with a buildout.cfg. Versions in buildout-versions.cfg beside this file hold where the
project pins none. With --alone there is no cache, and the folder of this file is removed afterwards.
"""

import base64
import compileall
import contextlib
import csv
import glob
import hashlib
import json
import os
import platform
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig

import install

@VALUES@
ENV, PYTHON, HERE = install.ENV, install.PYTHON, install.HERE
CONFIG = HERE + "/dockenv.cfg"

# What follows runs in the project's folder, whose modules must not take the place of others: so the first entry of the path goes.

# Loads the configuration as buildout does, and says what of it matters here.
ASK = """
import sys
del sys.path[0]
import json
from zc.buildout import UserError
from zc.buildout.buildout import Buildout
try:
    words = [word.partition("=") for word in sys.argv[2:]]
    found = Buildout(sys.argv[1], [(*name.split(":"), value) for name, _sign, value in words])
    part = found["buildout"]
    name = part["versions"] or "versions"
    pins = dict(found[name]) if part["versions"] else {}
except UserError as error:
    sys.exit("buildout.cfg: {}".format(error))
said = {"index": part.get("index", ""), "links": part.get("find-links", ""), "eggs": part["eggs-directory"], "bin": part["bin-directory"]}
print(json.dumps({"name": name, "pins": pins, **said}))
"""

# Is the command buildout, but that it does not read the list of all packages of the index for a name that is not there.
RUN = """
import sys
del sys.path[0]
from zc.buildout import _package_index, buildout
_package_index.PackageIndex.not_found_in_index = lambda index, requirement: None
sys.argv[0] = sys.argv.pop(1)
buildout.main()
"""

# Runs a script up to its last import: so its packages are found, and nothing of its work is done.
PROVE = """
import sys
del sys.path[0]
import ast
path = sys.argv.pop(1)
with open(path, encoding="utf-8") as file:
    body = ast.parse(file.read()).body
end = max([at for at, each in enumerate(body) if isinstance(each, (ast.Import, ast.ImportFrom))], default=-1) + 1
exec(compile(ast.Module(body[:end], []), path, "exec"), {"__name__": "dockenv", "__file__": path})
"""


def hash_of(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def read_versions(path):
    """Return versions by name from a file with one section of them; nothing if there is no such file."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return dict(re.findall(r"^([A-Za-z0-9._-]+)\\s*=\\s*(\\S+)\\s*$", file.read(), re.MULTILINE))


def write_versions(path, name, versions, head=""):
    lines = ["{} = {}\\n".format(each, versions[each]) for each in sorted(versions, key=str.lower)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("{}[{}]\\n{}".format(head, name, "".join(lines)))


def make_environment(cache):
    """Make the virtualenv of zc.buildout, or copy the one of an earlier build with the same Python."""
    if sys.version_info[:2] < OLDEST:
        has, needs = (".".join(map(str, each)) for each in (sys.version_info[:2], OLDEST))
        sys.exit("zc.buildout needs Python {} or newer, and the base image has {}; choose another base image.".format(needs, has))
    made_from = [sorted(TOOLS.items()), sys.version, os.path.realpath(sys.executable), sysconfig.get_config_var("SOABI")]
    kept = "{}/buildout-{}".format(cache, hash_of(made_from))
    if not os.path.exists(kept):
        tool = install.find_tool(cache)
        install.run(sys.executable, "-m", "venv", "--without-pip", ENV)
        pins = ["{}=={}".format(name, version) for name, version in sorted(TOOLS.items())]
        pip = [PYTHON, tool + "/pip", "install", "--quiet", "--no-deps", "--ignore-installed", "--no-compile", "--no-warn-script-location"]
        install.run(*pip, *pins)
        compile_all([ENV])
        copy_tree(ENV, kept)
    copy_tree(kept, ENV)


def ask(config, options):
    done = subprocess.run([PYTHON, "-c", ASK, config, *options], stdout=subprocess.PIPE, universal_newlines=True)
    if done.returncode:
        sys.exit(done.returncode)
    return json.loads(done.stdout.splitlines()[-1])


def find_index(options, config):
    """Return the index of the options or of the project; without one, that of the settings for pip."""
    named = [option.partition("=")[2] for option in options if option.startswith("buildout:index=")]
    if named or config["index"]:
        return (named or [config["index"]])[0]
    asked = subprocess.run(
        [PYTHON, "-m", "pip", "config", "get", "global.index-url"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True
    )
    return os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()


def trust(index):
    """Let pip use the index, also without encryption: who named it means it."""
    if index:
        os.environ["PIP_INDEX_URL"] = index
    host = re.match("http://([^/]+)", index)
    if host:
        os.environ["PIP_TRUSTED_HOST"] = " ".join([os.environ.get("PIP_TRUSTED_HOST", ""), host.group(1).rpartition("@")[2]]).strip()


def write_config(place, name, pins):
    """Write a configuration that has the pins first, so that those of the project prevail."""
    locked = HERE + "/locked.cfg"
    write_versions(locked, name, pins)
    with open(CONFIG, "w", encoding="utf-8") as file:
        file.write("[buildout]\\nextends = {} {}/buildout.cfg\\ndirectory = {}\\n".format(locked, place, place))


def list_eggs(folder):
    """Return the eggs in a folder, each path with the name and the version; what is zipped is left out."""
    found = {}
    for path in glob.glob(glob.escape(folder) + "/*.egg"):
        match = re.match(r"(.+)-([^-]+)-py[0-9.]+", os.path.basename(path))
        if match and os.path.isdir(path):
            found[path] = (install.name_of(match.group(1)), match.group(2))
    return found


def copy_eggs(paths, folder):
    for path in paths:
        copy_tree(path, os.path.join(folder, os.path.basename(path)))


def copy_tree(path, target):
    """Copy a folder whole, or not at all if there is one."""
    if os.path.exists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    beside = "{}.{}".format(target, os.urandom(4).hex())
    shutil.copytree(path, beside, symlinks=True)
    try:
        os.rename(beside, target)
    except OSError:  # a build at the same time was first
        shutil.rmtree(beside)


def forget_origin(egg):
    """Remove the note of the folder that an egg was installed from: it has another name each time, and is gone."""
    for path in glob.glob(glob.escape(egg) + "/*.dist-info/direct_url.json"):
        os.remove(path)
        record = os.path.join(os.path.dirname(path), "RECORD")
        with open(record, encoding="utf-8") as file:
            lines = [line.rstrip("\\n") for line in file if "/direct_url.json," not in line]
        install.write_lines(record, lines)


def digest_of(path):
    """Return the SHA-256 of a file, as a RECORD has it."""
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_as_installed(egg):
    """Whether an egg is what its package is: recipes may patch it, and other projects shall not get that."""
    records = glob.glob(glob.escape(egg) + "/*.dist-info/RECORD")
    if len(records) != 1:
        return False
    with open(records[0], newline="", encoding="utf-8") as file:
        rows = {row[0]: row[1] for row in csv.reader(file) if row}
    said = {path: digest for path, digest in rows.items() if digest and ".dist-info/" not in path and not path.startswith("../")}
    files = (os.path.relpath(path, egg) for path in list_below(egg) if not os.path.isdir(path))
    found = {path: digest_of(os.path.join(egg, path)) for path in files if ".dist-info/" not in path and "__pycache__/" not in path}
    return found == said


@contextlib.contextmanager
def kept_eggs(cache, index, config, pins):
    """Begin with the eggs of earlier builds that have the pinned versions, and keep new ones, those of a failed build too."""
    system = platform.freedesktop_os_release()
    kept = "{}/eggs-{}".format(cache, hash_of([sysconfig.get_config_var("SOABI"), system.get("ID"), system.get("VERSION_ID"), index]))
    # What comes from elsewhere than the index may be another thing of the same name and version.
    is_from_index = not config["links"]
    wanted = {(install.name_of(name), version) for name, version in pins.items()} if is_from_index else set()
    copy_eggs([path for path, egg in list_eggs(kept).items() if egg in wanted], config["eggs"])
    before = list_eggs(config["eggs"])
    try:
        yield
    finally:
        new = [path for path in list_eggs(config["eggs"]) if path not in before]
        for egg in new:
            forget_origin(egg)
        compile_all(new)
        copy_eggs([path for path in new if is_from_index and is_as_installed(path)], kept)


def compile_all(folders, skipped="$^"):
    """Compile what can be compiled; sources for another Python, and templates, are never imported here."""
    for folder in folders:
        for path in glob.glob(glob.escape(folder) + "/**/__pycache__", recursive=True):
            shutil.rmtree(path)
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(folder, maxlevels=100, quiet=2, rx=re.compile(skipped), workers=0, invalidation_mode=mode)


def run_buildout(place, options, config):
    """Run it as its documentation says, and return the versions that it had to pick."""
    picked = HERE + "/picked.cfg"
    words = ["-c", CONFIG, "buildout:update-versions-file=" + picked, *options]
    os.chdir(place)
    for command in (["bootstrap"], ["install"]):
        install.run(PYTHON, "-c", RUN, config["bin"] + "/buildout", *words, *command)
    return read_versions(picked)


def prove(folder):
    """Fail unless every script that buildout made starts, and every interpreter of its."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            text = file.read()
        if not text.startswith(b"#!" + PYTHON.encode()):
            continue
        command = [path, "-c", "pass"] if b"\\n_interactive = True\\n" in text else [PYTHON, "-c", PROVE, path]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, universal_newlines=True)
        if done.returncode:
            sys.exit("{}The script {} does not start.".format(done.stderr, path))


def build(place, options, cache):
    make_environment(cache)
    config = ask(place + "/buildout.cfg", options)
    index = find_index(options, config)
    trust(index)
    locked = read_versions(HERE + "/buildout-versions.cfg")
    write_config(place, config["name"], locked)
    given = {option.partition("=")[0] for option in options}
    fixed = {name: version for name, version in FIXED.items() if "{}:{}".format(config["name"], name) not in given}
    options = [*options, *("{}:{}={}".format(config["name"], name, version) for name, version in sorted(fixed.items()))]
    if index and "buildout:index" not in given:
        options.append("buildout:index=" + index)
    with kept_eggs(cache, index, config, {**locked, **config["pins"], **fixed}):
        picked = run_buildout(place, options, config)
    compile_all([place], "^" + re.escape(config["eggs"]))
    prove(config["bin"])
    used = {name for name, _version in list_eggs(config["eggs"]).values()}
    result = {name: version for name, version in locked.items() if install.name_of(name) in used}
    write_versions(RESULT, "versions", {**result, **picked}, HEADER)
    install.settle([*install.list_all(), *list_above(place), *list_below(place), *list_below(config["eggs"])])


def list_above(path):
    """Yield the folders that a path is in, which got another time when it was made; not the root."""
    while os.path.dirname(path) != "/":
        path = os.path.dirname(path)
        yield path


def list_below(top):
    """Yield a folder and all that is in it."""
    yield top
    for folder, folders, files in os.walk(top):
        yield from (os.path.join(folder, name) for name in folders + files)


def main(arguments):
    alone = arguments[0] == "--alone"
    place, *options = arguments[1:] if alone else arguments
    scratch, cache = (HERE, HERE + "/cache") if alone else ("/tmp", "/mnt")
    os.umask(0o022)
    os.environ.update(
        HOME=scratch, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0", BUILDOUT_RESTART_AFTER_UPGRADE="1",
        PIP_CACHE_DIR=cache + "/pip", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_COMPILE="1", PIP_NO_INPUT="1", PIP_ROOT_USER_ACTION="ignore",
    )  # fmt: skip
    install.write_lines(install.LOCK, ["--index-url " + each.partition("=")[2] for each in options if each.startswith("buildout:index=")])
    install.trust_indexes()
    build(place, options, cache)
    if alone:
        shutil.rmtree(HERE)


if __name__ == "__main__":
    main(sys.argv[1:])
'''
