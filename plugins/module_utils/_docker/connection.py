# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an engine listens and how it is reached, worked out from options; pure, opens no connection."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import InvalidInput

DEFAULT_HOST = "unix:///var/run/docker.sock"
_SCHEMES = ("unix", "tcp", "http", "https", "ssh")


@dataclass(frozen=True)
class Connection:
    """The way to one engine; ``timeout`` in seconds, certificates and keys as paths of files."""

    host: str = DEFAULT_HOST
    cli_context: str | None = None
    api_version: str = "auto"
    timeout: int = 60
    encrypted: bool = False
    verified: bool = False
    tls_hostname: str | None = None
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    use_ssh_client: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Any], environment: Mapping[str, str]) -> Connection:
        """Read a module's connection options; ``environment`` gives the folder of certificates, DOCKER_CERT_PATH.

        Raises InvalidInput for a host that is no URL an engine can listen at, and for a time-out that is none.
        """
        host = params["docker_host"] or DEFAULT_HOST
        scheme, separator, place = host.partition("://")
        if scheme not in _SCHEMES or not separator or not place:
            raise InvalidInput(
                f"docker_host: {host!r} is no place where an engine listens; "
                f"give a URL that starts with {', '.join(f'{name}://' for name in _SCHEMES)}"
            )
        if params["timeout"] <= 0:
            raise InvalidInput(f"timeout: {params['timeout']} is not a time to wait; give a number of seconds above 0")
        return cls(
            host=host,
            cli_context=params["cli_context"],
            api_version=params["api_version"],
            timeout=params["timeout"],
            encrypted=params["tls"] or params["validate_certs"],
            verified=params["validate_certs"],
            tls_hostname=params["tls_hostname"],
            ca_path=params["ca_path"] or _certificate(environment, "ca.pem"),
            client_cert=params["client_cert"] or _certificate(environment, "cert.pem"),
            client_key=params["client_key"] or _certificate(environment, "key.pem"),
            use_ssh_client=params["use_ssh_client"],
        )

    def __str__(self) -> str:
        return f"the context {self.cli_context!r}" if self.cli_context else self.host


def _certificate(environment: Mapping[str, str], name: str) -> str | None:
    folder = environment.get("DOCKER_CERT_PATH")
    return os.path.join(folder, name) if folder else None
