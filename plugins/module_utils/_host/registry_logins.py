# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins at registries, as accounts of the host keep them in the docker client's config.json. Pure: reads and writes nothing.

The file's format is that of the docker client: U(https://docs.docker.com/reference/cli/docker/login/).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._errors import InvalidInput

HUB = "docker.io"
# The name under which the client keeps logins at the registry of docker.io
HUB_ADDRESS = "https://index.docker.io/v1/"
CONFIG_MODE = 0o600

# A registry as it is written in the names of images: host and port
REGISTRY = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")
_USERNAME = re.compile(r"[^\x00-\x1f\x7f:]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?")
_KEYS = {"users", "registry", "username", "password", "state"}


@dataclass(frozen=True)
class Login:
    """One account's login at one registry; ``digest`` is that of user name and password, which ``password`` need not hold to compare."""

    user: str
    registry: str
    username: str
    digest: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    is_present: bool = True

    @property
    def address(self) -> str:
        """The registry as the client and the engine name it."""
        return HUB_ADDRESS if self.registry in (HUB, "index.docker.io") else self.registry


@dataclass(frozen=True)
class ClientConfig:
    """An account's config.json: its content, None where there is no file, and its mode; ``problem`` says why it cannot be used.

    ``is_orphan`` tells that there is no such account.
    """

    content: Mapping[str, Any] | None = None
    mode: int = CONFIG_MODE
    problem: str | None = None
    is_orphan: bool = False


def read_logins(entries: Any) -> list[Login]:
    """Return the logins of the role's list, one for each account. Raises InvalidInput, without showing a password."""
    if not isinstance(entries, (list, tuple)):
        raise InvalidInput("it must be a list of logins")
    logins = [login for index, entry in enumerate(entries) for login in _read_entry(index, entry)]
    seen: set[tuple[str, str]] = set()
    for login in logins:
        if (login.user, login.address) in seen:
            raise InvalidInput(f"there are two logins of {login.user!r} at {login.registry!r}; take one of them off")
        seen.add((login.user, login.address))
    return logins


def digest_login(username: str, password: str) -> str:
    """Return a digest of a login, which tells whether another one is the same."""
    return hashlib.sha256(f"{username}:{password}".encode()).hexdigest()


def is_kept(login: Login, config: ClientConfig) -> bool:
    """Whether an account's file is as the login wants it: it holds it, readable for nobody else, or does not hold it."""
    found = _find_words(config.content or {}, login.address)
    if not login.is_present:
        return found is None or bool(login.username and found.partition(":")[0] != login.username)
    return found is not None and config.mode == CONFIG_MODE and hashlib.sha256(found.encode()).hexdigest() == login.digest


def find_problem(login: Login, config: ClientConfig) -> str | None:
    """Return a sentence if the account's file cannot take the login."""
    if not login.is_present:
        return None if config.is_orphan else config.problem
    if config.problem:
        return config.problem
    content = config.content or {}
    helpers = content.get("credHelpers")
    store = content.get("credsStore") or (helpers.get(login.address) if isinstance(helpers, Mapping) else None)
    if store:
        return (
            f"{login.user!r} keeps logins at {login.registry!r} with the program docker-credential-{store}, see its .docker/config.json; "
            "log in there by hand, or take that setting out of the file"
        )
    return None


def apply_logins(content: Mapping[str, Any], logins: Iterable[Login]) -> dict[str, Any]:
    """Return the content of config.json with an account's logins put in and taken out; everything else stays."""
    found = content.get("auths")
    auths = dict(found) if isinstance(found, Mapping) else {}
    for login in logins:
        if login.is_present:
            auths[login.address] = {"auth": base64.b64encode(f"{login.username}:{login.password}".encode()).decode()}
        elif not is_kept(login, ClientConfig(content)):
            auths.pop(login.address, None)
    others = {name: value for name, value in content.items() if name != "auths"}
    return {"auths": auths, **others} if auths else others


def render_config(content: Mapping[str, Any]) -> str:
    """Return the text of config.json, as the client writes it."""
    return json.dumps(content, indent="\t")


def describe_login(login: Login) -> str:
    """Return what is done about a login, in words without its password."""
    return f"log {login.user} {'in' if login.is_present else 'out'} at {login.registry}{f' as {login.username}' if login.username else ''}"


def _read_entry(index: int, entry: Any) -> Sequence[Login]:
    if not isinstance(entry, Mapping) or not set(entry) <= _KEYS:
        raise InvalidInput(f"entry {index + 1:d} must be a mapping of users, registry, username, password and state, or of some of them")
    registry, username, password = (str(entry.get(name) or "") for name in ("registry", "username", "password"))
    users, state = entry.get("users") or ["root"], entry.get("state") or "present"
    registry = registry or HUB
    if not REGISTRY.fullmatch(registry):
        raise InvalidInput(f"{registry.rpartition('@')[2]!r} is not a registry; write its host, and its port if needed, without 'https://'")
    if state not in ("present", "absent"):
        raise InvalidInput(f"the state {state!r} of the login at {registry!r} must be 'present' or 'absent'")
    if not isinstance(users, (list, tuple)) or not all(isinstance(user, str) and _ACCOUNT.fullmatch(user) for user in users):
        raise InvalidInput(f"users of the login at {registry!r} must be a list of accounts of the host")
    if username and not _USERNAME.fullmatch(username):
        raise InvalidInput(f"the username for {registry!r} must be without colons and control characters")
    if state == "present" and (not username or not password or _CONTROL.search(password)):
        raise InvalidInput(f"the login at {registry!r} needs a username and a password, both on one line")
    digest = digest_login(username, password)
    return [Login(user, registry, username, digest, password, state == "present") for user in users]


def _find_words(content: Mapping[str, Any], address: str) -> str | None:
    """Return ``USERNAME:PASSWORD`` of the login that the content has, an empty text if there is one that cannot be read, or None."""
    auths = content.get("auths")
    entry = auths.get(address) if isinstance(auths, Mapping) else None
    if entry is None:
        return None
    try:
        return base64.b64decode(entry["auth"], validate=True).decode()
    except (KeyError, TypeError, ValueError, binascii.Error):
        return ""
