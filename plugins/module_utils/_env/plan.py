# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides what to do for an environment, from what is asked for and what was observed; does none of it.

A lock can only be made by an engine, so a plan is made twice where one is needed: without it, which is enough for check
mode's `changed`, and with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from .._build_options import BuildOptions
from .._errors import InvalidInput, NotOurs
from .._image import Image
from .._requirements import Requirement
from .buildout import Project
from .buildout_script import BUILDOUT_SCRIPT, PROJECT
from .digest import (
    BuildInput,
    ContextEntry,
    compute_digest,
    digest_labels,
    find_build_reasons,
    is_made_by_us,
    without_record,
)
from .dockerfile import DOCKERFILE, INSTALL_SCRIPT, LAYERS, text_before_install
from .dockerignore import find_ignore_file, is_ignored, parse_dockerignore
from .folder import Folder, render_folder
from .launcher import is_launcher_of
from .lock import complete_lock, find_unlocked, parse_lock, split_layers
from .spec import EnvSpec
from .steps import Build, MakeLock, Plan, RemoveFile, RemoveFolder, RemoveImage, RemoveName, Step, WriteFile
from .wanted import CONSTRAINTS, REQUIREMENTS_IN, add_requirements, find_additions, parse_wanted, remove_requirements

# Long, and made from what the diff shows already
_NOT_IN_DIFF = (INSTALL_SCRIPT, BUILDOUT_SCRIPT, f"{LAYERS}/")


@dataclass(frozen=True)
class Observed:
    """What is there. ``path`` is the environment's folder, ``context`` all files in it, ``launchers`` the texts at the launchers'
    paths, old and new. ``image`` has the environment's tag, ``containers`` are the names of those that use it. ``former`` is the tag
    of before, where an image that nobody uses still has it. ``base`` is what the base image's name stands for, None if unknown or
    not to be compared. ``project`` is there where a buildout installs; its files are not in ``context``. ``foreign`` are the names
    in a folder that the collection did not make.
    """

    path: str
    folder: Folder = field(default_factory=Folder)
    context: tuple[ContextEntry, ...] = ()
    launchers: Mapping[str, str] = field(default_factory=dict)
    image: Image | None = None
    containers: tuple[str, ...] = ()
    former: str | None = None
    base: str | None = None
    project: Project | None = None
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstallRequest:
    """Requirements.in after an installation, and what its lock may move."""

    requirements: str
    lock: MakeLock | None


def find_lock_reasons(spec: EnvSpec, folder: Folder) -> tuple[str, ...]:
    """Return why a definition needs another lock than the folder's; empty if it does not."""
    if folder.lock is None:
        return ("lock_missing",)
    reasons = []
    if (folder.files.get(REQUIREMENTS_IN), folder.files.get(CONSTRAINTS)) != spec.wanted.texts:
        reasons.append("requirements_changed")
    elif find_unlocked(parse_wanted(*spec.wanted.texts).requirements, parse_lock(folder.lock)):
        reasons.append("lock_incomplete")
    if folder.record.get("base", spec.base) != spec.base:
        reasons.append("base_changed")
    return tuple(reasons)


def find_folder_lock_reasons(folder: Folder) -> tuple[str, ...]:
    """Return why a folder as it is now, maybe edited by hand, needs another lock; empty if it does not. Raises InvalidInput."""
    if folder.lock is None:
        return ("lock_missing",)
    if folder.is_lock_outdated:
        return ("requirements_changed",)
    return ("lock_incomplete",) if find_unlocked(parse_wanted(*folder.wanted).requirements, parse_lock(folder.lock)) else ()


def request_lock(folder: Folder, requirements: str, constraints: str | None) -> MakeLock:
    """Return the step for a lock of these texts, for a folder with the lock and the texts of before. Raises InvalidInput."""
    if find_folder_lock_reasons(folder):
        return MakeLock()
    return MakeLock(added=find_additions(folder.wanted, (requirements, constraints)))


def hold_revisions(folder: Folder, requirements: str, constraints: str | None = None, moving: Collection[str] = ()) -> str:
    """Return requirements.in for a resolver: what it takes from a repository stays at the revision of the folder's lock.

    That is so while it is asked for with the same words; the canonical names in ``moving`` may move. Raises InvalidInput.
    """
    if folder.lock is None or folder.is_lock_outdated:
        return requirements
    before = {entry.line for entry in parse_wanted(*folder.wanted).requirements}
    entries = parse_wanted(requirements, constraints).requirements
    names = [entry.canonical for entry in entries]
    locked = {pin.name: pin.url for pin in parse_lock(folder.lock).pins if pin.is_from_repository}
    for entry in entries:
        url = locked.get(entry.canonical or "")
        # Of several entries with markers the lock has one, and does not say which.
        if url and entry.url and entry.line in before and entry.canonical not in moving and names.count(entry.canonical) == 1:
            requirements = add_requirements(requirements, [replace(entry, url=url)])
    return requirements


