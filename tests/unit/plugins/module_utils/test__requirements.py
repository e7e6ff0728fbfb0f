# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._requirements import (
    RequirementsFile,
    check_installable,
    is_active,
    marker_environment,
    older_than,
    parse_constraints_file,
    parse_requirement,
    parse_requirements_file,
    parse_version,
)
from ansible_collections.dockenv.python.tests.unit.odd_values import VALUES
from hypothesis import given
from hypothesis import strategies as st

SHA = "a" * 64
OTHER_SHA = "b" * 64
WRITE_A_NAME = "write a name, and if needed extras, version and marker, as in 'requests[socks]>=2.32; python_version >= \"3.9\"' (PEP 508)"
NO_URL = "its URL cannot be read; correct its host or path"
# What requirements and their files are made of, in any order
PIECES = st.sampled_from(
    [
        *(
            "x",
            "Foo.bar",
            "x==1",
            ">=2",
            "===",
            "1.*",
            "[dev]",
            "[",
            "]",
            ",",
            " ",
            "\t",
            "\n",
            "\\\n",
            " # ",
            ";",
            " ; ",
            " @ ",
            "@",
            ":",
            "/",
        ),
        *(
            "https://",
            "git+https://",
            "file://",
            "file:",
            "h",
            "u:p@",
            "#egg=",
            "&",
            "#subdirectory=",
            "%00",
            "%C3",
            "${A}",
            "~",
            ".",
            "..",
        ),
        *(".whl", "-1-py3-none-any.whl", ".tar.gz", "python_version", "extra", "<", "==", " in ", "'3'", '"', "(", ")", "and", "\u2028"),
        *("-e ", "-r ", "-c ", "--hash=", "sha256:", SHA, "--pre", "--index-url ", "-f", "--", "="),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)


def read_from(files):
    def read(path):
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory")
        return files[path]

    return read


@pytest.mark.parametrize(
    ("text", "name", "extras", "specifier", "line"),
    [
        pytest.param("docker", "docker", (), "", "docker", id="a bare name"),
        pytest.param("docker>=7.1.0", "docker", (), ">=7.1.0", "docker>=7.1.0", id="a version"),
        pytest.param(
            " requests [socks , security] == 2.* ",
            "requests",
            ("security", "socks"),
            "==2.*",
            "requests[security,socks]==2.*",
            id="extras and spaces",
        ),
        pytest.param("a.b_c", "a.b_c", (), "", "a.b_c", id="a name with dot and underscore"),
        pytest.param("x>=1; python_version < '3.9'", "x", (), ">=1", 'x>=1 ; python_version < "3.9"', id="a marker"),
        pytest.param("app @ file:///srv/app", "app", (), "", "app @ file:///srv/app", id="a named path"),
        pytest.param(
            "app[a] @ https://h/app.zip ; os_name == 'posix'",
            "app",
            ("a",),
            "",
            'app[a] @ https://h/app.zip ; os_name == "posix"',
            id="a named URL",
        ),
        pytest.param("x===1.0-custom", "x", (), "===1.0-custom", "x===1.0-custom", id="arbitrary equality"),
    ],
)
def test_reads_pep_508_and_writes_it_back(text, name, extras, specifier, line):
    requirement = parse_requirement(text, "packages[0]")
    assert (requirement.name, requirement.extras, str(requirement.specifier), requirement.line) == (name, extras, specifier, line)
    assert parse_requirement(requirement.line, "packages[0]").line == line


@pytest.mark.parametrize(
    ("text", "name", "url", "editable", "line"),
    [
        pytest.param("-e /srv/app", None, "file:///srv/app", "/srv/app", "-e file:///srv/app", id="editable"),
        pytest.param("--editable=/srv/app/", None, "file:///srv/app", "/srv/app", "-e file:///srv/app", id="editable, long form"),
        pytest.param(
            "-e /srv/my app[dev]",
            None,
            "file:///srv/my%20app",
            "/srv/my app",
            "-e file:///srv/my%20app[dev]",
            id="editable with a space and extras",
        ),
        pytest.param(
            "-e file:///srv/my%20app", None, "file:///srv/my%20app", "/srv/my app", "-e file:///srv/my%20app", id="editable by URL"
        ),
        pytest.param("-e .", None, "file:///base", "/base", "-e file:///base", id="editable relative to the folder"),
        pytest.param("/srv/app", None, "file:///srv/app", None, "file:///srv/app", id="a folder"),
        pytest.param("./app[dev]", None, "file:///base/app", None, "/base/app[dev]", id="a relative folder with extras"),
        pytest.param(
            "/srv/a_b-1.0-py3-none-any.whl",
            "a-b",
            "file:///srv/a_b-1.0-py3-none-any.whl",
            None,
            "a-b @ file:///srv/a_b-1.0-py3-none-any.whl",
            id="a wheel names itself",
        ),
        pytest.param(
            "app-2.0.tar.gz",
            "app",
            "file:///base/app-2.0.tar.gz",
            None,
            "app @ file:///base/app-2.0.tar.gz",
            id="an archive beside the file",
        ),
        pytest.param(
            "https://h/x-1.0.tar.gz#sha256=ab",
            "x",
            "https://h/x-1.0.tar.gz#sha256=ab",
            None,
            "x @ https://h/x-1.0.tar.gz#sha256=ab",
            id="a URL of an archive",
        ),
        pytest.param(
            "git+https://h/x.git@main#egg=x[a]",
            "x",
            "git+https://h/x.git@main#egg=x[a]",
            None,
            "x[a] @ git+https://h/x.git@main#egg=x[a]",
            id="a repository",
        ),
        pytest.param("https://h/a;b.zip", None, "https://h/a;b.zip", None, "https://h/a;b.zip", id="a semicolon in a URL is no marker"),
        pytest.param(
            "https://h/x.zip ; os_name == 'posix'",
            None,
            "https://h/x.zip",
            None,
            'https://h/x.zip ; os_name == "posix"',
            id="a URL with a marker",
        ),
    ],
)
def test_reads_urls_paths_and_editables(text, name, url, editable, line):
    requirement = parse_requirement(text, "packages[0]", "/base")
    assert (requirement.name, requirement.url, requirement.editable, requirement.line) == (name, url, editable, line)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "packages[2]: the requirement is empty; write a name such as 'requests>=2.32', or remove the entry", id="empty"),
        pytest.param("requests=2", f"packages[2]: 'requests=2' cannot be read as a requirement: {WRITE_A_NAME}", id="one equals sign"),
        pytest.param("requests>=", f"packages[2]: 'requests>=' cannot be read as a requirement: {WRITE_A_NAME}", id="no version"),
        pytest.param("x==newest", f"packages[2]: 'x==newest' cannot be read as a requirement: {WRITE_A_NAME}", id="a word for a version"),
        pytest.param("two words", f"packages[2]: 'two words' cannot be read as a requirement: {WRITE_A_NAME}", id="two names"),
        pytest.param(
            "x; python_versio < '3'",
            f"packages[2]: \"x; python_versio < '3'\" cannot be read as a requirement: {WRITE_A_NAME}",
            id="an unknown marker",
        ),
        pytest.param(
            "x\n--index-url=y",
            "packages[2]: 'x\\n--index-url=y' cannot be read as a requirement: it holds a control character; write one requirement on one line",
            id="two lines",
        ),
        pytest.param(
            "x @ https://h/y\u2028--index-url=z",
            "packages[2]: 'x @ https://h/y\\u2028--index-url=z' cannot be read as a requirement: it holds a control character; "
            "write one requirement on one line",
            id="two lines by a separator of Unicode",
        ),
        pytest.param(
            r"x; os_name == '\n--index-url=y'",
            "packages[2]: \"x; os_name == '\\\\n--index-url=y'\" cannot be read as a requirement: its marker holds a control character",
            id="two lines by an escape in a marker",
        ),
        pytest.param(
            "x @ http://[::1/x.whl",
            "packages[2]: 'x @ http://[::1/x.whl' cannot be read as a requirement: its URL cannot be read; correct its host or path",
            id="no URL after the @",
        ),
        pytest.param(
            "http://[::1/x.whl",
            "packages[2]: 'http://[::1/x.whl' cannot be read as a requirement: its URL cannot be read; correct its host or path",
            id="no URL",
        ),
        pytest.param(
            "--pre",
            "packages[2]: '--pre' cannot be read as a requirement: the only option a requirement may start with is -e",
            id="an option",
        ),
        pytest.param("-e app", "packages[2]: '-e app' cannot be read as a requirement: a path must be absolute", id="a relative editable"),
        pytest.param("./app", "packages[2]: './app' cannot be read as a requirement: a path must be absolute", id="a relative path"),
        pytest.param("~/app", "packages[2]: '~/app' cannot be read as a requirement: a path must be absolute", id="a home folder"),
        pytest.param(
            "app @ /srv/app",
            "packages[2]: 'app @ /srv/app' cannot be read as a requirement: after the @ stands a URL, as in 'app @ file:///srv/app'",
            id="a path after @",
        ),
        pytest.param(
            "-e git+https://user:geheim@h/x.git#egg=x",
            "packages[2]: '-e git+https://****@h/x.git#egg=x' cannot be read as a requirement: "
            "an editable requirement is a folder on the host, as in '-e /srv/app'",
            id="an editable repository, without its password",
        ),
        pytest.param(
            "/srv/my app[dev]",
            "packages[2]: '/srv/my app[dev]' cannot be read as a requirement: pip cannot read extras after a path with such characters; "
            "write 'NAME[EXTRA] @ file:///PATH' instead",
            id="extras after a path with a space",
        ),
        pytest.param(
            "https://h/x.zip ; nope",
            "packages[2]: 'https://h/x.zip ; nope' cannot be read as a requirement: 'nope' is not an environment marker (PEP 508)",
            id="a bad marker after a URL",
        ),
        pytest.param(
            "x @ git+https://u:geheim@[bad/y.git",
            f"packages[2]: 'x @ git+https://****@[bad/y.git' cannot be read as a requirement: {NO_URL}",
            id="half an address after a name",
        ),
        pytest.param(
            "-e file://[bad", f"packages[2]: '-e file://[bad' cannot be read as a requirement: {NO_URL}", id="half an address in place"
        ),
        pytest.param(
            "file:///srv/%00.whl", f"packages[2]: 'file:///srv/%00.whl' cannot be read as a requirement: {NO_URL}", id="a path that is none"
        ),
    ],
)
def test_refuses_malformed_requirements_naming_the_entry(text, message):
    with pytest.raises(InvalidInput) as caught:
        parse_requirement(text, "packages[2]")
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "specifier"),
    [
        pytest.param("7.1.0", "==7.1.0", id="a bare version is exact"),
        pytest.param("7.*", "==7.*", id="a bare prefix"),
        pytest.param(">=7.1,<8", "<8,>=7.1", id="a specifier"),
    ],
)
def test_reads_versions(text, specifier):
    assert str(parse_version(text, "packages[0].version")) == specifier


