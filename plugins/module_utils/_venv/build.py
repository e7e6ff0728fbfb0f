# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a generation of a virtualenv beside the one in use and proves that it works; never touches what is in use."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from .._credentials import redact
from .._errors import CommandFailed, DockenvError
from .._requirements import Requirement, is_active, older_than, url_of_path
from .links import is_wrapper, links_to_record
from .observe import MANIFEST, Observed, Run, observe_venv
from .pip import (
    OLDEST_PIP,
    environment,
    explain_failure,
    install_words,
    is_conflict,
    parse_report,
    pip_command,
    render_constraints,
    render_requirements,
)
from .place import FILE_MODE, remove, write_file, write_program
from .plan import Plan, find_fault
from .relocate import relocate_tree, site_folders
from .satisfy import Distribution, Installed, Receipt, find_distribution, judge, origin_of
from .spec import Spec

# Of a project's folder, what no build needs.
NO_SOURCES = ("__pycache__", ".venv", "venv", ".tox", "node_modules")

# A wrapper is a path and little more; programs in bin/ can be large.
WRAPPER_LIMIT = 8192


@dataclass(frozen=True)
class Tools:
    """What the work is done with: ``run`` starts commands, ``folder`` is for files that nobody else may read, gone with the task.

    ``keep`` are file descriptors that every command inherits.
    """

    run: Run
    folder: str
    keep: tuple[int, ...] = ()


def build_generation(spec: Spec, observed: Observed, plan: Plan, generation: str, tools: Tools) -> None:
    """Make the folder ``generation`` what the virtualenv shall be. Raises CommandFailed, DockenvError and OSError."""
    start(spec, observed, plan.build, generation, tools)
    python = os.path.join(generation, "bin", "python3")
    gone = (*plan.stale, *plan.remove)
    if gone:
        _run(pip_command(python, "uninstall", "--yes", *gone), spec, tools, f"Removing {', '.join(gone)} from")
    if plan.install:
        install(spec, plan.pins, python, tools)
    if plan.build == "fresh" and observed.place.folder:
        _keep_wrappers(os.path.join(observed.place.folder, "bin"), os.path.join(generation, "bin"))
    for step in plan.links:
        if step.kind == "wrap":
            _write_wrapper(os.path.join(generation, "bin", os.path.basename(step.path)), step.value)
    _settle(spec, generation, plan.build, tools)
    _prove(spec, observed, generation, tools)


def make_fresh(spec: Spec, folder: str, tools: Tools) -> None:
    """Make a new virtualenv. Raises DockenvError for a Python that cannot, and CommandFailed."""
    rc, _out, err = tools.run([spec.python, "-I", "-c", "import ensurepip, venv"], {}, tools.keep)
    if rc != 0:
        said = (err.strip().splitlines() or ["it said nothing"])[-1]
        raise DockenvError(
            f"{spec.python!r} cannot make virtualenvs ({said}); install python3-venv (on Debian and Ubuntu), or name another interpreter"
        )
    _run([spec.python, "-I", "-m", "venv", "--without-pip", "--prompt", os.path.basename(spec.path), folder], spec, tools, "Making")
    # The same as venv runs, which keeps to itself why it failed.
    ensurepip = [os.path.join(folder, "bin", "python3"), "-I", "-m", "ensurepip", "--upgrade", "--default-pip"]
    _run(ensurepip, spec, tools, "Putting pip into")


def make_clone(source: str, folder: str) -> None:
    """Copy a virtualenv; links stay links, and no file is shared, because files are edited in place later. Raises OSError."""
    try:
        shutil.copytree(source, folder, symlinks=True)
    except shutil.Error as error:
        _source, target, reason = error.args[0][0]
        raise OSError(None, reason, target) from None


def ensure_pip(spec: Spec, python: str, version: str, tools: Tools) -> None:
    """Replace a pip that is too old to report what it would do."""
    if older_than(version, OLDEST_PIP):
        _run(pip_command(python, "install", "--no-compile", "--upgrade", f"pip>={OLDEST_PIP}"), spec, tools, "Updating pip in")


