# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._image import Image

ID = f"sha256:{'a' * 64}"


def test_reads_the_engine_s_answer():
    answer = {
        "Id": ID,
        "RepoTags": ["a:1", "b:2"],
        "RepoDigests": ["a@sha256:1"],
        "RootFS": {"Layers": ["sha256:2"]},
        "Architecture": "arm64",
        "Size": 12,
        "Created": "2026-01-01T00:00:00Z",
        "Comment": "mine",
        "Config": {"Env": ["A=1=2", "B="], "Entrypoint": ["sh"], "Cmd": ["-c", ""], "Labels": {"x": "y"}},
    }
    assert Image.from_inspect(answer) == Image(
        id=ID,
        tags=("a:1", "b:2"),
        labels={"x": "y"},
        env={"A": "1=2", "B": ""},
        entrypoint=("sh",),
        command=("-c", ""),
        architecture="arm64",
        size=12,
        created="2026-01-01T00:00:00Z",
        digests=("a@sha256:1",),
        layers=("sha256:2",),
        comment="mine",
    )


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(None, id="no configuration"),
        pytest.param({"Env": None, "Entrypoint": None, "Cmd": None, "Labels": None}, id="null for empty"),
    ],
)
def test_what_an_image_lacks_is_empty(config):
    image = Image.from_inspect({"Id": ID, "RepoTags": None, "Config": config})
    assert (image.tags, image.labels, image.env, image.entrypoint, image.command, image.size) == ((), {}, {}, (), (), 0)
