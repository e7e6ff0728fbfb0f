# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Observe a Docker host: packages, service, engine, daemon.json, commands, virtualenv, users. Reads only; decides nothing."""

from __future__ import annotations

import glob
import grp
import json
import os
import pwd
import re
import stat
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .. import _commands
from .._errors import EngineError
from .client_config import read_client_config
from .daemon import digest_options, mask_credentials
from .drop_ins import FOLDER, PREFIX, PROXY_ENVIRONMENT
from .engine_socket import ENGINE_SOCKET, get_json
from .leftovers import FOLDERS, PARTS, TAKING_OVER, Leftover, find_leftovers
from .observe_apt import observe_apt, observe_file, read_text
from .observe_data import (
    INIT_SCRIPT,
    Start,
    find_data,
    find_data_root,
    find_mounts,
    find_own_roots,
    observe_holdings,
    read_engine_root,
    read_start,
)
from .own_files import describe_file
from .pruning import SCRIPT, SERVICE, TIMER, TIMER_UNIT
from .registry_logins import Login, find_problem, is_kept
from .survivors import Survivors, find_survivors

# Upstream's engine, and the distributions'
DAEMONS = ("/usr/bin/dockerd", "/usr/sbin/dockerd")
UNIT_PROPERTIES = ("Id", "ActiveState", "UnitFileState", "ExecStart", "Environment", "EnvironmentFiles")
CLIENT = "/usr/bin/docker"
CONFIG_FILE = "/etc/docker/daemon.json"
# Stands beside the file from a change of it until the engine was seen to run with the change
PREVIOUS_CONFIG_FILE = f"{CONFIG_FILE}.previous"
OVERRIDE_FILE = "/etc/systemd/system/docker.service.d/dockenv.conf"
RELEASE_FILE = "/etc/os-release"
FACT_FILE = "/etc/ansible/facts.d/docker_server.fact"
# What of the fact the role starts from in its next run
FACT_LISTS = ("made", "installed")
PID_FILE = "/var/run/docker.pid"
GROUP = "docker"
# The files that are the role's alone, as patterns, by what they are for
OWN_FILES = {"engine": (f"{FOLDER}/{PREFIX}*.conf", PROXY_ENVIRONMENT), "prune": (SCRIPT, SERVICE, TIMER)}
# The second is systemd-resolved's, whose own address is all that the first names where it runs.
RESOLVER_FILES = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
# How long a process that was just started may take to show up. One that is not there by then has ended already.
SECONDS_TO_APPEAR = 10.0

PLUGIN_FOLDERS = ("/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins")
STANDALONE_COMPOSE = "/usr/bin/docker-compose"

# Runs under docker-python. Every line is one more thing that works, so a crash tells how far it came.
PROOF = """
import importlib.metadata, json, sys
packages = {found.metadata["Name"]: found.version for found in importlib.metadata.distributions()}
print(json.dumps({"prefix": sys.prefix, "version": "%d.%d.%d" % sys.version_info[:3], "packages": packages}), flush=True)
import docker
print(json.dumps({"sdk": docker.__version__}), flush=True)
if sys.argv[1:]:
    print(json.dumps({"engine": docker.DockerClient(base_url=sys.argv[1], timeout=10).version()["Version"]}))
"""
_RELEASE_FIELDS = (("id", "ID"), ("version", "VERSION_ID"), ("codename", "VERSION_CODENAME"))
# By one of these as its name, or among those that it is like, a distribution is of Red Hat's family.
_RED_HATS = frozenset({"rhel", "fedora", "centos"})
_VERSION = re.compile(r"\d+\.\d+[^\s,]*")


@dataclass(frozen=True)
class Questions:
    """What to look for: names of packages and users, URLs of apt's repositories, paths, logins, seconds to wait for a starting engine."""

    packages: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    docker_python: str = "/usr/local/bin/docker-python"
    docker_compose: str = "/usr/local/bin/docker-compose"
    virtualenv: str = "/usr/local/lib/docker/virtualenv"
    data_root: str = ""
    logins: tuple[Login, ...] = ()
    wait: float = 0.0


