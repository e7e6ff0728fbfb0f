# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.dockenv.python.plugins.filter.docker_packages_plan import docker_packages_plan

FINGERPRINT = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
FILES = {"source": "/s/docker.sources", "key": "/k/docker.asc", "preferences": "/p/docker"}
REPOSITORY = {
    "url": "https://mirror.example.org",
    "suite": "trixie",
    "component": "stable",
    "architecture": "amd64",
    "fingerprint": "9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88",
}


def want(version: str = "", **changed) -> dict:
    """Return what asks for upstream's engine."""
    pins = [{"option": "docker_server_version", "packages": ["docker-ce"], "version": version}]
    return {"packages": ["docker-ce"], "pins": pins, "files": FILES, "repository": REPOSITORY, **changed}


def host(plan: dict, **changed) -> dict:
    """Return a host with the files of a plan."""
    digests = {name: hashlib.sha256(plan[name].encode()).hexdigest() for name in ("source", "preferences") if plan[name]}
    return {
        "packages": {"docker-ce": "5:26.1.5-1"},
        "files": {**{FILES[name]: {"digest": digest, "ours": True} for name, digest in digests.items()}, FILES["key"]: {}},
        "apt": {"architecture": "amd64", "sources": [], "keyrings": {FILES["key"]: [FINGERPRINT]}},
        **changed,
    }


CONVERGED = host(docker_packages_plan(want("26.1"), {}))


def test_everything_is_written_on_a_bare_host():
    plan = docker_packages_plan(want("26.1"), {})
    assert (plan["anything"], plan["write"], plan["delete"], plan["edit"]) == (True, ["source", "preferences", "key"], [], [])
    assert f"Signed-By: {FILES['key']}" in plan["source"]


def test_nothing_is_to_be_done_on_a_host_that_has_it():
    plan = docker_packages_plan(want("26.1"), CONVERGED)
    assert (plan["anything"], plan["differs"], plan["write"], plan["delete"], plan["invalid"]) == (False, False, [], [], [])


@pytest.mark.parametrize(
    ("wanted", "changes", "written"),
    [
        pytest.param(want("26.1", repository={**REPOSITORY, "suite": "sid"}), {}, ["source"], id="another suite"),
        pytest.param(want("26"), {}, ["preferences"], id="another version that the package has too"),
        pytest.param(want("26.1"), {"apt": {"keyrings": {FILES["key"]: ["0" * 40]}}}, ["key"], id="another key there"),
        pytest.param(want("26.1"), {"apt": {"keyrings": {FILES["key"]: [FINGERPRINT, "0" * 40]}}}, ["key"], id="another key too"),
    ],
)
def test_what_differs_is_written(wanted, changes, written):
    plan = docker_packages_plan(wanted, {**CONVERGED, **changes})
    assert (plan["anything"], plan["write"]) == (True, written)


def test_older_files_for_the_repository_go():
    sources = [
        {"path": "/s/docker.list", "lines": [1], "alone": True},
        {"path": "/s/mixed.list", "lines": [2, 4], "alone": False},
        {"path": FILES["source"], "lines": [1], "alone": True},
    ]
    keyrings = {FILES["key"]: [FINGERPRINT], "/k/old.gpg": [FINGERPRINT], "/k/other.gpg": [FINGERPRINT, "0" * 40]}
    plan = docker_packages_plan(want("26.1"), {**CONVERGED, "apt": {"sources": sources, "keyrings": keyrings}})
    assert plan["delete"] == ["/s/docker.list", "/k/old.gpg"]
    assert plan["edit"] == [{"path": "/s/mixed.list", "lines": [2, 4]}]
    assert plan["invalid"] == []


def test_key_that_other_repositories_have_too_stays_and_is_written_once():
    keyrings = {FILES["key"]: [FINGERPRINT], "/k/shared.gpg": [FINGERPRINT]}
    apt = {"sources": [], "keyrings": keyrings, "shared": list(keyrings)}
    plan = docker_packages_plan(want("26.1"), {**CONVERGED, "apt": apt})
    assert (plan["anything"], plan["write"], plan["delete"]) == (False, [], [])


