# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import Secret
from ansible_collections.dockenv.python.plugins.module_utils._env.dockerfile import (
    HEADER,
    for_classic_builder,
    has_install_steps,
    is_ours,
    may_undo_install,
    render,
    replace_layers,
    text_before_install,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_spec
from hypothesis import given
from hypothesis import strategies as st

MOUNTS = (
    "--mount=type=cache,id=dockenv,target=/mnt --mount=type=tmpfs,target=/tmp --mount=type=bind,source=install.py,target=/tmp/install.py"
)
COMMAND = '["python3", "-B", "/tmp/install.py"]'
STEP = f"RUN {MOUNTS} --mount=type=bind,source=%s,target=/tmp/requirements.txt {COMMAND}"
LAST = STEP % "requirements.txt"
ENV = "ENV VIRTUAL_ENV=/opt/env PATH=/opt/env/bin:$PATH"


def lines(**params):
    return render(make_spec(**params)).splitlines()


def test_the_least_that_is_needed():  # P21, T1
    assert lines() == [HEADER, "FROM python:3.13-slim", "USER root", LAST, ENV]


def test_everything_has_its_place():  # P24, V3, V13, V14, V28, V31, V32, T5
    assert lines(
        system_packages=["git", "libpq5=15.3-1"],
        pre_install=[["touch", "/a b"]],
        post_install=["echo $HOME > /x"],
        env={"A": 'x="$HOME"'},
        labels={"a.b": "c"},
        user={"name": "joe", "uid": 1000, "gid": 1001, "sudo": True},
        workdir="/srv",
        ports=["80", "53:53/udp"],
        entrypoint=["tini", "--"],
        command=[],
    ) == [
        HEADER,
        "FROM python:3.13-slim",
        "USER root",
        "RUN apt-get -qq update \\",
        "    && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends git libpq5=15.3-1 sudo \\",
        "    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log",
        'RUN ["touch", "/a b"]',
        LAST,
        ENV,
        'ENV A="x=\\"\\$HOME\\""',
        'LABEL a.b="c"',
        "RUN groupadd --non-unique --gid 1001 joe && useradd --create-home --shell /bin/sh --gid joe --non-unique --uid 1000 joe",
        "RUN echo 'joe ALL=(ALL:ALL) NOPASSWD:ALL' > /etc/sudoers.d/joe && chmod 0440 /etc/sudoers.d/joe",
        'RUN ["/bin/sh", "-c", "echo $HOME > /x"]',
        "WORKDIR /srv",
        "EXPOSE 80/tcp",
        "EXPOSE 53/udp",
        "USER joe",
        'ENTRYPOINT ["tini", "--"]',
        "CMD []",
    ]


def test_a_user_starts_at_home():
    assert "WORKDIR /home/joe" in lines(user={"name": "joe", "uid": None, "gid": None, "sudo": False})


def test_secrets_are_mounted_and_never_named_by_value():
    secrets = (Secret("netrc", "value", "hush", "2026-01"), Secret("token", "env", "TOKEN"))
    text = render(make_spec(secrets=secrets, post_install=[["true"]]))
    assert "--mount=type=tmpfs,target=/tmp --mount=type=secret,id=netrc,target=/tmp/.netrc --mount=type=bind" in text
    assert 'RUN --mount=type=secret,id=netrc --mount=type=secret,id=token ["true"]' in text
    assert re.search(r"^ARG DOCKENV_SECRETS=[0-9a-f]{16}$", text, re.MULTILINE)
    assert "hush" not in text and "2026-01" not in text


def test_a_new_version_of_a_secret_is_another_dockerfile():
    first, second = (render(make_spec(secrets=(Secret("netrc", "value", "x", version),))) for version in ("1", "2"))
    assert first != second
    assert first == render(make_spec(secrets=(Secret("netrc", "value", "another", "1"),)))


def test_layers_come_below_the_lock():  # T17
    text = render(make_spec(), 2)
    assert [line for line in text.splitlines() if "install.py" in line] == [STEP % "layers/1.txt", STEP % "layers/2.txt", LAST]
    assert replace_layers(render(make_spec()), 2) == text
    assert replace_layers(text, 0) == render(make_spec())


def test_layers_are_replaced_in_what_was_edited_by_hand():  # P6
    edited = f"FROM x AS y\r\n# {LAST}\nCOPY . /srv\n{STEP % 'layers/1.txt'}\n{LAST}\nRUN echo \\\n  a\n"
    assert replace_layers(edited, 0) == f"FROM x AS y\r\n# {LAST}\nCOPY . /srv\n{LAST}\nRUN echo \\\n  a\n"
    assert text_before_install(edited) == f"FROM x AS y\r\n# {LAST}\nCOPY . /srv\n"


def test_a_dockerfile_of_the_users_has_no_layers():
    text = "FROM python:3.13\nRUN pip install -r requirements.txt\n"
    assert replace_layers(text, 3) == text
    assert text_before_install(text) == text
    assert not has_install_steps(text) and not is_ours(text)
    assert has_install_steps(render(make_spec())) and is_ours(render(make_spec()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{LAST}\n{ENV}\nUSER joe\nCMD []\n", False, id="settings"),
        pytest.param(f"RUN a\n{STEP % 'layers/1.txt'}\nCOPY a b\n{LAST}\n", False, id="before the last"),
        pytest.param(f"{LAST}\n  run rm -r /opt/env\n", True, id="a command"),
        pytest.param(f"{LAST}\nCOPY --from=x / /\n", True, id="a copy"),
        pytest.param(f"{LAST}\nFROM x\n", True, id="another image"),
        pytest.param("FROM x\nCMD []\n", True, id="nothing is installed"),
    ],
)
def test_what_is_installed_can_be_undone_by_steps_after_it(text, expected):
    assert may_undo_install(text) is expected


def test_the_classic_builder_gets_copies():
    assert for_classic_builder(f"FROM x\n{STEP % 'layers/1.txt'}\n{LAST}\nCMD []\n").splitlines() == [
        "FROM x",
        'COPY ["install.py", "/tmp/dockenv/install.py"]',
        'COPY ["layers/1.txt", "/tmp/dockenv/requirements.txt"]',
        'RUN ["python3", "-B", "/tmp/dockenv/install.py", "--alone"]',
        'COPY ["install.py", "/tmp/dockenv/install.py"]',
        'COPY ["requirements.txt", "/tmp/dockenv/requirements.txt"]',
        'RUN ["python3", "-B", "/tmp/dockenv/install.py", "--alone"]',
        "CMD []",
    ]


@pytest.mark.parametrize(
    "line",
    [
        LAST.replace(" --mount=type=bind", " --mount=type=secret,id=netrc,target=/tmp/.netrc --mount=type=bind", 1),
        "run  --mount=type=ssh x",
    ],
)
def test_the_classic_builder_cannot_mount(line):
    with pytest.raises(InvalidInput) as error:
        for_classic_builder(f"FROM x\n{line}\n")
    assert error.value.message == (
        "Dockerfile, line 2: a mount needs BuildKit, which this host does not have; install the plugin buildx for the docker command "
        "(the package docker-buildx of Debian 13 and later)"
    )


def test_a_template_of_the_users():  # P20
    template = (
        "FROM @BASE_IMAGE@ AS main\nLABEL python=@PYTHON@ name=@NAME@\n  @INSTALL@\nRUN echo ${HOME} {x} mail@example.com\nUSER @USER@\n"
    )
    text = render(make_spec({"/t": template}, template="/t", user={"name": "joe", "uid": None, "gid": None, "sudo": False}))
    assert text.splitlines() == [
        HEADER,
        "FROM python:3.13-slim AS main",
        "LABEL python=3.13 name=science",
        LAST,
        ENV,
        "RUN echo ${HOME} {x} mail@example.com",
        "USER joe",
    ]


KNOWN = "@BASE_IMAGE@, @INSTALL@, @NAME@, @POST_INSTALL@, @PRE_INSTALL@, @PYTHON@, @SETTINGS@, @START@, @SYSTEM_PACKAGES@, @USER@"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param("FROM @BASE@\n@INSTALL@", f"template, line 1: @BASE@ is not known; use {KNOWN}", id="a name that is not known"),
        pytest.param(
            "FROM x\nRUN true && @INSTALL@",
            "template, line 2: @INSTALL@ stands for whole lines; put it on a line of its own",
            id="lines inside a line",
        ),
        pytest.param("FROM x", "template: put @INSTALL@, the steps that install the lock, on exactly one line", id="nothing is installed"),
        pytest.param(
            "@INSTALL@\n@INSTALL@", "template: put @INSTALL@, the steps that install the lock, on exactly one line", id="installed twice"
        ),
        pytest.param(
            "# Syntax = docker/dockerfile:1\n@INSTALL@",
            "template, line 1: '# Syntax = docker/dockerfile:1' is for the program that reads Dockerfiles; remove it",
            id="a program from a registry",
        ),
        pytest.param(
            "#escape=`\n@INSTALL@",
            "template, line 1: '#escape=`' is for the program that reads Dockerfiles; remove it",
            id="another backslash",
        ),
    ],
)
def test_refuses_templates(template, message):
    with pytest.raises(InvalidInput) as error:
        render(make_spec({"/t": template}, template="/t"))
    assert error.value.message == message