def observe_host(questions: Questions) -> dict[str, Any]:
    """Return what the host is like, as the module docker_host_info documents it."""
    asked = time.time()
    service, engine = observe_service_and_engine(questions.wait)
    release = observe_release()
    family = release["family"]
    answers = _run_commands(questions, service["running"], family)
    config, fact = observe_config(Start(**service["data_roots"]), engine["data_root"], questions.data_root), read_fact()
    compose = observe_compose(questions.docker_compose, answers["compose"], answers["own_compose"])
    return {
        "time": asked,
        "release": release,
        **_read_packages(family, questions, answers),
        "files": {path: found for path, found in ((path, observe_file(path)) for path in questions.files) if found},
        "service": service,
        "engine": {
            **engine,
            "path": find_daemon(),
            "version": engine["version"] or parse_version(answers["daemon"]),
            "swarm": engine["swarm"] or _swarm_on_disk(config["data_root"]),
        },
        "config": config,
        "own_files": {purpose: observe_files(patterns) for purpose, patterns in OWN_FILES.items()},
        "resolvers": observe_resolvers(),
        "client": {"version": parse_version(answers["client"])},
        "compose": compose,
        "buildx": {"version": parse_version(answers["buildx"])},
        "python": {"kind": kind_of(questions.docker_python), **parse_proof(questions.docker_python, answers["python"])},
        "virtualenv": kind_of(questions.virtualenv),
        "group": _has_group(),
        "users": {name: observe_user(name) for name in questions.users},
        "logins": observe_logins(questions.logins),
        "fact": fact,
        "leftovers": [asdict(each) for each in observe_leftovers(config, compose, fact)],
    }


def observe_service() -> dict[str, Any]:
    """Return who runs the engine (``systemd`` if it is PID 1, else ``process``), whether it runs, whether it starts at boot, whether it
    is pruned by a timer, and which data root its start names.

    /run/systemd/system is what sd_booted(3) looks for.
    """
    if not os.path.isdir("/run/systemd/system"):
        data_roots = asdict(read_start(INIT_SCRIPT))
        return {"manager": "process", "running": _has_process(), "enabled": False, "prunes": False, "data_roots": data_roots}
    shown = _commands.run(["systemctl", "show", "docker.service", TIMER_UNIT, f"--property={','.join(UNIT_PROPERTIES)}"]).stdout
    units = [[line.partition("=")[::2] for line in block.splitlines()] for block in shown.split("\n\n")]
    by_name = {dict(unit).get("Id"): unit for unit in units}
    state, timer = (dict(by_name.get(name, ())) for name in ("docker.service", TIMER_UNIT))
    return {
        "manager": "systemd",
        "running": state.get("ActiveState") in ("active", "reloading"),
        "enabled": state.get("UnitFileState") == "enabled",
        "prunes": (timer.get("ActiveState"), timer.get("UnitFileState")) == ("active", "enabled"),
        "data_roots": asdict(read_start(by_name.get("docker.service", ()))),
    }


