# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two commands of an environment on the host: one for people, and one that is a Python interpreter; pure text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from .install_script import ENVIRONMENT
from .spec import EnvSpec

# The second line of every launcher; what does not have it, with the environment's name, is somebody else's.
_MARK = "# Made by the Ansible collection dockenv.python. It runs the environment {name}."
INTERPRETER_SUFFIX = "-python"
# Folders that stay the image's: the host's in their place would hide the environment. A star stands for any text, slashes too.
_SYSTEM = (
    *("/", "/bin", "/bin/*", "/boot", "/dev", "/dev/*", "/etc", "/home", "/lib", "/lib*/*", "/opt", ENVIRONMENT, f"{ENVIRONMENT}/*"),
    *("/proc", "/proc/*", "/run", "/sbin", "/sbin/*", "/sys", "/sys/*", "/usr", "/usr/bin*", "/usr/lib*", "/usr/sbin*", "/usr/share*"),
    *("/usr/local", "/usr/local/bin*", "/usr/local/lib*", "/usr/local/sbin*", "/var", "/var/lib"),
)


def render_launchers(spec: EnvSpec, docker: Sequence[str] = ("docker",)) -> Mapping[str, str]:
    """Return the texts of both launchers by their paths; none where the environment has no launcher.

    ``docker`` are the words that reach the engine, without secrets.
    """
    if spec.launcher is None:
        return {}
    paths = (spec.launcher, spec.launcher + INTERPRETER_SUFFIX)
    return dict(zip(paths, (_render(spec, docker, _SHELL), _render(spec, docker, _INTERPRETER))))


def launcher_paths(launcher: str | None) -> tuple[str, ...]:
    """Return the paths of both launchers."""
    return () if launcher is None else (launcher, launcher + INTERPRETER_SUFFIX)


def is_launcher_of(name: str, text: str) -> bool:
    """Whether a file is a launcher of the environment of that name, so that it may be replaced and removed."""
    return text.startswith(f"#!/bin/sh\n{_MARK.format(name=name)}\n")


def is_system_folder(path: str) -> bool:
    """Whether a folder of the host must not be mounted at its own place in a container."""
    return any(fnmatchcase(path, pattern) for pattern in _SYSTEM)


def _render(spec: EnvSpec, docker: Sequence[str], last: str) -> str:
    volumes = [volume.mounted for volume in spec.volumes if not volume.source.startswith(".")]
    values = {
        "MARK": _MARK.format(name=spec.name),
        "NAME": spec.name,
        "IMAGE": shlex.quote(str(spec.image)),
        "DOCKER": " ".join(shlex.quote(word) for word in docker),
        "VOLUMES": " ".join(f"--volume={shlex.quote(volume)}" for volume in volumes),
        "SYSTEM": "|".join(_SYSTEM),
        "PYTHON": f"{ENVIRONMENT}/bin/python3",
        "ENTER": shlex.quote(_ENTER),
    }
    return re.sub("|".join(f"@{name}@" for name in values), lambda match: values[match.group()[1:-1]], _COMMON + last + _RUN)


# Runs as root in the container, makes the caller known there, and becomes the caller. What is mounted is not touched.
_ENTER = """\
import grp, os, pwd, sys
uid, gid, name, home, *command = sys.argv[1:]
uid, gid = int(uid), int(gid)
def knows(find, number):
    try:
        return bool(find(number))
    except KeyError:
        return False
if uid:
    group = name if not knows(grp.getgrnam, name) else f"group{gid}"
    if not knows(pwd.getpwuid, uid):
        name = name if not knows(pwd.getpwnam, name) else f"user{uid}"
        with open("/etc/passwd", "a") as file:
            file.write(f"{name}:x:{uid}:{gid}::{home}:/bin/sh\\n")
    if not knows(grp.getgrgid, gid):
        with open("/etc/group", "a") as file:
            file.write(f"{group}:x:{gid}:\\n")
    os.makedirs(home, exist_ok=True)
    if not os.path.ismount(home) and os.stat(home).st_uid == 0:
        os.chown(home, uid, gid)
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)
os.environ.update(HOME=home, USER=name, LOGNAME=name)
try:
    os.execvp(command[0], command)
except OSError as error:
    print(f"{command[0]}: {error.strerror}", file=sys.stderr)
    sys.exit(127 if isinstance(error, FileNotFoundError) else 126)
"""

_COMMON = """\
#!/bin/sh
@MARK@
# DOCKENV_ENV='A B' hands the environment variables A and B on.
set -euf

# Folders and files of the host that are at the same place in the container, one a line
mounts=
here=$(pwd -P)

add_mount() {
    case $1 in
    *'"'*|*'
'*) echo "$0: $1: a path with a quotation mark or a line break cannot be mounted" >&2; exit 125 ;;
    esac
    mounts="$1
$mounts"
}

is_system() {
    case $1 in
    @SYSTEM@) ;;
    *) return 1 ;;
    esac
}

add_folder() {
    case "
$mounts" in *"
$1
"*) return ;; esac
    if [ -d "$1" ] && ! is_system "$1"; then add_mount "$1"; fi
}

if is_system "$here"; then here=/; else add_folder "$here"; fi
"""

_SHELL = """\
[ $# -gt 0 ] || set -- sh -c 'if command -v bash >/dev/null; then exec bash; fi; exec sh'
"""

# Ansible hands modules over in its temporary folder or on standard input; what they unpack is in /tmp. For a user that is neither
# root nor the one who logs in, files that go with a module are in /var/tmp.
_INTERPRETER = """\
add_folder /tmp
add_folder /var/tmp
add_folder "${HOME:-/}/.ansible/tmp"
skip=
for word in "$@"; do
    if [ -n "$skip" ]; then skip=; continue; fi
    case $word in
    -W|-X|--check-hash-based-pycs) skip=yes ;;
    -|-c*|-m*) break ;;
    -*) ;;
    *)
        if [ -f "$word" ]; then
            case $word in /*) folder=${word%/*} ;; */*) folder=$(cd "${word%/*}" && pwd -P) ;; *) folder=$here ;; esac
            case $folder/ in
            "$here"/*) ;;
            *) if is_system "${folder:-/}"; then add_mount "$folder/${word##*/}"; else add_folder "$folder"; fi ;;
            esac
        fi
        break ;;
    esac
done
set -- @PYTHON@ "$@"
"""

_RUN = """\
user=$(id -un 2>/dev/null) || user=user
set -- @IMAGE@ -ISc @ENTER@ "$(id -u)" "$(id -g)" "$user" "${HOME:-/tmp}" "$@"
IFS='
'
for path in $mounts; do
    set -- --mount "type=bind,\\"source=$path\\",\\"target=$path\\"" "$@"
done
unset IFS
for name in LANG LC_ALL TERM TZ NO_COLOR ${DOCKENV_ENV:-}; do
    set -- --env "$name" "$@"
done
if [ -t 0 ] && [ -t 1 ]; then set -- --tty "$@"; fi
exec @DOCKER@ run --rm --interactive --init --pull=never --log-driver=none --network=host --hostname=@NAME@ --user=0:0 \\
    --workdir="$here" --entrypoint=@PYTHON@ @VOLUMES@ "$@"
"""
