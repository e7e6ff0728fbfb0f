# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role docker_server makes of its variables and of a host, as Ansible templates vars/main."""

from __future__ import annotations

import functools
import inspect
import sys
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible_collections.dockenv.python.plugins.module_utils._host.daemon import digest_options

ROLE = Path(__file__).resolve().parents[3] / "roles/docker_server"

RELEASES = {
    "bookworm": {"id": "debian", "version": "12", "codename": "bookworm", "family": "debian"},
    "trixie": {"id": "debian", "version": "13", "codename": "trixie", "family": "debian"},
    "sid": {"id": "debian", "version": None, "codename": "sid", "family": "debian"},
    "bullseye": {"id": "debian", "version": "11", "codename": "bullseye", "family": "debian"},
    "noble": {"id": "ubuntu", "version": "24.04", "codename": "noble", "family": "debian"},
    "rhel": {"id": "rhel", "version": "10.1", "codename": None, "family": "redhat"},
    "rocky": {"id": "rocky", "version": "9.6", "codename": None, "family": "redhat"},
    "fedora": {"id": "fedora", "version": "43", "codename": "", "family": "redhat"},
    "oracle": {"id": "ol", "version": "9.6", "codename": None, "family": "redhat"},
    "mint": {"id": "linuxmint", "version": "22", "codename": "wilma", "family": "debian"},
}
DOWNLOADS = "https://download.docker.com/linux"
COMPOSE_PLUGIN = "/usr/libexec/docker/cli-plugins/docker-compose"
UPSTREAM = ["docker-ce", "docker-ce-cli", "containerd.io", "docker-buildx-plugin", "docker-compose-plugin"]


@pytest.fixture(scope="module", autouse=True)
def _collections():
    """Let Ansible find the filters. ansible-test has seen to it already; a plain pytest has imported modules in Python's own way."""
    if AnsibleCollectionConfig.collection_finder is not None:
        yield
        return
    imported = take_out_collections()
    init_plugin_loader()
    yield
    take_out_collections()
    sys.modules.update(imported)


def take_out_collections():
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "ansible_collections"}


@functools.cache
def read_role(name):
    """Return the content of a file of the role, its templates trusted by Ansible."""
    options = {"trusted_as_template": True} if "trusted_as_template" in inspect.signature(DataLoader.load_from_file).parameters else {}
    return DataLoader().load_from_file(str(ROLE / name), **options)


def read_variables():
    """Return the role's variables, of all families of distributions."""
    return {name: value for path in (ROLE / "vars/main").iterdir() for name, value in read_role(path.relative_to(ROLE)).items()}


def bare_host(release="trixie", manager="systemd", **found):
    """Return what docker_host_info says of a host on which there is nothing yet, but for what was ``found``."""
    nothing = {"exists": False, "options": None, "digest": None, "problem": None, "pending": False, "override": False}
    data = {
        "data_root": "/var/lib/docker",
        "data_root_by": "engine",
        "real_data_root": "/var/lib/docker",
        "data": [],
        "holdings": [],
        "mounts": [],
    }
    host = {
        "release": RELEASES[release],
        "packages": {},
        "held": [],
        "removed": [],
        "apt": {"architecture": "arm64", "sources": [], "keyrings": {}},
        "dnf": {"architecture": "aarch64", "sources": [], "keyrings": {}},
        "files": {},
        "service": {"manager": manager, "running": False, "enabled": False, "prunes": False},
        "engine": {"answers": False, "path": None, "version": None, "swarm": "inactive", "containers": 0},
        "config": {"path": "/etc/docker/daemon.json", **data, **nothing},
        "own_files": {"engine": {}, "prune": {}},
        "resolvers": [],
        "compose": {"path": "/usr/local/bin/docker-compose", "kind": "absent", "has_folder": True, "points_to": None, "target": None},
        "python": {"path": "/usr/local/bin/docker-python", "kind": "absent", "prefix": None},
        "virtualenv": "absent",
        "group": False,
        "users": {},
        "logins": [],
        "obstacles": [],
        "fact": None,
        "leftovers": [],
    }
    return {**host, **found}


