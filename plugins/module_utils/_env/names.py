# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One check for each kind of name that people write; each returns the value, or raises InvalidInput naming the option."""

from __future__ import annotations

import os.path
import re

from .._errors import InvalidInput
from .._image_name import parse_image_name

# A folder's name and the last part of an image's name at once
_ENVIRONMENT = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_ENVIRONMENT_MAX = 100
_PYTHON = re.compile(r"3\.[0-9]{1,2}(?:\.[0-9]{1,2})?")
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}")
# Debian policy 5.6.1 and 5.6.12; the architecture as apt takes it
_SYSTEM_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?(?:=(?:[0-9]+:)?[0-9][A-Za-z0-9.+~-]*(?::[A-Za-z0-9.+~-]+)*)?")
# useradd(8) of Debian
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?")
# No space, quote, dollar, backslash, comma or colon: those mean something in a Dockerfile, a mount or on PATH
_IMAGE_PATH = re.compile(r"/(?:[A-Za-z0-9._@+=~-]+(?:/[A-Za-z0-9._@+=~-]+)*)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

OUR_LABELS = "dockenv.python."
# Of containers that a task uses for a moment
TASK_LABEL = f"{OUR_LABELS}task"


def is_environment(value: str) -> bool:
    """Whether an environment may have this name."""
    return len(value) <= _ENVIRONMENT_MAX and _ENVIRONMENT.fullmatch(value) is not None


def check_environment(value: str, option: str = "name") -> str:
    """Accept the name of an environment, which is a folder's name and part of an image's."""
    if not is_environment(value):
        raise InvalidInput(
            f"{option}: {value!r} is not a name for an environment; use up to {_ENVIRONMENT_MAX} lower-case letters and digits, "
            "joined by single '.', '_' or '-'"
        )
    return value


def check_python(value: str, option: str = "python") -> str:
    """Accept a version of Python as the official images are tagged: 3.13 or 3.13.1."""
    if not _PYTHON.fullmatch(value):
        raise InvalidInput(f"{option}: {value!r} is not a version of Python 3; write one such as '3.13', in quotes, or use base_image")
    return value


def check_base_image(value: str, option: str = "base_image") -> str:
    """Accept an image to start from: a name with or without tag, digest or both."""
    name, at, digest = value.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise InvalidInput(f"{option}: {digest!r} in {value!r} is not a digest; write sha256: and 64 hexadecimal digits")
    _check_image(name, value, option)
    return value


def check_registry_prefix(value: str, option: str = "registry_prefix") -> str:
    """Accept what stands before the base image's name: a registry, with or without a path. Returned with one slash at the end."""
    prefix = value.rstrip("/") + "/"
    _check_image(prefix + "image", value, option)
    return prefix


def _check_image(name: str, value: str, option: str) -> None:
    try:
        parse_image_name(name)
    except InvalidInput as error:
        reason = error.message.partition(": ")[2]
        raise InvalidInput(f"{option}: {value!r} cannot be used: {reason}") from None


def check_system_package(value: str, option: str) -> str:
    """Accept a Debian package's name, with an architecture and a version if wanted: ``libpq5:amd64=15.3-1``."""
    if not _SYSTEM_PACKAGE.fullmatch(value):
        raise InvalidInput(
            f"{option}: {value!r} is not a Debian package; write a name of lower-case letters, digits, '+', '-' and '.', "
            "and if needed =VERSION"
        )
    return value


def check_user(value: str, option: str = "user.name") -> str:
    """Accept the name of a user to make in the image."""
    if value == "root":
        raise InvalidInput(f"{option}: 'root' is in every image already; leave user out to run as root")
    if not _USER.fullmatch(value):
        raise InvalidInput(
            f"{option}: {value!r} is not a user's name; use up to 32 lower-case letters, digits, '_' and '-', starting with a letter or '_'"
        )
    return value


def check_id(value: int, option: str) -> int:
    """Accept the number of a user or group that is not root's."""
    # Linux keeps 32 bits, and -1 means "leave as it is" to chown(2)
    if not 1 <= value <= 4294967294:
        raise InvalidInput(f"{option}: {value!r} is not an id for a user of an image; use a number from 1 to 4294967294")
    return value


def check_variable(value: str, option: str = "env") -> str:
    """Accept the name of an environment variable."""
    if not _VARIABLE.fullmatch(value):
        raise InvalidInput(
            f"{option}: {value!r} is not a name for an environment variable; use letters, digits and '_', and no digit at the beginning"
        )
    return value


def check_label(value: str, option: str = "labels") -> str:
    """Accept the key of a label of the user's."""
    if value.startswith(OUR_LABELS):
        raise InvalidInput(f"{option}: {value!r} begins with {OUR_LABELS!r}, which the collection keeps for itself; choose another key")
    if not _LABEL.fullmatch(value):
        raise InvalidInput(
            f"{option}: {value!r} is not a key for a label; use letters, digits, '.', '_', '/' and '-', with a letter or digit at both ends"
        )
    return value


def check_image_path(value: str, option: str) -> str:
    """Accept an absolute path in an image. Returned without '.', '..' and doubled slashes."""
    if not _IMAGE_PATH.fullmatch(re.sub(r"/+", "/", value).rstrip("/") or "/"):
        raise InvalidInput(
            f"{option}: {value!r} is not a path in an image; write an absolute one of letters, digits and '._@+=~-', without spaces"
        )
    return _normalize(value)


def check_host_path(value: str, option: str) -> str:
    """Accept an absolute path on the host. Returned without '.', '..' and doubled slashes."""
    if not value.startswith("/") or _CONTROL.search(value):
        raise InvalidInput(f"{option}: {value!r} is not an absolute path; write the whole path, starting with '/'")
    return _normalize(value)


def _normalize(path: str) -> str:
    return os.path.normpath(re.sub(r"^/+", "/", path))
