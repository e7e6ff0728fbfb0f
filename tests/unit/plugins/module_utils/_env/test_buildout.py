# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._env.buildout import (
    Project,
    find_inside,
    ignore_lines,
    in_context,
    parse_versions,
    render_versions,
)
from ansible_collections.dockenv.python.plugins.module_utils._env.digest import ContextEntry
from ansible_collections.dockenv.python.plugins.module_utils._env.dockerfile import (
    HEADER,
    for_classic_builder,
    has_install_steps,
    render,
    text_of_buildout,
)
from ansible_collections.dockenv.python.plugins.module_utils._env.dockerignore import is_ignored, parse_dockerignore
from ansible_collections.dockenv.python.plugins.module_utils._env.folder import (
    asked_of,
    find_buildout_lock_reasons,
    is_folder_file,
    relock_buildout,
    render_buildout_folder,
)
from ansible_collections.dockenv.python.plugins.module_utils._env.plan import Observed, make_input
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_spec
from hypothesis import given
from hypothesis import strategies as st

STEP = (
    "RUN --mount=type=cache,id=dockenv,target=/mnt --mount=type=tmpfs,target=/tmp "
    "--mount=type=bind,source=install.py,target=/tmp/install.py "
    "--mount=type=bind,source=install_buildout.py,target=/tmp/install_buildout.py "
    "--mount=type=bind,source=buildout-versions.cfg,target=/tmp/buildout-versions.cfg "
)
LOCK = render_versions({"Django": "5.2.1", "asgiref": "3.8.1"})
PROJECT = Project("/srv/shop", (ContextEntry("project/buildout.cfg", "file", "1"),))


def make_buildout(**params):
    return make_spec(installer="buildout", **params)


def edit(folder, before, after):
    return type(folder)({**folder.files, "Dockerfile": folder.dockerfile.replace(before, after)})


def test_the_project_comes_first_and_one_step_does_the_rest():  # B9 B10 B11
    assert render(make_buildout(system_packages=["nginx"], pre_install=[["true"]], post_install=[["date"]])).splitlines() == [
        HEADER,
        "FROM python:3.13-slim",
        "USER root",
        'COPY ["project/", "/var/application/"]',
        "RUN apt-get -qq update \\",
        "    && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends nginx \\",
        "    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log",
        'RUN ["true"]',
        STEP + '["python3", "-B", "/tmp/install_buildout.py", "/var/application", "buildout:newest=false"]',
        "ENV VIRTUAL_ENV=/opt/env PATH=/var/application/bin:/opt/env/bin:$PATH",
        'RUN ["date"]',
        "WORKDIR /var/application",
    ]


def test_options_are_words_that_no_shell_reads():  # B7 B8
    spec = make_buildout(
        project_dest="/srv/x/",
        newest=True,
        index_url="https://index.example/simple",
        buildout_options={"custom:port": 8080, "buildout:parts": ["a", "b"], "x.y:z-1": '"$(id)" ${custom:port}'},
    )
    words = ["/srv/x", "buildout:newest=true", "buildout:index=https://index.example/simple"]
    words += ["buildout:parts=a\nb", "custom:port=8080", 'x.y:z-1="$(id)" ${custom:port}']
    assert list(spec.buildout.words) == words
    (line,) = (line for line in render(spec).splitlines() if line.startswith(STEP))
    assert json.loads(line[len(STEP) :])[3:] == words


def test_a_user_starts_in_the_project():
    user = {"name": "joe", "uid": None, "gid": None, "sudo": False}
    assert "WORKDIR /var/application" in render(make_buildout(user=user)).splitlines()
    assert "WORKDIR /srv" in render(make_buildout(user=user, workdir="/srv")).splitlines()


@given(st.dictionaries(st.from_regex(r"\A[a-z]+:[a-z]+\Z"), st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1))
def test_no_option_ends_its_instruction(options):
    options = {f"x-{name}": value for name, value in options.items()}
    spec = make_buildout(buildout_options=options)
    lines = render(spec).splitlines()
    (line,) = (line for line in lines if line.startswith(STEP))
    assert len(lines) == 7
    assert json.loads(line[len(STEP) :])[5:] == [f"{name}={options[name]}" for name in sorted(options)]
    (command,) = (line for line in for_classic_builder(render(spec)).splitlines() if line.startswith("RUN "))
    assert json.loads(command[4:])[4:] == list(spec.buildout.words)


