# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base.certificates import Certificate
from ansible_collections.dockenv.python.plugins.module_utils._base.recipe import Recipe, digest, is_ours, read_definition
from ansible_collections.dockenv.python.plugins.module_utils._base.sources import Source
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._image import Image
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.examples import HOST, read_recipe, read_spec
from hypothesis import given
from hypothesis import strategies as st

CERTIFICATE = Certificate("f" * 64, "PEM")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20)


def image_of(recipe):
    """Return the image that an engine makes of a recipe."""
    return Image(
        id="sha256:1",
        tags=("base:latest",),
        labels={**dict(recipe.labels), **recipe.own_labels()},
        env=dict(recipe.env),
        entrypoint=recipe.entrypoint,
        command=recipe.command,
        architecture="amd64",
        size=1,
        created="",
        comment=recipe.digest,
    )


def test_takes_from_the_host_what_the_options_leave_open():
    recipe = read_recipe()
    assert (recipe.suite, recipe.architecture, recipe.platform, recipe.sources) == ("trixie", "amd64", "linux/amd64", HOST.sources)


def test_certificates_bring_the_package_that_activates_them():
    recipe = Recipe.from_spec(read_spec(packages=["python3"]), replace(HOST, certificates=(CERTIFICATE,)))
    assert recipe.packages == ("ca-certificates", "python3")


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        pytest.param({"mirror": ["http://m/debian"]}, ["deb http://m/debian trixie main"], id="a URL"),
        pytest.param({"mirror": ["http://m/debian"], "components": ["a", "b"]}, ["deb http://m/debian trixie a b"], id="its components"),
        pytest.param({"mirror": ["http://m/u"], "suite": "noble"}, ["deb http://m/u noble main"], id="its release"),
        pytest.param({"components": ["contrib"]}, ["deb http://mirror.example/debian trixie contrib"], id="the host's with components"),
    ],
)
def test_sources(options, lines):
    assert [str(source) for source in read_recipe(**options).sources] == lines


@pytest.mark.parametrize(
    ("host", "options", "message"),
    [
        pytest.param(
            replace(HOST, codename=""),
            {"mirror": ["http://m"]},
            "suite: this host does not say which release it has; give one such as 'trixie'",
            id="no release",
        ),
        pytest.param(
            replace(HOST, sources=()),
            {},
            "mirror: this host has no package sources of its distribution to take it from; give a URL",
            id="no sources",
        ),
        pytest.param(
            replace(HOST, sources=(Source("http://me:secret@m", "trixie", ("main",)),)),
            {},
            "mirror: this host's package sources have a user name or a password in a URL, which would stay in the image; "
            "move it to auth.conf(5), or give a URL",
            id="a password",
        ),
        pytest.param(
            replace(HOST, architecture="hurd-i386"),
            {},
            "architecture: 'hurd-i386' is not known to have images; "
            "give one of amd64, arm64, armel, armhf, i386, mips64el, ppc64el, riscv64, s390x",
            id="an architecture",
        ),
    ],
)
def test_what_the_host_cannot_say(host, options, message):
    with pytest.raises(InvalidInput) as caught:
        Recipe.from_spec(read_spec(**options), host)
    assert caught.value.message == message


def test_instructions():
    recipe = read_recipe(entrypoint=["a"], command=["b", "c"], env={"X": "$1", "A": ""}, labels={"z": "1"})
    lines = recipe.instructions()
    assert lines[:4] == ('ENTRYPOINT ["a"]', 'CMD ["b", "c"]', 'ENV A=""', 'ENV X="\\$1"')
    assert [line.partition("=")[0] for line in lines[4:]] == [
        "LABEL dockenv.python.digest",
        "LABEL dockenv.python.inputs",
        "LABEL dockenv.python.kind",
        "LABEL z",
    ]


def test_an_empty_configuration_has_our_labels_only():
    assert [line.partition(" ")[0] for line in read_recipe().instructions()] == ["LABEL", "LABEL", "LABEL"]


def test_labels_tell_what_the_image_was_made_of():
    labels = read_recipe(packages=["python3"]).own_labels()
    assert labels["dockenv.python.kind"] == "base-image"
    assert json.loads(labels["dockenv.python.inputs"]) == {
        "architecture": "amd64",
        "ca_certificates": [],
        "mirror": ["deb http://mirror.example/debian trixie main"],
        "packages": ["python3"],
        "recipe": 1,
        "suite": "trixie",
        "variant": "minbase",
    }


@given(command=st.lists(TEXT), env=st.dictionaries(st.from_regex(r"[A-Z]{1,3}", fullmatch=True), TEXT))
def test_an_image_is_read_back_as_what_it_was_made_of(command, env):
    recipe = read_recipe(command=["x", *command], env=env)
    image = image_of(recipe)
    assert is_ours(image)
    assert read_definition(image) == recipe.definition()


# Each input of its own makes another digest; the same inputs in another order or way make the same one.
DIFFERENT = [
    {},
    {"suite": "sid"},
    {"mirror": ["http://m"]},
    {"components": ["contrib"]},
    {"variant": "apt"},
    {"packages": ["python3"]},
    {"architecture": "arm64"},
    {"entrypoint": ["a"]},
    {"command": ["a"]},
    {"command": ["a", ""]},
    {"env": {"A": "a"}},
    {"labels": {"A": "a"}},
]
SAME = [
    ({"packages": ["python3", "apt"]}, {"packages": ["apt", "python3", "apt"]}),
    ({"env": {"A": "1", "B": "2"}}, {"env": {"B": 2, "A": 1}}),
    ({"suite": "trixie", "architecture": "amd64"}, {}),
    ({"rebuild": "always", "force": True, "name": "other"}, {}),
]


def test_every_input_is_in_the_digest():
    digests = {digest(read_recipe(**options).definition()) for options in DIFFERENT}
    assert len(digests) == len(DIFFERENT)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_makes_the_same_image_has_the_same_digest(one, other):
    assert digest(read_recipe(**one).definition()) == digest(read_recipe(**other).definition())


def test_the_digest_is_the_same_on_every_host_and_python():
    # of the bytes {"a":{},"b":[1,"\u00fc"]}, by sha256sum(1)
    assert digest({"b": [1, "ü"], "a": {}}) == "sha256:a3a05a3083e6c2a92b69bb6ae8446584ae0cde8ea7ba56bd353ec9f045da96ba"


def test_an_image_that_is_based_on_ours_is_not_ours():
    assert not is_ours(replace(image_of(read_recipe()), comment=""))
    assert not is_ours(replace(image_of(read_recipe()), comment="buildkit.dockerfile.v0"))


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({}, id="no labels"),
        pytest.param({"dockenv.python.inputs": "{"}, id="damaged"),
        pytest.param({"dockenv.python.inputs": "[1]"}, id="another shape"),
    ],
)
def test_another_s_image_shows_its_configuration(labels):
    image = replace(image_of(read_recipe(command=["a"])), labels={"x": "y", **labels})
    assert not is_ours(image)
    assert read_definition(image) == {"command": ["a"], "entrypoint": [], "env": {}, "labels": {"x": "y"}}
