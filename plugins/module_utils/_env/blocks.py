# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the parts that Dockerfiles of ours have in common; pure text. Names are checked already, values get their quotes here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._instructions import render_assignment, render_words
from .options import User


@dataclass(frozen=True)
class Start:
    """How containers of an image start; None and nothing leave it as the base image has it. ``exposed`` are ports with protocol."""

    workdir: str | None = None
    exposed: tuple[str, ...] = ()
    user: str | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None


def install_system_packages(packages: Sequence[str]) -> list[str]:
    """Return the instruction that installs Debian packages, and leaves neither lists nor logs that hold the time."""
    if not packages:
        return []
    return [
        "RUN apt-get -qq update \\",
        f"    && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends {' '.join(packages)} \\",
        "    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log",
    ]


def render_settings(env: Sequence[tuple[str, str]], labels: Sequence[tuple[str, str]]) -> list[str]:
    """Return the instructions that set variables and labels."""
    lines = [render_assignment("ENV", name, value) for name, value in env]
    return lines + [render_assignment("LABEL", key, value) for key, value in labels]


def make_user(user: User | None) -> list[str]:
    """Return the instructions that make a user in the image."""
    return [f"RUN {command}" for command in make_user_commands(user)] if user is not None else []


def make_user_commands(user: User) -> list[str]:
    """Return the commands that make a user."""
    name = user.name
    group = f" --non-unique --gid {user.gid}" if user.gid is not None else ""
    number = f" --non-unique --uid {user.uid}" if user.uid is not None else ""
    commands = [f"groupadd{group} {name} && useradd --create-home --shell /bin/sh --gid {name}{number} {name}"]
    if user.sudo:
        commands.append(f"echo '{name} ALL=(ALL:ALL) NOPASSWD:ALL' > /etc/sudoers.d/{name} && chmod 0440 /etc/sudoers.d/{name}")
    return commands


def render_start(start: Start) -> list[str]:
    """Return the instructions at the end of a Dockerfile."""
    lines = [f"WORKDIR {start.workdir}"] if start.workdir else []
    lines += [f"EXPOSE {port}" for port in start.exposed]
    lines += [f"USER {start.user}"] if start.user else []
    lines += [render_words("ENTRYPOINT", start.entrypoint)] if start.entrypoint is not None else []
    return lines + ([render_words("CMD", start.command)] if start.command is not None else [])
