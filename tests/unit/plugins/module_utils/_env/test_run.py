# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._env.ports import Port, Volume
from ansible_collections.dockenv.python.plugins.module_utils._env.run import RunSpec, find_start_reasons, fingerprint, read_argv
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {
    "env": "science",
    "path": "/envs",
    "image": None,
    "argv": None,
    "command": None,
    "project_path": None,
    "project_target": None,
    "workdir": None,
    "run_as": "caller",
    "env_vars": None,
    "secret_env_vars": None,
    "published_ports": None,
    "volumes": None,
    "network_mode": None,
    "stdin": None,
    "stdin_add_newline": True,
    "command_timeout": None,
    "detach": False,
    "container_name": None,
    "creates": None,
    "removes": None,
}

# Text that a program's argument or variable can hold
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def read(**params):
    return RunSpec.from_params({**PARAMS, **params})


# --- what commands are


@pytest.mark.parametrize(
    ("params", "argv"),
    [
        pytest.param({"argv": ["echo", "a b", "$HOME", ""]}, ("echo", "a b", "$HOME", ""), id="words stay what they are"),
        pytest.param({"command": "echo 'a b' $HOME *"}, ("echo", "a b", "$HOME", "*"), id="a string is split, and nothing expanded"),
        pytest.param({"command": "a; rm -rf / && b | c"}, ("a;", "rm", "-rf", "/", "&&", "b", "|", "c"), id="no shell sees it"),
        pytest.param({}, (), id="what the image starts"),
    ],
)
def test_reads_commands(params, argv):  # P8, T15
    assert read(**params).argv == argv


@given(st.lists(TEXT, min_size=1).filter(lambda words: words[0]))
def test_words_come_out_of_a_string_as_they_went_in(words):
    assert read_argv(None, shlex.join(words)) == read_argv(words, None) == tuple(words)


# --- where the project is


@pytest.mark.parametrize(
    ("params", "target", "workdir"),
    [
        pytest.param({}, None, None, id="none"),
        pytest.param({"project_path": "/srv/my, odd:one"}, "/srv/my, odd:one", "/srv/my, odd:one", id="at its own place, as in a launcher"),
        pytest.param({"project_path": "/usr/lib/x", "project_target": "/usr/src/app/"}, "/usr/src/app", "/usr/src/app", id="elsewhere"),
        pytest.param({"project_path": "/srv/x", "workdir": "src/../lib"}, "/srv/x", "/srv/x/lib", id="a folder of the project"),
        pytest.param({"project_path": "/srv/x", "workdir": "/tmp"}, "/srv/x", "/tmp", id="a folder of the image"),
        pytest.param({"workdir": "/tmp"}, None, "/tmp", id="a folder of the image, without a project"),
    ],
)
def test_mounts_the_project_and_works_in_it(params, target, workdir):  # P9, T2, T13
    spec = read(**params)
    assert (spec.project_target, spec.workdir) == (target, workdir)


def test_paths_that_decide_are_below_the_project():
    spec = read(project_path="/srv/x", creates="out/*.bin", removes="/tmp/in")
    assert (spec.creates, spec.removes) == ("/srv/x/out/*.bin", "/tmp/in")


# --- who runs it


@pytest.mark.parametrize(
    ("text", "run_as"),
    [("caller", "caller"), ("image", "image"), ("1000:1001", (1000, 1001)), ("0:0", (0, 0))],
)
def test_reads_users(text, run_as):  # T11
    assert read(run_as=text).run_as == run_as


# --- variables


@given(st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True), TEXT))
def test_values_of_variables_are_taken_as_they_are(values):
    assert read(env_vars=values).env == read(secret_env_vars=values).env == values


def test_numbers_are_texts():
    assert read(env_vars={"N": 1, "F": 0.5}).env == {"N": "1", "F": "0.5"}


@given(st.text(min_size=8))
def test_secrets_show_in_no_error_and_no_representation(secret):
    spec = read(secret_env_vars={"TOKEN": secret.replace("\0", "")}, stdin=secret)
    assert secret not in repr(spec) or secret in repr(read())
    with pytest.raises(InvalidInput) as error:
        read(secret_env_vars={"TOKEN": f"{secret}\0"})
    assert error.value.message == "secret_env_vars: the value of 'TOKEN' holds a NUL, which no variable can; remove it"