def evaluate(name, host, tags=("all",), **variables):
    """Return what a variable of the role is on a host, in a run with these tags and variables of the user's."""
    facts = {}
    for task in read_role("tasks/look.yml"):
        facts.update({**task.get("vars", {}), **task.get("ansible.builtin.set_fact", {})})
    run = {"__docker_server_host": host, "ansible_check_mode": False, "ansible_run_tags": list(tags)}
    scope = {**read_role("defaults/main.yml"), **read_variables(), **facts, **run, **variables}
    return Templar(loader=DataLoader(), variables=scope).template(scope[name])


@pytest.mark.parametrize(
    ("release", "packages", "compose"),
    [
        ("bookworm", ["docker.io", "docker-compose"], "/usr/bin/docker-compose"),
        ("trixie", ["docker.io", "docker-cli", "docker-compose", "docker-buildx"], COMPOSE_PLUGIN),
        ("sid", ["docker.io", "docker-cli", "docker-compose", "docker-buildx"], COMPOSE_PLUGIN),
        ("noble", ["docker.io", "docker-buildx", "docker-compose-v2"], COMPOSE_PLUGIN),
        ("fedora", ["moby-engine", "docker-cli", "docker-compose", "docker-buildx"], COMPOSE_PLUGIN),
    ],
)
def test_releases_have_packages_of_their_own(release, packages, compose):
    host = bare_host(release)
    assert evaluate("__docker_server_packages", host) == packages
    assert evaluate("__docker_server_compose_target", host) == compose
    assert evaluate("__docker_server_problems", host) == []
    assert evaluate("__docker_server_packages_plan", host)["install"] == packages


@pytest.mark.parametrize("release", ["bookworm", "trixie", "noble", "rhel", "rocky", "fedora"])
def test_upstream_has_the_same_packages_everywhere(release):
    host = bare_host(release)
    assert evaluate("__docker_server_packages", host, docker_server_source="upstream") == UPSTREAM
    assert evaluate("__docker_server_packages", host, docker_server_source="upstream", docker_server_upstream_rootless="yes") == [
        *UPSTREAM,
        "docker-ce-rootless-extras",
    ]
    assert evaluate("__docker_server_daemon", host, docker_server_source="upstream") == "/usr/bin/dockerd"


@pytest.mark.parametrize(
    ("release", "manager", "prerequisites", "gone"),
    [
        ("trixie", "apt", ["python3-packaging", "python3-venv"], "docker.io"),
        ("rocky", "dnf", ["python3", "python3-packaging"], "moby-engine"),
    ],
)
def test_families_have_packages_of_their_own(release, manager, prerequisites, gone):
    host = bare_host(release, packages=dict.fromkeys(("docker.io", "moby-engine", "podman"), "1"))
    wanted = evaluate("__docker_server_wanted", host, docker_server_source="upstream")
    assert (wanted["manager"], evaluate("__docker_server_prerequisites", host)) == (manager, prerequisites)
    assert evaluate("__docker_server_packages_plan", host, docker_server_source="upstream")["remove"] == [gone]


def test_host_is_asked_about_the_packages_and_files_of_all_families():
    asked = evaluate("__docker_server_known_packages", bare_host())
    assert {"docker.io", "python3-apt", "python3-venv", "moby-engine", "python3", "docker-ce"} <= set(asked)
    assert evaluate("__docker_server_known_files", bare_host()) == [
        "/etc/apt/sources.list.d/docker.sources",
        "/etc/apt/keyrings/docker.asc",
        "/etc/apt/preferences.d/dockenv-docker",
        "/etc/yum.repos.d/docker-ce.repo",
        "/etc/pki/rpm-gpg/RPM-GPG-KEY-docker-ce",
    ]


@pytest.mark.parametrize(
    ("release", "fingerprint"),
    [
        ("trixie", "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"),
        ("fedora", "060A61C51B558A7F742B77AAC52FEB6B621E9F35"),
    ],
)
def test_key_of_upstream_is_that_of_the_family(release, fingerprint):
    host = bare_host(release)
    assert evaluate("__docker_server_upstream", host, docker_server_source="upstream")["fingerprint"] == fingerprint
    chosen = evaluate("__docker_server_upstream", host, docker_server_source="upstream", docker_server_upstream_fingerprint="0" * 40)
    assert chosen["fingerprint"] == "0" * 40


