# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of an environment's folder as a value: made from a definition, and read back; touches no disk.

All that matters is in plain files. What none of them says to a program without a YAML or Dockerfile parser is kept in one
comment of the Dockerfile, the record; it builds nothing and is not in the digest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._image_name import parse_image_name
from .buildout import BUILDOUT, Project, digest_asked, in_context, parse_versions
from .buildout_script import BUILDOUT_SCRIPT, PROJECT, VERSIONS, render_buildout_script
from .compose import COMPOSE, render_compose
from .digest import RECORD_PREFIX, without_record
from .dockerfile import DOCKERFILE, INSTALL_SCRIPT, LAYERS, has_install_steps, is_ours, layer_path, render, replace_layers, text_of_buildout
from .dockerignore import DOCKERIGNORE
from .install_script import LOCK, render_install_script
from .lock import Lock, parse_lock
from .spec import EnvSpec
from .wanted import CONSTRAINTS, REQUIREMENTS_IN, digest_wanted

# What a build of the image does not read; so a comment in one of them builds nothing.
IGNORED = (".git", DOCKERIGNORE, DOCKERFILE, COMPOSE, REQUIREMENTS_IN, CONSTRAINTS)

# The key of the record for the digest of what the lock was made from; so an edit by hand is noticed.
_LOCKED = "locked"
# The key for the Python that the lock was made for; base images move to others under the same name.
_LOCKED_FOR = "locked_for"

_LAYER = re.compile(rf"{LAYERS}/([1-9][0-9]*)\.txt")


@dataclass(frozen=True)
class Folder:
    """Texts by relative path; only the files that the collection writes, none of the user's beside them."""

    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def dockerfile(self) -> str:
        """The Dockerfile's text, empty if there is none."""
        return self.files.get(DOCKERFILE, "")

    @property
    def is_ours(self) -> bool:
        """Whether the collection made the folder; edits by hand do not change that."""
        return is_ours(self.dockerfile)

    @property
    def is_buildout(self) -> bool:
        """Whether a buildout installs what is in the image."""
        return self.is_ours and self.record.get("installer") == BUILDOUT

    @property
    def lock_name(self) -> str:
        """The name of the file with the lock."""
        return VERSIONS if self.is_buildout else LOCK

    @property
    def lock(self) -> str | None:
        """The lock's text."""
        return self.files.get(self.lock_name)

    @property
    def locked(self) -> Lock:
        """The lock as read, nothing where there is none. Raises InvalidInput."""
        return parse_versions(self.lock or "") if self.is_buildout else parse_lock(self.lock or "")

    @property
    def layers(self) -> tuple[str, ...]:
        """The earlier locks that are layers of their own, oldest first."""
        numbers = sorted(int(match.group(1)) for match in map(_LAYER.fullmatch, self.files) if match)
        return tuple(self.files[layer_path(number)] for number in numbers)

    @property
    def record(self) -> Mapping[str, Any]:
        """What the record says; empty where there is none or it cannot be read."""
        for line in self.dockerfile.splitlines():
            if line.startswith(RECORD_PREFIX):
                return _parse_record(line[len(RECORD_PREFIX) :])
        return {}

    @property
    def wanted(self) -> tuple[str, str | None]:
        """The texts of requirements.in and constraints.txt."""
        return self.files.get(REQUIREMENTS_IN, ""), self.files.get(CONSTRAINTS)

    @property
    def is_lock_outdated(self) -> bool:
        """Whether something else is asked for than when the lock was made, as after an edit by hand. Raises InvalidInput."""
        recorded = self.record.get(_LOCKED)
        return recorded is not None and recorded != digest_wanted(*self.wanted)

    @property
    def locked_for(self) -> str | None:
        """The Python that the lock was made for; None where there is no lock of ours, or where it does not say so."""
        recorded = self.record.get(_LOCKED_FOR) if self.is_ours and self.lock is not None else None
        return None if recorded is None else str(recorded)

    def is_for_another(self, python: str | None) -> bool:
        """Whether the lock was made for another Python than this one; not if either is unknown."""
        return None not in (self.locked_for, python) and self.locked_for != python

    def with_lock(self, layers: tuple[str, ...], lock: str, requirements: str, python: str | None = None) -> Folder:
        """Return the folder with other requirements and their lock; the rest of it stays, also what was edited by hand.

        ``python`` is the one that the lock was made for. Without install steps of ours in the Dockerfile there are no layers.
        """
        kept = layers if has_install_steps(self.dockerfile) else ()
        files = {path: text for path, text in self.files.items() if not _LAYER.fullmatch(path)}
        files.update(_lock_files(kept, lock))
        dockerfile = replace_layers(self.dockerfile, len(kept))
        if self.record:
            record = {**self.record, _LOCKED: digest_wanted(requirements, files.get(CONSTRAINTS)), _LOCKED_FOR: python}
            dockerfile = _replace_record(dockerfile, record)
        return Folder({**files, REQUIREMENTS_IN: requirements, DOCKERFILE: dockerfile})


