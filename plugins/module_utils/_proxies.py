# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option with which modules take proxies, and the variables that tell them to what these modules run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ._credentials import redact
from ._errors import InvalidInput

PROXIES_OPTION = {"type": "dict", "options": {name: {"type": "str"} for name in ("http", "https", "no_proxy")}}


def read_proxy_variables(proxies: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Return the variables for the option's value, by name; only those that are set. Raises InvalidInput, without showing a login."""
    for name in ("http", "https"):
        url = proxies.get(name)
        if url and not re.match(r"https?://\S+\Z", url):
            raise InvalidInput(f"proxies.{name}: {redact(url)!r} is no URL of a proxy; write one such as 'http://HOST:3128'")
    variables = {"http_proxy": proxies.get("http"), "https_proxy": proxies.get("https"), "no_proxy": proxies.get("no_proxy")}
    return tuple((name, value) for name, value in variables.items() if value)
