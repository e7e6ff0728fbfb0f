# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import ensurepip
import functools
import hashlib
import http.server
import os
import re
import socket
import struct
import subprocess
import threading
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker import containers, running
from ansible_collections.dockenv.python.plugins.module_utils._docker.build import build_image
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import Builder, BuildRequest
from ansible_collections.dockenv.python.plugins.module_utils._env.logins import Login
from ansible_collections.dockenv.python.plugins.module_utils._env.steps import MakeLock
from ansible_collections.dockenv.python.plugins.module_utils._environments import locking
from ansible_collections.dockenv.python.plugins.module_utils._environments.host import Host
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed
from ansible_collections.dockenv.python.plugins.module_utils._resolver.in_image import lock_in_image, probe
from ansible_collections.dockenv.python.plugins.module_utils._resolver.request import Index, LockRequest
from ansible_collections.dockenv.python.plugins.module_utils._resolver.tool import find_uv, install_uv
from ansible_collections.dockenv.python.plugins.module_utils._resolver.uv import lock

PASSWORD = "p@ss/w%rd: of joe"
TAG = "dockenv-resolver:pip"

# demo needs helper on Linux alone and, whatever Python the tests run under, legacy on a Python that no image has
WHEELS = {
    ("demo", "1.0"): ("helper>=1.0; sys_platform == 'linux'", "legacy; python_version < '3.5'", "extra; extra == 'more'"),
    ("demo", "2.0"): ("helper>=1.0; sys_platform == 'linux'", "legacy; python_version < '3.5'", "extra; extra == 'more'"),
    ("helper", "1.0"): (),
    ("helper", "1.1"): (),
    ("extra", "1.0"): (),
    ("legacy", "1.0"): (),
    ("strict", "1.0"): ("helper<1.0",),
}