def install(spec: Spec, pins: tuple[str, ...], python: str, tools: Tools) -> None:
    """Install all requirements in one go; keep what is pinned, unless nothing then fits together."""
    files = _write_files(spec, pins, tools)
    command = pip_command(python, *install_words(*files, is_upgrade=bool(spec.latest)))
    _run_joint(command, spec, pins, files, tools)


def resolve(spec: Spec, pins: tuple[str, ...], python: str, tools: Tools) -> tuple[Distribution, ...]:
    """Return what pip would install, without installing it.

    Of projects on the disk it sees copies, because reading a project's metadata writes into its folder.
    """
    copies = {requirement: _copy_project(requirement, index, tools) for index, requirement in enumerate(spec.requirements)}
    files = _write_files(replace(spec, requirements=tuple(copies.values())), pins, tools)
    report = os.path.join(tools.folder, "report.json")
    words = install_words(*files, is_upgrade=bool(spec.latest))
    _run_joint(pip_command(python, *words, "--dry-run", "--report", report), spec, pins, files, tools)
    with open(report, encoding="utf-8") as file:
        found = parse_report(file.read())
    origins = {copy.url: origin_of(requirement) for requirement, copy in copies.items() if copy is not requirement}
    return tuple(replace(item, origin=origins.get(item.origin.url, item.origin)) if item.origin else item for item in found)


def _copy_project(requirement: Requirement, index: int, tools: Tools) -> Requirement:
    if requirement.path is None or not os.path.isdir(requirement.path):
        return requirement
    copy = os.path.join(tools.folder, f"project-{index}")
    remove(copy)
    shutil.copytree(requirement.path, copy, symlinks=True, ignore=shutil.ignore_patterns(*NO_SOURCES))
    return replace(requirement, url=url_of_path(copy), editable=None)


def start(spec: Spec, observed: Observed, build: str, generation: str, tools: Tools) -> None:
    """Begin a generation as a clone or fresh, with a pip that can do what is asked of it."""
    if build == "clone":
        make_clone(observed.place.folder, generation)
    else:
        make_fresh(spec, generation, tools)
    python = os.path.join(generation, "bin", "python3")
    ensure_pip(spec, python, observe_venv(generation, generation, tools.run).distributions["pip"].version, tools)


def _write_files(spec: Spec, pins: tuple[str, ...], tools: Tools) -> tuple[str, str]:
    requirements, constraints = (os.path.join(tools.folder, name) for name in ("requirements.txt", "constraints.txt"))
    write_private(requirements, render_requirements(spec.options, spec.requirements))
    write_private(constraints, render_constraints(spec.constraints, pins))
    return requirements, constraints


def _run_joint(command: list[str], spec: Spec, pins: tuple[str, ...], files: tuple[str, str], tools: Tools) -> None:
    try:
        _run(command, spec, tools, "Installing the packages in")
    except CommandFailed as error:
        if not pins or not is_conflict(f"{error.details['stdout']}{error.details['stderr']}"):
            raise
        write_private(files[1], render_constraints(spec.constraints, ()))
        _run(command, spec, tools, "Installing the packages in")


def _run(command: list[str], spec: Spec, tools: Tools, doing: str) -> None:
    log = os.path.join(tools.folder, "pip.log")
    remove(log)
    rc, out, err = tools.run(command, {**environment(spec), "PIP_LOG": log}, tools.keep)
    if rc != 0:
        sentence = f"{doing} the virtualenv {spec.path!r} failed, nothing was changed: {explain_failure(out + err, _read_log(log))}"
        raise CommandFailed(sentence, command, rc, redact(out), redact(err))


def _read_log(path: str) -> str:
    """Return what pip logged; nothing of a command that is not pip or ended before it began to log."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def write_private(path: str, text: str) -> None:
    """Write a file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _keep_wrappers(old: str, new: str) -> None:
    """Bring the wrappers of other tasks' links along, which would lead nowhere else."""
    for name in os.listdir(old) if os.path.isdir(old) else ():
        text = _read_script(os.path.join(old, name))
        if is_wrapper(text) and not os.path.lexists(os.path.join(new, name)):
            write_program(os.path.join(new, name), text)


