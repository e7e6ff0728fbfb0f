# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError, InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._resolver.pip import (
    explain_pip,
    lock_from_report,
    pins_kept,
    pip_files,
    pip_report_argv,
)
from ansible_collections.dockenv.python.plugins.module_utils._resolver.request import Index, LockRequest, Target

TARGET = Target("3.13.5", "x86_64", "glibc 2.41")
HASH, COMMIT = "a" * 64, "c" * 40


def make_report(*items):
    return json.dumps({"version": "1", "pip_version": "26.3", "install": list(items)})


def make_item(name, version, download, direct=False):
    return {"metadata": {"name": name, "version": version}, "download_info": download, "is_direct": direct, "requested": True}


ARCHIVE = {"url": "https://index.invalid/six.whl", "archive_info": {"hash": f"sha256={HASH}", "hashes": {"sha256": HASH}}}
GIT = {"url": "https://code.invalid/x.git", "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": COMMIT}}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([make_item("Six", "1.17.0", ARCHIVE)], f"six==1.17.0 \\\n    --hash=sha256:{HASH}\n", id="from an index"),
        pytest.param(
            [make_item("six", "1.17.0", ARCHIVE, direct=True)],
            f"six @ https://index.invalid/six.whl \\\n    --hash=sha256:{HASH}\n",
            id="wheel by URL",
        ),
        pytest.param([make_item("x", "1", GIT, direct=True)], f"x @ git+https://code.invalid/x.git@{COMMIT}\n", id="git"),
        pytest.param(
            [make_item("x", "1", {**GIT, "subdirectory": "lib"}, direct=True)],
            f"x @ git+https://code.invalid/x.git@{COMMIT}#subdirectory=lib\n",
            id="folder in git",
        ),
        pytest.param(
            [make_item("B_b", "2", ARCHIVE), make_item("a.A", "1", ARCHIVE)],
            f"a-a==1 \\\n    --hash=sha256:{HASH}\nb-b==2 \\\n    --hash=sha256:{HASH}\n",
            id="sorted by normal names",
        ),
        pytest.param([], "", id="nothing"),
    ],
)
def test_lock_from_report(items, expected):
    assert lock_from_report(make_report(*items)) == expected


def test_a_folder_cannot_be_locked():
    with pytest.raises(DockenvError) as caught:
        lock_from_report(make_report(make_item("x", "1", {"url": "file:///src/x", "dir_info": {}}, direct=True)))
    assert caught.value.message == ("The requirement 'x' cannot be locked: file:///src/x has no hash; use an archive, or a git URL")


def test_pip_gets_its_words_without_urls():
    request = LockRequest("a\n", TARGET, index=Index("https://index.invalid/simple", "joe", "hunter2"))
    assert pip_report_argv("python3", request, "/f") == [
        *["python3", "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--dry-run", "--ignore-installed"],
        *["--report=-", "--requirement=/f/requirements.in", "--constraint=/f/constraints.txt"],
    ]


def test_pip_gets_indexes_and_credentials_in_a_file():
    request = LockRequest(
        "a\n",
        TARGET,
        constraints="b<2\n",
        locked="c==1 \\\n    --hash=sha256:0\nd==2\n",
        upgrade=("D",),
        index=Index("https://index.invalid/simple", "joe", "p@ss/%w:rd"),
        extra_indexes=(Index("https://other.invalid/simple"),),
        netrc="machine other.invalid login joe password hush\n",
    )
    assert pip_files(request) == {
        "requirements.in": "a\n",
        "constraints.txt": "b<2\n\nc==1\n",
        ".netrc": "machine other.invalid login joe password hush\n",
        "pip.conf": "[global]\nindex-url = https://joe:p%40ss%2F%25w%3Ard@index.invalid/simple\nextra-index-url = https://other.invalid/simple\n",
    }


def test_an_index_without_encryption_is_trusted_when_it_is_named():
    index, extra = Index("http://127.0.0.1:81/simple", "joe", "x"), Index("https://index.invalid/simple")
    assert "trusted-host = 127.0.0.1:81\n" in pip_files(LockRequest("a\n", TARGET, index=index, extra_indexes=(extra,)))["pip.conf"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        pytest.param(
            "ERROR: Could not find a version that satisfies the requirement x==9\nERROR: No matching distribution found for x==9\n",
            "No matching distribution found for x==9",
            id="no such version",
        ),
        pytest.param(
            "ERROR: Could not find a version that satisfies the requirement x (from versions: none)\nERROR: No matching distribution found for x\n",
            "No matching distribution found for x; no index that was asked has it, or none lets the user in",
            id="no such package, or wrong password",
        ),
        pytest.param(
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)': /simple/x/\nERROR: No matching distribution found for x\n",
            "No matching distribution found for x; check index_url and the network of this host",
            id="no network",
        ),
        pytest.param(
            "/usr/bin/python3: No module named pip\n",
            "/usr/bin/python3: No module named pip; name a base image that has it, or set installer to uv",
            id="no pip",
        ),
        pytest.param("", "it gave no reason", id="silence"),
    ],
)
def test_explain_pip(output, expected):
    assert explain_pip(output) == expected


def test_pins_kept():
    locked = f"a-a==1 \\\n    --hash=sha256:{HASH}\nB.b==2\nx @ git+https://code.invalid/x@{COMMIT}\n# c==3\n"
    assert pins_kept(locked, ["b_B"]) == "a-a==1\n"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param({"python": "3.13.5", "machine": "x86_64", "libc": "glibc 2.41", "implementation": "CPython"}, TARGET, id="Debian"),
        pytest.param(
            {"python": "3.12.1", "machine": "aarch64", "libc": "musl", "implementation": "CPython"},
            Target("3.12.1", "aarch64", "musl"),
            id="Alpine",
        ),
    ],
)
def test_what_an_image_says_of_its_python(answer, expected):
    assert Target.from_probe(json.dumps(answer) + "\n") == expected


@pytest.mark.parametrize(
    ("output", "message"),
    [
        pytest.param("hello\n", "The image's Python does not say what it is, but 'hello\\n'", id="no Python"),
        pytest.param(
            '{"python": "3.11", "machine": "x86_64", "libc": "", "implementation": "PyPy"}',
            "The image's Python is PyPy; only CPython can be resolved for",
            id="PyPy",
        ),
    ],
)
def test_an_image_without_a_python_to_resolve_for(output, message):
    with pytest.raises(InvalidInput) as caught:
        Target.from_probe(output)
    assert caught.value.message == message


def test_a_password_is_not_in_what_is_printed_of_an_index():
    assert "hunter2" not in repr(Index("https://index.invalid", "joe", "hunter2"))
