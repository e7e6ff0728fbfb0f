# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.logins import Login
from ansible_collections.dockenv.python.plugins.module_utils._env.wanted import (
    add_requirements,
    digest_wanted,
    find_additions,
    parse_wanted,
    remove_requirements,
    render_requirements,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._requirements import check_installable, parse_requirement
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import HASH, make_spec
from hypothesis import given
from hypothesis import strategies as st

HEADER = "# What is asked for; requirements.txt is the lock that follows from it.\n"


def requirements(*texts):
    return [parse_requirement(text, f"name[{index}]") for index, text in enumerate(texts)]


def test_packages_become_sorted_lines():  # T4, P3
    packages = ["requests[socks]>=2.32 ; python_version>'3.8'", "Flask", "app @ git+https://git.example/app@v1", "numpy~=2.1"]
    spec = make_spec(packages=packages)
    assert spec.wanted.requirements == (
        f'{HEADER}app @ git+https://git.example/app@v1\nFlask\nnumpy~=2.1\nrequests[socks]>=2.32 ; python_version > "3.8"\n'
    )
    assert spec.wanted.constraints is None
    assert make_spec(packages=packages[::-1]).wanted == spec.wanted


def test_files_are_taken_in_with_what_they_include():  # T3
    files = {
        "/srv/requirements.txt": "# ours\n-r base.txt\nflask  # web\n",
        "/srv/base.txt": f"--index-url https://joe:hush@index.example/simple\nsix==1.17.0 {HASH}\n-c limits.txt\n",
        "/srv/limits.txt": "werkzeug<4\n",
        "/srv/more.txt": "idna<4\n",
    }
    wanted = make_spec(files, requirements="/srv/requirements.txt", constraints="/srv/more.txt").wanted
    assert wanted.requirements == (
        f"{HEADER}--index-url https://index.example/simple\n--constraint constraints.txt\nflask\nsix==1.17.0 {HASH}\n"
    )
    assert wanted.constraints == "idna<4\nwerkzeug<4\n"
    assert wanted.logins == (Login("index.example", "joe", "hush"),)
    assert [str(each) for each in parse_wanted(*wanted.texts).constraints] == ["idna<4", "werkzeug<4"]


@pytest.mark.parametrize(
    ("params", "before", "after"),
    [
        pytest.param({}, "six # by hand\nidna\n", "six # by hand\nidna\n", id="as they are written"),
        pytest.param({}, "", HEADER, id="a new environment"),
        pytest.param({"packages": []}, "six\n", HEADER, id="none"),
        pytest.param({"packages": ["idna"]}, "six\n", f"{HEADER}idna\n", id="others"),
        pytest.param(
            {"index_url": "https://a.example/simple"},
            "six # by hand\nidna\n",
            f"{HEADER}--index-url https://a.example/simple\nidna\nsix\n",
            id="another index",
        ),
    ],
)
def test_packages_stay_where_none_are_named(params, before, after):  # P10
    assert make_spec(**params).keeping(before, None).wanted.requirements == after


def test_constraints_go_where_packages_stay():
    spec = make_spec().keeping("--constraint constraints.txt\nsix\n", "idna<4\n")
    assert spec.wanted.texts == (f"{HEADER}six\n", None)


def test_indexes_stand_in_the_file():
    spec = make_spec(packages=["six"], index_url="https://a.example/simple", extra_index_urls=["https://b.example/simple"])
    assert spec.wanted.requirements == (f"{HEADER}--index-url https://a.example/simple\n--extra-index-url https://b.example/simple\nsix\n")


@pytest.mark.parametrize(
    ("params", "files", "message"),
    [
        pytest.param(
            {"packages": ["six"], "requirements": "/r"},
            {},
            "packages, requirements: give only one of them, a list of packages or a requirements file",
            id="both",
        ),
        pytest.param(
            {"packages": ["six", "pandas>=1.0; rm -rf /"]},
            {},
            "packages[1]: 'pandas>=1.0; rm -rf /' cannot be read as a requirement: write a name, and if needed extras, version and marker, "
            "as in 'requests[socks]>=2.32; python_version >= \"3.9\"' (PEP 508)",
            id="a shell command",
        ),
        pytest.param(
            {"packages": ["-e /srv/app"]},
            {},
            "packages[0]: '-e /srv/app' is a path on the host, which a build does not see; give a name, or the URL of a wheel or of a repository",
            id="an editable installation",
        ),
        pytest.param(
            {"requirements": "/srv/r.txt"},
            {"/srv/r.txt": "six\n./wheels/a-1-py3-none-any.whl\n"},
            "/srv/r.txt, line 2: 'a @ file:///srv/wheels/a-1-py3-none-any.whl' is a path on the host, which a build does not see; "
            "give a name, or the URL of a wheel or of a repository",
            id="a wheel on the host",
        ),
        pytest.param(
            {"packages": ["app @ https://joe:hush@index.example/app-1-py3-none-any.whl"]},
            {},
            "packages[0]: the URL holds a password or a token, which would be readable in the image; put the package on an index, "
            "and give the login in index_url or extra_index_urls",
            id="a password in a requirement",
        ),
        pytest.param(
            {"packages": ["pkg @ https://u:12/ss@h/pkg-1-py3-none-any.whl"]},
            {},
            "packages[0]: the URL holds an '@' behind its host, as one with a password that is not escaped does; write it as %40",
            id="a password that is not escaped",
        ),
        pytest.param(
            {"packages": ["app @ https://index.example/app\\", "six"]},
            {},
            "packages[0]: 'app @ https://index.example/app\\\\' holds a backslash, or a space before '-' or '#', "
            "which mean something else in a requirements file; remove that",
            id="a line that goes on",
        ),
        pytest.param(
            {"packages": ["https://example.com/archive"]},
            {},
            "packages[0]: 'https://example.com/archive' does not say its name; write NAME @ URL",
            id="a URL without a name",
        ),
        pytest.param(
            {"packages": ["six<2", "Six>1"]},
            {},
            "packages[1]: 'Six>1' was asked for as 'six<2' already, in packages[0]; keep one of them",
            id="one package in two ways",
        ),
        pytest.param(
            {"requirements": "/srv/r.txt"}, {}, "requirements: '/srv/r.txt' cannot be read: No such file or directory", id="no file"
        ),
        pytest.param(
            {"requirements": "r.txt"},
            {},
            "requirements: 'r.txt' is not an absolute path; write the whole path, starting with '/'",
            id="relative",
        ),
        pytest.param(
            {"requirements": "/r"},
            {"/r": "--index-url ftp://x\nsix"},
            "requirements: --index-url: the value is not the URL of a package index; write one such as https://index.example/simple",
            id="no index in a file",
        ),
    ],
)
def test_refuses(params, files, message):
    with pytest.raises(InvalidInput) as error:
        make_spec(files, **params)
    assert error.value.message == message


def test_the_same_package_for_two_pythons_is_two_entries():
    spec = make_spec(packages=["six<2 ; python_version<'3'", "six>=1 ; python_version>='3'"])
    assert len(parse_wanted(*spec.wanted.texts).requirements) == 2


EDITED = f"# my list\n--index-url https://a.example/\n\nsix==1.17.0 \\\n    {HASH}\nFlask>=3  # web\n"


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        pytest.param(["numpy", "app"], EDITED + "app\nnumpy\n", id="new ones come after"),
        pytest.param(["flask<4"], EDITED.replace("Flask>=3  # web", "flask<4"), id="one of another version takes the old one's place"),
        pytest.param(["six>1"], EDITED.replace(f"six==1.17.0 \\\n    {HASH}", "six>1"), id="an entry goes with all its lines"),
        pytest.param([], EDITED, id="nothing"),
    ],
)
def test_adds_to_a_file_edited_by_hand(added, expected):  # P10, P11
    assert add_requirements(EDITED, requirements(*added)) == expected


