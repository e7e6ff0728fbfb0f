# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._venv_image.dockerfile import Layout, render
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._venv_image.definitions import make_spec

PROOF = (
    "RUN --mount=type=cache,id=dockenv,target=/mnt --mount=type=tmpfs,target=/tmp "
    "--mount=type=bind,source=prove.py,target=/tmp/prove.py "
    '["/usr/local/lib/shop/bin/python3", "-I", "-B", "/tmp/prove.py", "/usr/local/lib/shop", "--byte-code=/mnt"]'
)
MOUNTS = (
    "--mount=type=cache,id=dockenv,target=/mnt --mount=type=tmpfs,target=/tmp --mount=type=bind,source=install.py,target=/tmp/install.py"
)
LOCK = "--mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt"


def lines(layout, has_mounts=True, **params):
    return render(make_spec(**params), layout, has_mounts).splitlines()


# V5 V6 V13 V14 V15 V22 V23 V25 V26 V28 V31 V32 V42
def test_all_that_can_be_asked_for():
    found = lines(
        Layout("relocate", has_project=True),
        env={"A": 'a "b" $c = , %'}, entrypoint=["run", "a b"], command=["$HOME"], ports=["8080:80"], user="ada", workdir="/data",
        path_entries=["/opt/bin"], pythonpath_entries=["/opt/lib"], labels={"k": "v"}, system_packages=["netbase"],
    )  # fmt: skip
    assert found == [
        "# Made by the Ansible collection dockenv.python, module docker_venv_image. It builds without it: DOCKER_BUILDKIT=1 docker build .",
        "FROM python:3.13-slim",
        "USER root",
        "RUN apt-get -qq update \\",
        "    && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends netbase \\",
        "    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log",
        'COPY ["venv", "/usr/local/lib/shop"]',
        PROOF,
        'COPY ["project", "/usr/local/src/shop"]',
        "ENV VIRTUAL_ENV=/usr/local/lib/shop PATH=/usr/local/lib/shop/bin:/usr/local/src/shop:/opt/bin:$PATH",
        'ENV PYTHONPATH="/usr/local/src/shop:/opt/lib"',
        'ENV A="a \\"b\\" \\$c = , %"',
        'LABEL k="v"',
        "RUN id ada > /dev/null 2>&1 || (groupadd ada && useradd --create-home --shell /bin/sh --gid ada ada)",
        "WORKDIR /data",
        "EXPOSE 80/tcp",
        "USER ada",
        'ENTRYPOINT ["run", "a b"]',
        'CMD ["$HOME"]',
    ]


def test_without_a_project():
    assert lines(Layout("relocate"))[-2:] == [PROOF, "ENV VIRTUAL_ENV=/usr/local/lib/shop PATH=/usr/local/lib/shop/bin:$PATH"]


def test_project_that_is_not_on_the_paths():
    found = lines(Layout("relocate", has_project=True), project_on_path=False, project_on_pythonpath=False)
    assert found[-2:] == ["ENV VIRTUAL_ENV=/usr/local/lib/shop PATH=/usr/local/lib/shop/bin:$PATH", "WORKDIR /usr/local/src/shop"]


# V27
def test_added_to_what_is_moved():
    found = lines(Layout("relocate", has_lock=True, has_sources=True))
    mounts = f"{MOUNTS} {LOCK} --mount=type=bind,source=sources,target=/tmp/sources"
    assert found[3:6] == ['COPY ["venv", "/usr/local/lib/shop"]', f'RUN {mounts} ["python3", "-B", "/tmp/install.py", "--add"]', PROOF]


def test_installed_anew_with_links_to_folders_of_the_image():
    found = lines(Layout("rebuild", has_lock=True, copies=(("tool", "/opt/tool"),), linked=("/opt/tool",), needs_project=True))
    assert found[3:7] == [
        f'RUN {MOUNTS} {LOCK} ["python3", "-B", "/tmp/install.py"]',
        'COPY ["editables/tool", "/opt/tool"]',
        f'RUN {MOUNTS} ["python3", "-B", "/tmp/install.py", "--add", "--editable=/opt/tool"]',
        PROOF.replace(', "--byte-code=/mnt"', ""),
    ]


@pytest.mark.parametrize("strategy", ["relocate", "rebuild"])
def test_a_builder_without_mounts(strategy):
    found = lines(Layout(strategy, has_lock=True), has_mounts=False)
    assert not any("--mount" in line for line in found)
    assert 'COPY ["prove.py", "/tmp/prove.py"]' in found
    compiled = ', "--byte-code"' if strategy == "relocate" else ""
    assert any(line.endswith(f'"/usr/local/lib/shop"{compiled}, "--remove"]') for line in found)


# V7
def test_python_for_a_base_that_has_none():
    found = lines(Layout("rebuild", has_lock=True, added_packages=("python3", "python3-venv")), system_packages=["netbase"])
    assert "--no-install-recommends netbase python3 python3-venv " in "\n".join(found)


def test_a_login_reaches_the_installation_only():
    found = lines(Layout("rebuild", has_lock=True, secrets=(("netrc", "2"),)))
    assert [number for number, line in enumerate(found) if "type=secret,id=netrc" in line] == [4]
    assert found[3].startswith("ARG DOCKENV_SECRETS=")
