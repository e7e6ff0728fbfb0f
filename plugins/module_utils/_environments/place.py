# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an environment has its folder, its lock file, its log and its image, and how one task at a time works there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from .._errors import DockenvError
from .._image_name import DEFAULT_TAG, ImageName, parse_image_name

if TYPE_CHECKING:
    from .._env.folder import Folder

# Names of environments begin with a letter or a digit, so this is none.
STATE = ".dockenv"
# A tag has at most 128 characters.
_LONGEST_SUFFIX = 100


@dataclass(frozen=True)
class Place:
    """The places of one environment; ``root`` is the absolute path of the folder with all environments.

    ``context`` is the environment's own folder where that is somewhere else.
    """

    name: str
    root: str
    image: ImageName
    context: str | None = None

    @classmethod
    def of_folder(cls, name: str, root: str, folder: Folder, image: str | None = None) -> Place:
        """Return the place of an environment whose image is named in the task, or in its folder, or like itself."""
        recorded = folder.record.get("image")
        return cls(name, root, parse_image_name(image or (recorded if isinstance(recorded, str) else "") or name))

    @property
    def folder(self) -> str:
        """The environment's own folder, which is the context of its build."""
        return self.context or os.path.join(self.root, self.name)

    @property
    def log(self) -> str:
        """The log of the last build, where the task names no other."""
        return self._state("log")

    @property
    def memo(self) -> str:
        """What a task need not read again, where it keeps that."""
        return self._state("memo")

    @property
    def staging(self) -> str:
        """The folder as it shall become; what is built from it fails without a trace."""
        return self._state("new")

    @property
    def part(self) -> str:
        """A file that is being written, on the file system of the folder."""
        return os.path.join(self.context, f"{STATE}.part") if self.context else self._state("part")

    @property
    def discarded(self) -> str:
        """The folder while it is being removed."""
        return self._state("gone")

    @property
    def leftovers(self) -> tuple[str, ...]:
        """What only a task that was killed leaves behind."""
        return tuple(path for path in (self.staging, self.part, self.discarded) if os.path.lexists(path))

    @property
    def new_tag(self) -> str:
        """The name of an image until it has been proved."""
        return self._tag("new")

    @property
    def old_tag(self) -> str:
        """The name of a replaced image until it is removed."""
        return self._tag("old")

    @property
    def trial_tag(self) -> str:
        """The name of an image that this task makes for a moment; others may make one at the same time."""
        return self._tag(f"trial-{os.getpid()}")

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Let only this task work on the environment; another one waits here. Raises DockenvError if the root cannot be written."""
        try:
            descriptor = self._take_guard()
        except OSError as error:
            raise DockenvError(
                f"The folder {self.root} of the environments cannot be written: {error.strerror}; choose another path, or become its owner"
            ) from error
        try:
            yield
        finally:
            os.close(descriptor)

    def forget(self) -> None:
        """Remove what is kept beside the folder; called by who works in :meth:`exclusive`, when the environment is gone."""
        for path in (self.log, self.memo, self._state("lock")):
            with suppress(FileNotFoundError):
                os.unlink(path)
        with suppress(OSError):  # other environments are there
            os.rmdir(os.path.join(self.root, STATE))

    def _tag(self, kind: str) -> str:
        """Images of one repository have tags apart, as they may be built at the same time."""
        suffix = "" if self.image.tag == DEFAULT_TAG else f"-{self.image.tag[-_LONGEST_SUFFIX:]}"
        return f"{self.image.repository}:dockenv-{kind}{suffix}"

    def _state(self, kind: str) -> str:
        # The name of an image, which a folder elsewhere has, may hold slashes.
        return os.path.join(self.root, STATE, f"{quote(self.name, safe=':')}.{kind}")

    def _take_guard(self) -> int:
        """Return a descriptor of the lock file that holds the lock; while it was waited for, the file may have been removed."""
        path = self._state("lock")
        while True:
            os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:  # the folder went in this moment
                continue
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.lstat(path), os.fstat(descriptor)):
                    return descriptor
            os.close(descriptor)