OLD, NEW = "numpy<2 ; python_version < '3.12'", "numpy>=2 ; python_version >= '3.12'"
VARIANTS = "".join(f"{line}\n" for line in (OLD, NEW)).replace("'", '"')


@pytest.mark.parametrize(
    ("text", "added", "expected"),
    [
        pytest.param("six\n", [OLD, NEW], f"six\n{VARIANTS}", id="both are added"),
        pytest.param(VARIANTS, [NEW, OLD], VARIANTS, id="both are there"),
        pytest.param(VARIANTS, [NEW], VARIANTS, id="one is there"),
        pytest.param(VARIANTS, [NEW.replace(">=2", ">=2.1")], VARIANTS.replace(">=2", ">=2.1"), id="one takes the place of its own"),
        pytest.param(VARIANTS, ["numpy<3"], "numpy<3\n", id="one for all Pythons takes the place of all"),
        pytest.param("numpy<3\nsix\n", [OLD, NEW], f"{VARIANTS}six\n", id="both take the place of one for all"),
    ],
)
def test_entries_for_other_pythons_stay(text, added, expected):  # P11
    assert add_requirements(text, requirements(*added)) == expected
    assert add_requirements(expected, requirements(*added)) == expected


def test_removes_from_a_file_edited_by_hand():  # P12
    assert remove_requirements(EDITED, ["six", "absent"]) == "# my list\n--index-url https://a.example/\n\nFlask>=3  # web\n"