@pytest.mark.parametrize("path", ["/s/mixed.sources", FILES["source"]])
def test_stanza_of_several_repositories_is_refused(path):
    apt = {"sources": [{"path": path, "lines": [1], "alone": True, "mixed": True}], "keyrings": {}}
    assert docker_packages_plan(want("26.1"), {**CONVERGED, "apt": apt})["invalid"] == [
        f"{path} names the engine's repository and another one in one stanza: give each a stanza of its own, or take the engine's out"
    ]


def test_files_of_the_role_go_where_the_distribution_is_asked():
    plan = docker_packages_plan(want(repository={}), CONVERGED)
    assert plan["delete"] == [FILES["source"], FILES["preferences"], FILES["key"]]


@pytest.mark.parametrize(
    ("named_by", "goes"),
    [([], True), ([FILES["source"]], True), ([FILES["source"], "/etc/apt/sources.list.d/theirs.list"], False)],
)
def test_key_stays_where_a_source_of_others_names_it(named_by, goes):
    files = {**CONVERGED["files"], FILES["key"]: {"named_by": named_by}}
    plan = docker_packages_plan(want(repository={}), {**CONVERGED, "files": files})
    assert (FILES["key"] in plan["delete"]) is goes


def test_files_of_others_stay_where_the_distribution_is_asked():
    theirs = {path: {"digest": "0", "ours": False} for path in FILES.values()}
    assert docker_packages_plan(want(repository={}), {**CONVERGED, "files": theirs})["delete"] == []


def test_preferences_go_with_the_version():
    assert docker_packages_plan(want(), CONVERGED)["delete"] == [FILES["preferences"]]


def test_offer_decides_about_versions():
    bare = docker_packages_plan(want("26.1"), {}, {"docker-ce": ["5:26.1.5-1", "5:27.0.0-1"]})
    assert (bare["install"], bare["problems"]) == (["docker-ce=5:26.1.5-1"], [])


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        pytest.param(
            want("26.1\nPackage: *"),
            "docker_server_version must be a version or the beginning of one, such as 26.1, not '26.1\\nPackage: *'",
            id="a version of two lines",
        ),
        pytest.param(
            want(26.1),
            "docker_server_version: 26.1 is no text; write the version in quotation marks, because YAML takes 1.10 for 1.1",
            id="a fraction for a version",
        ),
        pytest.param(
            want(repository={**REPOSITORY, "suite": 24.04}),
            "docker_server_upstream_suite must be set to one word, and is 24.04",
            id="a fraction for a release",
        ),
        pytest.param(
            want(repository={**REPOSITORY, "url": 5}),
            "docker_server_upstream_url must be set to one word, and is 5",
            id="a number for a URL",
        ),
        pytest.param(
            want(repository={**REPOSITORY, "fingerprint": 5}),
            "docker_server_upstream_fingerprint must be 40 hexadecimal digits, not 5",
            id="a number for a fingerprint",
        ),
        pytest.param(
            want(repository={**REPOSITORY, "fingerprint": "0EBFCD88"}),
            "docker_server_upstream_fingerprint must be 40 hexadecimal digits, not '0EBFCD88'",
            id="a short fingerprint",
        ),
        pytest.param(
            want(repository={**REPOSITORY, "suite": None}),
            "docker_server_upstream_suite must be set to one word, and is None",
            id="a release without a codename",
        ),
        pytest.param(
            want(repository={**REPOSITORY, "component": "stable test"}),
            "docker_server_upstream_channel must be set to one word, and is 'stable test'",
            id="two channels",
        ),
        pytest.param(
            want(repository={**REPOSITORY, "url": "https://user:secret@mirror.example.org"}),
            "docker_server_upstream_url must hold no password, everybody reads it: put that into /etc/apt/auth.conf.d",
            id="a password",
        ),
    ],
)
def test_values_that_cannot_stand_in_files_are_told(wanted, sentence):
    assert docker_packages_plan(wanted, {})["invalid"] == [sentence]


def test_other_arguments_are_refused():
    with pytest.raises(AnsibleFilterError) as raised:
        docker_packages_plan(["docker-ce"], {})
    assert str(raised.value) == "docker_packages_plan takes a mapping as its input, not ['docker-ce']"


@pytest.mark.parametrize("version", ["", None])
def test_without_a_version_there_is_no_pin(version):
    plan = docker_packages_plan(want(version), {})
    assert (plan["pinned"], plan["preferences"], plan["invalid"]) == (False, "", [])


