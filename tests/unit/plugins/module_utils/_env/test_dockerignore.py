# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.dockerignore import (
    find_ignore_file,
    has_exceptions,
    is_ignored,
    parse_dockerignore,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st


# The examples of Docker's documentation of .dockerignore files, and cases of moby/patternmatcher's own tests
@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        pytest.param("# comment\n*/temp*", "somedir/temporary.txt", True, id="one folder below"),
        pytest.param("*/temp*", "somedir/temp", True, id="a folder one below"),
        pytest.param("*/temp*", "somedir/temp/a/b", True, id="all that is in it"),
        pytest.param("*/temp*", "temporary.txt", False, id="not in the root"),
        pytest.param("*/temp*", "a/b/temp", False, id="not two below"),
        pytest.param("*/*/temp*", "somedir/subdir/temporary.txt", True, id="two folders below"),
        pytest.param("*/*/temp*", "somedir/temporary.txt", False, id="not one below"),
        pytest.param("temp?", "tempa", True, id="one character"),
        pytest.param("temp?", "temp", False, id="not none"),
        pytest.param("temp?", "tempab", False, id="not two"),
        pytest.param("**/*.go", "main.go", True, id="any number of folders, none"),
        pytest.param("**/*.go", "a/b/main.go", True, id="any number of folders, two"),
        pytest.param("*.md\n!README.md", "README.md", False, id="an exception"),
        pytest.param("*.md\n!README.md", "OTHER.md", True, id="not an exception"),
        pytest.param("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True, id="the last one that matches decides"),
        pytest.param("*.md\n!README*.md\nREADME-secret.md", "README-x.md", False, id="the others are kept"),
        pytest.param(
            "*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False, id="the last one that matches decides, here to keep"
        ),
        pytest.param("*.md", "docs/a.md", False, id="a star does not cross folders"),
        pytest.param("docs", "docs/a/b", True, id="what is in a folder goes with it"),
        pytest.param("docs/", "docs/a", True, id="a slash at the end"),
        pytest.param("/docs", "docs", True, id="a slash at the front"),
        pytest.param("/docs", "a/docs", False, id="patterns begin at the root"),
        pytest.param("docs", "docs2", False, id="whole names only"),
        pytest.param("./a/../docs", "docs", True, id="paths are cleaned"),
        pytest.param("  docs  ", "docs", True, id="blanks around"),
        pytest.param(" # docs", "# docs", True, id="a comment only begins in the first column"),
        pytest.param("*\n!src/main.py", "src/main.py", False, id="an exception in a folder that is left out"),
        pytest.param("*\n!src", "src/main.py", False, id="an exception for a whole folder"),
        pytest.param("*\n!src\nsrc/x", "src/x", True, id="and back again"),
        pytest.param("**", "a/b", True, id="everything"),
        pytest.param("a/**", "a/b/c", True, id="all below a folder"),
        pytest.param("a/**", "a", False, id="but not the folder"),
        pytest.param("**/b", "b", True, id="stars for no folder"),
        pytest.param("a/**/b", "a/b", True, id="stars in the middle for none"),
        pytest.param("a/**/b", "a/x/y/b", True, id="stars in the middle for two"),
        pytest.param("a/**b", "a/x/y/cb", True, id="stars at the front of a name"),
        pytest.param("[a-c]x", "bx", True, id="a range"),
        pytest.param("[^a-c]x", "bx", False, id="all but a range"),
        pytest.param("[^a-c]x", "dx", True, id="all but a range, another"),
        pytest.param("a[b/]c", "a/c", False, id="a class never is a slash"),
        pytest.param(r"a\*b", "a*b", True, id="a star that is one"),
        pytest.param(r"a\*b", "axb", False, id="and nothing else"),
        pytest.param("a.b", "axb", False, id="a dot is a dot"),
        pytest.param("a+(b)$^|c{}", "a+(b)$^|c{}", True, id="what means something to regular expressions"),
        pytest.param(".", "a", False, id="the context itself"),
        pytest.param("\ufeffdocs\r\nx", "docs", True, id="a file of Windows"),
        pytest.param("a\n\n \n", "b", False, id="empty lines"),
    ],
)
def test_docker_rules(text, path, expected):  # V37
    assert is_ignored(path, parse_dockerignore(text)) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a\n!", ".dockerignore, line 2: an exclamation mark stands alone; write a pattern after it", id="no exception"),
        pytest.param("[a", ".dockerignore, line 1: '[a' is not a pattern: a bracket is not closed", id="an open bracket"),
        pytest.param("[]", ".dockerignore, line 1: '[]' is not a pattern: a bracket is not closed", id="an empty class"),
        pytest.param(
            "[z-a]",
            ".dockerignore, line 1: '[z-a]' is not a pattern: a range in brackets has no beginning, or ends before it begins",
            id="back",
        ),
        pytest.param("a\\", ".dockerignore, line 1: 'a\\\\' is not a pattern: it ends with a backslash", id="nothing after a backslash"),
    ],
)
def test_refuses_what_docker_refuses(text, message):
    with pytest.raises(InvalidInput) as error:
        parse_dockerignore(text)
    assert error.value.message == message


def test_which_ignore_file():
    assert find_ignore_file("Dockerfile", {".dockerignore"}) == ".dockerignore"
    assert find_ignore_file("Dockerfile", {".dockerignore", "Dockerfile.dockerignore"}) == "Dockerfile.dockerignore"
    assert find_ignore_file("sub/D", {"sub/.dockerignore"}) is None


def test_exceptions_are_known():
    assert has_exceptions(parse_dockerignore("a\n!b"))
    assert not has_exceptions(parse_dockerignore("a\n#!b"))


PATHS = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/"), min_size=1, max_size=6), min_size=1, max_size=4
).filter(lambda parts: not {".", ".."} & set(parts))


@given(PATHS)
def test_an_escaped_path_matches_itself_and_what_is_below(parts):
    path = "/".join(parts)
    pattern = "/" + "".join("\\" + character if character in "\\*?[]" else character for character in path)
    patterns = parse_dockerignore(pattern)
    assert is_ignored(path, patterns)
    assert is_ignored(f"{path}/below", patterns)
    assert not is_ignored(f"{path}x", patterns)
    assert not is_ignored(path, parse_dockerignore(f"{pattern}\n!{pattern}"))


@given(st.text(st.sampled_from("ab/*?[]^-!#\\ \n."), max_size=12))
def test_any_text_is_read_or_refused(text):
    try:
        patterns = parse_dockerignore(text)
    except InvalidInput:
        return
    assert is_ignored("a/b", patterns) in (True, False)
