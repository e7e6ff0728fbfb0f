# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._image_name import ImageName, parse_image_name

PART_HINT = "use lower-case letters and digits, joined by '.', '_', '__' or '-'"
TAG_HINT = "use up to 128 letters, digits, '_', '.' and '-', starting with a letter, a digit or '_'"
SHA = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("name", "tag", "repository", "expected_tag"),
    [
        pytest.param("redis", None, "redis", "latest", id="no tag"),
        pytest.param("redis", "7", "redis", "7", id="a tag of its own"),
        pytest.param("redis:7", None, "redis", "7", id="a tag in the name"),
        pytest.param("library/redis", None, "library/redis", "latest", id="a path"),
        pytest.param("registry.example/a/b/c", "1", "registry.example/a/b/c", "1", id="a registry"),
        pytest.param("registry.example:5000/a", None, "registry.example:5000/a", "latest", id="a port is no tag"),
        pytest.param("registry.example:5000/a:1", None, "registry.example:5000/a", "1", id="a port and a tag"),
        pytest.param("localhost/a", None, "localhost/a", "latest", id="localhost is a registry"),
        pytest.param("[fd00::1]:5000/a", None, "[fd00::1]:5000/a", "latest", id="an IPv6 registry"),
        pytest.param("Registry/a", None, "Registry/a", "latest", id="capitals in a registry"),
        pytest.param("a.b_c__d-e---f", None, "a.b_c__d-e---f", "latest", id="all separators"),
        pytest.param("a", "_x.Y-9", "a", "_x.Y-9", id="all characters of a tag"),
        pytest.param("a", "t" * 128, "a", "t" * 128, id="the longest tag"),
        pytest.param("n" * 255, None, "n" * 255, "latest", id="the longest name"),
        pytest.param(SHA[:63], None, SHA[:63], "latest", id="not quite an id"),
    ],
)
def test_reads_a_name(name, tag, repository, expected_tag):
    image = parse_image_name(name, tag)
    assert image == ImageName(repository, expected_tag)
    assert str(image) == f"{repository}:{expected_tag}"
    assert parse_image_name(str(image)) == image


@pytest.mark.parametrize(
    ("name", "tag", "message"),
    [
        pytest.param("", None, f"name: '' in '' is not a part of an image name; {PART_HINT}", id="empty"),
        pytest.param("Redis", None, f"name: 'Redis' in 'Redis' is not a part of an image name; {PART_HINT}", id="a capital"),
        pytest.param("a//b", None, f"name: '' in 'a//b' is not a part of an image name; {PART_HINT}", id="an empty part"),
        pytest.param("a/", None, f"name: '' in 'a/' is not a part of an image name; {PART_HINT}", id="a slash at the end"),
        pytest.param("a/../b", None, f"name: '..' in 'a/../b' is not a part of an image name; {PART_HINT}", id="a path upwards"),
        pytest.param("a b", None, f"name: 'a b' in 'a b' is not a part of an image name; {PART_HINT}", id="a space"),
        pytest.param("a\n", None, f"name: 'a\\n' in 'a\\n' is not a part of an image name; {PART_HINT}", id="a line break"),
        pytest.param("a___b", None, f"name: 'a___b' in 'a___b' is not a part of an image name; {PART_HINT}", id="three underscores"),
        pytest.param("-a", None, f"name: '-a' in '-a' is not a part of an image name; {PART_HINT}", id="a dash first"),
        pytest.param("ä", None, f"name: 'ä' in 'ä' is not a part of an image name; {PART_HINT}", id="not ASCII"),
        pytest.param(
            "a_b.example/c",
            None,
            "name: 'a_b.example' in 'a_b.example/c' is not a registry's host name, with or without a port",
            id="no host name",
        ),
        pytest.param("n" * 256, None, f"name: '{'n' * 256}' is longer than 255 characters", id="too long"),
        pytest.param(SHA, None, f"name: '{SHA}' reads like an image's id; choose another name", id="an id"),
        pytest.param(
            f"a@sha256:{SHA}",
            None,
            f"name: 'a@sha256:{SHA}' names an image by its digest; give a name, and a tag if needed",
            id="a digest",
        ),
        pytest.param("a:1", "2", "name: 'a:1' holds a tag, and tag is '2' as well; give the tag only once", id="two tags"),
        pytest.param("a:1", "1", "name: 'a:1' holds a tag, and tag is '1' as well; give the tag only once", id="the same tag twice"),
        pytest.param("a", "", f"tag: '' is not an image tag; {TAG_HINT}", id="an empty tag"),
        pytest.param("a:", None, f"name: '' is not an image tag; {TAG_HINT}", id="an empty tag in the name"),
        pytest.param("a", ".x", f"tag: '.x' is not an image tag; {TAG_HINT}", id="a dot first"),
        pytest.param("a", "x/y", f"tag: 'x/y' is not an image tag; {TAG_HINT}", id="a slash in the tag"),
        pytest.param("a", "1\n", f"tag: '1\\n' is not an image tag; {TAG_HINT}", id="a line break in the tag"),
        pytest.param("a", "t" * 129, f"tag: '{'t' * 129}' is not an image tag; {TAG_HINT}", id="too long a tag"),
    ],
)
def test_refuses_a_name(name, tag, message):
    with pytest.raises(InvalidInput) as caught:
        parse_image_name(name, tag)
    assert caught.value.message == message
