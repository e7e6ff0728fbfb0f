# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options with which a module reaches the Docker engine; _argspec.py says the same in code."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  docker_host:
    description:
      - Where the Docker engine listens, as a URL with the scheme C(unix), C(tcp), C(http), C(https) or C(ssh),
        for example V(tcp://192.0.2.23:2376) or V(ssh://admin@host.example).
      - Taken from the environment variable E(DOCKER_HOST) if the task does not set it; without either it is
        V(unix:///var/run/docker.sock).
      - Cannot be combined with O(cli_context).
    type: str
    aliases:
      - docker_url
  cli_context:
    description:
      - Name of a context of the Docker command line, of the user that runs the module, that says where the engine
        listens and which certificates it wants.
      - Cannot be combined with O(docker_host).
    type: str
  api_version:
    description:
      - Version of the engine's API to speak. V(auto) takes the newest one that both sides know.
      - Taken from the environment variable E(DOCKER_API_VERSION) if the task does not set it.
    type: str
    default: auto
    aliases:
      - docker_api_version
  timeout:
    description:
      - How many seconds to wait for an answer of the engine before giving up.
      - Taken from the environment variable E(DOCKER_TIMEOUT) if the task does not set it.
    type: int
    default: 60
  tls:
    description:
      - Whether to encrypt the connection without verifying the engine's certificate.
        O(validate_certs=true) encrypts and verifies, whatever is set here.
      - Taken from the environment variable E(DOCKER_TLS) if the task does not set it.
    type: bool
    default: false
  validate_certs:
    description:
      - Whether to encrypt the connection and to verify the engine's certificate.
      - Taken from the environment variable E(DOCKER_TLS_VERIFY) if the task does not set it.
    type: bool
    default: false
    aliases:
      - tls_verify
  tls_hostname:
    description:
      - The host name that the engine's certificate must have, if it is not the one in O(docker_host).
      - Taken from the environment variable E(DOCKER_TLS_HOSTNAME) if the task does not set it.
    type: str
  ca_path:
    description:
      - File with the certificates of the authorities that may sign the engine's certificate.
      - If the task does not set it, the file C(ca.pem) in the folder that the environment variable
        E(DOCKER_CERT_PATH) names is taken.
    type: path
    aliases:
      - ca_cert
      - tls_ca_cert
      - cacert_path
  client_cert:
    description:
      - File with the certificate that the module shows to the engine. Needs O(client_key).
      - If the task does not set it, the file C(cert.pem) in the folder that the environment variable
        E(DOCKER_CERT_PATH) names is taken.
    type: path
    aliases:
      - tls_client_cert
      - cert_path
  client_key:
    description:
      - File with the private key of O(client_cert).
      - If the task does not set it, the file C(key.pem) in the folder that the environment variable
        E(DOCKER_CERT_PATH) names is taken.
    type: path
    aliases:
      - tls_client_key
      - key_path
  use_ssh_client:
    description:
      - Whether to reach an engine with the scheme C(ssh) through the program C(ssh), with the configuration of the user
        that runs the module, instead of through the Python library paramiko.
    type: bool
    default: false
requirements:
  - Docker SDK for Python. Where the module's own interpreter lacks it, the module runs itself again under
    C(/usr/local/bin/docker-python), which the role P(dockenv.python.docker_server#role) makes, or under the system's Python.
"""