def test_too_long_a_value_is_refused():
    with pytest.raises(InvalidInput) as error:
        render(make_spec(env={"A": "x" * 70000}))
    assert error.value.message == "ENV A: the value is too long; the engine takes 65535 bytes"


def engine_reads(text):
    """Return the instructions as the engine's parser splits them: comments out, continued lines joined."""
    found, pending = [], ""
    for line in re.split(r"\r\n|\n", text):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        pending += line
        if re.search(r"\\[ \t]*$", pending):
            pending = re.sub(r"\\[ \t]*$", "", pending)
            continue
        found.append(pending.split(None, 1))
        pending = ""
    return found


ANYTHING = st.text(max_size=30)
PIECES = st.sampled_from(
    ["\n", "\\", '"', "'", "$", "`", "#", "RUN evil", "\\\n", "<<EOF", "@INSTALL@", "@NAME@", "--mount=type=ssh", " ", "]", "\r"]
)
NASTY = st.lists(st.one_of(ANYTHING, PIECES), max_size=6).map("".join)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "env": st.dictionaries(st.one_of(NASTY, st.just("A")), NASTY, max_size=2),
        "labels": st.dictionaries(st.one_of(NASTY, st.just("a.b")), NASTY, max_size=2),
        "command": st.lists(NASTY, max_size=3),
        "entrypoint": st.lists(NASTY, max_size=3),
        "pre_install": st.lists(st.one_of(NASTY, st.lists(NASTY, max_size=3)), max_size=2),
        "post_install": st.lists(st.one_of(NASTY, st.lists(NASTY, max_size=3)), max_size=2),
        "workdir": NASTY,
        "ports": st.lists(st.one_of(NASTY, st.just("80")), max_size=2),
        "system_packages": st.lists(st.one_of(NASTY, st.just("git")), max_size=2),
        "python": NASTY,
        "name": NASTY,
        "user": st.fixed_dictionaries(
            {"name": st.one_of(NASTY, st.just("joe")), "uid": st.none(), "gid": st.none(), "sudo": st.booleans()}
        ),
    },
)


