# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drop-ins of systemd for the engine's unit, from the role's mapping and for its proxies. Pure text; systemd.unit(5) has the format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._errors import InvalidInput
from .daemon import mask_credentials
from .own_files import OwnFile
from .proxies import Proxies, render_engine_environment

FOLDER = "/etc/systemd/system/docker.service.d"
# So that files which the role makes in a folder of everybody's can be told from those of others
PREFIX = "dockenv-"
PROXY_ENVIRONMENT = "/etc/docker/dockenv-proxies.env"

HEADER = "# Made by the role dockenv.python.docker_server.\n"
_PROXIES = "proxies"
_NAME = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_SECTIONS = ("Unit", "Service")
_SETTING = re.compile(r"[A-Z][A-Za-z0-9]*")


def read_drop_ins(value: Any, names_sockets: bool) -> list[OwnFile]:
    """Return a file for each entry of the role's mapping: name, section, setting, and a value or a list of them.

    ``names_sockets`` tells that daemon.json has ``hosts``, for which the role sets the unit's ExecStart itself. Raises InvalidInput.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"it must be a mapping of names, not {value!r}")
    return [_read_drop_in(str(name), sections, names_sockets) for name, sections in value.items()]


def proxy_files(proxies: Proxies) -> list[OwnFile]:
    """Return the files with which the engine's unit gets the proxies.

    They stand in a file of their own, because systemd tells everybody a unit's variables, and not what is in its files.
    """
    text = render_engine_environment(proxies)
    if not text:
        return []
    return [
        OwnFile(PROXY_ENVIRONMENT, HEADER + text, mode="0600", secret=proxies.is_secret),
        OwnFile(_path(_PROXIES), f"{HEADER}[Service]\nEnvironmentFile={PROXY_ENVIRONMENT}\n"),
    ]


def _read_drop_in(name: str, sections: Any, names_sockets: bool) -> OwnFile:
    if not _NAME.fullmatch(name) or name == _PROXIES:
        raise InvalidInput(
            f"{name!r} cannot be the name of a drop-in; use lower-case letters and digits, joined by '-' or '_', and not {_PROXIES!r}"
        )
    if not isinstance(sections, Mapping) or not sections or not set(sections) <= set(_SECTIONS):
        raise InvalidInput(f"{name!r} must be a mapping of the sections {' and '.join(_SECTIONS)}, or of one of them")
    if names_sockets and isinstance(sections.get("Service"), Mapping) and "ExecStart" in sections["Service"]:
        raise InvalidInput(
            f"{name!r} sets ExecStart, which the role sets itself where the engine's options have 'hosts'; take one of them off"
        )
    text = HEADER + "\n".join(_render_section(name, section, settings) for section, settings in sections.items())
    is_secret = mask_credentials(text) != text
    return OwnFile(_path(name), text, mode="0600" if is_secret else "0644", secret=is_secret)


def _render_section(name: str, section: str, settings: Any) -> str:
    if not isinstance(settings, Mapping):
        raise InvalidInput(f"{name!r}: {section} must be a mapping of settings")
    lines = []
    for setting, value in settings.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        if not _SETTING.fullmatch(str(setting)) or not all(_is_line(each) for each in values):
            raise InvalidInput(
                f"{name!r}: {section}.{setting} is not a setting of systemd; write a name such as LimitNOFILE, and texts on one line"
            )
        lines += [f"{setting}={_text(each)}\n" for each in values]
    return f"[{section}]\n{''.join(lines)}"


def _is_line(value: Any) -> bool:
    # A backslash at the end would join the next line to this one.
    return isinstance(value, (str, int, float)) and "\n" not in str(value) and not str(value).endswith("\\")


def _text(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _path(name: str) -> str:
    return f"{FOLDER}/{PREFIX}{name}.conf"