def test_the_classic_builder_gets_copies():
    assert for_classic_builder(render(make_buildout())).splitlines()[3:8] == [
        'COPY ["project/", "/var/application/"]',
        'COPY ["install.py", "/tmp/dockenv/install.py"]',
        'COPY ["install_buildout.py", "/tmp/dockenv/install_buildout.py"]',
        'COPY ["buildout-versions.cfg", "/tmp/dockenv/buildout-versions.cfg"]',
        'RUN ["python3", "-B", "/tmp/dockenv/install_buildout.py", "--alone", "/var/application", "buildout:newest=false"]',
    ]


def test_a_template_can_put_packages_before_the_project():
    text = "FROM @BASE_IMAGE@\n@SYSTEM_PACKAGES@\n@PROJECT@\n@INSTALL@\n"
    lines = render(make_buildout(template="/t", files={"/t": text}, system_packages=["nginx"])).splitlines()
    assert [line.split()[0] for line in lines] == ["#", "FROM", "RUN", "&&", "&&", "COPY", "RUN", "ENV"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"packages": ["six"]},
            "packages: with installer=buildout the project's buildout.cfg says what is installed, and from where; leave it out",
            id="packages",
        ),
        pytest.param(
            {"installer": "uv", "project_path": "/srv/shop"},
            "project_path: it is for installer=buildout; set that, or leave it out",
            id="a project without a buildout",
        ),
        pytest.param(
            {"installer": "pip", "newest": True}, "newest: it is for installer=buildout; set that, or leave it out", id="newest without one"
        ),
        pytest.param(
            {"project_path": "shop"},
            "project_path: 'shop' is not an absolute path; write the whole path, starting with '/'",
            id="a relative path",
        ),
        pytest.param(
            {"project_dest": "/"}, "project_dest: '/' is the whole image; name a folder of the project's own", id="the whole image"
        ),
        pytest.param(
            {"project_dest": "/a b"},
            "project_dest: '/a b' is not a path in an image; write an absolute one of letters, digits and '._@+=~-', without spaces",
            id="a place with a space",
        ),
        pytest.param(
            {"buildout_options": {"port": 80}},
            "buildout_options: 'port' is not an option of a buildout; write section:option, such as buildout:parts",
            id="no section",
        ),
        pytest.param(
            {"buildout_options": {"a:b=c": 80}},
            "buildout_options: 'a:b=c' is not an option of a buildout; write section:option, such as buildout:parts",
            id="a name that ends early",
        ),
        pytest.param(
            {"buildout_options": {"a:b": True}},
            "buildout_options: the value of 'a:b' is not text; write it in quotes, or as a list of texts",
            id="a boolean of YAML's",
        ),
        pytest.param(
            {"buildout_options": {"a:b": [["c"]]}},
            "buildout_options: the value of 'a:b' is not text; write it in quotes, or as a list of texts",
            id="a list in a list",
        ),
        pytest.param(
            {"buildout_options": {"a:b": "c\x1b"}}, "buildout_options: the value of 'a:b' holds a control character; remove it", id="escape"
        ),
        pytest.param(
            {"buildout_options": {"buildout:newest": "true"}},
            "buildout_options: 'buildout:newest' is set by this module; set newest",
            id="an option that is another",
        ),
        pytest.param(
            {"index_url": "https://joe:hush@index.example/"},
            "index_url: the URL holds a login, which buildout would write into the image; use an index of the network that needs none",
            id="a login",
        ),
        pytest.param(
            {"template": "/t", "files": {"/t": "FROM @BASE_IMAGE@\n@INSTALL@\n"}},
            "template: put @PROJECT@, the line that copies the project, on exactly one line",
            id="a template without the project",
        ),
    ],
)
def test_refuses(params, message):
    with pytest.raises(InvalidInput) as error:
        render(make_spec(**{"installer": "buildout", **params}))
    assert error.value.message == message


def test_a_folder_of_plain_files():
    folder = render_buildout_folder(make_buildout(project_path="/srv/shop"), PROJECT, LOCK)
    assert sorted(folder.files) == [".dockerignore", "Dockerfile", "buildout-versions.cfg", "install.py", "install_buildout.py"]
    assert all(is_folder_file(path) for path in folder.files)
    assert folder.is_ours and folder.is_buildout and not has_install_steps(folder.dockerfile)
    assert (folder.lock, folder.lock_name, folder.record["project"]) == (LOCK, "buildout-versions.cfg", "/srv/shop")
    assert {pin.name: pin.version for pin in folder.locked.pins} == {"asgiref": "3.8.1", "django": "5.2.1"}


