# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds user names and passwords in the URLs of a text, so that nobody gets to see them; pure text."""

from __future__ import annotations

import re
from urllib.parse import unquote

# The last @ before the path ends them, as for whoever reads the URL: a password may hold one.
_CREDENTIALS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\s]*)@")
# One of / ? # in a password, not written as %2F, %3F or %23, ends the host for whoever reads the URL.
_UNESCAPED = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^\s'\"/?#@:\[]*:(?!\d*[/?#])[^\s'\"/?#@]*[/?#][^\s'\"]*)@")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}\Z")


def redact(text: str) -> str:
    """Return the text with the credentials of URLs replaced; variables that pip expands stay."""

    def mask(match: re.Match) -> str:
        scheme, user_info = match.groups()
        is_login_name = scheme.endswith("ssh") and ":" not in user_info
        if is_login_name or all(_VARIABLE.match(part) for part in user_info.split(":")):
            return match.group(0)
        return f"{scheme}://****@"

    return _UNESCAPED.sub(r"\1://****@", _CREDENTIALS.sub(mask, text))


def secrets_in(text: str) -> tuple[str, ...]:
    """Return the secrets in a text's URLs, as written and decoded: passwords, and lone user names over HTTP, which are tokens."""
    found: list[str] = []
    for scheme, user_info in (*_CREDENTIALS.findall(text), *_UNESCAPED.findall(text)):
        user, colon, password = user_info.partition(":")
        secret = password if colon else ("" if scheme.endswith("ssh") else user)
        if secret and not _VARIABLE.match(secret):
            found += [secret, unquote(secret)]
    return tuple(dict.fromkeys(found))


def has_stray_at(url: str) -> bool:
    """Whether there is an @ behind the host that may end a login with a password that was not escaped.

    One before the revision is part of the URL of a repository (``git+https``).
    """
    scheme, _separator, rest = url.partition("://")
    behind = re.sub(r"^[^/?#]*", "", rest)
    return behind.count("@") > (1 if "+" in scheme else 0)