@given(PARAMS)
def test_no_value_adds_an_instruction(params):
    """Whatever is typed is refused, or the instructions are as many, and those of the words, as the options ask for."""
    try:
        spec = make_spec(**params)
        text = render(spec)
    except InvalidInput:
        return
    instructions = [words[0] for words in engine_reads(text)]
    expected = ["FROM", "USER", *(["RUN"] if spec.system_packages else []), *(["RUN"] * len(spec.pre_install)), "RUN", "ENV"]
    expected += ["ENV"] * len(spec.env) + ["LABEL"] * len(spec.labels)
    expected += ["RUN"] * (0 if spec.user is None else 2 if spec.user.sudo else 1) + ["RUN"] * len(spec.post_install)
    expected += ["WORKDIR"] if spec.workdir or spec.user else []
    expected += ["EXPOSE"] * len(spec.ports) + (["USER"] if spec.user else [])
    expected += (["ENTRYPOINT"] if spec.entrypoint is not None else []) + (["CMD"] if spec.command is not None else [])
    assert instructions == expected
    words = {"CMD": spec.command, "ENTRYPOINT": spec.entrypoint}
    for instruction, rest in (entry for entry in engine_reads(text) if entry[0] in words):
        assert json.loads(rest) == list(words[instruction])


COMMANDS = st.lists(st.lists(NASTY, min_size=1, max_size=3), min_size=1, max_size=3)


@given(COMMANDS)
def test_commands_reach_the_engine_word_by_word(commands):
    try:
        text = render(make_spec(post_install=commands))
    except InvalidInput:
        return
    run = [rest for instruction, rest in engine_reads(text) if instruction == "RUN"][1:]
    assert [json.loads(each) for each in run] == commands
