# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out what the image of a virtualenv is built from. Builds and writes nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .._build_options import BuildOptions
from .._env.digest import BuildInput
from .._env.dockerfile import DOCKERFILE, INSTALL_SCRIPT
from .._env.install_script import INSTALLERS, LOCK, render_install_script
from .._errors import InvalidInput
from .._venv_image.decide import COPY, REBUILD, RELOCATE, WHEEL, Decision, check_editables, decide, find_foreign_platforms, find_obstacles
from .._venv_image.distributions import SEEDS, Distribution, find_editables, find_homemade, render_pins
from .._venv_image.dockerfile import EDITABLES, PROJECT, PROOF, SOURCES, VENV, Layout, render
from .._venv_image.move import Move, is_record
from .._venv_image.proof import render_proof
from .._venv_image.spec import VenvImageSpec
from .._venv_image.traits import Traits, find_misfits
from .memo import Memo
from .observe import Base, Source, read_patterns
from .tree import Item, Tree, read_archive, read_project, read_venv

# What Debian needs for a virtualenv, where the base image has no Python
PYTHON_PACKAGES = ("python3", "python3-venv")
INSTALLER = INSTALLERS[0]


@dataclass(frozen=True)
class Wanted:
    """What a lock is made from: texts of a requirements file and of constraints, and the names that the lock need not have."""

    requirements: str
    constraints: str = ""
    present: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """What an image is built from: its Dockerfile, text files, and trees of files by the names of their folders.

    ``plain_dockerfile`` is the one for a builder without mounts. ``identity`` is what of the texts is not the same on a host where
    the virtualenv has another path, without the lock: that follows from ``wanted`` and is made when it is needed. ``has_python`` says
    whether the base image has one.
    """

    dockerfile: str
    plain_dockerfile: str
    files: Mapping[str, str]
    identity: str
    trees: Mapping[str, tuple[Item, ...]]
    decision: Decision
    has_python: bool = True
    wanted: Wanted | None = None
    lock: str | None = None

    @property
    def rewritten(self) -> tuple[str, ...]:
        """The paths of files that are not as on the host, relative to the context."""
        return tuple(f"{root}/{item.path}" for root, items in self.trees.items() for item in items if item.content is not None)

    @property
    def strays(self) -> tuple[str, ...]:
        """The paths of files of the project that hold the virtualenv's path, relative to the context."""
        return tuple(f"{root}/{item.path}" for root, items in self.trees.items() for item in items if item.holds_path)

    def texts(self, has_mounts: bool) -> dict[str, str]:
        """Return the text files of the context by their paths."""
        lock = {} if self.lock is None else {LOCK: self.lock}
        return {**self.files, **lock, DOCKERFILE: self.dockerfile if has_mounts else self.plain_dockerfile}

    def build_input(self, options: BuildOptions, base: str | None) -> BuildInput:
        """Return all that goes into the image; the same with every builder."""
        entries = [item.entry_below(root) for root, items in self.trees.items() for item in items]
        return BuildInput(
            dockerfile=self.dockerfile + self.identity,
            context=tuple(entries),
            args=tuple(options.args.items()),
            target=options.target,
            platforms=options.platforms,
            secrets=tuple((secret.id, secret.version) for secret in options.secrets if secret.version),
            base=base,
        )


@dataclass(frozen=True)
class _Parts:
    """A virtualenv as it was looked at: its way into the image, its editable packages, with the place there of each, and its files.

    ``apart`` are the names of editable packages that go beside the project, not with it; ``homemade`` are other packages that come
    from this host, and none of an index.
    """

    move: Move
    editables: tuple[Distribution, ...]
    homemade: tuple[Distribution, ...]
    places: Mapping[str, str]
    apart: frozenset[str]
    tree: Tree


def read_context(
    spec: VenvImageSpec, source: Source, base_image: Base, options: BuildOptions, left_out: Sequence[str], memo: Memo
) -> Context:
    """Return what the image is built from. Raises InvalidInput for a virtualenv that cannot be packaged as asked for.

    The folders ``left_out`` never go into the image.
    """
    base = base_image.traits
    parts = _look(spec, source, base, memo)
    foreign = find_foreign_platforms(options.platforms, base_image.architecture)
    decision = decide(spec.strategy, (*foreign, *_find_obstacles(source, base, parts.tree)))
    layout = _lay_out(spec, source, base, parts, decision, options)
    trees = dict(_gather(spec, source, parts, decision, (source.folder, *left_out), memo))
    items = trees.get(VENV, ())
    rewritten = [item.path for item in items if item.content is not None and not is_record(item.path)]
    count = sum(is_record(item.path) for item in items)
    files = {PROOF: render_proof(find_old_paths(spec, source), count, rewritten)}
    if layout.installs:
        files[INSTALL_SCRIPT] = render_install_script(INSTALLER, spec.place_of_venv)
    wanted = _find_wanted(spec, source, base, parts, decision) if layout.has_lock else None
    identity = [render_proof((), count, rewritten), files.get(INSTALL_SCRIPT, "")]
    identity += [wanted.requirements, wanted.constraints] if wanted else []
    texts = [render(spec, layout, has_mounts) for has_mounts in (True, False)]
    return Context(texts[0], texts[1], files, "".join(identity), trees, decision, base is not None, wanted)


def find_old_paths(spec: VenvImageSpec, source: Source) -> tuple[str, ...]:
    """Return the paths that no file may hold in the image: all that name the virtualenv, but for one that is its place there too."""
    return tuple(path for path in source.spellings if path != spec.place_of_venv)