@pytest.mark.parametrize(
    ("release", "variables", "line"),
    [
        pytest.param("trixie", {}, "URIs: https://download.docker.com/linux/debian", id="Debian"),
        pytest.param("noble", {}, "URIs: https://download.docker.com/linux/ubuntu", id="Ubuntu"),
        pytest.param("noble", {"upstream_url": "https://mirror.example.com/d"}, "URIs: https://mirror.example.com/d", id="a mirror"),
        pytest.param("trixie", {}, "Suites: trixie", id="the host's suite"),
        pytest.param("trixie", {"upstream_suite": "bookworm"}, "Suites: bookworm", id="another suite"),
        pytest.param("trixie", {}, "Components: stable", id="the usual channel"),
        pytest.param("trixie", {"upstream_channel": "test"}, "Components: test", id="another channel"),
        pytest.param("trixie", {}, "Architectures: arm64", id="the host's architecture"),
        pytest.param("trixie", {"upstream_architecture": "armhf"}, "Architectures: armhf", id="another architecture"),
        pytest.param("rhel", {}, f"baseurl={DOWNLOADS}/rhel/10/aarch64/stable", id="RHEL"),
        pytest.param("rocky", {}, f"baseurl={DOWNLOADS}/centos/9/aarch64/stable", id="Rocky"),
        pytest.param("fedora", {}, f"baseurl={DOWNLOADS}/fedora/43/aarch64/stable", id="Fedora"),
        pytest.param(
            "fedora",
            {"upstream_url": "https://m.example", "upstream_suite": "44", "upstream_channel": "test", "upstream_architecture": "s390x"},
            "baseurl=https://m.example/44/s390x/test",
            id="a mirror for dnf",
        ),
        pytest.param("fedora", {}, "gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-docker-ce", id="the key for dnf"),
    ],
)
def test_repository_of_upstream_follows_the_host_and_the_variables(release, variables, line):
    chosen = {f"docker_server_{name}": value for name, value in variables.items()}
    plan = evaluate("__docker_server_packages_plan", bare_host(release), docker_server_source="upstream", **chosen)
    assert line in plan["source"].splitlines()
    assert (plan["write"], plan["problems"]) == (["source", "key"], [])


ORIGIN = {"docker_server_upstream_url": "https://download.docker.com/linux/ubuntu", "docker_server_upstream_suite": "noble"}


@pytest.mark.parametrize(
    ("release", "variables", "known"),
    [
        ("bookworm", {}, True),
        ("sid", {}, True),
        ("noble", {"docker_server_source": "upstream"}, True),
        ("rocky", {}, True),
        ("fedora", {}, True),
        ("oracle", {}, False),
        ("oracle", {"docker_server_source": "upstream", **ORIGIN}, True),
        ("bullseye", {}, False),
        ("mint", {}, False),
        ("mint", {"docker_server_source": "upstream"}, False),
        ("mint", ORIGIN, False),
        ("mint", {"docker_server_source": "upstream", **ORIGIN}, True),
    ],
)
def test_known_are_some_releases_and_derivatives_whose_origin_is_named(release, variables, known):
    assert evaluate("__docker_server_knows_release", bare_host(release), **variables) is known


def test_derivative_has_the_packages_of_upstream():
    plan = evaluate("__docker_server_packages_plan", bare_host("mint"), docker_server_source="upstream", **ORIGIN)
    assert plan["install"] == UPSTREAM