# --- ports and volumes


@given(st.integers(1, 65535), st.integers(1, 65535), st.sampled_from(["tcp", "udp", "sctp"]), st.ip_addresses().map(str))
def test_ports_are_read_as_they_are_written(host, container, protocol, address):
    port = Port(container, protocol, host, address)
    assert read(published_ports=[port.published]).ports == (port,)
    assert read(published_ports=[f"{host}:{container}"]).ports == (Port(container, "tcp", host, "127.0.0.1"),)


@given(st.text())
def test_what_is_typed_as_port_is_one_or_is_refused(text):
    try:
        (port,) = read(published_ports=[text]).ports
    except InvalidInput as error:
        assert error.message.startswith("published_ports[0]: ")
    else:
        assert 1 <= port.container <= 65535
        assert 0 <= port.host <= 65535


@given(st.text())
def test_what_is_typed_as_volume_mounts_one_place_or_is_refused(text):
    try:
        (volume,) = read(volumes=[text]).volumes
    except InvalidInput as error:
        assert error.message.startswith("volumes[0]: ")
    else:
        source, target, *modes = volume.mounted.split(":")
        assert (source, target, len(modes) <= 1) == (volume.source, volume.target, True)
        assert target.startswith("/")
        assert ".." not in target.split("/")


PORTS = (Port(8888, host=8888),)


@pytest.mark.parametrize(
    ("params", "ports"),
    [
        pytest.param({"detach": True}, PORTS, id="those of the environment, for what goes on running"),
        pytest.param({}, (), id="none for a command, or two at once would collide"),
        pytest.param({"detach": True, "published_ports": []}, (), id="none if none are wanted"),
        pytest.param({"published_ports": ["80"]}, (Port(80),), id="those that are wanted"),
        pytest.param({"detach": True, "network_mode": "host"}, (), id="none where all are the host's"),
        pytest.param({"detach": True, "network_mode": "container:db"}, (), id="none in another container's network"),
        pytest.param({"detach": True, "network_mode": "backend"}, PORTS, id="in a network of the user's"),
    ],
)
def test_publishes(params, ports):  # T16, P25
    assert read(**params).publish(PORTS) == ports


def test_mounts_volumes_of_the_environment_as_launchers_do():  # P25
    recorded = (Volume("./data", "/data"), Volume("/srv/a", "/a"), Volume("cache", "/cache"), Volume("/srv/p", "/usr/src/app"))
    spec = read(volumes=["/srv/b:/a:ro"], project_path="/srv/p", project_target="/usr/src/app")
    assert spec.mount(recorded) == (Volume("cache", "/cache"), Volume("/srv/b", "/a", ("ro",)))