def write_wheel(folder, name, version, requirements):
    path = folder / f"{name}-{version}-py3-none-any.whl"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requirements)
    with zipfile.ZipFile(path, "w") as wheel:
        info = f"{name}-{version}.dist-info"
        files = {
            f"{name}.py": "",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: more\n{needs}",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        for member, text in files.items():
            # Without the time of day, so that equal wheels have equal hashes
            wheel.writestr(zipfile.ZipInfo(member), text)
    return path


class Guarded(http.server.SimpleHTTPRequestHandler):
    """Files of the folder ``simple`` for joe, of ``private`` for ann, of ``free`` for everybody."""

    def do_GET(self):
        login = f"joe:{PASSWORD}" if self.path.startswith("/simple/") else "ann:hush"
        wanted = "Basic " + base64.b64encode(login.encode()).decode()
        if self.path.startswith("/free/") or self.headers.get("Authorization") == wanted:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="test"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(engine, base, tmp_path_factory):
    """Serve an index with a password on the address under which containers reach this machine; return its URL."""
    folder = tmp_path_factory.mktemp("site")
    for (name, version), requirements in WHEELS.items():
        place = folder / "simple" / name
        place.mkdir(parents=True, exist_ok=True)
        write_wheel(place, name, version, requirements)
    for name in ("free", "private"):
        (folder / name).mkdir()
        write_wheel(folder / name, "direct", "3.0", ())
    commit_project(tmp_path_factory.mktemp("source"), folder / "private" / "fromgit.git")
    routes = running.run(engine, running.RunRequest(base, ("cat", "/proc/net/route"))).stdout.decode().splitlines()
    (default,) = (line.split()[2] for line in routes if line.split()[1] == "00000000")
    address = socket.inet_ntoa(struct.pack("<L", int(default, 16)))
    server = http.server.ThreadingHTTPServer((address, 0), functools.partial(Guarded, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{address}:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def target(engine, base):
    return probe(engine, base)


@pytest.fixture(scope="module")
def uv(tmp_path_factory):
    tools = str(tmp_path_factory.mktemp("tools"))
    return find_uv(os.environ, tools) or install_uv(os.environ, tools)


@pytest.fixture(scope="module")
def pip_image(engine, connection, base, tmp_path_factory):
    """Build an image with the pip that comes with this Python."""
    folder = tmp_path_factory.mktemp("image")
    wheels = [*Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"), *Path("/usr/share/python-wheels").glob("pip-*.whl")]
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(folder / "files")
    (folder / "Dockerfile").write_text(f"FROM {base}\nENV PYTHONPATH=/pip\nCOPY files /pip\n")
    request = BuildRequest(context=str(folder), tag=TAG, dockerfile=str(folder / "Dockerfile"))
    yield build_image(engine, connection, Builder("none"), request, str(folder / "log"), os.environ).id
    engine.remove_image(TAG)


@pytest.fixture(params=["uv", "pip in the image"])
def resolve(request, site, target, engine, tmp_path):
    """Return a function that locks, once with each resolver; ``index`` replaces the site's index."""

    def resolve(requirements, index=None, **options):
        index = index or Index(f"{site}/simple", "joe", PASSWORD)
        wanted = LockRequest(requirements, target, index=index, **options)
        if request.param == "uv":
            folder = tmp_path / "work"
            folder.mkdir(exist_ok=True)
            return lock(request.getfixturevalue("uv"), wanted, str(folder), {**os.environ, "UV_CACHE_DIR": str(tmp_path / "cache")})
        return lock_in_image(engine, request.getfixturevalue("pip_image"), wanted, labels={"dockenv.python.resolver-test": "1"})

    yield resolve
    assert [each for each in containers.list_containers(engine) if "dockenv.python.resolver-test" in each.labels] == []


def pins(text):
    return re.findall(r"^(\S+==\S+)", text, re.MULTILINE)


def test_an_image_says_what_its_python_is(target):
    assert re.fullmatch(r"Python 3\.\d+\.\d+ on (x86_64|aarch64) with glibc 2\.\d+", str(target))


def test_a_lock_has_everything_with_hashes_for_the_images_python(resolve, site):
    text = resolve("demo[more]>=1\n")
    assert pins(text) == ["demo==2.0", "extra==1.0", "helper==1.1"]
    hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", text)
    assert len(hashes) == 3
    assert not [line for line in text.splitlines() if line.startswith("#") or site in line]


def test_what_is_not_asked_to_move_stays(resolve):
    old = resolve("demo==1.0\nhelper==1.0\n")
    assert pins(old) == ["demo==1.0", "helper==1.0"]
    assert pins(resolve("demo\nextra\n", locked=old)) == ["demo==1.0", "extra==1.0", "helper==1.0"]
    assert pins(resolve("demo\n", locked=old, upgrade=("demo",))) == ["demo==2.0", "helper==1.0"]


@pytest.mark.parametrize(
    ("added", "runs"),
    [
        pytest.param("extra", 1, id="something new"),
        pytest.param("demo[more]", 1, id="an extra of what is there"),
        pytest.param("helper>=1.1", 2, id="what is there has to move"),
        pytest.param("helper", 1, id="what is there as a dependency"),
    ],
)
def test_additions_alone_give_the_lock_of_all(monkeypatch, uv, engine, connection, base, site, tmp_path, added, runs):
    host = Host(
        connection, {**os.environ, "PATH": f"{os.path.dirname(uv)}:{os.environ['PATH']}", "UV_CACHE_DIR": str(tmp_path)}, lambda _: engine
    )
    monkeypatch.setattr(Host, "tools", str(tmp_path / "tools"))
    index, login = f"--index-url {site}/simple\n", Login(urlsplit(site).hostname, "joe", PASSWORD)
    locks = []
    monkeypatch.setattr(locking.uv, "lock", lambda *arguments: locks.append(lock(*arguments)) or locks[-1])

    def make(requirements, locked, step):
        return locking.make_lock(host, locking.Unlocked(base, "uv", index + requirements, locked=locked, logins=(login,)), step)

    old = make("demo\n", make("demo==1.0\nhelper==1.0\n", "", MakeLock()), MakeLock())
    assert pins(old) == ["demo==1.0", "helper==1.0"]
    whole = make(f"demo\n{added}\n", old, MakeLock())
    locks.clear()
    assert make(f"demo\n{added}\n", old, MakeLock(added=(added,))) == whole
    assert len(locks) == runs


def test_equal_requirements_give_equal_locks(resolve):
    first = resolve("helper\ndemo\n")
    assert resolve("demo\nhelper\n", locked=first) == first


def test_constraints_hold(resolve):
    assert pins(resolve("demo\n", constraints="demo<2\n")) == ["demo==1.0", "helper==1.1"]


def test_a_wheel_by_url_has_its_hash(resolve, site):
    url = f"{site}/free/direct-3.0-py3-none-any.whl"
    text = resolve(f"direct @ {url}\n")
    assert text.startswith(f"direct @ {url} \\\n    --hash=sha256:")


def test_a_wheel_by_url_may_ask_for_a_password(resolve, site):
    netrc = f"machine {urlsplit(site).hostname} login ann password hush\n"
    # A login that an index of the same host has would be taken first.
    index = Index(f"{site}/free")
    assert "--hash=sha256:" in resolve(f"direct @ {site}/private/direct-3.0-py3-none-any.whl\n", index=index, netrc=netrc)


def test_a_repository_may_ask_for_a_password(uv, target, site, tmp_path):
    netrc = f"machine {urlsplit(site).hostname} login ann password hush\n"
    request = LockRequest(f"fromgit @ git+{site}/private/fromgit.git@main\n", target, netrc=netrc)
    text = lock(uv, request, str(tmp_path), {**os.environ, "UV_CACHE_DIR": str(tmp_path / "cache")})
    assert re.fullmatch(rf"fromgit @ git\+{re.escape(site)}/private/fromgit.git@[0-9a-f]{{40}}\n", text)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"hush" in path.read_bytes()]


def test_what_is_locked_moves_where_it_must(resolve):
    old = resolve("demo==1.0\nhelper==1.0\n")
    assert "helper==1.1" in pins(resolve("demo\nhelper>=1.1\n", locked=old))


def commit_project(source, bare=None):
    """Put a project into a repository, and return its commit; ``bare`` is one for a server of plain files."""
    (source / "pyproject.toml").write_text(
        '[project]\nname = "fromgit"\nversion = "1"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (source / "backend.py").write_text(
        "import pathlib\n"
        "def prepare_metadata_for_build_wheel(folder, config_settings=None):\n"
        "    place = pathlib.Path(folder, 'fromgit-1.dist-info'); place.mkdir()\n"
        "    (place / 'METADATA').write_text('Metadata-Version: 2.1\\nName: fromgit\\nVersion: 1\\n')\n"
        "    return place.name\n"
        "def build_wheel(*arguments, **options): raise NotImplementedError\n"
    )
    git = ["git", "-C", str(source), "-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    for words in (["init", "--quiet", "--initial-branch=main"], ["add", "."], ["commit", "--quiet", "--message=x"]):
        subprocess.run([*git, *words], check=True)
    if bare is not None:
        subprocess.run(["git", "clone", "--quiet", "--bare", str(source), str(bare)], check=True)
        subprocess.run(["git", "-C", str(bare), "update-server-info"], check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def test_a_git_requirement_has_its_commit(uv, target, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    commit = commit_project(source)
    work = tmp_path / "work"
    work.mkdir()
    text = lock(uv, LockRequest(f"fromgit @ git+file://{source}\n", target), str(work), os.environ)
    assert text == f"fromgit @ git+file://{source}@{commit}\n"


@pytest.mark.parametrize(
    ("requirements", "reason"),
    [
        pytest.param("demo==9\n", r"demo==9", id="no such version"),
        pytest.param("nowhere-to-be-found\n", r"nowhere-to-be-found", id="no such package"),
        pytest.param("strict\nhelper>=1\n", r"unsatisfiable|conflicting|ResolutionImpossible|helper", id="contradiction"),
    ],
)
def test_what_cannot_be_met_is_said_in_the_resolvers_words(resolve, requirements, reason):
    with pytest.raises(CommandFailed, match=rf"^The requirements cannot be resolved for Python .*{reason}") as caught:
        resolve(requirements)
    assert caught.value.details["rc"] != 0
    assert "\n" not in caught.value.message


def test_a_wrong_password_is_not_told(resolve, site):
    with pytest.raises(CommandFailed) as caught:
        resolve("demo\n", index=Index(f"{site}/simple", "joe", "wrong-hunter2"))
    assert re.search(
        r"; (an index did not let the user in: check its|no index that was asked has it, or none lets the)", caught.value.message
    )
    assert "wrong-hunter2" not in f"{caught.value.message} {caught.value.details}"


def test_an_index_that_does_not_answer(resolve):
    with pytest.raises(CommandFailed, match=r"; check index_url and the network of this host$"):
        resolve("demo\n", index=Index("http://127.0.0.1:1/simple"))


def test_the_hash_is_that_of_the_file(resolve, site, tmp_path):
    wheel = write_wheel(tmp_path, "helper", "1.1", ())
    text = resolve("helper==1.1\n")
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in text


def test_uv_is_installed_once_and_found_again(tmp_path):
    tools = str(tmp_path / "tools")
    path = install_uv(os.environ, tools)
    before = os.stat(path)
    assert install_uv(os.environ, tools) == path
    assert find_uv({"PATH": "/nonexistent"}, tools) == path
    assert os.stat(path).st_ino == before.st_ino
    # A task that was killed while it tidied up: what is there does not run
    os.truncate(path, 10)
    assert find_uv({"PATH": "/nonexistent"}, tools) is None
    assert install_uv(os.environ, tools) == path
    assert find_uv({"PATH": "/nonexistent"}, tools) == path
