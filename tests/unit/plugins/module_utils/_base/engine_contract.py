# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every engine must do, the fake one of the unit tests and the real one.

Each case is a function that takes an engine, and the repository in which it may make images, and leaves none of them.
"""

from __future__ import annotations

import io
import tarfile

from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError

CHANGES = (
    'ENTRYPOINT ["/bin/x", "a \\"b\\" $HOME"]',
    'CMD ["-c", "", "\\u00fc\\nRUN x"]',
    'ENV A="a \\"b\\" \\$HOME \\${X} \\\\ = , % #"',
    'ENV EMPTY=""',
    'LABEL x.y/z="{\\"k\\":[\\"v\\"]}"',
)


def root_file_system(content=b"hello"):
    """Return a tar file with one file in it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("./hello")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def import_one(engine, repository, tag="1", changes=(), content=b"hello", platform="linux/amd64"):
    return engine.import_image(iter([root_file_system(content)]), repository, tag, changes, platform, "a comment")


def finds_nothing_where_nothing_is(engine, repository):
    assert engine.find_image(f"{repository}:absent") is None
    assert engine.find_image(f"sha256:{'0' * 64}") is None
    assert engine.remove_image(f"{repository}:absent") is True


def imports_with_configuration(engine, repository):
    image_id = import_one(engine, repository, changes=CHANGES)
    image = engine.find_image(f"{repository}:1")
    assert image == engine.find_image(image_id)
    assert (image.id, image.tags, image.architecture) == (image_id, (f"{repository}:1",), "amd64")
    assert image.size > 0
    assert image.comment == "a comment"
    assert image.entrypoint == ("/bin/x", 'a "b" $HOME')
    assert image.command == ("-c", "", "ü\nRUN x")
    assert image.env == {"A": 'a "b" $HOME ${X} \\ = , % #', "EMPTY": ""}
    assert image.labels == {"x.y/z": '{"k":["v"]}'}
    assert engine.remove_image(f"{repository}:1") is True
    assert engine.find_image(image_id) is None


def a_broken_stream_imports_nothing(engine, repository):
    class Broken(Exception):
        pass

    def pieces():
        yield root_file_system()[:600]
        raise Broken

    try:
        engine.import_image(pieces(), repository, "1", (), "linux/amd64", "")
    except Broken:
        pass
    else:
        raise AssertionError("the stream's exception was not passed on")
    assert engine.find_image(f"{repository}:1") is None


def imports_for_another_platform_or_says_that_it_cannot(engine, repository):
    engine.check_import_platform("linux/amd64")
    try:
        engine.check_import_platform("linux/arm/v7")
    except EngineError as error:
        assert error.message.endswith(" architecture, amd64, only, and not of linux/arm/v7; that needs Docker 23 or newer")
        return
    image_id = import_one(engine, repository, platform="linux/arm/v7")
    assert engine.find_image(image_id).architecture == "arm"
    assert engine.remove_image(f"{repository}:1") is True


def a_tag_moves(engine, repository):
    first = import_one(engine, repository, tag="1", content=b"first")
    second = import_one(engine, repository, tag="2", content=b"second")
    engine.tag_image(second, repository, "1")
    assert engine.find_image(f"{repository}:1").id == second
    assert engine.find_image(first).tags == ()
    assert set(engine.find_image(second).tags) == {f"{repository}:1", f"{repository}:2"}
    assert engine.remove_image(first) is True
    assert engine.find_image(first) is None
    assert engine.remove_image(f"{repository}:1") is True
    assert engine.find_image(second).tags == (f"{repository}:2",)
    assert engine.remove_image(f"{repository}:2") is True
    assert engine.find_image(second) is None


CASES = (
    finds_nothing_where_nothing_is,
    imports_with_configuration,
    a_broken_stream_imports_nothing,
    imports_for_another_platform_or_says_that_it_cannot,
    a_tag_moves,
)


def an_image_in_use_stays(engine, repository, use, end_use):
    """``use`` makes a container of an image, of a given name, ``end_use`` removes it."""
    image_id = import_one(engine, repository, changes=('CMD ["/hello"]',))
    use(image_id, "dockenv-contract")
    try:
        assert engine.find_containers(image_id) == ("dockenv-contract",)
        assert engine.remove_image(f"{repository}:1") is False
        assert engine.find_image(f"{repository}:1").id == image_id
        engine.tag_image(image_id, repository, "2")
        assert engine.remove_image(f"{repository}:2") is True
        assert engine.remove_image(image_id) is False
    finally:
        end_use("dockenv-contract")
    assert engine.find_containers(image_id) == ()
    assert engine.remove_image(f"{repository}:1") is True
    assert engine.find_image(image_id) is None
