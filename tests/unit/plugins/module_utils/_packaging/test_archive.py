# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import os
import tracemalloc

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError
from ansible_collections.dockenv.python.plugins.module_utils._packaging.archive import write_tar
from ansible_collections.dockenv.python.plugins.module_utils._packaging.tree import Item, stamp_of

# More than is written at once
SIZE = 3 << 20


class Interrupted(io.BytesIO):
    """A stream during whose first writing something happens."""

    def __init__(self, happen):
        super().__init__()
        self.happen = happen

    def write(self, data):
        if self.happen:
            self.happen, happen = None, self.happen
            happen()
        return super().write(data)


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param("wb", id="shorter"),
        pytest.param("r+b", id="of the same size"),
    ],
)
def test_a_file_that_changes_while_it_is_read(tmp_path, mode):
    path = tmp_path / "file"
    path.write_bytes(b"a" * SIZE)

    def change():
        # The clock of a file system ticks slowly.
        before = os.stat(path).st_ctime_ns
        while os.stat(path).st_ctime_ns == before:
            with open(path, mode) as file:
                file.write(b"b")

    out = Interrupted(change)
    with pytest.raises(DockenvError) as caught:
        write_tar({"venv": [Item("file", str(path), stamp=stamp_of(os.stat(path)))]}, {}, out)
    assert caught.value.message == f"{path} changed while it was packaged; run the task again"
    assert out.getvalue().endswith(b"\xff" * 512), "nothing that an archive ends with"


def test_a_reader_that_is_gone_is_no_matter_of_the_files(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a" * SIZE)

    def break_pipe():
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        write_tar({"venv": [Item("file", str(path), stamp=stamp_of(os.stat(path)))]}, {}, Interrupted(break_pipe))


def test_memory_does_not_grow_with_the_files_that_are_written():
    items = [Item(f"{number:05}", "/nowhere", target="x") for number in range(10_000)]
    with open(os.devnull, "wb") as out:
        tracemalloc.start()
        write_tar({"venv": items}, {}, out)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 3 << 20
