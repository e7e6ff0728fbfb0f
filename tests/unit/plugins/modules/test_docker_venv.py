# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the whole module against real virtualenvs, a real pip and a small index on the disk."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import functools
import hashlib
import http.server
import importlib.util
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._venv.relocate import relocate_tree
from ansible_collections.dockenv.python.plugins.modules import docker_venv

MODULE = Path(docker_venv.__file__)
ROOT = MODULE.parents[5]
GENERATOR = MODULE.parents[2] / "tests/integration/targets/docker_venv/files/make_index.py"
# Of the caller's settings only those of the test count: no index but ours is reached.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))},
    "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}

# Of a result, what a second run says as well.
AFTERWARDS = ("virtualenv", "packages", "python_version", "links")


def load_generator():
    specification = importlib.util.spec_from_file_location("make_index", GENERATOR)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


make_index = load_generator()


@pytest.fixture(scope="session")
def python():
    """The interpreter that the tests run under, outside of its virtualenv."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


@pytest.fixture(scope="session")
def template(tmp_path_factory, python):
    """An index, and a virtualenv that the module made from it, to copy: making one from scratch takes seconds.

    ansible-test runs every test in a process of its own, so what is shared lies on the disk.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "docker_venv"
    folder.mkdir(exist_ok=True)
    host = Host(folder, folder / "index", python)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            make_index.main(str(host.index))
            result = host.run(packages=["demo-alpha==1.0"])
            assert result.get("changed") is True, result
            (folder / "ready").touch()
    return host


@pytest.fixture
def bare(tmp_path, template, python):
    """A host without a virtualenv."""
    return Host(tmp_path, template.index, python)


@pytest.fixture
def host(bare, template):
    """A host whose virtualenv holds demo-alpha 1.0."""
    generation = bare.folder / "lib" / ".venv-0123456789ab"
    shutil.copytree(template.venv.resolve(), generation, symlinks=True)
    relocate_tree(str(generation), str(template.venv), str(bare.venv))
    bare.venv.symlink_to(generation.name)
    return bare


@pytest.fixture
def plain(bare, template):
    """A host with the same as a plain folder, as `python -m venv` makes it."""
    shutil.copytree(template.venv.resolve(), bare.venv, symlinks=True)
    (bare.venv / "dockenv.json").unlink()
    relocate_tree(str(bare.venv), str(template.venv), str(bare.venv))
    return bare


class Host:
    """A place of its own on this machine, and the module run there with common options."""

    def __init__(self, folder, index, python):
        self.folder = folder
        self.index = index
        self.venv = folder / "lib" / "venv"
        self.link = folder / "bin" / "demo-python"
        self.common = {"path": str(self.venv), "python": python, "index_url": f"file://{index}/simple"}

    def start(self, options, check=False, environment=None, umask=0o022):
        arguments = {**self.common, **options, "_ansible_check_mode": check, "_ansible_diff": True}
        process = subprocess.Popen(
            [sys.executable, "-m", "ansible_collections.dockenv.python.plugins.modules.docker_venv"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, **(environment or {})},
            encoding="utf-8",
            umask=umask,
        )
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
        process.stdin.close()
        process.stdin = None
        return process

    def run(self, check=False, environment=None, umask=0o022, **options):
        return result_of(self.start(options, check, environment, umask))

    def change(self, **options):
        """Ask in check mode, do it, compare, do it again, compare; return the result."""
        before = snapshot(self.folder)
        predicted = self.run(check=True, **options)
        assert snapshot(self.folder) == before
        done = self.run(**options)
        assert done == predicted
        assert done["changed"] is True, done
        again = self.run(**options)
        steady = {"changed": False, "reasons": [], "actions": [], "diff": {**done["diff"], "before": done["diff"]["after"]}}
        assert {key: again[key] for key in steady} == steady
        assert {key: again[key] for key in AFTERWARDS} == {key: done[key] for key in AFTERWARDS}
        assert leftovers(self) == []
        return done

    def refuse(self, **options):
        """Expect the same error in check mode and for real, and nothing touched; return its sentence."""
        before = snapshot(self.folder)
        predicted = self.run(check=True, **options)
        failed = self.run(**options)
        assert snapshot(self.folder) == before
        assert failed.get("failed") is True, failed
        assert "exception" not in failed
        assert predicted["msg"] == failed["msg"]
        return failed["msg"]

    def installed(self):
        """What the virtualenv's own pip says is installed."""
        command = [self.venv / "bin" / "python3", "-I", "-m", "pip", "list", "--format=json"]
        out = subprocess.run(command, capture_output=True, check=True, env=ENVIRONMENT).stdout
        return {entry["name"]: entry["version"] for entry in json.loads(out) if entry["name"].startswith("demo-")}