def test_a_lock_is_made_again_when_what_it_was_made_for_changed():  # B12
    spec = make_buildout()
    folder = render_buildout_folder(spec, PROJECT, LOCK)
    assert find_buildout_lock_reasons(folder, asked_of(folder, PROJECT)) == ()
    other = Project("/elsewhere", PROJECT.entries)
    assert find_buildout_lock_reasons(folder, asked_of(folder, other)) == (), "the place on the host decides nothing"
    edited = Project("/srv/shop", (ContextEntry("project/buildout.cfg", "file", "2"),))
    assert find_buildout_lock_reasons(folder, asked_of(folder, edited)) == ("lock_outdated",)
    for change in ({"newest": True}, {"buildout_options": {"a:b": "c"}}, {"system_packages": ["git"]}, {"python": "3.12"}):
        defined = render_buildout_folder(make_buildout(**change), PROJECT)
        assert find_buildout_lock_reasons(folder, asked_of(defined, PROJECT)) == ("lock_outdated",)
    for change in ({"env": {"A": "b"}}, {"command": ["x"]}, {"post_install": [["true"]]}):
        defined = render_buildout_folder(make_buildout(**change), PROJECT)
        assert find_buildout_lock_reasons(folder, asked_of(defined, PROJECT)) == (), "it comes after the buildout"
    without = render_buildout_folder(spec, PROJECT)
    assert find_buildout_lock_reasons(without, asked_of(without, PROJECT)) == ("lock_missing",)


def test_another_lock_keeps_what_was_edited_by_hand():
    folder = edit(render_buildout_folder(make_buildout(), PROJECT, LOCK), "USER root\n", "USER root\nRUN true\n")
    assert find_buildout_lock_reasons(folder, asked_of(folder, PROJECT)) == ("lock_outdated",)
    relocked = relock_buildout(folder, PROJECT, render_versions({"a": "1"}))
    assert "RUN true\n" in relocked.dockerfile
    assert find_buildout_lock_reasons(relocked, asked_of(relocked, PROJECT)) == ()


def test_a_dockerfile_without_our_step_is_taken_whole():
    assert text_of_buildout("FROM x\nRUN buildout\n") == "FROM x\nRUN buildout\n"


def test_the_project_is_part_of_the_digest():  # B12
    folder = render_buildout_folder(make_buildout(), PROJECT, LOCK)
    build = make_input(Observed("/envs/shop", folder, project=PROJECT), folder, BuildOptions())
    assert sorted(entry.path for entry in build.context) == [
        "buildout-versions.cfg",
        "install.py",
        "install_buildout.py",
        "project/buildout.cfg",
    ]


def test_versions_are_read_as_they_are_written():
    text = render_versions({"zope.interface": "7.2", "Django": "5.2", "a_b": "1.0rc1"})
    assert text.splitlines()[1:] == ["[versions]", "a_b = 1.0rc1", "Django = 5.2", "zope.interface = 7.2"]
    assert [pin.what for pin in parse_versions(text + "# Required by:\n# x==1\n<= 3\n").pins] == [
        "a-b==1.0rc1",
        "django==5.2",
        "zope-interface==7.2",
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("project/buildout.cfg", False, id="what is the project's"),
        pytest.param("project/bin/mine", False, id="a script of its own"),
        pytest.param("project/bin/buildout", True, id="the script of a buildout there"),
        pytest.param("project/eggs/a/b.py", True, id="its eggs"),
        pytest.param("project/src/eggs/b.py", False, id="a folder that is called so"),
        pytest.param("project/.installed.cfg", True, id="what it remembers"),
        pytest.param("project/a/__pycache__/b.pyc", True, id="byte code"),
        pytest.param("project/secret", True, id="what the project leaves out"),
        pytest.param("project/parts/x", False, id="what the project takes back"),
        pytest.param("project/envs/shop/Dockerfile", True, id="the environment in the project"),
        pytest.param("secret", False, id="what is beside the project"),
    ],
)
def test_what_of_a_project_goes_into_the_image(path, expected):  # V37
    lines = ignore_lines("# comment\nsecret\n!parts\n", find_inside("/srv/shop", ("/srv/shop/envs/shop", "/srv/other", "/srv/shop")))
    assert is_ignored(path, parse_dockerignore("\n".join(in_context(lines)))) is expected


GLOBS = st.lists(
    st.builds(str.__add__, st.sampled_from(["", "!", "/", "./", " "]), st.text("ab*?/.", min_size=1)).filter(lambda line: line.strip(" !")),
    max_size=5,
)


@given(GLOBS, st.lists(st.text("ab.", min_size=1).filter(lambda part: part.strip(".")), min_size=1, max_size=4).map("/".join))
def test_a_projects_ignore_file_means_the_same_in_the_context(globs, path):
    inside = is_ignored(path, parse_dockerignore("\n".join(globs)))
    assert is_ignored(f"project/{path}", parse_dockerignore("\n".join(in_context(globs)))) is inside
