# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._venv.spec import Spec
from ansible_collections.dockenv.python.tests.unit.odd_values import VALUES
from hypothesis import given
from hypothesis import strategies as st

HASH = "sha256:" + "a" * 64
RELATIVE = "is not an absolute path without '..'; write one such as '/usr/local/lib/docker/virtualenv'"
SYSTEM = "is a folder of the system or a home folder; name a folder of its own for the virtualenv below it"
FILES = {
    "/r.txt": "--index-url https://user:fromfile@h/simple\na==1\n-c c.txt\n",
    "/c.txt": "b<2\n",
    "/hashes.txt": f"a==1 --hash={HASH}\n",
    "/half.txt": f"a==1 --hash={HASH}\nb==1\n",
}


def spec(**options):
    defaults = {
        "path": "/opt/venv",
        "state": "present",
        "python": "python3",
        "packages": [],
        "requirements": None,
        "constraints": None,
        "index_url": None,
        "extra_index_urls": [],
        "proxies": None,
        "links": [],
        "recreate": "auto",
    }
    links = [{"state": "present", "force": True, **link} for link in options.pop("links", [])]
    programs = {"python3": "/usr/bin/python3", "/opt/python": "/opt/python"}
    return Spec.from_params({**defaults, **options, "links": links}, read, programs.get, "/var/home/me")


def read(path):
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory")
    return FILES[path]


def test_reads_entries_of_all_kinds():
    packages = [
        "docker>=7.1.0",
        {"name": "requests[socks]", "version": "2.32.3", "state": "present"},
        {"name": "yamllint", "version": "1.35", "state": "latest"},
        {"name": "Some.Thing", "state": "absent"},
        {"name": "/srv/app", "editable": True},
    ]
    found = spec(packages=packages)
    assert [requirement.line for requirement in found.requirements] == [
        "docker>=7.1.0",
        "requests[socks]==2.32.3",
        "yamllint==1.35",
        "-e file:///srv/app",
    ]
    assert found.latest == frozenset({"yamllint"})
    assert found.absent == (("some-thing", "packages[3]"),)


def test_reads_requirements_and_constraints():
    found = spec(packages=["x"], requirements="/r.txt", constraints="/c.txt")
    assert [requirement.line for requirement in found.requirements] == ["x", "a==1"]
    assert [constraint.line for constraint in found.constraints] == ["b<2", "b<2"]
    assert found.options == (("--index-url", "https://user:fromfile@h/simple"),)


def test_equal_entries_count_once_and_markers_tell_others_apart():
    packages = ["a", "b<2; python_version < '3'", "a", "b>=2; python_version >= '3'"]
    assert [requirement.name for requirement in spec(packages=packages).requirements] == ["b", "a", "b"]


def test_knows_all_secrets():
    found = spec(
        packages=["x @ https://token@h/x.zip"], requirements="/r.txt", index_url="https://u:one@h/s", extra_index_urls=["https://u:two@h/s"]
    )
    assert found.secrets == frozenset({"token", "fromfile", "one", "two"})


def test_proxies_become_variables_and_their_logins_are_secrets():
    found = spec(proxies={"http": "http://u:three@h:1", "https": None, "no_proxy": "localhost,.example.com"})
    assert found.proxies == (("http_proxy", "http://u:three@h:1"), ("no_proxy", "localhost,.example.com"))
    assert "three" in found.secrets


def test_links_of_an_absent_virtualenv_are_to_be_absent_and_need_no_command():
    (link,) = spec(state="absent", links=[{"path": "/usr/local/bin/x"}]).links
    assert (link.path, link.is_present) == ("/usr/local/bin/x", False)


def test_an_absent_virtualenv_needs_nothing_that_made_it():
    found = spec(state="absent", python="/gone", requirements="/gone", constraints="/gone", packages=["a"])
    assert (found.python, [requirement.name for requirement in found.requirements]) == ("/gone", ["a"])


