# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._resolver.request import Index, LockRequest, Target
from ansible_collections.dockenv.python.plugins.module_utils._resolver.uv import explain_uv, uv_argv, uv_environment, uv_platform

TARGET = Target("3.13.5", "x86_64", "glibc 2.41")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, [], id="nothing asked for"),
        pytest.param({"constraints": "a<2\n"}, ["--constraints=constraints.txt"], id="constraints"),
        pytest.param({"constraints": " \n"}, [], id="no constraints"),
        pytest.param({"upgrade": ("a", "b")}, ["--upgrade-package=a", "--upgrade-package=b"], id="some to the latest"),
        pytest.param({"index": Index("https://index.invalid/simple", "joe", "hunter2")}, [], id="indexes are no words"),
    ],
)
def test_uv_argv(options, expected):
    assert uv_argv("/bin/uv", LockRequest("a\n", TARGET, **options)) == [
        "/bin/uv",
        "pip",
        "compile",
        "requirements.in",
        "--output-file=requirements.txt",
        "--generate-hashes",
        "--quiet",
        "--no-header",
        "--no-annotate",
        "--python-version=3.13.5",
        "--python-platform=x86_64-manylinux_2_40",
        *expected,
    ]


@pytest.mark.parametrize(
    ("machine", "libc", "expected"),
    [
        pytest.param("x86_64", "glibc 2.41", "x86_64-manylinux_2_40", id="newer than uv knows"),
        pytest.param("x86_64", "glibc 2.36", "x86_64-manylinux_2_36", id="Debian 12"),
        pytest.param("aarch64", "glibc 2.30", "aarch64-manylinux_2_28", id="between two"),
        pytest.param("arm64", "musl", "aarch64-unknown-linux-musl", id="Alpine"),
    ],
)
def test_uv_platform(machine, libc, expected):
    assert uv_platform(Target("3.13", machine, libc)) == expected


@pytest.mark.parametrize(
    ("machine", "libc"),
    [
        pytest.param("riscv64", "glibc 2.41", id="machine"),
        pytest.param("x86_64", "glibc 2.12", id="C library too old"),
        pytest.param("x86_64", "", id="C library unknown"),
    ],
)
def test_a_platform_that_uv_does_not_know(machine, libc):
    with pytest.raises(InvalidInput) as caught:
        uv_platform(Target("3.13", machine, libc))
    assert caught.value.message == (
        f"uv cannot resolve for Python 3.13 on {machine} with {libc}: it knows x86_64 and aarch64, with glibc 2.17 or newer or with musl; "
        "set installer to pip, which resolves in the image itself"
    )


def test_indexes_and_credentials_are_in_the_environment_and_apart():
    request = LockRequest(
        "a\n",
        TARGET,
        index=Index("https://one.invalid/simple", "joe", "p@ss/w:rd"),
        extra_indexes=(Index("https://two.invalid/simple"), Index("https://three.invalid/simple", "token")),
    )
    child = uv_environment(request, {"PATH": "/bin"})
    assert {name: value for name, value in child.items() if "INDEX" in name} == {
        "UV_DEFAULT_INDEX": "dockenv=https://one.invalid/simple",
        "UV_INDEX_DOCKENV_USERNAME": "joe",
        "UV_INDEX_DOCKENV_PASSWORD": "p@ss/w:rd",
        "UV_INDEX": "dockenv0=https://two.invalid/simple dockenv1=https://three.invalid/simple",
        "UV_INDEX_DOCKENV1_USERNAME": "token",
    }
    assert (child["PATH"], child["UV_PYTHON_DOWNLOADS"], child["UV_PYTHON"]) == ("/bin", "never", sys.executable)


def test_without_an_index_the_hosts_settings_decide():
    child = uv_environment(LockRequest("a\n", TARGET), {"UV_DEFAULT_INDEX": "https://mirror.invalid/simple"})
    assert child["UV_DEFAULT_INDEX"] == "https://mirror.invalid/simple"
    assert "UV_INDEX" not in child