def test_unknown_release_is_told_before_its_packages_are_planned():
    _look, validate, *plans = read_role("tasks/look.yml")
    assert validate["ansible.builtin.assert"]["that"] == "__docker_server_knows_release"
    assert [list(plan["ansible.builtin.set_fact"]) for plan in plans] == [
        ["__docker_server_packages_plan"],
        ["__docker_server_surroundings", "__docker_server_plan"],
    ]


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        pytest.param(
            {"docker_server_version": 26.1},
            ["docker_server_version: 26.1 is no text; write the version in quotation marks, because YAML takes 1.10 for 1.1"],
            id="a version that YAML reads as a number",
        ),
        pytest.param(
            {"docker_server_compose_version": 2.4, "docker_server_buildx_version": 0.1},
            [
                f"{option} is no text; write the version in quotation marks, because YAML takes 1.10 for 1.1"
                for option in ("docker_server_compose_version: 2.4", "docker_server_buildx_version: 0.1")
            ],
            id="the other versions",
        ),
        pytest.param({"docker_server_version": 26}, [], id="a whole number, of which nothing is lost"),
        pytest.param(
            {"docker_server_version": "5:20.10.24~3-0", "docker_server_daemon_options": {"proxies": {}}},
            ["docker_server_daemon_options: 'proxies' needs Docker 23.0 or newer, and this host's is 20.10"],
            id="an option for a later engine than the one that comes",
        ),
        pytest.param({"docker_server_service": "none"}, [], id="no service"),
        pytest.param(
            {"docker_server_service": "process"},
            [
                "docker_server_service is process, but on this host it can be systemd or none: /run/systemd/system says that systemd runs services"
            ],
            id="a process beside systemd",
        ),
    ],
)
def test_what_cannot_be_is_told(variables, problems):
    assert evaluate("__docker_server_problems", bare_host(), **variables) == problems


LOGIN = {"registry": "r.example.com", "username": "carol", "password": "secret"}
IN_THE_WAY = "'/usr/local/bin/docker-python' is a file"


@pytest.mark.parametrize(
    ("variables", "beginning"),
    [
        pytest.param({"path": "lib/virtualenv"}, "docker_server_virtualenv_path: 'lib/virtualenv' is not an absolute path", id="path"),
        pytest.param({"path": "/srv"}, "docker_server_virtualenv_path: '/srv' is a folder of the system", id="a folder of the system"),
        pytest.param({"python": "/opt/python"}, "docker_server_virtualenv_python names a file that is not on this host", id="python"),
        pytest.param({"python": "/opt/python3.12"}, None, id="another Python"),
        pytest.param({"constraints": "/srv/c.txt"}, "docker_server_virtualenv_constraints names a file that is not", id="constraints"),
        pytest.param({"index_url": "h/simple"}, "docker_server_virtualenv_index_url: 'h/simple' is no URL", id="index"),
        pytest.param({"extra_index_urls": ["h"]}, "docker_server_virtualenv_extra_index_urls[0]: 'h' is no URL", id="another index"),
        pytest.param(
            {"extra_packages": [{"name": "six"}, {"name": "six", "version": "1.16"}]},
            "docker_server_virtualenv_packages[6]: 'six==1.16' and 'six' (packages[5]) ask for the same package",
            id="a contradiction",
        ),
        pytest.param(
            {"extra_packages": [{"name": "six", "path": "/usr/local/bin"}]},
            "docker_server_virtualenv_links[1].path: '/usr/local/bin' is no place for a link",
            id="a link",
        ),
    ],
)
def test_virtualenv_that_cannot_be_is_told_before_there_is_an_engine(variables, beginning):
    chosen = {f"docker_server_virtualenv_{name}": value for name, value in variables.items()}
    problems = evaluate("__docker_server_problems", bare_host(files={"/opt/python3.12": {}}), **chosen)
    assert len(problems) == (1 if beginning else 0)
    assert all(problem.startswith(beginning) for problem in problems)


def test_link_of_docker_python_is_told_by_its_variable():
    (problem,) = evaluate("__docker_server_problems", bare_host(), docker_server_python_link="docker-python")
    assert problem == "docker_server_python_link: 'docker-python' is not an absolute path without '..' and quotation marks"


def test_what_stands_in_the_way_is_told():
    assert evaluate("__docker_server_problems", bare_host(obstacles=[IN_THE_WAY])) == [IN_THE_WAY]