def refuse_foreign_folder(spec: EnvSpec, observed: Observed) -> None:
    """Raise NotOurs for a folder of the user's: its files would be overwritten, and go with the environment.

    The project of a buildout may be there before.
    """
    names = [name for name in observed.foreign if name != PROJECT or spec.buildout is None]
    if DOCKERFILE in names:
        raise NotOurs(
            f"{observed.path}/{DOCKERFILE} was not made by this collection; choose another name or path, or build the folder as it is "
            "with docker_env_build"
        )
    if names:
        raise NotOurs(
            f"{observed.path} was not made by this collection: {names[0]!r} is in it; choose another name or path, or move that away"
        )


def define_folder(spec: EnvSpec, old: Folder, new_lock: str | None = None, python: str | None = None) -> Folder:
    """Return the folder of a definition: with the new lock, made for that Python, or the old one. Raises InvalidInput."""
    python = old.locked_for if new_lock is None else python
    new_lock = old.lock if new_lock is None else complete_lock(new_lock, parse_wanted(*spec.wanted.texts).options)
    if new_lock is None:
        return render_folder(spec)
    fresh = render_folder(spec, new_lock, python=python)
    before_install = (text_before_install(without_record(folder.dockerfile)) for folder in (old, fresh))
    # With another Python all layers are built again as well.
    if len(set(before_install)) > 1 or old.is_for_another(python):
        return fresh
    layers, lock = split_layers(old.layers, old.lock, new_lock)
    return render_folder(spec, lock, layers, python)


def plan_definition(spec: EnvSpec, observed: Observed, launchers: Mapping[str, str], target: Folder) -> Plan:
    """Plan the files of a definition and its launchers (texts by path). Raises NotOurs for a file of the user's."""
    files = plan_files(observed, target)
    return files.then(_plan_launchers(spec.name, observed, launchers))


def plan_lock(reasons: tuple[str, ...], lock: MakeLock) -> Plan:
    """Plan a new lock."""
    return Plan((lock,), reasons) if reasons else Plan()


def plan_files(observed: Observed, target: Folder) -> Plan:
    """Plan to make the folder's files those of the target; the Dockerfile comes first, as it says whose the folder is."""
    old, new = observed.folder.files, target.files
    written = sorted((path for path in new if old.get(path) != new[path]), key=lambda path: (path != DOCKERFILE, path))
    removed = sorted(path for path in old if path not in new)
    steps = [WriteFile(f"{observed.path}/{path}", new[path]) for path in written]
    steps += [RemoveFile(f"{observed.path}/{path}") for path in removed]
    shown = [path for path in sorted([*written, *removed]) if not path.startswith(_NOT_IN_DIFF)]
    diff = tuple(_diff_file(f"{observed.path}/{path}", old.get(path), new.get(path)) for path in shown)
    return Plan(tuple(steps), ("definition_changed",) if steps else (), diff)


def plan_build(name: str, tag: str, observed: Observed, target: Folder, options: BuildOptions) -> Plan:
    """Plan to build a folder if what goes into it is not what the image was made from."""
    digest = compute_digest(make_input(observed, target, options))
    reasons = find_build_reasons(observed.image, digest, options)
    if not reasons:
        return Plan()
    # A builder's cache knows no secrets, and would keep what an old one was good for.
    steps: list[Step] = [Build(tag, digest_labels(digest, name), no_cache="secrets_changed" in reasons)]
    image = observed.image
    if image is not None and options.prune_previous and is_made_by_us(image, name) and len(image.tags) <= 1 and not observed.containers:
        steps.append(RemoveImage(image.id))
    return Plan(tuple(steps), reasons)


def plan_renaming(observed: Observed, options: BuildOptions) -> Plan:
    """Plan to remove what has the environment's name of before, when an image has the new one."""
    if observed.former is None or not options.prune_previous:
        return Plan()
    return Plan((RemoveName(observed.former),), ("definition_changed",))


def plan_removal(name: str, observed: Observed, exists: bool, force: bool) -> Plan:
    """Plan to remove folder, launchers and image, only those that the collection made; ``exists`` says whether the folder is there.

    Raises NotOurs for a folder of the user's, and InvalidInput for an image that containers use, unless ``force``.
    """
    if observed.foreign:
        raise NotOurs(f"{observed.path} was not made by this collection, as its {DOCKERFILE} does not say so; remove it yourself")
    image = observed.image if observed.image is not None and is_made_by_us(observed.image, name) else None
    if image is not None and observed.containers and not force:
        names = ", ".join(sorted(observed.containers))
        raise InvalidInput(f"name: the image of {name!r} is used by the containers {names}; remove them first, or set force")
    launchers = _plan_launchers(name, observed, {})
    steps = [*launchers.steps, *([RemoveImage(image.id)] if image is not None else []), *([RemoveFolder(observed.path)] if exists else [])]
    shown = [(path, text) for path, text in sorted(observed.folder.files.items()) if not path.startswith(_NOT_IN_DIFF)]
    diff = (*launchers.diff, *(_diff_file(f"{observed.path}/{path}", text, None) for path, text in shown))
    return Plan(tuple(steps), ("removed",) if steps else (), diff)


