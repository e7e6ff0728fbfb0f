# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run mmdebstrap(1) and hand on the root file system that it writes, as a stream; nothing of it stays on the host."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO

from .. import _commands
from .._errors import CommandFailed, DockenvError
from .recipe import Recipe

_PACKAGES_OF_COMMANDS = {"mmdebstrap": "mmdebstrap", "setpriv": "util-linux", "unshare": "util-linux"}

# With namespaces of its own for processes and mounts, all processes and mounts of the bootstrap go when it ends, however
# it ends; and it ends with this process, even if that is killed.
_CONTAINED = (
    *("setpriv", "--pdeathsig=KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"),
)

# Comes with mmdebstrap: lets the new root read packages from a folder of the host.
_FILE_MIRROR_HOOKS = "/usr/share/mmdebstrap/hooks/file-mirror-automount"

# Later times become this one, so that equal packages give an equal file system. Zero means "unknown" to some programs.
_TIME_STAMP = "1"

_HOST_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_LOCAL_CERTIFICATES = "/usr/local/share/ca-certificates"
_APT_CONFIGURATION = "99dockenv-certificates"

_ASK_PROXIES = ("apt-config", "shell", "http_proxy", "Acquire::http::Proxy", "https_proxy", "Acquire::https::Proxy")

# They belong to the network of each container; mmdebstrap copies some of them from the host. Where an image has none, older
# engines make them as mount points in the first layer that is built on it, with the time of the build.
_EMPTY_NETWORK_FILES = 'for file in hosts hostname resolv.conf; do rm -f "$1/etc/$file" && : > "$1/etc/$file"; done'

_CHUNK_BYTES = 1 << 20
_LOG_TAIL_LINES = 40


def require_tools() -> None:
    """Raise DockenvError, saying what to do, unless this process can bootstrap."""
    if os.geteuid() != 0:
        raise DockenvError("Bootstrapping a base image needs root; run the task with become: true")
    for command, package in _PACKAGES_OF_COMMANDS.items():
        if shutil.which(command) is None:
            raise DockenvError(f"Bootstrapping a base image needs the command {command}; install the package {package}")


def bootstrap_command(recipe: Recipe, folder: Path) -> list[str]:
    """Return the words of the command that writes the root file system as a tar file to its standard output.

    Whatever a user typed is a whole word of its own or the value in a long option; none of it is in a hook, which a shell
    reads. ``folder`` is that of :func:`write_inputs`.
    """
    return [
        *_CONTAINED,
        *("mmdebstrap", "--mode=root", "--format=tar"),
        f"--variant={recipe.variant}",
        f"--architectures={recipe.architecture}",
        *([f"--include={','.join(recipe.packages)}"] if recipe.packages else []),
        *([f"--hook-directory={_FILE_MIRROR_HOOKS}"] if _has_file_mirror(recipe) else []),
        *(_certificate_hooks(folder) if recipe.certificates else []),
        f"--customize-hook={_EMPTY_NETWORK_FILES}",
        *("--", recipe.suite, "-"),
        *(str(source) for source in recipe.sources),
    ]


def _has_file_mirror(recipe: Recipe) -> bool:
    return any(source.uri.startswith("file:") for source in recipe.sources)


def _certificate_hooks(folder: Path) -> list[str]:
    """Let apt trust the certificates while it fetches, and the image from then on."""
    return [
        f"--setup-hook=copy-in {folder}/{_APT_CONFIGURATION} /etc/apt/apt.conf.d",
        f'--customize-hook=rm "$1/etc/apt/apt.conf.d/{_APT_CONFIGURATION}"',
        f"--customize-hook=sync-in {folder}/certificates {_LOCAL_CERTIFICATES}",
        '--customize-hook=chroot "$1" update-ca-certificates',
    ]