@pytest.mark.parametrize(
    ("tag", "variables", "links"),
    [
        ("all", {}, ["/usr/local/bin/docker-python", "/usr/local/bin/six"]),
        ("docker_server_install", {}, []),
        ("all", {"docker_server_virtualenv": "false", "docker_server_virtualenv_path": "lib"}, []),
    ],
)
def test_only_a_virtualenv_that_is_made_is_looked_at(tag, variables, links):
    packages = [{"name": "six", "path": "/usr/local/bin/six"}, {"name": "old", "state": "absent", "path": "/usr/local/bin/old"}]
    question = read_role("tasks/look.yml")[0]["dockenv.python.docker_host_info"]
    run = {"tags": [tag], "docker_server_virtualenv_extra_packages": packages, **variables}
    assert evaluate("links", bare_host(), links=question["links"], **run) == links
    assert evaluate("__docker_server_problems", bare_host(), **run) == []


@pytest.mark.parametrize(
    ("manager", "running", "kept", "state", "tag", "refused"),
    [
        pytest.param("process", False, False, "present", "all", True, id="nobody could try it"),
        pytest.param("process", True, False, "present", "all", False, id="an engine that somebody runs"),
        pytest.param("systemd", False, False, "present", "all", False, id="the package starts it"),
        pytest.param("process", False, True, "present", "all", False, id="nothing to do"),
        pytest.param("process", False, False, "absent", "all", False, id="to log out needs no engine"),
        pytest.param("process", False, False, "present", "docker_server_install", False, id="another part"),
    ],
)
def test_logins_need_an_engine(manager, running, kept, state, tag, refused):
    service = {"running": running, "enabled": False, "manager": manager, "prunes": False}
    host = bare_host(manager=manager, service=service, logins=[{"user": "root", "registry": "r", "kept": kept, "problem": None}])
    logins = [{**LOGIN, "state": state}]
    problems = evaluate("__docker_server_problems", host, [tag], docker_server_registries=logins, docker_server_service="none")
    assert [problem[:42] for problem in problems] == ["docker_server_registries: the engine tries"] * refused


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("", False),
        ("https://index.example.com/simple", False),
        ("https://user:password@index.example.com/simple", False),
        ("https://token@index.example.com/simple", True),
        ("https://token:@index.example.com/simple", True),
    ],
)
def test_token_of_an_index_is_kept_out_of_the_hosts_log(url, secret):
    assert evaluate("__docker_server_index_is_secret", bare_host(), docker_server_virtualenv_index_url=url) is secret
    assert evaluate("__docker_server_index_is_secret", bare_host(), docker_server_virtualenv_extra_index_urls=[url]) is secret


def test_systemd_is_refused_where_it_does_not_run():
    (problem,) = evaluate("__docker_server_problems", bare_host(manager="process"), docker_server_service="systemd")
    assert problem == ("docker_server_service is systemd, but on this host it can be process or none: /run/systemd/system is not there")


PARTS = ["install", "configure", "virtualenv", "users"]


@pytest.mark.parametrize(
    ("tags", "parts"),
    [
        pytest.param(["all"], PARTS, id="no tag"),
        pytest.param(["docker"], PARTS, id="a tag that the user gave the role"),
        pytest.param(["docker_server_install"], ["install"], id="one of the role's"),
        pytest.param(["docker", "docker_server_users", "docker_server_configure"], ["users", "configure"], id="two of the role's"),
    ],
)
def test_parts_run_by_tags(tags, parts):
    assert sorted(evaluate("__docker_server_parts", bare_host(), tags=tags)) == sorted(parts)


@pytest.mark.parametrize(
    ("tags", "promised"),
    [
        ("all", ["engine", "docker-compose", "docker-python", "sdk"]),
        ("docker", ["engine", "docker-compose", "docker-python", "sdk"]),
        ("docker_server_install", ["engine", "docker-compose"]),
        ("docker_server_configure", ["engine"]),
        ("docker_server_virtualenv", ["docker-python"]),
        ("docker_server_users", []),
    ],
)
def test_each_part_proves_its_promises(tags, promised):
    found = evaluate("__docker_server_promised", bare_host(), tags=[tags])
    assert [name for name, proves in found.items() if proves] == promised