@pytest.mark.parametrize(
    ("old", "new", "added"),
    [
        pytest.param("six\n", "# x\nidna>=3\nsix\n", ("idna>=3",), id="one more"),
        pytest.param("six\n", "six\n", (), id="nothing"),
        pytest.param("six\n", "six<2\nidna\n", (), id="another one changed"),
        pytest.param("six\n", "idna\n", (), id="another one is gone"),
        pytest.param("six\n", "--index-url https://a.example/\nsix\nidna\n", (), id="another index"),
    ],
)
def test_what_was_only_added(old, new, added):  # T17
    assert find_additions((old, None), (new, None)) == added


def test_other_constraints_concern_all_packages():
    text = "--constraint constraints.txt\nsix\n"
    assert find_additions((text, "a<2\n"), (text + "idna\n", "a<2\n")) == ("idna",)
    assert find_additions((text, "a<2\n"), (text + "idna\n", "a<3\n")) == ()


def test_the_digest_sees_what_is_asked_for_and_not_how_it_is_written():
    digest = digest_wanted("six\nidna >= 3\n")
    assert digest_wanted("# x\nidna>=3\n\nsix  # y\n") == digest
    assert digest_wanted("six\nidna>=3.1\n") != digest
    assert digest_wanted("--pre\nsix\nidna>=3\n") != digest


def test_a_file_without_a_last_line_break_is_ended():
    assert add_requirements("six", requirements("app")) == "six\napp\n"


def test_a_file_that_includes_others_is_refused():
    with pytest.raises(InvalidInput) as error:
        parse_wanted("-r more.txt\n")
    assert error.value.message == "/requirements.in, line 1: '/more.txt' cannot be read: it is not part of the environment"


# What means something in a requirements file, or ends a line for somebody
TYPED = st.text(st.sampled_from("ax1.-=@ :/[];#\\\"'$\n\r\x0b\x1c\x85\u2028\u2029<"), max_size=12)


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@given(st.sampled_from(["{}", "a{}", "a @ https://h/{}", "a[{}]", "a==1{}", "a; os_name == '{}'"]), TYPED)
def test_no_requirement_adds_an_option_or_another_requirement(shape, typed):
    try:
        requirement = parse_requirement(shape.format(typed), "packages[0]")
        check_installable(requirement)
    except InvalidInput:
        return
    text = render_requirements([requirement, *requirements("zzz")], [], has_constraints=False)
    found = parse_wanted(text)
    assert ([each.line for each in found.requirements], found.options) == ([requirement.line, "zzz"], ())


NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), unique=True, max_size=6)


@given(NAMES, NAMES)
def test_what_was_added_and_removed_is_as_before(before, new):
    text = "".join(f"{name}\n" for name in before)
    added = [name for name in new if name not in before]
    changed = add_requirements(text, requirements(*added))
    assert {each.name for each in parse_wanted(changed).requirements} == {*before, *added}
    assert remove_requirements(changed, added) == text
    assert add_requirements(changed, requirements(*added)) == changed


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(
            "--index-url https://joe:hush@a.example/simple",
            "requirements.in: --index-url holds a login; take it out of the file, and give it in index_url or extra_index_urls, "
            "or as the secret 'netrc'",
            id="an index",
        ),
        pytest.param(
            "pkg @ https://joe:hu/sh@a.example/pkg-1-py3-none-any.whl",
            "/requirements.in, line 2: the URL holds a password or a token, which would be readable in the image; put the package on an "
            "index, and give the login in index_url or extra_index_urls",
            id="a requirement",
        ),
    ],
)
def test_a_login_that_was_written_by_hand_is_refused_without_showing_it(line, message):
    with pytest.raises(InvalidInput) as error:
        parse_wanted(f"six\n{line}\n")
    assert error.value.message == message
