# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a mirror of upstream's repository from the distribution's packages, repacked: other names, versions, conflicts and paths.

Usage: make_mirror.py DEBS MIRROR, with the .deb files in the folder DEBS. Needs dpkg-deb and gpg. The mirror has upstream's
layout; MIRROR/unsigned has no signature, MIRROR/forged one of a stranger's key. MIRROR/fingerprint is that of the right key.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

SUITES = ("bookworm", "trixie")
PLUGINS = "usr/libexec/docker/cli-plugins"

# What upstream's packages say of others, and what they hold: of which package which paths, moved where (None: everything as it is).
PACKAGES = {
    "docker-ce": (
        "Depends: adduser, containerd.io, docker-ce-cli, iptables, libc6, libsystemd0\nRecommends: docker-ce-rootless-extras\nConflicts: docker.io",
        {"docker.io": {"usr/sbin": "usr/bin", "usr/lib/systemd": "usr/lib/systemd", "etc": "etc"}},
    ),
    "docker-ce-cli": (
        "Depends: libc6\nRecommends: docker-buildx-plugin, docker-compose-plugin\nConflicts: docker.io, docker-cli",
        {"docker-cli": {"usr/bin": "usr/bin"}},
    ),
    "containerd.io": (
        "Depends: libc6, libseccomp2\nConflicts: containerd, runc\nReplaces: containerd, runc\nProvides: containerd, runc",
        {"containerd": {"usr/bin": "usr/bin", "usr/lib/systemd": "usr/lib/systemd", "etc": "etc"}, "runc": {"usr/sbin": "usr/bin"}},
    ),
    "docker-buildx-plugin": ("Depends: libc6", {"docker-buildx": {PLUGINS: PLUGINS}}),
    "docker-compose-plugin": ("Depends: libc6", {"docker-compose": {PLUGINS: PLUGINS}}),
    "docker-ce-rootless-extras": ("Depends: libc6", {"docker.io": {"usr/share/docker.io/contrib": "usr/share/docker-ce-rootless-extras"}}),
}
ENGINE = ("docker-ce", "docker-ce-cli")
VERSIONS = {
    **dict.fromkeys(ENGINE, ("5:26.1.5-1~debian", "5:26.1.9-1~debian", "5:26.2.0-1~debian")),
    "containerd.io": ("1.7.24-1",),
    "docker-buildx-plugin": ("0.13.1-1~debian", "0.14.0-1~debian"),
    "docker-compose-plugin": ("2.26.1-1~debian", "2.27.0-1~debian"),
    "docker-ce-rootless-extras": ("5:26.1.5-1~debian", "5:26.2.0-1~debian"),
}
# This one cannot be configured: a transaction that fails in its middle.
BROKEN = ("docker-ce", "5:26.1.9-1~debian")


def run(*command: str, **options) -> str:
    """Run a command and return what it prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def repack(debs: Path, name: str, version: str, tree: Path) -> None:
    """Fill ``tree`` with a package of upstream's."""
    said, parts = PACKAGES[name]
    control = tree / "DEBIAN"
    control.mkdir(parents=True)
    for origin, moves in parts.items():
        source = tree.with_name(f"{origin}.source")
        if not source.exists():
            run("dpkg-deb", "--raw-extract", str(next(debs.glob(f"{origin}_*.deb"))), str(source))
        for here, there in moves.items():
            shutil.copytree(source / here, tree / there, dirs_exist_ok=True, symlinks=True)
        if (source / "DEBIAN/conffiles").exists() and "etc" in moves:
            for script in ("postinst", "prerm", "postrm", "conffiles"):
                shutil.copy(source / "DEBIAN" / script, control)
    unit = tree / "usr/lib/systemd/system/docker.service"
    if unit.exists():
        # Only the distribution's unit reads /etc/default/docker.
        text = re.sub(r"^EnvironmentFile=.*\n| \$DOCKER_OPTS", "", unit.read_text(), flags=re.MULTILINE)
        unit.write_text(text.replace("/usr/sbin/dockerd", "/usr/bin/dockerd"))
    if (name, version) == BROKEN:
        (control / "postinst").write_text("#!/bin/sh\necho This version is broken. >&2\nexit 1\n")
    fields = (
        f"Package: {name}\nVersion: {version}\nArchitecture: {run('dpkg', '--print-architecture')}Maintainer: Nobody <nobody@example.com>\n"
    )
    (control / "control").write_text(f"{fields}{said}\nDescription: {name} as upstream packs it\n")


def build(debs: Path, work: Path, pool: Path) -> str:
    """Build all packages into ``pool`` and return their index."""
    pool.mkdir(parents=True)
    stanzas = []
    for name, versions in VERSIONS.items():
        for version in versions:
            tree = work / f"{name}-{version}"
            repack(debs, name, version, tree)
            deb = pool / f"{name}_{version.rpartition(':')[2]}.deb"
            run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", str(tree), str(deb))
            shutil.rmtree(tree)
            digest = hashlib.sha256(deb.read_bytes()).hexdigest()
            stanzas.append(
                f"{run('dpkg-deb', '--field', str(deb))}Filename: pool/{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {digest}\n"
            )
    return "\n".join(stanzas)


def make_key(home: Path, name: str) -> tuple[str, str]:
    """Make a key and return its fingerprint and its public half."""
    home.mkdir(mode=0o700)
    gpg = ("gpg", f"--homedir={home}", "--batch", "--quiet")
    run(*gpg, "--passphrase=", "--quick-generate-key", name, "ed25519", "sign", "never")
    fields = run(*gpg, "--with-colons", "--list-keys").splitlines()
    fingerprint = next(line.split(":")[9] for line in fields if line.startswith("fpr:"))
    return fingerprint, run(*gpg, "--armor", "--export")


def publish(root: Path, index: str, home: Path | None) -> None:
    """Write the suites of a repository, signed with the key in ``home``."""
    architecture = run("dpkg", "--print-architecture").strip()
    for suite in SUITES:
        listed = f"stable/binary-{architecture}/Packages"
        path = root / "dists" / suite / listed
        path.parent.mkdir(parents=True)
        path.write_text(index)
        line = f" {hashlib.sha256(index.encode()).hexdigest()} {len(index.encode())} {listed}\n"
        release = f"Origin: Mirror\nSuite: {suite}\nCodename: {suite}\nArchitectures: {architecture}\nComponents: stable\nSHA256:\n{line}"
        target = root / "dists" / suite / ("InRelease" if home else "Release")
        signed = run("gpg", f"--homedir={home}", "--batch", "--clearsign", input=release) if home else release
        target.write_text(signed)


def main() -> None:
    """Make the mirror."""
    debs, mirror = Path(sys.argv[1]), Path(sys.argv[2])
    work = mirror / ".work"
    index = build(debs, work, mirror / "pool")
    fingerprint, key = make_key(work / "right", "mirror@example.com")
    _stranger, other_key = make_key(work / "stranger", "stranger@example.com")
    publish(mirror, index, work / "right")
    publish(mirror / "unsigned", index, None)
    publish(mirror / "forged", index, work / "stranger")
    (mirror / "gpg").write_text(key)
    (mirror / "stranger.asc").write_text(other_key)
    (mirror / "fingerprint").write_text(fingerprint)
    for home in ("right", "stranger"):
        run("gpgconf", f"--homedir={work / home}", "--kill", "all")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