def observe_service_and_engine(wait: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the states of the service and of the engine; while the engine does not answer, ask again for ``wait`` seconds."""
    begin = time.monotonic()
    while True:
        service = observe_service()
        engine = observe_engine(service["running"])
        patience = wait if service["running"] else min(wait, SECONDS_TO_APPEAR)
        if engine["answers"] or time.monotonic() >= begin + patience:
            return service, engine
        time.sleep(0.1)


def observe_engine(running: bool) -> dict[str, Any]:
    """Return the engine's versions, storage, data root and Swarm state, or None for each and a ``problem``.

    A stopped engine is not asked: systemd would start it for whoever connects to its socket.
    """
    if not running:
        return _describe_silence("The engine does not run")
    try:
        version, info = get_json("/version"), get_json("/info")
    except EngineError as error:
        return _describe_silence(error.message)
    return {
        "answers": True,
        "version": version.get("Version"),
        "api": version.get("ApiVersion"),
        "storage_driver": info.get("Driver"),
        "swarm": info.get("Swarm", {}).get("LocalNodeState") or "inactive",
        "containers": info.get("ContainersRunning", 0),
        "survivors": asdict(Survivors()),
        "data_root": read_engine_root(info),
        "problem": None,
    }


def _describe_silence(problem: str) -> dict[str, Any]:
    survivors = find_survivors()
    return {
        "answers": False,
        "version": None,
        "api": None,
        "storage_driver": None,
        "swarm": None,
        "containers": survivors.containers,
        "survivors": asdict(survivors),
        "data_root": None,
        "problem": problem,
    }


def observe_release() -> dict[str, str | None]:
    """Return name, version and codename of the distribution as os-release(5) has them; rolling ones have no version.

    Its family is ``redhat``, or ``debian`` for all others.
    """
    try:
        with open(RELEASE_FILE, encoding="utf-8", errors="replace") as file:
            fields = dict(line.strip().partition("=")[::2] for line in file)
    except OSError:
        fields = {}
    values = {name: value.strip("\"'") for name, value in fields.items()}
    kin = {values.get("ID"), *values.get("ID_LIKE", "").split()}
    family = "debian" if _RED_HATS.isdisjoint(kin) else "redhat"
    return {**{key: values.get(name) for key, name in _RELEASE_FIELDS}, "family": family}


def observe_config(start: Start, engine_root: str | None, asked_root: str) -> dict[str, Any]:
    """Return what daemon.json holds, without credentials, where the engine's data lies and what that is, and what of a change is left over.

    ``start`` is what the engine's start names, ``engine_root`` the data root that an engine which answers has, ``asked_root`` another
    folder that may be one.
    """
    options, problem = None, None
    try:
        with open(CONFIG_FILE, encoding="utf-8") as file:
            text = file.read()
        options = json.loads(text) if text.strip() else {}
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        problem = f"{CONFIG_FILE} cannot be read: {error}"
    if options is not None and not isinstance(options, dict):
        options, problem = None, f"{CONFIG_FILE} is no JSON mapping"
    data_root, named_by = find_data_root(options or {}, start, engine_root)
    own_roots = find_own_roots([data_root, asked_root])
    return {
        "path": CONFIG_FILE,
        "exists": os.path.lexists(CONFIG_FILE),
        "options": mask_credentials(options),
        "digest": None if options is None else digest_options(options),
        "problem": problem,
        "pending": os.path.lexists(PREVIOUS_CONFIG_FILE),
        "override": os.path.lexists(OVERRIDE_FILE),
        "data_root": data_root,
        "data_root_by": named_by,
        "real_data_root": os.path.realpath(data_root),
        "data": find_data(own_roots),
        "holdings": observe_holdings(data_root),
        "mounts": find_mounts(own_roots),
    }


def observe_files(patterns: Iterable[str]) -> dict[str, dict[str, str | None]]:
    """Return descriptions of the files that match, by path; without a digest of one that this account may not read."""
    paths = sorted(path for pattern in patterns for path in glob.glob(pattern))
    return {path: _describe(path) for path in paths if os.path.isfile(path)}


def observe_resolvers() -> list[str]:
    """Return the addresses that the host asks for names, also those behind systemd-resolved's own."""
    addresses: list[str] = []
    for path in RESOLVER_FILES:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                words = [line.split() for line in file]
        except OSError:
            continue
        addresses += [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
    return list(dict.fromkeys(addresses))


def observe_leftovers(config: Mapping[str, Any], compose: Mapping[str, Any], fact: Mapping[str, Any] | None) -> list[Leftover]:
    """Return the files of other tools that stand against what the role makes; none for the parts of it that came to their end before."""
    made = set(fact.get("made", ())) if fact else set()
    if made.issuperset(TAKING_OVER):
        return []
    texts = {path: read_text(path) for folder in FOLDERS for path in glob.glob(f"{folder}/*") if os.path.isfile(path)}
    found = find_leftovers({path: text for path, text in texts.items() if text is not None})
    if config["options"]:
        found.append(Leftover(config["path"], "config", ", ".join(sorted(config["options"]))))
    if compose["own_version"] and compose["own_version"].startswith("1."):
        found.append(Leftover(compose["path"], "compose", compose["own_version"]))
    if fact is None and os.path.isfile(FACT_FILE):
        found.append(Leftover(FACT_FILE, "fact", ""))
    return [each for each in found if made.isdisjoint(PARTS[each.kind])]


def observe_compose(link: str, answer: _commands.Answer, own: _commands.Answer) -> dict[str, Any]:
    """Return what stands at ``link``, what it should point to, and the version that the command there answers.

    ``own`` is what a file there answers that is no link.
    """
    return {
        "path": link,
        "kind": kind_of(link),
        "has_folder": os.path.isdir(os.path.dirname(link)),
        "points_to": os.readlink(link) if os.path.islink(link) else None,
        "target": find_compose(),
        "version": parse_version(answer),
        "own_version": parse_version(own),
        "problem": None if answer.rc == 0 else answer.last_words,
    }


def observe_user(name: str) -> dict[str, bool]:
    """Return whether an account of that name exists and is in the group of the engine's socket."""
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        return {"exists": False, "member": False}
    try:
        group = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return {"exists": True, "member": False}
    return {"exists": True, "member": group in os.getgrouplist(name, account.pw_gid)}


def observe_logins(logins: Iterable[Login]) -> list[dict[str, Any]]:
    """Return for each login whether its account has it as it should, or why it cannot have it."""
    answers = []
    for login in logins:
        config = read_client_config(login.user)
        answers.append(
            {"user": login.user, "registry": login.registry, "kept": is_kept(login, config), "problem": find_problem(login, config)}
        )
    return answers


def find_daemon() -> str | None:
    """Return the path of the host's engine."""
    return next((path for path in DAEMONS if os.access(path, os.X_OK)), None)


def find_compose() -> str | None:
    """Return the path of the host's Compose: the plugin, which also runs by itself, or else a command of its own."""
    candidates = (*(f"{folder}/docker-compose" for folder in PLUGIN_FOLDERS), STANDALONE_COMPOSE)
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def kind_of(path: str) -> str:
    """Return what stands at a path: ``absent``, ``link``, ``folder`` or ``file``."""
    if os.path.islink(path):
        return "link"
    if os.path.isdir(path):
        return "folder"
    return "file" if os.path.exists(path) else "absent"


def read_fact() -> Mapping[str, Any] | None:
    """Return the content of the local fact that the role leaves, or None if there is none that can be read.

    A list that the role goes on with is left out where it is no list of strings: the file is writable, and releases change.
    """
    try:
        with open(FACT_FILE, encoding="utf-8") as file:
            fact = json.load(file)
    except (OSError, ValueError):
        return None
    if not isinstance(fact, dict):
        return None
    return {name: value for name, value in fact.items() if name not in FACT_LISTS or _is_list_of_strings(value)}


def _is_list_of_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def parse_packages(listing: str) -> dict[str, Any]:
    """Return from lines of ``dpkg-query`` (status, name, version) the versions of installed packages, and the names of those that
    are held, and of those that were removed and left configuration."""
    rows = [tuple(line.split("\t")) for line in listing.splitlines() if line.count("\t") == 2]
    return {
        "packages": {name: version for status, name, version in rows if status[1:2] == "i"},
        "held": [name for status, name, _version in rows if status[:2] == "hi"],
        "removed": [name for status, name, _version in rows if status[1:2] == "c"],
    }


def parse_version(answer: _commands.Answer) -> str | None:
    """Return the first version number in what a command printed, or None if it failed."""
    match = _VERSION.search(answer.stdout) if answer.rc == 0 else None
    return match.group() if match else None


def parse_proof(path: str, answer: _commands.Answer) -> dict[str, Any]:
    """Return what docker-python proved of itself: prefix, version, packages, SDK, the engine it reached; ``problem`` if it broke."""
    proven: dict[str, Any] = {"path": path, "prefix": None, "version": None, "packages": {}, "sdk": None, "engine": None}
    for line in answer.stdout.splitlines():
        try:
            words = json.loads(line)
        except ValueError:
            words = None
        if not isinstance(words, dict):
            break  # not our interpreter's words; the problem below says so
        proven.update(words)
    return {**proven, "problem": None if answer.rc == 0 else answer.last_words}


def _package_query(family: str) -> list[str]:
    """Return the command that lists packages, whose names go after it."""
    if family == "redhat":
        from .observe_dnf import PACKAGE_QUERY  # where nothing else is of this family, it is not compiled for each task

        return list(PACKAGE_QUERY)
    form = "${db:Status-Abbrev}\\t${Package}\\t${Version}\\n"
    return ["dpkg-query", "--show", f"--showformat={form}"]


def _read_packages(family: str, questions: Questions, answers: Mapping[str, _commands.Answer]) -> dict[str, Any]:
    """Return what was found of the packages, and of the files of the program that manages them."""
    listing = answers["packages"].stdout
    if family == "redhat":
        from .observe_dnf import observe_dnf, parse_rpm_packages  # as above

        return {**parse_rpm_packages(listing), "apt": None, "dnf": observe_dnf(questions.repositories)}
    return {**parse_packages(listing), "apt": observe_apt(questions.repositories, answers["architecture"].stdout), "dnf": None}


def _run_commands(questions: Questions, engine_runs: bool, family: str = "debian") -> dict[str, _commands.Answer]:
    """Run everything that must be run side by side, and return the answers by name."""
    engine_url = [f"unix://{ENGINE_SOCKET}"] if engine_runs else []
    wanted = {
        "packages": [*_package_query(family), "--", *questions.packages],
        "architecture": ["dpkg", "--print-architecture"],
        "daemon": [find_daemon() or DAEMONS[0], "--version"],
        # The client of 20.10 connects even for its own version, and systemd would start a stopped engine for that.
        "client": [CLIENT, "--host=unix:///dev/null", "--version"],
        "compose": [_compose_command(questions.docker_compose), "version", "--short"],
        "own_compose": [questions.docker_compose, "version", "--short"],
        "buildx": [find_buildx(), "version"],
        "python": [questions.docker_python, "-I", "-B", "-c", PROOF, *engine_url],
    }
    needless = {"packages"} if not questions.packages else set()
    if not questions.repositories or family == "redhat":
        needless.add("architecture")
    if not _is_program_of_root(questions.docker_compose):
        needless.add("own_compose")
    if engine_runs:
        needless.add("daemon")  # the running one said its version itself
    unasked = dict.fromkeys(needless, _commands.Answer(rc=0, stdout="", stderr=""))
    if kind_of(questions.docker_python) == "file" and not _is_program_of_root(questions.docker_python):
        unasked["python"] = _commands.Answer(rc=None, stdout="", stderr="it is a file that others than root may write, so it was not run")
    answers = _commands.collect({name: _commands.start(words) for name, words in wanted.items() if name not in unasked})
    return {**unasked, **answers}


def find_buildx() -> str:
    """Return the path of the client's buildx plugin; where there is none, the one where it would be."""
    candidates = [f"{folder}/docker-buildx" for folder in PLUGIN_FOLDERS]
    return next((path for path in candidates if os.access(path, os.X_OK)), candidates[0])


def _compose_command(link: str) -> str:
    """Return the command to ask for its version: what the link leads to, but the host's own Compose if that is somebody's own file."""
    return (find_compose() or link) if kind_of(link) in ("file", "folder") else link


def _is_program_of_root(path: str) -> bool:
    """Tell whether a file, which is no link, can be run without a risk: nobody but root may have written it."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_uid == 0 and found.st_mode & 0o122 == 0o100


def _has_process() -> bool:
    """Tell whether the process that the engine's file names is a dockerd; the file outlives an engine that was killed.

    Once an update has replaced the program of a process, proc_pid_exe(5) marks it as deleted.
    """
    try:
        with open(PID_FILE, encoding="ascii") as file:
            process = int(file.read())
        program = os.path.basename(os.readlink(f"/proc/{process}/exe"))
    except (OSError, ValueError):
        return False
    return program in (os.path.basename(DAEMONS[0]), f"{os.path.basename(DAEMONS[0])} (deleted)")


def _describe(path: str) -> dict[str, str | None]:
    mode = os.stat(path).st_mode
    try:
        with open(path, "rb") as file:
            return describe_file(file.read(), mode)
    except PermissionError:
        return {**describe_file(b"", mode), "digest": None}


def _has_group() -> bool:
    try:
        return bool(grp.getgrnam(GROUP))
    except KeyError:
        return False


def _swarm_on_disk(data_root: str) -> str:
    """Return a stopped engine's Swarm state; it keeps this file for as long as the host is a node."""
    return "active" if os.path.exists(os.path.join(data_root, "swarm", "docker-state.json")) else "inactive"