def request_install(folder: Folder, requirements: Iterable[Requirement], state: str) -> InstallRequest:
    """Return requirements.in with packages added (``present``, ``latest``) or removed (``absent``), and whether to lock again.

    A name without a version is content with any entry of that name. What others need stays when it is no longer asked for.
    """
    text = folder.files.get(REQUIREMENTS_IN, "")
    constraints = folder.files.get(CONSTRAINTS)
    asked = tuple(requirements)
    names = {requirement.canonical for requirement in asked if requirement.canonical}
    present = parse_wanted(text, constraints).requirements
    if state == "absent":
        new = remove_requirements(text, names)
    else:
        new = add_requirements(text, (entry for entry in asked if not any(_is_content(entry, other) for other in present)))
    if state == "latest":
        return InstallRequest(new, MakeLock(tuple(sorted(names))))
    is_content = new == text and not find_folder_lock_reasons(folder)
    return InstallRequest(new, None if is_content else request_lock(folder, new, constraints))


def finish_install(folder: Folder, request: InstallRequest, new_lock: str | None, python: str | None = None) -> Folder:
    """Return the folder after requirements.in changed, with its new lock, made for that Python, and the layers that follow.

    The lock may not be known yet.
    """
    if new_lock is None:
        return Folder({**folder.files, REQUIREMENTS_IN: request.requirements})
    options = parse_wanted(request.requirements, folder.files.get(CONSTRAINTS)).options
    layers, lock = (), complete_lock(new_lock, options)
    if not folder.is_for_another(python):
        layers, lock = split_layers(folder.layers, folder.lock, lock)
    return folder.with_lock(layers, lock, request.requirements, python)


def make_input(observed: Observed, target: Folder, options: BuildOptions) -> BuildInput:
    """Return what a build of the target is made from: its files, and those of the user's in the same folder."""
    ignore_file = find_ignore_file(DOCKERFILE, {*target.files, *(entry.path for entry in observed.context)})
    patterns = parse_dockerignore(target.files.get(ignore_file or "", ""), ignore_file or "")
    entries = {entry.path: entry for entry in observed.context if entry.path not in observed.folder.files}
    entries.update((entry.path, entry) for entry in (observed.project.entries if observed.project else ()))
    known = {entry.path: entry for entry in observed.context}
    for path, text in target.files.items():
        content = hashlib.sha256(text.encode()).hexdigest()
        entries[path] = known[path] if path in known and known[path].content == content else ContextEntry(path, "file", content)
    return BuildInput(
        dockerfile=target.dockerfile,
        context=tuple(entry for path, entry in entries.items() if not is_ignored(path, patterns)),
        args=tuple(options.args.items()),
        target=options.target,
        platforms=options.platforms,
        secrets=tuple((secret.id, secret.version) for secret in options.secrets if secret.version),
        base=observed.base,
    )


def _is_content(asked: Requirement, present: Requirement) -> bool:
    is_plain = not asked.specifier and asked.url is None and asked.marker is None and not asked.hashes
    return is_plain and asked.canonical == present.canonical and set(asked.extras) <= set(present.extras)


def _plan_launchers(name: str, observed: Observed, launchers: Mapping[str, str]) -> Plan:
    """Write the launchers that are asked for, and remove the environment's elsewhere that were observed."""
    old = observed.launchers
    for path in launchers:
        if path in old and not is_launcher_of(name, old[path]):
            raise NotOurs(f"launcher: {path} was not made for this environment; choose another path, or remove the file")
    written = [path for path, text in launchers.items() if old.get(path) != text]
    stale = sorted(path for path, text in old.items() if path not in launchers and is_launcher_of(name, text))
    steps: list[Step] = [WriteFile(path, launchers[path], 0o755) for path in written]
    steps += [RemoveFile(path) for path in stale]
    diff = tuple(_diff_file(path, old.get(path), launchers.get(path)) for path in (*written, *stale))
    return Plan(tuple(steps), ("launcher_changed",) if steps else (), diff)


def _diff_file(path: str, before: str | None, after: str | None) -> Mapping[str, str]:
    return {"before_header": path, "after_header": path, "before": before or "", "after": after or ""}