# --- what is refused


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"env": None}, "env, image: give the name of an environment, or of an image", id="nothing to run in"),
        pytest.param(
            {"env": "../escape"},
            "env: '../escape' is not a name for an environment; use up to 100 lower-case letters and digits, joined by single '.', '_' or '-'",
            id="a name that leaves the folder",
        ),
        pytest.param(
            {"image": "a b"},
            "image: 'a b' cannot be used: 'a b' in 'a b' is not a part of an image name; use lower-case letters and digits, joined by '.', '_', '__' or '-'",
            id="no image",
        ),
        pytest.param(
            {"argv": []},
            "argv: there is no command in it; name a program, or leave the option out for what the image starts",
            id="no words",
        ),
        pytest.param(
            {"command": "  "},
            "command: there is no command in it; name a program, or leave the option out for what the image starts",
            id="only blanks",
        ),
        pytest.param(
            {"command": "echo 'a"},
            'command: "echo \'a" cannot be split into words: No closing quotation; close the quote, or use argv',
            id="an open quote",
        ),
        pytest.param(
            {"argv": ["a", "b\0"]}, "argv[1]: 'b\\x00' holds a NUL, which no argument of a program can; remove it", id="a NUL in a word"
        ),
        pytest.param(
            {"project_path": "here"},
            "project_path: 'here' is not an absolute path; write the whole path, starting with '/'",
            id="a relative project",
        ),
        pytest.param(
            {"project_path": "/usr/lib"},
            "project_path: '/usr/lib' is a folder of the system, and mounted at the same place it would hide the image's; write a project_target, "
            "such as '/usr/src/app'",
            id="a folder of the system",
        ),
        pytest.param(
            {"project_path": "/srv", "project_target": "/"},
            "project_target: '/' would hide the whole image; write another path, such as '/usr/src/app'",
            id="over everything",
        ),
        pytest.param(
            {"project_target": "/usr/src/app"},
            "project_target: there is no project_path to mount there; add it, or leave project_target out",
            id="a target without a project",
        ),
        pytest.param(
            {"workdir": "src"},
            "workdir: 'src' is not an absolute path, and there is no project_path that it could be below",
            id="a relative folder without a project",
        ),
        pytest.param(
            {"run_as": "root"},
            "run_as: 'root' is not a user; write 'caller', 'image', or two numbers such as '1000:1000', in quotes",
            id="a user's name",
        ),
        pytest.param(
            {"run_as": "4294967295:0"},
            "run_as: '4294967295:0' is not a user; write 'caller', 'image', or two numbers such as '1000:1000', in quotes",
            id="a number that no user has",
        ),
        pytest.param(
            {"env_vars": {"A=B": "x"}},
            "env_vars: 'A=B' is not a name for an environment variable; use letters, digits and '_', and no digit at the beginning",
            id="a name with a value",
        ),
        pytest.param({"env_vars": {"A": True}}, "env_vars: the value of 'A' is not text; write it in quotes", id="a value of YAML's"),
        pytest.param(
            {"env_vars": {"A": "x"}, "secret_env_vars": {"A": "y"}},
            "secret_env_vars: 'A' is in env_vars as well; keep one of them",
            id="a variable twice",
        ),
        pytest.param(
            {"published_ports": ["80"], "network_mode": "host"},
            "published_ports: with network_mode 'host' a container has no ports to publish; leave one of them out",
            id="ports without a network of its own",
        ),
        pytest.param(
            {"volumes": ["./a:/a"]},
            "volumes[0]: './a:/a' does not say whose folder it is in; write an absolute path",
            id="a relative volume",
        ),
        pytest.param(
            {"volumes": ["/a:/x", "/b:/x/"]}, "volumes[1]: something is mounted at '/x' already; remove one of them", id="one place, twice"
        ),
        pytest.param(
            {"volumes": ["/a:/x"], "project_path": "/srv", "project_target": "/x"},
            "volumes: the project is mounted at '/x' already; choose another place for one of them",
            id="the project's place",
        ),
        pytest.param(
            {"network_mode": "a b"},
            "network_mode: 'a b' is not a network; write 'bridge', 'host', 'none', a network's name, or 'container:NAME'",
            id="no network",
        ),
        pytest.param(
            {"container_name": "-x"},
            "container_name: '-x' is not a name for a container; use letters, digits, '_', '.' and '-', at least two of them",
            id="no container's name",
        ),
        pytest.param(
            {"creates": "made"},
            "creates: 'made' is not an absolute path, and there is no project_path that it could be below",
            id="a file that is nowhere",
        ),
        pytest.param(
            {"command_timeout": 0}, "command_timeout: 0 is not a time to wait; give a number of seconds above 0", id="no time at all"
        ),
        pytest.param(
            {"detach": True, "stdin": "x"},
            "detach: nobody waits for the command, so that stdin and command_timeout have no meaning; leave them out",
            id="input that nobody sends",
        ),
    ],
)
def test_refuses(params, message):  # P15
    with pytest.raises(InvalidInput) as error:
        read(**params)
    assert error.value.message == message


# --- whether a container does it already

PARTS = fingerprint({"image": "sha256:1", "env": {"A": "secret"}})


@pytest.mark.parametrize(
    ("state", "recorded", "reasons"),
    [
        pytest.param(None, None, ("container_missing",), id="none"),
        pytest.param("running", PARTS, (), id="the same"),
        pytest.param("running", {**PARTS, "image": "other"}, ("image_changed",), id="another image"),
        pytest.param("running", {}, ("image_changed", "env_changed"), id="unreadable"),
        pytest.param("exited", PARTS, ("container_stopped",), id="one that does not run"),
    ],
)
def test_finds_why_to_start(state, recorded, reasons):
    assert find_start_reasons(PARTS, state, recorded) == reasons


def test_fingerprints_hold_no_value():
    assert all(len(value) == 16 and "secret" not in value for value in PARTS.values())