def test_each_part_takes_over_for_itself():
    leftovers = [{"path": f"/{kind}", "kind": kind, "says": ""} for kind in ("pin", "command", "compose")]
    host = bare_host(leftovers=leftovers)

    def taken_over(tag):
        return [each["path"] for each in evaluate("__docker_server_surroundings", host, tags=[tag])["taken_over"]]

    assert taken_over("docker_server_install") == ["/pin", "/compose"]
    assert taken_over("docker_server_configure") == ["/command"]
    assert taken_over("all") == ["/pin", "/command", "/compose"]


@pytest.mark.parametrize(
    ("fact", "tag", "made"),
    [
        (None, "all", ["configure", "install"]),
        (None, "docker", ["configure", "install"]),
        (None, "docker_server_install", ["install"]),
        (None, "docker_server_virtualenv", []),
        ({"made": ["install"]}, "docker_server_configure", ["configure", "install"]),
        ({"made": ["configure", "install"]}, "docker_server_virtualenv", ["configure", "install"]),
    ],
)
def test_fact_notes_which_parts_came_to_their_end(fact, tag, made):
    ending = read_role("tasks/prove.yml")[-1]["vars"]
    assert evaluate("__docker_server_made", bare_host(fact=fact), tags=[tag], **ending) == made


@pytest.mark.parametrize(
    ("release", "manager", "variables", "problems"),
    [
        pytest.param("rocky", "systemd", {"docker_server_source": "upstream", "docker_server_hold": True}, [], id="what it can"),
        pytest.param(
            "rocky",
            "systemd",
            {},
            ["this release has no Docker engine of its own: set docker_server_source to upstream"],
            id="an engine of its own",
        ),
        pytest.param(
            "fedora",
            "systemd",
            {"docker_server_version": "28.5", "docker_server_hold": True},
            [
                "docker_server_version needs upstream's repository on this host: set docker_server_source to upstream",
                "docker_server_hold needs upstream's repository on this host: set docker_server_source to upstream",
            ],
            id="versions of its own packages",
        ),
        pytest.param(
            "fedora",
            "process",
            {},
            ["docker_server_service: on this host the role needs systemd to run the engine; set it to none"],
            id="no systemd",
        ),
        pytest.param("fedora", "process", {"docker_server_service": "none"}, [], id="no service"),
    ],
)
def test_what_the_role_cannot_do_with_dnf_is_told(release, manager, variables, problems):
    assert evaluate("__docker_server_problems", bare_host(release, manager), **variables) == problems


@pytest.mark.parametrize(
    ("results", "collateral"),
    [
        pytest.param(
            ["Installed: docker-ce-3:28.5.2-1.el9.x86_64", "Removed: moby-engine-27.1.1-1.fc43.x86_64"], [], id="what is in the way"
        ),
        pytest.param(
            ["Installed: docker-ce-3:28.5.2-1.el9.x86_64", "Removed: docker-ce-3:28.5.1-1.el9.x86_64"], [], id="its older version"
        ),
        pytest.param(["Removed: docker-ce-cli-1:28.5.1-1.el9.x86_64"], ["docker-ce-cli"], id="what it does not name"),
    ],
)
def test_what_else_dnf_would_remove_is_read_from_its_simulation(results, collateral):
    simulated = {"__docker_server_simulation": {"results": results}, "__docker_server_change": {"remove": ["moby-engine"]}}
    assert evaluate("__docker_server_dnf_collateral", bare_host("fedora"), **simulated) == collateral


@pytest.mark.parametrize(
    ("proxies", "environment"),
    [
        ({}, {}),
        ({"http": "http://proxy.example.com", "no_proxy": ["a", "b"]}, {"http_proxy": "http://proxy.example.com", "no_proxy": "a,b"}),
        ({"https": "http://user:secret@proxy.example.com"}, {}),
    ],
)
def test_dnf_is_told_of_proxies_without_a_login(proxies, environment):
    assert evaluate("__docker_server_dnf_environment", bare_host("rocky"), docker_server_proxies=proxies) == environment


