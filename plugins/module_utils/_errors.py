# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one exception family of the collection; helpers raise it, only a module's main() turns it into fail_json."""

from __future__ import annotations


class DockenvError(Exception):
    """Say in one sentence what was being done, on what, what happened, and what the user can do.

    Keyword arguments become fields of the failed task's result. They never hold a secret.
    """

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidInput(DockenvError):
    """An option's value cannot be used; nothing was touched."""


class NotOurs(DockenvError):
    """What stands at a place belongs to the user; it was left alone."""


class CommandFailed(DockenvError):
    """A command that was run on the host failed.

    ``command`` is a list of words without secrets, ``rc`` the exit status.
    """

    def __init__(self, message: str, command: list[str], rc: int, stdout: str = "", stderr: str = "") -> None:
        super().__init__(message, command=command, rc=rc, stdout=stdout, stderr=stderr)


class EngineError(DockenvError):
    """The Docker engine does not answer, or refuses what was asked."""