def result_of(process):
    out, err = process.communicate(timeout=300)
    assert out.strip(), err
    result = json.loads(out.strip().splitlines()[-1])
    result.pop("invocation", None)
    if "warnings" in result:
        # Newer releases of ansible-core hand over more than the text.
        result["warnings"] = [entry if isinstance(entry, str) else entry["event"]["msg"] for entry in result["warnings"]]
    return result


def snapshot(folder):
    """Everything below a folder: kind, mode, content or target."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                content = os.readlink(path)
            elif stat.S_ISREG(mode):
                content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            else:
                content = None
            found[os.path.relpath(path, folder)] = (mode, content)
    return found


def leftovers(host):
    """What stands beside the virtualenv and is not in use."""
    used = {"venv", os.readlink(host.venv)} if host.venv.is_symlink() else {"venv"}
    return sorted(name for name in os.listdir(host.venv.parent) if name not in used) if host.venv.parent.exists() else []


def run_python(path, code):
    return subprocess.run([path, "-c", code], capture_output=True, encoding="utf-8", check=True, env=ENVIRONMENT).stdout.strip()


def requested(result):
    return {entry["name"]: entry["version"] for entry in result["packages"] if entry["requested"]}


def hash_of(index, name, version):
    wheel = index / "simple" / name / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    return f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def test_makes_a_virtualenv_that_speaks_of_its_final_path(bare):
    links = [{"path": str(bare.link), "command": "python"}]
    result = bare.change(packages=["demo-beta", "demo-alpha<2"], links=links)
    assert result["reasons"] == [f"there is no virtualenv at {str(bare.venv)!r}", f"the link {str(bare.link)!r} is missing"]
    assert requested(result) == {"demo-alpha": "1.1", "demo-beta": "1.0"}
    assert result["python_version"] == run_python(bare.venv / "bin" / "python3", "import platform; print(platform.python_version())")
    assert result["links"] == [{"path": str(bare.link), "state": "present", "target": f"{bare.venv}/bin/demo-python"}]
    assert bare.installed() == {"demo-alpha": "1.1", "demo-beta": "1.0"}
    assert (bare.venv / "bin" / "demo-alpha").read_text().splitlines()[0] == f"#!{bare.venv}/bin/python3"
    assert run_python(bare.link, "import sys; print(sys.prefix)") == str(bare.venv)
    generation = os.readlink(bare.venv).encode()
    assert [path for path in bare.venv.resolve().rglob("*") if path.is_file() and generation in path.read_bytes()] == []
    source = f"source {bare.venv}/bin/activate && command -v demo-alpha && demo-alpha && echo $VIRTUAL_ENV"
    said = subprocess.run(["bash", "-c", source], capture_output=True, encoding="utf-8", check=True, env=ENVIRONMENT).stdout
    assert said.splitlines() == [f"{bare.venv}/bin/demo-alpha", "demo-alpha 1.1", str(bare.venv)]


def test_starts_no_pip_when_nothing_is_to_do(host):
    (next(host.venv.glob("lib/python*/site-packages/pip")) / "__main__.py").write_text("raise SystemExit('pip was started')")
    result = host.run(packages=["demo-alpha>=1.0"])
    assert (result["changed"], result["reasons"], result["actions"]) == (False, [], [])


@pytest.mark.parametrize(
    ("packages", "reason", "installed"),
    [
        pytest.param(
            ["demo-alpha>=2"],
            "demo-alpha 1.0 is installed, which is not 'demo-alpha>=2' (packages[0])",
            {"demo-alpha": "2.0"},
            id="a version",
        ),
        pytest.param(
            ["demo-beta"],
            "'demo-beta' (packages[0]) is not installed",
            {"demo-alpha": "1.0", "demo-beta": "1.0"},
            id="one more leaves what is well",
        ),
        pytest.param(
            ["demo-gamma>=2"],
            "'demo-gamma>=2' (packages[0]) is not installed",
            {"demo-alpha": "2.0", "demo-gamma": "2.0"},
            id="what is well moves when nothing fits otherwise",
        ),
        pytest.param(
            ["demo-old", "demo-beta; python_version < '3'"],
            "'demo-old' (packages[0]) is not installed",
            {"demo-alpha": "1.0", "demo-old": "1.0"},
            id="markers that do not hold",
        ),
        pytest.param(
            [{"name": "demo-alpha", "version": "<2", "state": "latest"}],
            "demo-alpha 1.0 is installed, the latest that fits is 1.1",
            {"demo-alpha": "1.1"},
            id="the latest within bounds",
        ),
        pytest.param([{"name": "demo-alpha", "state": "absent"}], "demo-alpha is installed, but is to be absent", {}, id="absent"),
    ],
)
def test_changes_packages(host, packages, reason, installed):
    result = host.change(packages=packages)
    assert result["reasons"] == [reason]
    assert host.installed() == installed


def test_the_latest_of_one_package_moves_no_other(host):
    host.change(packages=["demo-alpha==1.0", "demo-gamma<2"])
    result = host.run(packages=["demo-alpha", {"name": "demo-gamma", "state": "latest"}])
    assert result["changed"] is False
    assert host.installed() == {"demo-alpha": "1.0", "demo-gamma": "1.0"}
    host.change(packages=[{"name": "demo-gamma", "state": "latest"}])
    assert host.installed() == {"demo-alpha": "2.0", "demo-gamma": "2.0"}


def test_repairs_a_missing_dependency(host):
    host.change(packages=["demo-beta"])
    shutil.rmtree(next(host.venv.glob("lib/python*/site-packages/demo_alpha-*.dist-info")))
    result = host.change(packages=["demo-beta"])
    assert result["reasons"] == ["'demo-alpha>=1.0', which demo-beta needs, is not installed"]


def test_keeps_to_constraints(host):
    limits = host.folder / "constraints.txt"
    limits.write_text("demo-alpha>=1.1,<2\n")
    result = host.change(packages=["demo-alpha"], constraints=str(limits))
    assert result["reasons"] == [f"demo-alpha 1.0 is installed, which the constraint 'demo-alpha<2,>=1.1' ({limits}, line 1) forbids"]
    assert host.installed() == {"demo-alpha": "1.1"}


def test_checks_hashes_and_installs_again_when_they_change(host):
    file = host.folder / "requirements.txt"
    good = hash_of(host.index, "demo-alpha", "1.0")
    file.write_text(f"demo-alpha==1.0 --hash={good}\n")
    result = host.change(requirements=str(file))
    assert result["reasons"] == [f"demo-alpha 1.0 was not installed with the hashes of 'demo-alpha==1.0' ({file}, line 1)"]
    file.write_text(f"demo-alpha==1.0 \\\n  --hash={good} \\\n  --hash=sha256:{'0' * 64}\n")
    host.change(requirements=str(file))
    before = snapshot(host.folder / "lib")
    file.write_text(f"demo-alpha==1.0 --hash=sha256:{'0' * 64}\n")
    failed = host.run(requirements=str(file))
    assert failed["msg"].startswith(
        f"Installing the packages in the virtualenv {str(host.venv)!r} failed, nothing was changed: THESE PACKAGES DO NOT MATCH THE HASHES"
    )
    assert snapshot(host.folder / "lib") == before


def test_installs_a_project_in_place_only_when_needed(host):
    project = host.folder / "project"
    make_index.write_project(str(project), "1.0", ("demo-alpha<2",))
    entry = f"-e {project}"
    host.change(packages=[entry])
    where = "import demo_project; print(demo_project.WHERE)"
    assert run_python(host.venv / "bin" / "python3", where) == str(project / "demo_project.py")
    (project / "demo_project.py").write_text("WHERE = 'edited'\n")
    assert host.run(packages=[entry])["changed"] is False
    assert run_python(host.venv / "bin" / "python3", where) == "edited"
    make_index.write_project(str(project), "1.1", ("demo-alpha>=2",))
    result = host.change(packages=[entry])
    assert result["reasons"] == [f"the project behind '-e {project}' (packages[0]) changed since it was installed"]
    assert host.installed() == {"demo-alpha": "2.0", "demo-project": "1.1"}
    result = host.change(packages=[{"name": str(project)}])
    assert result["reasons"] == [f"demo-project 1.1 was not installed from 'file://{project}' (packages[0])"]
    assert run_python(host.venv / "bin" / "python3", "import demo_project; print(demo_project.VERSION)") == "1.1"


def test_installs_an_archive_again_when_its_content_changed(host):
    wheel = Path(make_index.write_wheel(str(host.folder), "demo-local", "1.0", (), False))
    host.change(packages=[str(wheel)])
    make_index.write_wheel(str(host.folder), "demo-local", "1.0", ("Requires-Dist: demo-beta",), False)
    result = host.change(packages=[str(wheel)])
    assert result["reasons"] == [f"the project behind 'demo-local @ file://{wheel}' (packages[0]) changed since it was installed"]
    assert host.installed() == {"demo-alpha": "1.0", "demo-beta": "1.0", "demo-local": "1.0"}


def test_heals_a_virtualenv_whose_interpreter_is_gone(host):
    (host.venv / "bin" / "python3").unlink()
    result = host.change(packages=["demo-beta"])
    assert result["reasons"] == [f"the Python of {str(host.venv)!r} does not run: No such file or directory"]
    assert result["warnings"] == [f"{str(host.venv)!r} is made again without packages that this task does not ask for: demo-alpha"]
    assert host.installed() == {"demo-alpha": "2.0", "demo-beta": "1.0"}


def test_heals_a_virtualenv_made_by_another_python(host):
    config = host.venv / "pyvenv.cfg"
    config.write_text(re.sub(r"(?m)^version = .*$", "version = 3.2.1", config.read_text()))
    minor = "{}.{}".format(*sys.version_info)
    fault = f"{str(host.venv)!r} was made by Python 3.2, its interpreter is now Python {minor}"
    forbidden = host.refuse(packages=["demo-alpha"], recreate="never")
    assert forbidden == f"{fault}; it has to be made again, which recreate: never forbids"
    result = host.change(packages=["demo-alpha"])
    assert result["reasons"] == [fault]
    assert result["diff"]["before"].startswith("python 3.2.1 (")
    assert result["diff"]["after"].startswith(f"python {minor}.")


def test_makes_it_again_every_time_on_request(host):
    first = os.readlink(host.venv)
    result = host.run(packages=["demo-alpha"], recreate="always")
    assert (result["changed"], result["reasons"]) == (True, ["asked to make it again (recreate: always)"])
    assert os.readlink(host.venv) != first
    assert leftovers(host) == []


def test_leaves_a_plain_virtualenv_as_it_is_while_it_satisfies(plain):
    before = snapshot(plain.folder)
    assert plain.run(packages=["demo-alpha"])["changed"] is False
    assert snapshot(plain.folder) == before


def test_takes_a_plain_virtualenv_over_with_the_first_change(plain):
    plain.change(packages=["demo-beta"])
    assert plain.venv.is_symlink()
    assert plain.installed() == {"demo-alpha": "1.0", "demo-beta": "1.0"}


def test_finishes_what_a_run_began_that_was_killed_between_two_renames(plain):
    plain.venv.rename(plain.venv.parent / ".venv.replaced")
    result = plain.change(packages=["demo-alpha"])
    assert result["reasons"] == [f"an earlier run was killed while it put a new virtualenv at {str(plain.venv)!r}"]
    assert plain.installed() == {"demo-alpha": "1.0"}


def test_removes_what_killed_runs_left(host):
    (host.venv.parent / ".venv-aaaaaaaaaaaa" / "bin").mkdir(parents=True)
    (host.venv.parent / ".venv-bbbbbbbbbbbb").symlink_to("nowhere")
    (host.venv.parent / ".venv-backup").mkdir()
    before = snapshot(host.venv)
    result = host.run(packages=["demo-alpha"])
    assert result["reasons"] == [
        f"{str(host.venv.parent) + '/.venv-' + letter * 12!r} is left from a run that was interrupted" for letter in "ab"
    ]
    assert leftovers(host) == [".venv-backup"]
    assert snapshot(host.venv) == before


def test_removes_the_virtualenv_and_its_links(host):
    links = [{"path": str(host.link), "command": "python"}, {"path": str(host.folder / "bin" / "alpha"), "command": "demo-alpha"}]
    host.change(links=links)
    result = host.change(state="absent", links=links)
    assert result["packages"] == []
    assert sorted(path.name for path in host.folder.rglob("*")) == ["bin", "lib"]


def test_removes_a_plain_virtualenv(plain):
    gone = str(plain.folder / "gone")
    plain.change(state="absent", python=gone, packages=[gone], requirements=gone, constraints=gone)
    assert os.listdir(plain.venv.parent) == []


class TestPlacesOfTheUser:
    @pytest.mark.parametrize("state", ["present", "absent"])
    @pytest.mark.parametrize(
        ("prepare", "message"),
        [
            pytest.param(
                lambda path: (path.mkdir(parents=True), (path / "thesis.txt").write_text("years of work")),
                "{!r} is a folder with content that is not a virtualenv (it has no pyvenv.cfg); empty it, or choose another path",
                id="a folder with content",
            ),
            pytest.param(
                lambda path: (path.parent.mkdir(), path.write_text("years of work")),
                "{!r} is a file, not a virtualenv; remove it, or choose another path",
                id="a file",
            ),
            pytest.param(
                lambda path: (path.parent.mkdir(), path.symlink_to("/usr")),
                "{!r} is a symbolic link to '/usr' that was not made by this module; remove it, or choose another path",
                id="a link to elsewhere",
            ),
        ],
    )
    def test_are_never_touched(self, bare, prepare, message, state):
        prepare(bare.venv)
        assert bare.refuse(state=state) == message.format(str(bare.venv))

    @pytest.mark.parametrize(
        ("options", "what"),
        [pytest.param({"recreate": "always"}, "made again", id="rebuild"), pytest.param({"state": "absent"}, "removed", id="removal")],
    )
    def test_in_a_virtualenv_are_never_deleted(self, plain, options, what):
        (plain.venv / "app.py").write_text("years of work")
        assert plain.refuse(**options) == (
            f"{str(plain.venv)!r} has to be {what}, but holds files that are no part of a virtualenv: 'app.py'; move them away first"
        )
        plain.change(packages=["demo-beta"])
        assert (plain.venv / "app.py").read_text() == "years of work"


class TestLinks:
    def test_replaces_a_bare_link_to_the_interpreter(self, host):
        host.link.parent.mkdir()
        host.link.symlink_to(host.venv / "bin" / "python")
        result = host.change(links=[{"path": str(host.link), "command": "python3"}])
        assert result["reasons"] == [
            f"the wrapper '{host.venv}/bin/demo-python' is missing",
            f"the link {str(host.link)!r} leads to '{host.venv}/bin/python', not to '{host.venv}/bin/demo-python'",
        ]
        assert run_python(host.link, "import sys, demo_alpha; print(sys.prefix)") == str(host.venv)

    def test_runs_as_a_shebang(self, host):
        host.change(links=[{"path": str(host.link), "command": "python"}])
        script = host.folder / "script"
        script.write_text(f"#!{host.link}\nimport sys, demo_alpha\nprint(sys.prefix, sys.argv[1:])\n")
        script.chmod(0o755)
        said = subprocess.run([script, "a b", "$HOME"], capture_output=True, encoding="utf-8", check=True, env=ENVIRONMENT).stdout
        assert said == f"{host.venv} ['a b', '$HOME']\n"

    def test_come_along_when_the_virtualenv_is_made_again(self, host):
        links = [{"path": str(host.link), "command": "python"}, {"path": str(host.folder / "bin" / "alpha"), "command": "demo-alpha"}]
        host.change(packages=["demo-alpha"], links=links)
        (host.venv / "bin" / "python3").unlink()
        result = host.change(packages=["demo-alpha"])
        assert result["reasons"] == [f"the Python of {str(host.venv)!r} does not run: No such file or directory"]
        assert run_python(host.link, "import sys; print(sys.prefix)") == str(host.venv)

    def test_of_earlier_tasks_go_with_the_virtualenv(self, host):
        alpha, mine = (host.folder / "bin" / name for name in ("alpha", "mine"))
        host.change(links=[{"path": str(path), "command": "demo-alpha"} for path in (alpha, mine)])
        host.change(packages=["demo-beta"], links=[{"path": str(host.link), "command": "python"}])
        mine.unlink()
        mine.symlink_to("/bin/true")
        result = host.change(state="absent")
        assert [reason for reason in result["reasons"] if "link" in reason] == [
            f"the link {str(path)!r} leads into it" for path in (alpha, host.link)
        ]
        assert os.listdir(host.folder / "bin") == ["mine"]

    def test_lead_elsewhere(self, host):
        result = host.change(links=[{"path": str(host.link), "target": "/bin/sh"}])
        assert result["links"] == [{"path": str(host.link), "state": "present", "target": "/bin/sh"}]
        assert os.readlink(host.link) == "/bin/sh"

    def test_never_replace_what_is_no_link(self, host):
        host.link.parent.mkdir()
        host.link.write_text("mine")
        sentence = f"{str(host.link)!r} is a file that was not made by this module"
        options = {"packages": ["demo-beta"], "links": [{"path": str(host.link), "command": "python"}]}
        assert host.refuse(**options) == f"links[0]: {sentence}; move it away, or set force: false to leave it there"
        options["links"][0]["force"] = False
        before = snapshot(host.link.parent)
        result = host.change(**options)
        assert result["warnings"] == [f"{sentence}; it was left there"]
        assert result["links"] == [{"path": str(host.link), "state": "kept", "target": None}]
        assert snapshot(host.link.parent) == before

    @pytest.mark.parametrize("above", ["file", "broken"])
    def test_below_what_is_no_folder_are_refused(self, host, above):
        (host.folder / "file").write_text("mine")
        (host.folder / "broken").symlink_to("nowhere")
        path = str(host.folder / above / "bin" / "demo-python")
        assert host.refuse(packages=["demo-beta"], links=[{"path": path, "command": "python"}]) == (
            f"links[0].path: {path!r} cannot be made, because {str(host.folder / above)!r} is no folder; "
            "move that away, or choose another path"
        )

    def test_a_command_that_no_package_brings_fails_before_the_swap(self, host):
        before = snapshot(host.folder)
        failed = host.run(packages=["demo-beta"], links=[{"path": str(host.link), "command": "nope"}])
        assert failed["msg"].endswith("nothing was changed: there is no command 'nope' (links[0])")
        assert snapshot(host.folder) == before

    def test_go_only_when_they_are_ours(self, host):
        other = host.folder / "bin" / "other"
        links = [{"path": str(host.link), "command": "python"}, {"path": str(other), "target": "/bin/sh"}]
        host.change(links=links)
        other.unlink()
        other.symlink_to("/bin/true")
        result = host.run(links=[{**link, "state": "absent"} for link in links])
        assert result["links"] == [
            {"path": str(host.link), "state": "absent", "target": None},
            {"path": str(other), "state": "kept", "target": None},
        ]
        assert result["warnings"] == [f"{str(other)!r} is a link to '/bin/true' that was not made by this module; it was left there"]
        assert not (host.venv / "bin" / "demo-python").exists()
        assert os.listdir(host.folder / "bin") == ["other"]


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            pytest.param(
                {"path": "relative/venv"},
                "path: 'relative/venv' is not an absolute path without '..'; write one such as '/usr/local/lib/docker/virtualenv'",
                id="relative path",
            ),
            pytest.param(
                {"packages": ["demo-alpha", "demo-beta=1"]},
                "packages[1]: 'demo-beta=1' cannot be read as a requirement: write a name, and if needed extras, version and marker, "
                "as in 'requests[socks]>=2.32; python_version >= \"3.9\"' (PEP 508)",
                id="a malformed entry",
            ),
            pytest.param(
                {"packages": ["/nonexistent/app"]},
                "packages[0]: '/nonexistent/app' cannot be read: No such file or directory",
                id="no such project",
            ),
            pytest.param(
                {"packages": ["demo-beta", {"name": "demo-alpha", "state": "absent"}]},
                "packages[1]: 'demo-alpha' is to be absent, but demo-beta needs it; remove one of the two",
                id="absent and needed",
            ),
        ],
    )
    def test_is_refused_in_one_sentence(self, host, options, message):
        if options.get("packages", [""])[0] == "demo-beta":
            host.change(packages=["demo-beta"])
        assert host.refuse(**options) == message

    def test_a_python_that_cannot_make_virtualenvs_names_the_package_to_install(self, bare, python):
        script = bare.folder / "python-of-a-minimal-host"
        said = "ModuleNotFoundError: No module named 'ensurepip'"
        script.write_text(f'#!/bin/sh\ncase "$3" in *ensurepip*) echo "{said}" >&2; exit 1;; esac\nexec {python} "$@"\n')
        script.chmod(0o755)
        assert bare.refuse(python=str(script)) == (
            f"{str(script)!r} cannot make virtualenvs ({said}); install python3-venv (on Debian and Ubuntu), or name another interpreter"
        )

    def test_a_package_that_does_not_exist_leaves_the_old_virtualenv_byte_for_byte(self, host):
        message = host.refuse(packages=["demo-beta", "demo-missing"])
        assert message == (
            f"Installing the packages in the virtualenv {str(host.venv)!r} failed, nothing was changed: "
            "Could not find a version that satisfies the requirement demo-missing (from versions: none)"
        )
        assert host.installed() == {"demo-alpha": "1.0"}

    def test_a_package_whose_dependency_does_not_exist_leaves_nothing_behind(self, bare):
        assert bare.refuse(packages=["demo-orphan"]) == (
            f"Installing the packages in the virtualenv {str(bare.venv)!r} failed, nothing was changed: "
            "Could not find a version that satisfies the requirement demo-nowhere (from demo-orphan) (from versions: none)"
        )
        assert os.listdir(bare.folder) == []

    @pytest.mark.parametrize("retries", ["0", "1"])
    def test_an_index_that_does_not_answer_is_named_as_the_reason(self, host, retries):
        before = snapshot(host.folder)
        failed = host.run(packages=["demo-beta"], index_url="http://user:geheim@127.0.0.1:9/simple", environment={"PIP_RETRIES": retries})
        assert failed["msg"] == (
            f"Installing the packages in the virtualenv {str(host.venv)!r} failed, nothing was changed: the package index at "
            "'127.0.0.1:9' cannot be reached (Connection refused): Could not find a version that satisfies the requirement demo-beta (from versions: none)"
        )
        assert "geheim" not in json.dumps(failed)
        assert snapshot(host.folder) == before


class Door(http.server.SimpleHTTPRequestHandler):
    """An index behind a password."""

    def do_GET(self):
        expected = "Basic " + base64.b64encode(b"user:geheim").decode()
        if self.headers.get("Authorization") == expected:
            super().do_GET()
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_arguments):
        pass


def test_a_password_of_the_index_shows_nowhere(host):
    handler = functools.partial(Door, directory=str(host.index))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://user:geheim@127.0.0.1:{server.server_port}/simple"
        process = host.start({"packages": ["demo-beta"], "index_url": url})
        seen = set()
        while process.poll() is None:
            seen |= command_lines()
            time.sleep(0.01)
        result = result_of(process)
        server.shutdown()
    assert result["changed"] is True, result
    assert any(b"pip\0install" in line for line in seen)
    assert not any(b"geheim" in line for line in seen)
    assert "geheim" not in json.dumps(result)
    assert not any(b"geheim" in path.read_bytes() for path in host.venv.resolve().rglob("*") if path.is_file() and not path.is_symlink())


def command_lines():
    """Those of all processes that are there now; one may end while it is looked at."""
    lines = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.add(path.read_bytes())
    return lines


def test_variables_of_the_caller_redirect_nothing(host):
    elsewhere = str(host.folder / "elsewhere")
    variables = {
        "PIP_TARGET": elsewhere,
        "PIP_USER": "1",
        "PIP_PREFIX": elsewhere,
        "PIP_ROOT": elsewhere,
        "VIRTUAL_ENV": elsewhere,
        "HOME": elsewhere,
    }
    result = host.run(packages=["demo-beta"], environment=variables)
    assert result["changed"] is True, result
    assert host.installed() == {"demo-alpha": "1.0", "demo-beta": "1.0"}
    assert not os.path.exists(os.path.join(elsewhere, "lib"))


def test_everybody_may_read_what_was_made_under_any_umask(bare):
    result = bare.run(packages=["demo-alpha"], links=[{"path": str(bare.link), "command": "python"}], umask=0o077)
    assert result["changed"] is True, result
    modes = {path: path.lstat().st_mode for path in (bare.folder / "lib", *(bare.folder / "lib").rglob("*"))}
    wrong = [path for path, mode in modes.items() if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) not in (0o755, 0o644)]
    assert wrong == []
    assert stat.S_IMODE((bare.folder / "bin").stat().st_mode) == 0o755


def test_two_at_once_do_the_work_once(host):
    processes = [host.start({"packages": ["demo-beta"]}) for _number in range(2)]
    results = [result_of(process) for process in processes]
    assert sorted(result["changed"] for result in results) == [False, True], results
    assert host.installed() == {"demo-alpha": "1.0", "demo-beta": "1.0"}
    assert leftovers(host) == []


def test_killed_at_any_moment_the_old_one_works_and_the_next_run_finishes(host):
    options = {"packages": ["demo-gamma>=2"], "links": [{"path": str(host.link), "command": "python"}]}
    killed = 0
    for step in range(1, 30):
        process = host.start(options)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.3 * step)
        if process.poll() is not None:
            break
        killed += 1
        process.kill()
        process.communicate()
        assert run_python(host.venv / "bin" / "python3", "import demo_alpha; print(demo_alpha.VERSION)") in ("1.0", "2.0")
    assert killed >= 3
    result_of(process)
    final = host.run(**options)
    assert final["changed"] is False, final
    assert host.installed() == {"demo-alpha": "2.0", "demo-gamma": "2.0"}
    assert leftovers(host) == []
