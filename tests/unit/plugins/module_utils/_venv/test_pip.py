# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._requirements import parse_requirement
from ansible_collections.dockenv.python.plugins.module_utils._venv.pip import (
    explain_failure,
    install_words,
    is_conflict,
    parse_report,
    pip_command,
    render_constraints,
    render_requirements,
)
from ansible_collections.dockenv.python.plugins.module_utils._venv.satisfy import Distribution, Origin

HASH = "sha256:" + "a" * 64
CONFLICT = """\
ERROR: Cannot install -r r.txt (line 1) and demo-alpha<2 because these package versions have conflicting dependencies.
ERROR: ResolutionImpossible: for help visit the manual
"""
REFUSED = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': [Errno 111] Connection refused')': /simple/x/
ERROR: Could not find a version that satisfies the requirement x (from versions: none)
ERROR: No matching distribution found for x
"""
RESOLVED = (
    "(Retry(total=0)) after 'NewConnectionError(\"HTTPSConnection(host='h.example', port=443): Name or service not known\")'\nERROR: x\n"
)
LOGGED = """\
2026-11-21T12:32:47,015 Could not fetch URL https://u:****@one.example:8443/simple/x/: connection error: [Errno 111] Connection refused - skipping
2026-11-21T12:32:47,016 Could not fetch URL http://two.example/simple/x/: connection error: Read timed out. - skipping
2026-11-21T12:32:47,017 Could not fetch URL https://three.example/simple/x/: 404 Client Error: Not Found for url: https://three.example - skipping
"""
MISSING = "ERROR: Could not find a version that satisfies the requirement x (from versions: none)\n"


def test_a_requirements_file_has_options_first_and_hashes_last():
    requirements = (replace(parse_requirement("a==1; os_name == 'posix'", "x"), hashes=(HASH,)), parse_requirement("-e /srv/my app", "x"))
    options = (("--find-links", "/srv/my wheels"), ("--pre", ""))
    assert render_requirements(options, requirements) == (
        f"--find-links '/srv/my wheels'\n--pre\na==1 ; os_name == \"posix\" --hash={HASH}\n-e file:///srv/my%20app\n"
    )


def test_a_constraints_file_holds_constraints_and_pins():
    assert render_constraints((parse_requirement("a<2", "x"),), ("b==1.0",)) == "a<2\nb==1.0\n"


def test_commands_are_out_of_reach_of_the_caller():
    words = install_words("/t/r.txt", "/t/c.txt", is_upgrade=False)
    assert pip_command("/v/bin/python3", *words) == [
        *("/v/bin/python3", "-I", "-B", "-m", "pip", "install", "--no-compile", "--progress-bar", "off"),
        *("--requirement", "/t/r.txt", "--constraint", "/t/c.txt"),
    ]
    assert "--upgrade" in install_words("/t/r.txt", "/t/c.txt", is_upgrade=True)


def test_reads_what_pip_would_install():
    report = {
        "install": [
            {
                "metadata": {"name": "A.b", "version": "1", "requires_dist": ["c"]},
                "is_direct": False,
                "download_info": {"url": "https://h/a.whl"},
            },
            {"metadata": {"name": "d", "version": "2"}, "is_direct": True, "download_info": {"url": "file:///srv/d", "dir_info": {}}},
        ]
    }
    assert parse_report(json.dumps(report)) == (
        Distribution("A.b", "a-b", "1", ("c",)),
        Distribution("d", "d", "2", (), Origin("file:///srv/d")),
    )


@pytest.mark.parametrize(
    ("output", "said", "conflict"),
    [
        pytest.param(
            CONFLICT,
            "Cannot install -r r.txt (line 1) and demo-alpha<2 because these package versions have conflicting dependencies",
            True,
            id="a conflict",
        ),
        pytest.param(
            REFUSED,
            "the package index cannot be reached (Connection refused): Could not find a version that satisfies the requirement x (from versions: none)",
            False,
            id="no network",
        ),
        pytest.param(
            RESOLVED, "the package index at 'h.example' cannot be reached (Name or service not known): x", False, id="a host named by pip"
        ),
        pytest.param(
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
            "No space left on device; make room where the virtualenv is, and where temporary files go, then run the task again",
            False,
            id="a full disk",
        ),
        pytest.param(
            "ERROR: No matching distribution found for conflict\n", "No matching distribution found for conflict", False, id="a name"
        ),
        pytest.param("ERROR: Invalid URL https://u:p@h/x\n", "Invalid URL https://****@h/x", False, id="no credentials"),
        pytest.param("Traceback\nValueError: x\n", "ValueError: x", False, id="a crash"),
        pytest.param("", "it said nothing", False, id="silence"),
    ],
)
def test_explains_failures(output, said, conflict):
    assert explain_failure(output) == said
    assert is_conflict(output) is conflict


def test_names_the_indexes_that_only_the_log_has():
    assert explain_failure(MISSING, LOGGED) == (
        "the package index at 'one.example:8443' or 'two.example' cannot be reached (Connection refused): "
        "Could not find a version that satisfies the requirement x (from versions: none)"
    )


def test_an_index_whose_host_cannot_be_read_is_named_all_the_same():
    log = "Could not fetch URL https://u:p@[bad/simple/x/: connection error: [Errno 111] Connection refused - skipping\n"
    assert explain_failure(MISSING, log).startswith("the package index at '[bad' cannot be reached (Connection refused): ")


def test_an_index_that_answers_is_not_blamed():
    log = LOGGED.splitlines()[-1]
    assert explain_failure(MISSING, log) == "Could not find a version that satisfies the requirement x (from versions: none)"
