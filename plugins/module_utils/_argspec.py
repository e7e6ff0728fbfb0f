# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option fragments that modules share, in the same words as the documentation fragments. Holds no behaviour."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback


def docker_connection() -> dict[str, dict[str, Any]]:
    """Return the options with which a module reaches the engine, spelled as in community.docker."""
    return {
        "docker_host": {"type": "str", "fallback": (env_fallback, ["DOCKER_HOST"]), "aliases": ["docker_url"]},
        "cli_context": {"type": "str"},
        "api_version": {
            "type": "str",
            "default": "auto",
            "fallback": (env_fallback, ["DOCKER_API_VERSION"]),
            "aliases": ["docker_api_version"],
        },
        "timeout": {"type": "int", "default": 60, "fallback": (env_fallback, ["DOCKER_TIMEOUT"])},
        "tls": {"type": "bool", "default": False, "fallback": (env_fallback, ["DOCKER_TLS"])},
        "validate_certs": {
            "type": "bool",
            "default": False,
            "fallback": (env_fallback, ["DOCKER_TLS_VERIFY"]),
            "aliases": ["tls_verify"],
        },
        "tls_hostname": {"type": "str", "fallback": (env_fallback, ["DOCKER_TLS_HOSTNAME"])},
        "ca_path": {"type": "path", "aliases": ["ca_cert", "tls_ca_cert", "cacert_path"]},
        "client_cert": {"type": "path", "aliases": ["tls_client_cert", "cert_path"]},
        "client_key": {"type": "path", "aliases": ["tls_client_key", "key_path"]},
        "use_ssh_client": {"type": "bool", "default": False},
    }


# Rules between those options, for AnsibleModule's arguments of the same names
DOCKER_MUTUALLY_EXCLUSIVE = (("docker_host", "cli_context"),)
DOCKER_REQUIRED_TOGETHER = (("client_cert", "client_key"),)