def test_a_whole_number_is_a_version():
    assert str(parse_version(7, "packages[0].version")) == "==7"


@pytest.mark.parametrize("value", [1.1, True, ["1"], {}])
def test_refuses_a_version_that_yaml_changed(value):
    with pytest.raises(InvalidInput) as caught:
        parse_version(value, "packages[0].version")
    assert caught.value.message == (
        f"packages[0].version: {value!r} is no text; write the version in quotation marks, because YAML takes 1.10 for 1.1"
    )


@pytest.mark.parametrize("text", ["newest", "", ">=", "1.0 2.0", "=7"])
def test_refuses_what_is_no_version(text):
    with pytest.raises(InvalidInput) as caught:
        parse_version(text, "packages[0].version")
    assert (
        caught.value.message
        == f"packages[0].version: {text!r} is not a version; write one such as '7.1.0', or a specifier such as '>=7.1,<8' (PEP 440)"
    )


def test_reads_a_requirements_file_with_comments_continuations_hashes_and_options():
    text = (
        "# a comment\n"
        "--index-url https://user:geheim@index/simple\n"
        "-f wheels\n"
        "--pre\n"
        "\n"
        f"docker==7.1.0 \\\n    --hash=sha256:{SHA} \\\n    --hash sha256:{OTHER_SHA.upper()}  # why\n"
        "requests # not#this\n"
        "app @ https://h/app.zip#sha256=ab\n"
        "-e ./local[dev]\n"
    )
    found = parse_requirements_file(text, "/srv/requirements.txt", read_from({}))
    assert found.options == (("--index-url", "https://user:geheim@index/simple"), ("--find-links", "/srv/wheels"), ("--pre", ""))
    assert [requirement.line for requirement in found.requirements] == [
        "docker==7.1.0",
        "requests",
        "app @ https://h/app.zip#sha256=ab",
        "-e file:///srv/local[dev]",
    ]
    assert found.requirements[0].hashes == (f"sha256:{SHA}", f"sha256:{OTHER_SHA}")
    assert found.requirements[0].line_with_hashes == f"docker==7.1.0 --hash=sha256:{SHA} --hash=sha256:{OTHER_SHA}"
    assert [requirement.source for requirement in found.requirements] == [
        f"/srv/requirements.txt, line {number}" for number in (6, 9, 10, 11)
    ]


