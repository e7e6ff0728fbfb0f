# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out what the image of a virtualenv is built from. Builds and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from .._build_options import BuildOptions
from .._env.digest import BuildInput
from .._env.dockerfile import DOCKERFILE
from .._environments.host import Host
from .._venv_image.decide import Decision, decide, find_obstacles
from .._venv_image.dockerfile import PROJECT, PROOF, VENV, render
from .._venv_image.move import Move, is_record
from .._venv_image.proof import render_proof
from .._venv_image.spec import VenvImageSpec
from .._venv_image.traits import find_misfits
from .observe import Source, ask_base
from .tree import Item, read_project, read_venv, write_tar


@dataclass(frozen=True)
class Context:
    """What an image is built from: its Dockerfile, text files, and trees of files by the names of their folders.

    ``plain_dockerfile`` is the one for a builder without mounts.
    """

    dockerfile: str
    plain_dockerfile: str
    files: Mapping[str, str]
    trees: Mapping[str, tuple[Item, ...]]
    decision: Decision

    @property
    def rewritten(self) -> tuple[str, ...]:
        """The paths of files that are not as on the host, relative to the context."""
        return tuple(f"{root}/{item.path}" for root, items in self.trees.items() for item in items if item.content is not None)

    def build_input(self, options: BuildOptions, base: str | None) -> BuildInput:
        """Return all that goes into the image; the same with every builder."""
        entries = [replace(item.entry, path=f"{root}/{item.path}") for root, items in self.trees.items() for item in items]
        return BuildInput(
            dockerfile="".join((self.dockerfile, *self.files.values())),
            context=tuple(entries),
            args=tuple(options.args.items()),
            target=options.target,
            platforms=options.platforms,
            secrets=tuple((secret.id, secret.version) for secret in options.secrets if secret.version),
            base=base,
        )

    def write(self, out: BinaryIO, has_mounts: bool) -> None:
        """Write the context as a tar file."""
        files = {**self.files, DOCKERFILE: self.dockerfile if has_mounts else self.plain_dockerfile}
        write_tar(self.trees, files, out)


def read_context(spec: VenvImageSpec, source: Source, host: Host) -> Context:
    """Return what the image is built from. Raises InvalidInput for a virtualenv that cannot be packaged as asked for."""
    base = ask_base(host.engine, spec.base, source.traits.minor)
    tree = read_venv(source.folder, Move(source.spellings, spec.place_of_venv, base.executable))
    misfits = find_misfits(source.traits, base, any(item.path.endswith(".so") for item in tree.items))
    decision = decide(spec.strategy, find_obstacles(misfits, source.uses_system_packages, tree.strays, tree.exits))
    trees = {VENV: tree.items}
    if source.project is not None:
        trees[PROJECT] = read_project(source.project, source.patterns, (source.folder,))
    proof = render_proof(source.spellings, sum(is_record(item.path) for item in tree.items))
    texts = [render(spec, source.project is not None, has_mounts) for has_mounts in (True, False)]
    return Context(texts[0], texts[1], {PROOF: proof}, trees, decision)
