# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._venv_image.definitions import make_spec


def test_defaults():
    spec = make_spec()
    assert (spec.venv, spec.project, str(spec.image), spec.base) == ("/srv/shop/.venv", None, "team/shop:latest", "python:3.13-slim")
    assert (spec.place_of_venv, spec.place_of_project) == ("/usr/local/lib/shop", "/usr/local/src/shop")


# V1
def test_virtualenv_by_name():
    assert make_spec(venv=None, venv_name="shop").venv == "/root/.virtualenvs/shop"


# V3 V4
def test_system_packages_of_a_list_and_a_file():
    text = "# comment\nlibxml2\n\nnetbase # services\n"
    spec = make_spec(lambda path: text, system_packages=["zlib1g", "libxml2"], system_packages_file="/p")
    assert spec.system_packages == ("libxml2", "netbase", "zlib1g")


# V16
def test_maintainer_is_a_label():
    spec = make_spec(maintainer="Ada <a@b>", labels={"z": "1"})
    assert spec.labels == (("org.opencontainers.image.authors", "Ada <a@b>"), ("z", "1"))


def test_root_needs_not_be_made():
    assert make_spec(user="root").user is None
    assert make_spec(user="ada").user.name == "ada"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"venv": None}, "venv: give the path of a virtualenv, or its name below venv_root as venv_name", id="no virtualenv"),
        pytest.param(
            {"venv": None, "venv_name": "a/b"},
            "venv_name: 'a/b' is not the name of a folder; give the path as venv instead",
            id="path as name",
        ),
        pytest.param(
            {"base_image": None}, "base_image: it is missing; name the image to start from, such as python:3.13-slim", id="no base image"
        ),
        pytest.param(
            {"name": "a:1", "tag": "2"}, "name: 'a:1' holds a tag, and tag is '2' as well; give the tag only once", id="V18: two tags"
        ),
        pytest.param(
            {"venv_dest": "/usr"},
            "venv_dest: '/usr' is a folder of the base image itself; write one below it, such as /usr/app",
            id="folder of the base",
        ),
        pytest.param(
            {"system_packages_file": "/none"},
            "system_packages_file: '/none' cannot be read: No such file or directory; name a text file with one package a line",
            id="no file",
        ),
        pytest.param(
            {"requirements": ["-e /srv/x"]},
            "requirements[0]: '-e /srv/x' is a path on the host, which a build does not see; "
            "give a name, or the URL of a wheel or of a repository",
            id="path as requirement",
        ),
        pytest.param(
            {"requirements": ["tool @ https://user:secret@git.example/tool.whl"]},
            "requirements[0]: the URL holds a password or a token, which would be readable in the image; put the package on an index, "
            "and give the login in secrets, as a netrc file with the id netrc",
            id="login in a requirement",
        ),
        pytest.param(
            {"env": {"PYTHONPATH": "/x"}},
            "env: PYTHONPATH is made from project_on_pythonpath and pythonpath_entries; add the folders to pythonpath_entries",
            id="PYTHONPATH",
        ),
        pytest.param(
            {"exclude": ["a\nb"]}, "exclude[0]: 'a\\nb' holds a line break; write each pattern as an entry of its own", id="line break"
        ),
        pytest.param(
            {"maintainer": "a", "labels": {"org.opencontainers.image.authors": "b"}},
            "maintainer: it is the label org.opencontainers.image.authors, which is in labels as well; give it once",
            id="maintainer twice",
        ),
    ],
)
def test_refuses(params, message):
    with pytest.raises(InvalidInput) as caught:
        make_spec(**params)
    assert caught.value.message == message