def test_includes_files_relative_to_the_file_that_includes_them():
    files = {"/srv/sub/more.txt": "b\n-c limits.txt\n", "/srv/sub/limits.txt": "c<2\n-r deeper.txt\n", "/srv/sub/deeper.txt": "d<3\n"}
    found = parse_requirements_file("a\n-r sub/more.txt\n", "/srv/requirements.txt", read_from(files))
    assert [requirement.line for requirement in found.requirements] == ["a", "b"]
    assert [constraint.line for constraint in found.constraints] == ["c<2", "d<3"]


def test_reads_a_constraints_file():
    found = parse_constraints_file("a<2\nb==1.0\n", "/srv/constraints.txt", read_from({}))
    assert found == RequirementsFile(constraints=found.constraints)
    assert [constraint.line for constraint in found.constraints] == ["a<2", "b==1.0"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "a\nb=1\n", f"/srv/r.txt, line 2: 'b=1' cannot be read as a requirement: {WRITE_A_NAME}", id="a malformed requirement"
        ),
        pytest.param(
            "-r gone.txt", "/srv/r.txt, line 1: '/srv/gone.txt' cannot be read: No such file or directory", id="a missing include"
        ),
        pytest.param("-r r.txt", "/srv/r.txt, line 1: '/srv/r.txt' includes itself; remove the line", id="a file that includes itself"),
        pytest.param(
            "-r https://user:geheim@h/r.txt",
            "/srv/r.txt, line 1: 'https://****@h/r.txt' is included by URL; only files on the host can be included",
            id="an include by URL",
        ),
        pytest.param("--unknown", "/srv/r.txt, line 1: '--unknown': the option '--unknown' is not supported here", id="an unknown option"),
        pytest.param(
            "--index-url", "/srv/r.txt, line 1: '--index-url': the option --index-url takes a value", id="an option without its value"
        ),
        pytest.param(
            "a --pre",
            "/srv/r.txt, line 1: 'a --pre': the only option after a requirement is --hash",
            id="a file's option after a requirement",
        ),
        pytest.param(
            "a --hash=md5:00",
            "/srv/r.txt, line 1: --hash=md5:00 is not a hash; write ALGORITHM:HEX with one of sha256, sha384, sha512",
            id="a weak hash",
        ),
        pytest.param(
            f"--hash=sha256:{SHA}",
            f"/srv/r.txt, line 1: '--hash=sha256:{SHA}': --hash stands without a requirement; write it after one",
            id="a hash of nothing",
        ),
        pytest.param("-i 'x", '/srv/r.txt, line 1: "-i \'x": a quotation mark is not closed', id="an open quotation mark"),
    ],
)
def test_refuses_malformed_files_naming_the_line(text, message):
    with pytest.raises(InvalidInput) as caught:
        parse_requirements_file(text, "/srv/r.txt", read_from({"/srv/r.txt": text}))
    assert caught.value.message == message


