# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps logins at package indexes apart from their URLs: URLs go into files, logins only into a BuildKit secret; pure text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from .._credentials import has_stray_at
from .._errors import InvalidInput

_URL_TEXT = re.compile(r"[A-Za-z0-9._~:/?#@!&()*+,;=%\[\]-]+")
# netrc has words without quotes, and a comment may begin with a hash.
_NETRC_WORD = re.compile(r"(?!#)[^\s\"'\\]+")

# The words of netrc(5) that a value follows, and what it is here
_KEYS = {"login": "user", "password": "password", "account": ""}


@dataclass(frozen=True)
class Login:
    """What one host asks for."""

    host: str
    user: str = field(repr=False)
    password: str = field(repr=False)


def split_index_url(value: str, option: str) -> tuple[str, Login | None]:
    """Return the URL of a package index without a login, and the login. Raises InvalidInput without showing either."""
    try:
        parts = urlsplit(value)
        host, user, password, _port = parts.hostname, parts.username, parts.password, parts.port
    except ValueError:
        host = None
    if has_stray_at(value):
        raise InvalidInput(
            f"{option}: the URL holds an '@' behind its host; write the characters / ? # @ of a password as %2F, %3F, %23 and %40"
        )
    if host is None or parts.scheme not in ("http", "https") or not _URL_TEXT.fullmatch(value):
        raise InvalidInput(f"{option}: the value is not the URL of a package index; write one such as https://index.example/simple")
    if user is None and password is None:
        return value, None
    words = (unquote(user or ""), unquote(password or ""))
    if not all(_NETRC_WORD.fullmatch(word) for word in words):
        raise InvalidInput(
            f"{option}: the login in the URL needs a user name and a password, both without spaces, quotation marks and backslashes; "
            "a token is often the password of the user __token__"
        )
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])), Login(host, *words)


def merge_logins(logins: Iterable[Login]) -> tuple[Login, ...]:
    """Return one login for each host, sorted. Raises InvalidInput where a host has two: netrc knows hosts only."""
    found: dict[str, Login] = {}
    for login in logins:
        if found.setdefault(login.host, login) != login:
            raise InvalidInput(f"index_url, extra_index_urls: there are two logins for the host {login.host!r}; use one for both URLs")
    return tuple(found[host] for host in sorted(found))


def render_netrc(logins: Iterable[Login]) -> str:
    """Return the text of the secret."""
    return "".join(f"machine {login.host} login {login.user} password {login.password}\n" for login in logins)


def parse_netrc(text: str) -> tuple[Login, ...]:
    """Return the logins that a netrc text holds, in order; entries without user or password are left out."""
    words = " ".join(line for line in text.splitlines() if not line.lstrip().startswith("#")).split()
    entries: list[dict[str, str]] = []
    remaining = iter(words)
    for key in remaining:
        if key == "machine":
            entries.append({"host": next(remaining, "").lower()})
        elif key == "default":  # it begins an entry too, for no host in particular
            entries.append({})
        elif key in _KEYS:
            value = next(remaining, "")
            if entries and _KEYS[key]:
                entries[-1][_KEYS[key]] = value
    return tuple(Login(**entry) for entry in entries if len(entry) == 3)


def find_login(url: str, logins: Iterable[Login]) -> Login | None:
    """Return the login for a URL's host."""
    host = urlsplit(url).hostname
    return next((login for login in logins if login.host == host), None)