@pytest.mark.parametrize("path", ["/opt/venv", "/opt//venv/", "/opt/my venv", "/venv"])
def test_accepts_and_normalizes_paths(path):
    assert spec(path=path).path in ("/opt/venv", "/opt/my venv", "/venv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"path": "venv"}, f"path: 'venv' {RELATIVE}", id="relative"),
        pytest.param({"path": "/opt/../etc"}, f"path: '/opt/../etc' {RELATIVE}", id="dots"),
        pytest.param({"path": "/"}, f"path: '/' {SYSTEM}", id="root"),
        pytest.param({"path": "//usr/"}, f"path: '/usr' {SYSTEM}", id="system"),
        pytest.param({"path": "/home/me"}, f"path: '/home/me' {SYSTEM}", id="a home"),
        pytest.param({"path": "/var/home/me"}, f"path: '/var/home/me' {SYSTEM}", id="own home"),
        pytest.param({"path": "/proc/x"}, f"path: '/proc/x' {SYSTEM}", id="kernel"),
        pytest.param(
            {"path": "/opt/a:b"},
            "path: '/opt/a:b' holds a quotation mark, '$', '\\', ':' or a control character, which activation scripts cannot carry",
            id="colon",
        ),
        pytest.param(
            {"python": "bin/python"},
            "python: 'bin/python' is neither a name nor an absolute path; write 'python3.11' or '/usr/bin/python3'",
            id="relative python",
        ),
        pytest.param(
            {"python": "python9"},
            "python: there is no program 'python9' on this host; install it, or name another interpreter",
            id="no python",
        ),
        pytest.param(
            {"index_url": "ftp://u:p@h"},
            "index_url: 'ftp://****@h' is no URL of a package index; write one such as 'https://HOST/simple'",
            id="index",
        ),
        pytest.param(
            {"index_url": "https://u:p@[bad/simple"},
            "index_url: 'https://****@[bad/simple' is no URL of a package index; write one such as 'https://HOST/simple'",
            id="half an address",
        ),
        pytest.param(
            {"extra_index_urls": ["https://h/s x"]},
            "extra_index_urls[0]: 'https://h/s x' is no URL of a package index; write one such as 'https://HOST/simple'",
            id="two in one",
        ),
        pytest.param(
            {"proxies": {"http": None, "https": "u:p@h"}},
            "proxies.https: 'u:p@h' is no URL of a proxy; write one such as 'http://HOST:3128'",
            id="proxy",
        ),
        pytest.param({"requirements": "r.txt"}, "requirements: 'r.txt' is not an absolute path of a file on the host", id="relative file"),
        pytest.param({"constraints": "/gone"}, "constraints: '/gone' cannot be read: No such file or directory", id="no file"),
        pytest.param({"packages": [7]}, "packages[0]: 7 is neither a requirement nor a mapping with a name", id="a number"),
        pytest.param({"packages": [{"version": "1"}]}, "packages[0]: the mapping has no name; write one such as 'docker'", id="no name"),
        pytest.param(
            {"packages": [{"name": "a", "src": "b"}]},
            "packages[0]: there is no key 'src' here; known are name, version, state, editable",
            id="unknown key",
        ),
        pytest.param(
            {"packages": [{"name": "a", "state": "newest"}]},
            "packages[0]: 'newest' is no state; use one of present, latest, absent",
            id="unknown state",
        ),
        pytest.param(
            {"packages": [{"name": "a", "editable": "maybe"}]}, "packages[0]: editable is 'maybe'; it is true or false", id="no boolean"
        ),
        pytest.param(
            {"packages": [{"name": "a>1", "version": "2"}]},
            "packages[0]: 'a>1' says itself which version it is; remove the key 'version'",
            id="two versions",
        ),
        pytest.param(
            {"packages": [{"name": "a", "version": 1.1}]},
            "packages[0]: 1.1 is no text; write the version in quotation marks, because YAML takes 1.10 for 1.1",
            id="a fraction for a version",
        ),
        pytest.param(
            {"packages": [{"name": "a>1", "state": "absent"}]},
            "packages[0]: 'a>1' cannot be absent: name the package alone, as in 'requests'",
            id="absent version",
        ),
        pytest.param(
            {"packages": [{"name": "pip", "state": "absent"}]},
            "packages[0]: pip cannot be absent, since all other packages are installed with it; remove the entry",
            id="no pip",
        ),
        pytest.param(
            {"packages": [{"name": "/srv/app", "state": "latest"}]},
            "packages[0]: 'file:///srv/app' does not come from an index, so there is no latest version of it; use state: present",
            id="latest of a path",
        ),
        pytest.param({"packages": ["a", "A>1"]}, "packages[1]: 'A>1' and 'a' (packages[0]) ask for the same package; keep one", id="twice"),
        pytest.param(
            {"packages": ["a", {"name": "A", "state": "absent"}]},
            "packages[1]: 'a' is to be absent, but packages[0] asks for 'a'; keep one",
            id="present and absent",
        ),
        pytest.param(
            {"packages": [{"name": "a", "state": "absent"}], "requirements": "/r.txt"},
            "packages[0]: 'a' is to be absent, but /r.txt, line 2 asks for 'a==1'; keep one",
            id="absent and in the file",
        ),
        pytest.param(
            {"requirements": "/half.txt"},
            "/half.txt, line 2: 'b==1' needs '==' and a hash, because /half.txt, line 1 has hashes and pip then asks them of all",
            id="half the hashes",
        ),
        pytest.param(
            {"requirements": "/hashes.txt", "packages": ["x"]},
            "packages[0]: 'x' needs '==' and a hash, because /hashes.txt, line 1 has hashes and pip then asks them of all",
            id="hashes and none",
        ),
        pytest.param(
            {"links": [{"path": "bin/x", "command": "x"}]},
            "links[0].path: 'bin/x' is not an absolute path without '..' and quotation marks",
            id="relative link",
        ),
        pytest.param(
            {"links": [{"path": "/opt/venv/bin/x", "command": "x"}]},
            "links[0].path: '/opt/venv/bin/x' is no place for a link to a command; use one such as '/usr/local/bin/docker-python'",
            id="a link inside",
        ),
        pytest.param(
            {"links": [{"path": "/usr/bin", "command": "x"}]},
            "links[0].path: '/usr/bin' is no place for a link to a command; use one such as '/usr/local/bin/docker-python'",
            id="a link for a folder",
        ),
        pytest.param(
            {"links": [{"path": "/usr/local/bin/python3", "command": "python"}]},
            "links[0].path: the name 'python3' cannot stand for the virtualenv's Python; use another, such as 'docker-python'",
            id="the interpreter's own name",
        ),
        pytest.param(
            {"links": [{"path": "/b/x", "command": "x"}, {"path": "/b//x", "command": "y"}]},
            "links[1]: '/b/x' is already given by links[0]; keep one",
            id="a link twice",
        ),
    ],
)
def test_refuses_bad_input(options, message):
    with pytest.raises(InvalidInput) as caught:
        spec(**options)
    assert caught.value.message == message


@given(
    st.lists(VALUES | st.dictionaries(st.sampled_from(["name", "version", "state", "editable"]), VALUES), max_size=3),
    st.text(),
    st.lists(st.fixed_dictionaries({"path": st.text()}, optional={"command": st.text(), "target": st.text()}), max_size=2),
)
def test_whatever_is_asked_for_is_read_or_refused(packages, text, links):
    for options in (
        {"packages": packages},
        {"path": text},
        {"python": text},
        {"index_url": text},
        {"requirements": text},
        {"links": links},
    ):
        with contextlib.suppress(InvalidInput):
            assert spec(**options).secrets is not None