def _read_script(path: str) -> str:
    """Return the text of a regular file, as far as it is needed to know a wrapper; nothing for all else."""
    if not os.path.isfile(path) or os.path.islink(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(WRAPPER_LIMIT)


def _write_wrapper(path: str, text: str) -> None:
    if os.path.lexists(path) and not is_wrapper(_read_script(path)):
        name = os.path.basename(path)
        raise DockenvError(f"A package brings a command {name!r} of its own; choose another name for the link to the interpreter")
    write_program(path, text)


def _settle(spec: Spec, generation: str, build: str, tools: Tools) -> None:
    """Make all files speak of the final path, compile them for it, and let everybody read them."""
    relocate_tree(generation, generation, spec.path)
    # Of a fresh one, ensurepip compiled pip with the generation's path. Packages may hold files that do not compile: rc says nothing.
    force = ["-f"] if build == "fresh" else []
    python = os.path.join(generation, "bin", "python3")
    tools.run(
        [python, "-I", "-m", "compileall", "-q", *force, "-s", generation, "-p", spec.path, *site_folders(generation)], {}, tools.keep
    )
    for folder, _folders, files in os.walk(generation):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            _open_to_all(path)


def _open_to_all(path: str) -> None:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return
    wanted = (stat.S_IMODE(mode) | 0o444 | (0o111 if mode & 0o100 else 0)) & ~0o022
    if wanted != stat.S_IMODE(mode):
        os.chmod(path, wanted)


def _prove(spec: Spec, observed: Observed, generation: str, tools: Tools) -> None:
    """Raise DockenvError unless the generation is all that was asked for; note in it how it was installed."""
    venv = observe_venv(generation, generation, tools.run)
    fault = find_fault(venv, spec.path, generation)
    if fault:
        raise DockenvError(f"The new virtualenv does not work, nothing was changed: {fault}")
    missing = [
        f"there is no command {link.command!r} ({link.source})"
        for link in spec.links
        if link.is_present and link.command and not link.is_interpreter and link.command not in venv.commands
    ]
    receipts = refuse_faults(spec, observed.installed_in(venv), missing)
    write_manifest(generation, receipts, links_to_record(spec, observed))


def write_manifest(folder: str, receipts: Mapping[str, Receipt], links: tuple[str, ...]) -> None:
    """Note in a virtualenv how its packages were installed, and which links lead into it. Raises OSError."""
    data = {"packages": {name: asdict(receipt) for name, receipt in sorted(receipts.items())}, "links": links}
    write_file(os.path.join(folder, MANIFEST), json.dumps(data, indent=1) + "\n", FILE_MODE)


def refuse_faults(spec: Spec, installed: Installed, others: Iterable[str] = ()) -> Mapping[str, Receipt]:
    """Raise DockenvError unless all that was asked for is installed, or would be; return the receipts for it."""
    receipts = _receipts(spec, installed)
    judgement = judge(spec.requirements, spec.constraints, replace(installed, receipts=receipts))
    faults = [problem.sentence for problem in judgement.problems]
    faults += [
        f"{name!r} is to be absent ({source}), but {judgement.needed.get(name, 'something')} needs it"
        for name, source in spec.absent
        if name in installed.distributions
    ]
    faults += others
    if faults:
        raise DockenvError(
            f"What can be installed in the virtualenv {spec.path!r} is not what was asked for, nothing was changed: {'; '.join(faults)}"
        )
    return receipts


def _receipts(spec: Spec, installed: Installed) -> Mapping[str, Receipt]:
    """Return what to remember of installations: what was known before of packages that are still there, and what was asked for now."""
    receipts = {
        name: receipt
        for name, receipt in installed.receipts.items()
        if name in installed.distributions and installed.distributions[name].version == receipt.version
    }
    for requirement in spec.requirements:
        found = find_distribution(requirement, installed)
        digest = installed.digests.get(requirement.url or "", "")
        if found is not None and is_active(requirement, installed.environment) and (requirement.hashes or digest):
            receipts[found.canonical] = Receipt(found.version, requirement.hashes, digest)
    return receipts