def _look(spec: VenvImageSpec, source: Source, base: Traits | None, memo: Memo) -> _Parts:
    editables = find_editables(source.distributions, source.spellings)
    check_editables(spec.on_editable, editables)
    apart = frozenset(each.name for each in editables if source.project is None or not f"{each.source}/".startswith(f"{source.project}/"))
    places = _place_editables(spec, source, editables, apart) if spec.on_editable == COPY else {}
    dropped = editables if spec.on_editable == WHEEL else ()
    project = ((source.project, spec.place_of_project),) if source.project else ()
    move = Move(
        old=source.spellings,
        new=spec.place_of_venv,
        python=base.executable if base else "python3",
        others=(*project, *((each.source, places[each.name]) for each in editables if each.name in places)),
        dropped=tuple(path for each in dropped for path in (each.source, each.link) if path),
    )
    homemade = find_homemade(source.distributions, editables)
    tree = read_venv(source.folder, move, {path for each in dropped for path in each.files}, memo)
    return _Parts(move, editables, homemade, places, apart, tree)


def _place_editables(spec: VenvImageSpec, source: Source, editables: tuple[Distribution, ...], apart: Collection[str]) -> dict[str, str]:
    """Return where the folder of each editable package is in the image: with the project, or beside it."""

    def place(each: Distribution) -> str:
        if each.name in apart:
            return f"{spec.place_of_project}-editables/{each.name}"
        return f"{spec.place_of_project}{each.source[len(source.project or '') :]}"

    return {each.name: place(each) for each in editables}


def _find_obstacles(source: Source, base: Traits | None, tree: Tree) -> tuple[str, ...]:
    has_native_code = any(item.is_native for item in tree.items)
    misfits = find_misfits(source.traits, base, has_native_code) if base else ("the base image has no Python; it is installed there",)
    return find_obstacles(misfits, source.uses_system_packages, tree.found)


def _lay_out(spec: VenvImageSpec, source: Source, base: Traits | None, parts: _Parts, decision: Decision, options: BuildOptions) -> Layout:
    is_rebuilt = decision.strategy == REBUILD
    return Layout(
        strategy=decision.strategy,
        has_project=source.project is not None,
        has_lock=is_rebuilt or bool(spec.requirements),
        has_sources=bool((spec.on_editable == WHEEL and parts.editables) or (is_rebuilt and parts.homemade)),
        copies=tuple(sorted((name, place) for name, place in parts.places.items() if name in parts.apart)),
        linked=tuple(sorted(parts.places.values())) if is_rebuilt else (),
        needs_project=bool(parts.places),
        added_packages=() if base else PYTHON_PACKAGES,
        secrets=tuple((secret.id, secret.version or "") for secret in options.secrets),
    )


def _gather(
    spec: VenvImageSpec, source: Source, parts: _Parts, decision: Decision, left_out: Sequence[str], memo: Memo
) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Yield the folders of the context with their files."""
    if decision.strategy == RELOCATE:
        yield VENV, parts.tree.items
    if source.project is not None:
        yield PROJECT, read_project(source.project, source.patterns, left_out, parts.move, memo)
    if decision.strategy == REBUILD:
        yield from _gather_homemade(parts, left_out, memo)
    for each in parts.editables:
        place = parts.places.get(each.name)
        if each.source is None or (place is not None and each.name not in parts.apart):
            continue
        items = read_project(each.source, read_patterns(each.source), left_out, parts.move, memo)
        if not items:
            raise InvalidInput(f"venv: {each.name} is a link to {each.source}, where nothing is; remove the package, or restore the folder")
        yield f"{EDITABLES if place else SOURCES}/{each.name}", items


def _gather_homemade(parts: _Parts, left_out: Sequence[str], memo: Memo) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Yield the folders and files from which packages are installed again that came from this host."""
    paths = {each.name: each.source or each.origin for each in parts.homemade}
    for name, path in paths.items():
        if os.path.isdir(path):
            yield f"{SOURCES}/{name}", read_project(path, read_patterns(path), left_out, parts.move, memo)
        elif not os.path.isfile(path):
            raise InvalidInput(f"venv: {name} was installed from {path}, where nothing is; restore that, or install it from an index")
    archives = tuple(read_archive(path, parts.move, memo) for path in paths.values() if os.path.isfile(path))
    if archives:
        yield SOURCES, archives


def _find_wanted(spec: VenvImageSpec, source: Source, base: Traits | None, parts: _Parts, decision: Decision) -> Wanted:
    """Return what is installed in the build: everything, or what is added to the virtualenv."""
    further = "".join(f"{line}\n" for line in spec.requirements)
    # What an index has under such a name is of somebody else.
    names = [each.name for each in (*parts.editables, *(parts.homemade if decision.strategy == REBUILD else ()))]
    pins = render_pins(source.distributions, names)
    own = {each.name for each in source.distributions}
    if decision.strategy == RELOCATE:
        return Wanted(further, _without_urls(pins), tuple(sorted(own)))
    if base is None or base.minor != source.traits.minor:
        pins = render_pins(source.distributions, names, movable=SEEDS)
    return Wanted(pins + further, _without_urls(render_pins(source.around, own)), tuple(names))


def _without_urls(pins: str) -> str:
    """A constraint is a version; pip takes no other."""
    return "".join(line for line in pins.splitlines(keepends=True) if " @ " not in line)