def is_folder_file(path: str) -> bool:
    """Whether the collection writes a file of this relative path."""
    written = (DOCKERFILE, DOCKERIGNORE, COMPOSE, INSTALL_SCRIPT, BUILDOUT_SCRIPT, VERSIONS, LOCK, REQUIREMENTS_IN, CONSTRAINTS)
    return path in written or _LAYER.fullmatch(path) is not None


def render_folder(spec: EnvSpec, lock: str | None = None, layers: tuple[str, ...] = (), python: str | None = None) -> Folder:
    """Return the folder of a definition with its lock, made for that Python; without a lock that file is not there yet.

    Raises InvalidInput.
    """
    record = {**_record_of(spec, lock is not None), _LOCKED_FOR: None if lock is None else python}
    header, _newline, rest = render(spec, len(layers)).partition("\n")
    files = {
        DOCKERFILE: f"{header}\n{_render_record(record)}\n{rest}",
        DOCKERIGNORE: "".join(f"{path}\n" for path in IGNORED),
        INSTALL_SCRIPT: render_install_script(spec.installer),
        REQUIREMENTS_IN: spec.wanted.requirements,
        CONSTRAINTS: spec.wanted.constraints,
        COMPOSE: render_compose(spec),
        **_lock_files(layers, lock),
    }
    return Folder({path: text for path, text in files.items() if text is not None})


def render_buildout_folder(spec: EnvSpec, project: Project, lock: str | None = None) -> Folder:
    """Return the folder of a definition with a buildout, with its lock if that is known. Raises InvalidInput."""
    text = render(spec)
    header, _newline, rest = text.partition("\n")
    locked = digest_asked(text_of_buildout(text), project) if lock is not None else None
    record = {**_record_of(spec, is_locked=False), _LOCKED: locked, PROJECT: spec.buildout.project if spec.buildout else None}
    files = {
        DOCKERFILE: f"{header}\n{_render_record(record)}\n{rest}",
        DOCKERIGNORE: "".join(f"{line}\n" for line in (*IGNORED, *in_context(project.ignored))),
        INSTALL_SCRIPT: render_install_script("pip"),
        BUILDOUT_SCRIPT: render_buildout_script(),
        VERSIONS: lock,
        COMPOSE: render_compose(spec),
    }
    return Folder({path: text for path, text in files.items() if text is not None})


def relock_buildout(folder: Folder, project: Project, lock: str) -> Folder:
    """Return the folder, maybe edited by hand, with another lock; all else stays."""
    record = {**folder.record, _LOCKED: asked_of(folder, project)}
    return Folder({**folder.files, VERSIONS: lock, DOCKERFILE: _replace_record(folder.dockerfile, record)})


def asked_of(folder: Folder, project: Project) -> str:
    """Return the digest of what decides the versions that the folder's buildout picks."""
    return digest_asked(text_of_buildout(without_record(folder.dockerfile)), project)


def find_buildout_lock_reasons(folder: Folder, asked: str) -> tuple[str, ...]:
    """Return why a folder needs another lock, where a buildout with that digest of :func:`asked_of` is to pick versions."""
    if not folder.is_buildout or folder.lock is None:
        return ("lock_missing",)
    return () if folder.record.get(_LOCKED) == asked else ("lock_outdated",)


def _lock_files(layers: tuple[str, ...], lock: str | None) -> dict[str, str]:
    files = {layer_path(number): text for number, text in enumerate(layers, 1)}
    return files if lock is None else {**files, LOCK: lock}


def _record_of(spec: EnvSpec, is_locked: bool) -> dict[str, Any]:
    return {
        "base": spec.base,
        "image": None if spec.image == parse_image_name(spec.name) else str(spec.image),
        "installer": spec.installer,
        "launcher": spec.launcher,
        _LOCKED: digest_wanted(*spec.wanted.texts) if is_locked else None,
        "ports": [port.published for port in spec.ports],
        "python": spec.python,
        "volumes": [volume.mounted for volume in spec.volumes],
    }


def _render_record(record: Mapping[str, Any]) -> str:
    return RECORD_PREFIX + json.dumps({key: value for key, value in record.items() if value}, sort_keys=True)


def _replace_record(dockerfile: str, record: Mapping[str, Any]) -> str:
    lines = [_render_record(record) + "\n" if line.startswith(RECORD_PREFIX) else line for line in dockerfile.splitlines(keepends=True)]
    return "".join(lines)


def _parse_record(text: str) -> Mapping[str, Any]:
    try:
        record = json.loads(text)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
