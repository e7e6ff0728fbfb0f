# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.traits import Traits, find_misfits

BASE = {"version": "3.11.2", "implementation": "cpython", "abi": "cpython-311-x86_64-linux-gnu", "platform": "linux-x86_64",
        "libc": "glibc 2.36", "executable": "/usr/bin/python3.11"}  # fmt: skip


def traits(**changes):
    return Traits(**{**BASE, **changes})


@pytest.mark.parametrize(
    ("changes", "has_native_code", "misfits"),
    [
        pytest.param({}, True, (), id="the same"),
        pytest.param({"version": "3.11.9", "executable": "/usr/local/bin/python3.11"}, True, (), id="another patch release"),
        pytest.param({"version": "3.12.1"}, False, ("the virtualenv is of cpython 3.11, the base image has cpython 3.12",), id="version"),
        pytest.param({"implementation": "pypy"}, False, ("the virtualenv is of cpython 3.11, the base image has pypy 3.11",), id="pypy"),
        pytest.param({"libc": "glibc 2.41"}, True, (), id="a newer libc runs what was made with an older one"),
        pytest.param(
            {"libc": "glibc 2.31"},
            True,
            ("the virtualenv has native code made with glibc 2.36, the base image has glibc 2.31",),
            id="older",
        ),
        pytest.param(
            {"libc": ""}, True, ("the virtualenv has native code made with glibc 2.36, the base image has another C library",), id="musl"
        ),
        pytest.param({"libc": "", "abi": "cpython-311-x86_64-linux-musl"}, False, (), id="Python code runs with any libc"),
        pytest.param(
            {"abi": "cpython-311-aarch64-linux-gnu", "platform": "linux-aarch64"},
            True,
            (
                "the virtualenv has native code for cpython-311-x86_64-linux-gnu on linux-x86_64, "
                "the base image has cpython-311-aarch64-linux-gnu on linux-aarch64",
            ),
            id="architecture",
        ),
    ],
)
def test_misfits(changes, has_native_code, misfits):
    assert find_misfits(traits(), traits(**changes), has_native_code) == misfits


@pytest.mark.parametrize("output", ["", "[1, 2]", "{}", '["a", "b", "c", "d", "e", 6]'])
def test_other_output_is_refused(output):
    with pytest.raises(ValueError, match=r".+"):
        Traits.from_probe(output)