DNF_FILES = {"source": "/r/docker-ce.repo", "key": "/k/docker"}
DNF_REPOSITORY = {**REPOSITORY, "suite": "9", "architecture": "x86_64"}


def want_dnf(version: str = "", **changed) -> dict:
    """Return what asks for upstream's engine on a host with dnf."""
    pins = [
        {"option": "docker_server_version", "packages": ["docker-ce", "docker-ce-cli"], "version": version},
        {"option": "docker_server_compose_version", "packages": ["docker-compose-plugin"], "version": ""},
    ]
    packages = ["docker-ce", "docker-ce-cli", "containerd.io"]
    return {"packages": packages, "pins": pins, "files": DNF_FILES, "repository": DNF_REPOSITORY, "manager": "dnf", **changed}


def test_versions_and_holds_are_in_the_file_of_the_repository_for_dnf():
    plan = docker_packages_plan(want_dnf("3:28.5", hold=True), {})
    assert plan["source"].splitlines()[-2:] == [
        "includepkgs=docker-ce-28.5,docker-ce-28.5.*,docker-ce-28.5-*,docker-ce-28.5~*,"
        "docker-ce-cli-28.5,docker-ce-cli-28.5.*,docker-ce-cli-28.5-*,docker-ce-cli-28.5~*,containerd.io,docker-compose-plugin",
        "excludepkgs=docker-ce,docker-ce-cli,containerd.io",
    ]
    assert (plan["preferences"], plan["write"], plan["hold"], plan["unhold"]) == ("", ["source", "key"], [], [])


def test_epochs_of_rpm_are_each_package_s_own():
    offered = {"docker-ce": ["3:28.5.2-1.el9"], "docker-ce-cli": ["1:28.5.2-1.el9"], "containerd.io": ["1.7.29-1.el9"]}
    plan = docker_packages_plan(want_dnf("3:28.5"), {}, offered)
    assert (plan["install"], plan["problems"]) == (["docker-ce=3:28.5.2-1.el9", "docker-ce-cli=1:28.5.2-1.el9", "containerd.io"], [])


def test_nothing_is_to_be_done_on_a_host_with_dnf_that_has_it():
    plan = docker_packages_plan(want_dnf("28.5"), {})
    packages = {"docker-ce": "3:28.5.2-1.el9", "docker-ce-cli": "1:28.5.2-1.el9", "containerd.io": "1.7.29-1.el9"}
    files = {DNF_FILES["source"]: {"digest": hashlib.sha256(plan["source"].encode()).hexdigest(), "ours": True}}
    host = {"packages": packages, "files": files, "apt": None, "dnf": {"sources": [], "keyrings": {DNF_FILES["key"]: [FINGERPRINT]}}}
    assert docker_packages_plan(want_dnf("28.5"), host)["anything"] is False
    gone = docker_packages_plan(want_dnf(repository={}), {**host, "files": {**files, DNF_FILES["key"]: {}}})
    assert gone["delete"] == [DNF_FILES["source"], DNF_FILES["key"]]


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        pytest.param({}, [], id="its packages"),
        pytest.param(
            {"pins": [{"option": "docker_server_version", "packages": ["moby-engine"], "version": "27"}], "hold": True},
            [
                "docker_server_version needs upstream's repository on this host: set docker_server_source to upstream",
                "docker_server_hold needs upstream's repository on this host: set docker_server_source to upstream",
            ],
            id="versions and holds",
        ),
        pytest.param(
            {"packages": []}, ["this release has no Docker engine of its own: set docker_server_source to upstream"], id="no engine"
        ),
    ],
)
def test_what_dnf_cannot_do_with_the_distribution_is_told(changed, sentences):
    assert docker_packages_plan(want_dnf(repository={}, **changed), {})["invalid"] == sentences


def test_password_has_no_place_for_dnf():
    repository = {**DNF_REPOSITORY, "url": "https://user:secret@mirror.example.org"}
    (sentence,) = docker_packages_plan(want_dnf(repository=repository), {})["invalid"]
    assert sentence == "docker_server_upstream_url must hold no password, everybody reads it: name a mirror that asks for none"
