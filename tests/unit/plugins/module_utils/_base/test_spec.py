# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base.spec import BaseImageSpec
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._image_name import ImageName
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.examples import read_spec

PACKAGE_HINT = "is not the name of a Debian package, with or without =VERSION; names have lower-case letters, digits, '+', '-' and '.'"
NAME_HINT = "is not a name that an image can hold; use letters, digits, '_', '.' and '-'"


def test_without_options_the_host_decides():
    assert read_spec() == BaseImageSpec(
        name=ImageName("base", "latest"),
        present=True,
        suite=None,
        mirror=(),
        components=(),
        variant="minbase",
        packages=(),
        ca_certificates=(),
        architecture=None,
        entrypoint=(),
        command=(),
        env=(),
        labels=(),
        rebuild="on_change",
        force=False,
    )


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        pytest.param({"packages": ["g++", "apt", "g++"]}, "packages", ("apt", "g++"), id="packages sorted, each once"),
        pytest.param({"packages": ["libc6", "0ad", "x-y.z+"]}, "packages", ("0ad", "libc6", "x-y.z+"), id="names of Policy 5.6.1"),
        pytest.param({"packages": ["apt=1:2.6~rc1+b-1"]}, "packages", ("apt=1:2.6~rc1+b-1",), id="a version of Policy 5.6.12"),
        pytest.param({"env": {"B": 1, "A": "x=y"}}, "env", (("A", "x=y"), ("B", "1")), id="numbers are text"),
        pytest.param({"labels": {"org.example/a-b": ""}}, "labels", (("org.example/a-b", ""),), id="labels"),
        pytest.param({"command": ["x", "", "\n"]}, "command", ("x", "", "\n"), id="any word"),
        pytest.param({"suite": "bookworm"}, "suite", "bookworm", id="a release"),
        pytest.param({"ca_certificates": ["/a b"]}, "ca_certificates", ("/a b",), id="a path"),
    ],
)
def test_reads_an_option(options, field, value):
    assert getattr(read_spec(**options), field) == value


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"packages": ["ok", "Bad"]}, f"packages[1]: 'Bad' {PACKAGE_HINT}", id="a capital"),
        pytest.param({"packages": ["x"]}, f"packages[0]: 'x' {PACKAGE_HINT}", id="one letter"),
        pytest.param({"packages": ["nano-"]}, f"packages[0]: 'nano-' {PACKAGE_HINT}", id="apt's sign for removal"),
        pytest.param({"packages": ["a,b"]}, f"packages[0]: 'a,b' {PACKAGE_HINT}", id="a comma"),
        pytest.param({"packages": ["?essential"]}, f"packages[0]: '?essential' {PACKAGE_HINT}", id="a pattern of apt"),
        pytest.param({"packages": ["/x.deb"]}, f"packages[0]: '/x.deb' {PACKAGE_HINT}", id="a file"),
        pytest.param({"packages": ["apt\n"]}, f"packages[0]: 'apt\\n' {PACKAGE_HINT}", id="a line break"),
        pytest.param({"packages": ["apt=$(id)"]}, f"packages[0]: 'apt=$(id)' {PACKAGE_HINT}", id="a shell's word"),
        pytest.param({"packages": [""]}, f"packages[0]: '' {PACKAGE_HINT}", id="empty"),
        pytest.param({"suite": "../x"}, "suite: '../x' is not the name of a release; give one such as 'trixie' or 'stable'", id="a path"),
        pytest.param({"suite": "--x"}, "suite: '--x' is not the name of a release; give one such as 'trixie' or 'stable'", id="an option"),
        pytest.param({"suite": ""}, "suite: '' is not the name of a release; give one such as 'trixie' or 'stable'", id="no release"),
        pytest.param({"components": ["a b"]}, "components: 'a b' is no component of an archive; give one such as 'main'", id="two in one"),
        pytest.param(
            {"ca_certificates": ["/a", "b.pem"]}, "ca_certificates[1]: 'b.pem' is no absolute path of a file on the host", id="relative"
        ),
        pytest.param({"entrypoint": [""]}, "entrypoint[0]: an empty word is no program; give its name or path first", id="no program"),
        pytest.param({"command": ["a", "\x00"]}, "command[1]: '\\x00' holds bytes that are not text; remove them", id="no text"),
        pytest.param({"env": {"A=B": "x"}}, f"env: 'A=B' {NAME_HINT}", id="equals in a name"),
        pytest.param({"env": {"": "x"}}, f"env: '' {NAME_HINT}", id="no name"),
        pytest.param({"env": {1: "x"}}, f"env: 1 {NAME_HINT}", id="a number as name"),
        pytest.param({"env": {"A": True}}, "env: the value of 'A' is True, which is no text; put it in quotes", id="a boolean"),
        pytest.param({"env": {"A": ["x"]}}, "env: the value of 'A' is ['x'], which is no text; put it in quotes", id="a list"),
        pytest.param(
            {"env": {"A": "x\nRUN y"}},
            "env[A]: 'x\\nRUN y' holds a line break or another control character; an image's configuration takes values of one line",
            id="a line break in a value",
        ),
        pytest.param({"labels": {"a b": ""}}, f"labels: 'a b' {NAME_HINT}", id="a space in a label"),
        pytest.param(
            {"labels": {"dockenv.python.kind": "x"}},
            "labels: 'dockenv.python.kind' is one of the collection's own; choose a name without 'dockenv.python.'",
            id="our own label",
        ),
    ],
)
def test_refuses_an_option(options, message):
    with pytest.raises(InvalidInput) as caught:
        read_spec(**options)
    assert caught.value.message == message