UNSATISFIABLE = """\
error: No solution found when resolving dependencies
  cause: Because requests==2.32.0 depends on urllib3>=1.21.1,<3 and you require requests==2.32.0, we can conclude that you require urllib3>=1.21.1,<3.
         And because you require urllib3<1, we can conclude that your requirements are unsatisfiable.
"""
BOXED = """\
  \u00d7 No solution found when resolving dependencies:
  \u2570\u2500\u25b6 Because there is no version of requests==99 and you require requests==99,
      we can conclude that your requirements are unsatisfiable.

      hint: something else
"""
UNREACHABLE = """\
error: Request failed after 3 retries in 4.6s
  cause: Failed to fetch: http://127.0.0.1:1/simple/flask/
  cause: error sending request for url (http://127.0.0.1:1/simple/flask/)
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""
LOCKED_OUT = """\
error: No solution found when resolving dependencies
  cause: Because six was not found in the package registry and you require six, we can conclude that your requirements are unsatisfiable.

hint: An index URL (http://127.0.0.1:1/simple) could not be queried due to a lack of valid authentication credentials (401 Unauthorized)
"""
GIT = """\
error: Failed to download and build `x @ git+file:///nonexist`
  cause: Git operation failed
  cause: process didn't exit successfully: `/usr/bin/git fetch` (exit status: 128)
         --- stderr
         fatal: '/nonexist' does not appear to be a git repository
         fatal: Could not read from remote repository.
"""


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        pytest.param(
            UNSATISFIABLE,
            "Because requests==2.32.0 depends on urllib3>=1.21.1,<3 and you require requests==2.32.0, we can conclude that you require "
            "urllib3>=1.21.1,<3. And because you require urllib3<1, we can conclude that your requirements are unsatisfiable",
            id="unsatisfiable",
        ),
        pytest.param(
            BOXED,
            "Because there is no version of requests==99 and you require requests==99, we can conclude that your requirements are unsatisfiable",
            id="older versions draw boxes",
        ),
        pytest.param(
            UNREACHABLE,
            "Failed to fetch: http://127.0.0.1:1/simple/flask/: Connection refused (os error 111); check index_url and the network of this host",
            id="no network",
        ),
        pytest.param(
            LOCKED_OUT,
            "Because six was not found in the package registry and you require six, we can conclude that your requirements are unsatisfiable; "
            "an index did not let the user in: check its user name and password",
            id="wrong password",
        ),
        pytest.param(
            GIT,
            "Failed to download and build `x @ git+file:///nonexist`: fatal: '/nonexist' does not appear to be a git repository",
            id="git",
        ),
        pytest.param("error: The wheel filename `nope.whl` is invalid", "The wheel filename `nope.whl` is invalid", id="one line"),
        pytest.param("error: " + "x" * 900, "x" * 600 + " …", id="kept short"),
        pytest.param("", "uv gave no reason", id="silence"),
    ],
)
def test_explain_uv(output, expected):
    assert explain_uv(output) == expected


def test_git_gets_the_logins_that_it_would_read_from_a_netrc():
    request = LockRequest(
        "app @ git+https://code.invalid:8443/app.git@main\n",
        TARGET,
        netrc="machine code.invalid login joe password hush\nmachine other.invalid login ann password hush\n",
    )
    child = uv_environment(request, {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name"})
    assert {name: value for name, value in child.items() if name.startswith("GIT_")} == {
        "GIT_CONFIG_COUNT": "4",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_KEY_1": "http.https://code.invalid/.extraHeader",
        "GIT_CONFIG_VALUE_1": "Authorization: Basic am9lOmh1c2g=",
        "GIT_CONFIG_KEY_2": "http.https://code.invalid:8443/.extraHeader",
        "GIT_CONFIG_VALUE_2": "Authorization: Basic am9lOmh1c2g=",
        "GIT_CONFIG_KEY_3": "http.https://other.invalid/.extraHeader",
        "GIT_CONFIG_VALUE_3": "Authorization: Basic YW5uOmh1c2g=",
    }
    assert "hush" not in repr(request)


def test_without_logins_those_of_the_host_stay():
    child = uv_environment(LockRequest("a\n", TARGET), {"NETRC": "/root/mine"})
    assert (child["NETRC"], "GIT_CONFIG_COUNT" in child) == ("/root/mine", False)