@pytest.mark.parametrize("text", ["a[b]", "-e /srv/app", "/srv/app"])
def test_refuses_constraints_that_pip_cannot_use(text):
    with pytest.raises(InvalidInput) as caught:
        parse_constraints_file(text, "/srv/c.txt", read_from({}))
    assert caught.value.message == f"/srv/c.txt, line 1: {text!r} cannot be a constraint: a constraint has a name and no extras"


def test_a_requirement_shows_no_credentials():
    assert str(parse_requirement("x @ https://user:geheim@h/x.zip", "packages[0]")) == "x @ https://****@h/x.zip"
    assert str(parse_requirement("-e /srv/my app[dev]", "packages[0]")) == "-e /srv/my app[dev]"


def test_knows_names_and_pins():
    assert parse_requirement("Foo.Bar_baz==1.0", "packages[0]").canonical == "foo-bar-baz"
    assert parse_requirement("a==1.0", "packages[0]").is_pinned
    assert not parse_requirement("a==1.*", "packages[0]").is_pinned
    assert not parse_requirement("a>=1.0", "packages[0]").is_pinned


@pytest.mark.parametrize(("version", "is_older"), [("22.1", True), ("22.2", False), ("newest", True), ("", True)])
def test_knows_older_versions(version, is_older):
    assert older_than(version, "22.2") is is_older


@given(TEXTS)
def test_whatever_is_written_is_read_or_refused(text):
    with contextlib.suppress(InvalidInput):
        requirement = parse_requirement(text, "packages[0]", "/srv")
        is_active(requirement, marker_environment({}))
        assert "\n" not in requirement.line
        assert parse_requirement(requirement.line, "packages[0]").path == requirement.path
        check_installable(requirement)


@given(TEXTS, TEXTS)
def test_whatever_is_in_a_file_is_read_or_refused(text, included):
    files = {"/srv/x": included, "/srv/Foo.bar": included}
    for parse in (parse_requirements_file, parse_constraints_file):
        with contextlib.suppress(InvalidInput):
            parse(text, "/srv/requirements.txt", read_from(files))


@given(TEXTS | VALUES)
def test_whatever_is_a_version_is_read_or_refused(text):
    with contextlib.suppress(InvalidInput):
        assert parse_version(text, "packages[0].version")