def simulate(**removals):
    """Return what the tasks register when apt-get would remove these packages."""
    results = [{"item": {"key": key}, "stdout": "".join(f"Remv {name} [1]\n" for name in names)} for key, names in removals.items()]
    return {"__docker_server_simulated": {"results": results}, "__docker_server_automatic": {"stdout_lines": []}}


@pytest.mark.parametrize(
    ("simulated", "companions", "useless"),
    [
        pytest.param(
            {"nothing": [], "doomed": ["a", "b"], "companions": ["a", "b", "c"]}, ["a", "b", "c"], ["a", "b", "c"], id="all of it"
        ),
        pytest.param({"nothing": ["b"], "doomed": ["a", "b"], "companions": ["a", "x"]}, ["a"], ["a"], id="not what was useless before"),
    ],
)
def test_packages_that_go_are_read_from_simulations_by_name(simulated, companions, useless):
    found = {**simulate(**dict(reversed(simulated.items()))), "__docker_server_companions": companions}
    assert sorted(evaluate("__docker_server_useless", bare_host(), **found)) == useless


@pytest.mark.parametrize(
    ("packages", "removed", "stays"),
    [
        pytest.param([], None, False, id="none"),
        pytest.param(["containerd"], None, True, id="nothing was removed"),
        pytest.param(["containerd"], ["containerd"], False, id="it goes"),
        pytest.param(["containerd.io"], [], True, id="another package needs it"),
    ],
)
def test_data_of_containerd_stays_with_it(packages, removed, stays):
    simulated = {} if removed is None else simulate(nothing=[], doomed=removed, companions=[])
    assert evaluate("__docker_server_containerd_stays", bare_host(packages=dict.fromkeys(packages, "1")), **simulated) is stays


@pytest.mark.parametrize(
    ("tags", "apply", "differs"),
    [
        pytest.param("all", "restart", True, id="with the engine that comes"),
        pytest.param("docker_server_install", "restart", True, id="with it alone"),
        pytest.param("docker_server_configure", "none", False, id="without it"),
    ],
)
def test_engine_is_restarted_for_another_version_only_where_that_comes(tags, apply, differs):
    options = {"live-restore": True, "log-driver": "json-file", "log-opts": {"max-file": "3", "max-size": "10m"}}
    host = bare_host(
        packages={"docker-ce": "5:26.1.5-1"},
        service={"manager": "systemd", "running": True, "enabled": True, "prunes": False},
        config={**bare_host()["config"], "exists": True, "options": options, "digest": digest_options(options)},
        time=0.0,
    )
    run = {"tags": [tags], "docker_server_source": "upstream", "docker_server_version": "26.1.9"}
    planned = read_role("tasks/engine_plan.yml")[0]["ansible.builtin.set_fact"]
    assert evaluate("__docker_server_before", host, **run, **planned)["apply"] == apply
    assert evaluate("__docker_server_engine_differs", host, **run) is differs


@pytest.mark.parametrize("path", ["/opt/docker-venv", "/srv/venv", "/usr/local/lib/docker/virtualenv"])
def test_folders_of_others_stay(path):
    folders = evaluate("__docker_server_own_folders", bare_host(), docker_server_virtualenv_path=path)
    assert {"/opt", "/srv", "/usr/local/lib"}.isdisjoint(folders)
    assert "/usr/local/lib/docker" in folders


def test_virtualenv_that_is_left_alone_keeps_its_folder():
    assert evaluate("__docker_server_own_virtualenv", bare_host(), docker_server_virtualenv="false") == []
    assert len(evaluate("__docker_server_own_virtualenv", bare_host())) == 2


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({}, ""),
        ({"data_root": "/srv/docker"}, "/srv/docker"),
        ({"data_root": "/srv/docker", "daemon_options": {"data-root": "/srv/other"}}, "/srv/other"),
        ({"daemon_options": {"debug": True}}, ""),
    ],
)
def test_data_root_is_asked_for_by_either_variable(variables, asked):
    chosen = {f"docker_server_{name}": value for name, value in variables.items()}
    assert evaluate("__docker_server_asked_data_root", bare_host(), **chosen) == asked
