# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's proxies, as each tool takes them: the engine, apt and pip. Pure text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import InvalidInput

# What stands in these has no meaning in a shell, in systemd's environment files and in apt's configuration, and needs no quotes there.
_URL = re.compile(r"(?:https?)://(?:[A-Za-z0-9._%!*+,:-]+@)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?/?")
_DIRECT = re.compile(r"[A-Za-z0-9.*_:/\[\]-]+")


@dataclass(frozen=True)
class Proxies:
    """URLs of the proxies for http and https, and the hosts that are asked directly."""

    http: str = ""
    https: str = ""
    no_proxy: tuple[str, ...] = ()

    @property
    def is_secret(self) -> bool:
        """Whether a URL holds a login."""
        return "@" in self.http + self.https

    @property
    def exceptions(self) -> str:
        """The hosts that are asked directly, as every tool takes them."""
        return ",".join(self.no_proxy)


def read_proxies(value: Any) -> Proxies:
    """Accept a mapping of ``http``, ``https`` and ``no_proxy``. Raises InvalidInput, without showing a login."""
    if not isinstance(value, Mapping) or not set(value) <= {"http", "https", "no_proxy"}:
        raise InvalidInput("write a mapping with the keys http, https and no_proxy, or some of them")
    urls = {name: value.get(name) or "" for name in ("http", "https")}
    for name, url in urls.items():
        if url and not (isinstance(url, str) and _URL.fullmatch(url)):
            raise InvalidInput(
                f"{name} is not the URL of a proxy; write one such as 'http://proxy.example.com:3128', "
                "with special characters of a login as %-codes"
            )
    return Proxies(**urls, no_proxy=_read_exceptions(value.get("no_proxy") or []))


def render_engine_environment(proxies: Proxies) -> str:
    """Return an environment file for the engine, which systemd and a shell read alike; empty where no proxy is set."""
    variables = {"HTTP_PROXY": proxies.http, "HTTPS_PROXY": proxies.https, "NO_PROXY": proxies.exceptions}
    return "".join(f"{name}={value}\n" for name, value in variables.items() if value) if proxies.http or proxies.https else ""


def render_apt_configuration(proxies: Proxies) -> str:
    """Return a configuration file for apt; empty where no proxy is set. The exceptions are for the variable no_proxy: apt has no option."""
    settings = {"http": proxies.http, "https": proxies.https}
    return "".join(f'Acquire::{scheme}::Proxy "{url}";\n' for scheme, url in settings.items() if url)


def _read_exceptions(value: Any) -> tuple[str, ...]:
    hosts = [host.strip() for host in value.split(",")] if isinstance(value, str) else value
    if not isinstance(hosts, (list, tuple)):
        raise InvalidInput(f"no_proxy must be a list of hosts, not {value!r}")
    for host in hosts:
        if not (isinstance(host, str) and _DIRECT.fullmatch(host)):
            raise InvalidInput(f"no_proxy: {host!r} is not a host; write names, addresses or networks")
    return tuple(hosts)
