# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dockerfiles for the two that read them, _env/stages.py and _host/prune_script.py: the text, and the images of its last stage."""

from __future__ import annotations

import pytest

DOCKERFILES = [
    pytest.param("FROM python:3.13\nRUN true\n", ("python:3.13",), id="one stage"),
    pytest.param("# FROM other\n\n  from python:3.13 as app\n", ("python:3.13",), id="small letters, a comment"),
    pytest.param("FROM --platform=linux/amd64 python:3.13 AS app\n", ("python:3.13",), id="a platform"),
    pytest.param("ARG A=1\nFROM \\\n  python:3.13\n", ("python:3.13",), id="a continued line"),
    pytest.param("FROM \\\n# a comment\n  python:3.13\n", ("python:3.13",), id="a comment in a continued line"),
    pytest.param('FROM "python:3.13"\r\n', ("python:3.13",), id="in quotes, lines as Windows ends them"),
    pytest.param("FROM a AS One\nFROM b\nCOPY --from=one /x /x\n", ("b", "a"), id="a stage that is copied from"),
    pytest.param("FROM a\nFROM b\nCOPY --from=0 /x /x\n", ("b", "a"), id="a stage by its number"),
    pytest.param("FROM a\nFROM b\n", ("b",), id="a stage that nobody needs"),
    pytest.param("FROM a AS one\nFROM one AS two\nFROM two\n", ("a",), id="stages upon stages"),
    pytest.param("FROM a\nCOPY --from=tool:1 /x /x\n", ("a", "tool:1"), id="an image that is copied from"),
    pytest.param("FROM a\nRUN --mount=type=bind,from=tool:1,target=/x true\n", ("a", "tool:1"), id="an image that is mounted"),
    pytest.param(
        "FROM a\nRUN --mount=type=bind,from=tool:1 \\\r\n  --mount=from=tool:2 true\n", ("a", "tool:1", "tool:2"), id="two of them"
    ),
    pytest.param("FROM a\nRUN echo --from=b\nENV X=--from=c\n", ("a", "b"), id="RUN is not taken apart"),
    pytest.param("ARG V=1\nFROM python:${V}\n", (), id="a variable"),
    pytest.param("FROM scratch\n", (), id="the empty image"),
    pytest.param("FROM a AS a\n", ("a",), id="a stage with the name of its image"),
    pytest.param("FROM a\nRUN <<END\nFROM b\nEND\nCOPY --from=c /x /x\n", ("a", "c"), id="a here-document"),
    pytest.param("FROM a\nRUN true \\\n", ("a",), id="a last line that goes on"),
    pytest.param("", (), id="nothing"),
]