def bootstrap_environment(environment: Mapping[str, str], proxies: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment of the command: this process's own, with what must be the same on every host.

    ``proxies`` are those of :func:`parse_proxies`. In the environment nobody else sees a password that they may hold.
    """
    return {
        **proxies,
        **environment,
        "DEBIAN_FRONTEND": "noninteractive",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": _TIME_STAMP,
        "TMPDIR": str(folder),
    }


def parse_proxies(answer: str) -> dict[str, str]:
    """Return the proxies that apt is configured with, as variables of the environment that apt reads as well.

    ``answer`` is what apt-config(8) writes for :data:`_ASK_PROXIES`. apt takes the proxy for http for https, too.
    """
    proxies = dict(word.partition("=")[::2] for word in shlex.split(answer))
    if "http_proxy" in proxies:
        proxies.setdefault("https_proxy", proxies["http_proxy"])
    return {variable: proxy for variable, proxy in proxies.items() if proxy and proxy != "DIRECT"}


def _read_proxies() -> dict[str, str]:
    """mmdebstrap does not read the host's apt configuration, but where the host needs a proxy, so does it.

    Raises DockenvError for a configuration that apt itself does not read.
    """
    if shutil.which(_ASK_PROXIES[0]) is None:
        return {}
    answer = _commands.run(_ASK_PROXIES)
    if answer.rc != 0:
        raise DockenvError(f"The proxies of the host's apt are unknown, apt-config fails ({answer.last_words}); correct its configuration")
    return parse_proxies(answer.stdout)


def write_inputs(recipe: Recipe, folder: Path) -> None:
    """Put the files that the command reads into ``folder``."""
    if not recipe.certificates:
        return
    # update-ca-certificates(8) takes files with one certificate each.
    certificates = folder / "certificates"
    certificates.mkdir(mode=0o755)
    for certificate in recipe.certificates:
        (certificates / f"{certificate.fingerprint[:32]}.crt").write_text(certificate.pem, encoding="ascii")
    known = _HOST_CERTIFICATES.read_text(encoding="utf-8") if _HOST_CERTIFICATES.exists() else ""
    bundle = folder / "bundle.pem"
    bundle.write_text("\n".join([known, *(certificate.pem for certificate in recipe.certificates)]), encoding="utf-8")
    (folder / _APT_CONFIGURATION).write_text(f'Acquire::https::CAInfo "{bundle}";\n', encoding="utf-8")


@contextmanager
def bootstrapped_tar(recipe: Recipe, folder: Path) -> Iterator[Iterator[bytes]]:
    """Start the bootstrap and give its tar file in pieces, the first of them when the packages are installed.

    Raises CommandFailed, at the start or from the iterator, if it fails; its last lines are in ``stderr``.
    After the block no process of it runs.
    """
    write_inputs(recipe, folder)
    command = bootstrap_command(recipe, folder)
    log = folder / "log"
    with (
        log.open("wb") as stderr,
        # The root file system passes through as a stream, which run_command would hold in memory.
        subprocess.Popen(  # pylint: disable=ansible-bad-function
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=bootstrap_environment(os.environ, _read_proxies(), folder),
        ) as process,
    ):
        try:
            pieces = _pieces(process, process.stdout, recipe, log)
            # A first piece, before the engine is asked to wait for the rest
            yield chain([next(pieces, b"")], pieces)
        finally:
            _end(process)


def _pieces(process: subprocess.Popen[bytes], output: IO[bytes] | None, recipe: Recipe, log: Path) -> Iterator[bytes]:
    while output is not None:
        piece = output.read(_CHUNK_BYTES)
        if not piece:
            break
        yield piece
    if process.wait() != 0:
        raise _failure(process, recipe, log)


def _failure(process: subprocess.Popen[bytes], recipe: Recipe, log: Path) -> CommandFailed:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.partition(": ")[2] for line in lines if line.startswith("E: ")]
    reason = errors[0] if errors else (lines[-1] if lines else f"exit status {process.returncode}")
    return CommandFailed(
        f"Bootstrapping {recipe.suite} failed: {reason}; the end of its output is in stderr",
        command=[str(word) for word in process.args] if isinstance(process.args, list) else [],
        rc=process.returncode,
        stderr="\n".join(lines[-_LOG_TAIL_LINES:]),
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what still runs, and wait until the last process has let go of the output."""
    if process.poll() is None:
        process.kill()
    if process.stdout is not None:
        while process.stdout.read(_CHUNK_BYTES):
            pass
