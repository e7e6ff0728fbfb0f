# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task works with on its host: the engine, the builder and the variables of its environment, each found when needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Callable

from .._docker.connection import DEFAULT_HOST, Connection

if TYPE_CHECKING:
    from .._docker.buildkit import Builder
    from .._docker.engine import Engine

_SYSTEM_TOOLS = "/var/lib/dockenv/tools"
_USERS_TOOLS = "~/.local/share/dockenv/tools"


class Host:
    """The host of one task; ``connect`` opens the connection, so that what needs no engine runs without one.

    ``look`` opens one that is enough to find out that there is nothing to do, where that is quicker. ``require_sdk`` is called
    before the first connection: by it a module sees to the Docker SDK, where not all its tasks need that.
    """

    def __init__(
        self,
        connection: Connection,
        environment: Mapping[str, str],
        connect: Callable[[Connection], Engine],
        look: Callable[[Connection, Callable[[], Engine]], Engine] | None = None,
        require_sdk: Callable[[], None] | None = None,
    ) -> None:
        self.connection = connection
        self.environment = environment
        self._connect = connect
        self._look = look
        self._require_sdk = require_sdk

    @cached_property
    def engine(self) -> Engine:
        """The engine. Raises EngineError if it does not answer, DockenvError if there is no SDK to reach it by."""
        if self._require_sdk is not None:
            self._require_sdk()
        return self._connect(self.connection)

    @cached_property
    def sight(self) -> Engine:
        """The engine to look at. Raises EngineError if it does not answer."""
        return self.engine if self._look is None else self._look(self.connection, lambda: self.engine)

    def prepare(self) -> None:
        """Connect now: where the SDK is found under another Python only, the task starts over there, and must hold no lock."""
        _connected = self.engine

    @contextmanager
    def searching_builder(self) -> Iterator[None]:
        """Look for what builds while something else is done: its commands take as long to start as a lock takes."""
        search = threading.Thread(target=lambda: self.builder)
        search.start()
        try:
            yield
        finally:
            search.join()

    @cached_property
    def builder(self) -> Builder:
        """What builds images."""
        from .._docker.buildkit import find_builder  # a task with nothing to do is done sooner without it

        return find_builder(self.environment)

    @property
    def docker_words(self) -> tuple[str, ...]:
        """The words with which a launcher reaches the engine; without an option, its caller's settings are valid."""
        if self.connection.host == DEFAULT_HOST and not self.connection.cli_context:
            return ("docker",)
        from .._docker.buildkit import connection_argv

        return ("docker", *connection_argv(self.connection))

    @property
    def tools(self) -> str:
        """The folder for programs that the collection installs for itself."""
        return _SYSTEM_TOOLS if os.geteuid() == 0 else os.path.expanduser(_USERS_TOOLS)
