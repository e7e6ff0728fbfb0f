# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput

DEFAULTS = {
    "docker_host": None,
    "cli_context": None,
    "api_version": "auto",
    "timeout": 60,
    "tls": False,
    "validate_certs": False,
    "tls_hostname": None,
    "ca_path": None,
    "client_cert": None,
    "client_key": None,
    "use_ssh_client": False,
}
SCHEMES = "give a URL that starts with unix://, tcp://, http://, https://, ssh://"


def read(environment=None, **options):
    return Connection.from_params({**DEFAULTS, **options}, environment or {})


def test_without_options_it_is_the_local_engine():
    assert read() == Connection()
    assert str(read()) == "unix:///var/run/docker.sock"


@pytest.mark.parametrize(
    ("tls", "validate_certs", "encrypted", "verified"),
    [(False, False, False, False), (True, False, True, False), (False, True, True, True), (True, True, True, True)],
)
def test_verifying_means_encrypting(tls, validate_certs, encrypted, verified):
    connection = read(tls=tls, validate_certs=validate_certs)
    assert (connection.encrypted, connection.verified) == (encrypted, verified)


def test_certificates_come_from_the_environment_s_folder():
    connection = read({"DOCKER_CERT_PATH": "/certs"}, client_cert="/own/cert.pem")
    assert (connection.ca_path, connection.client_cert, connection.client_key) == ("/certs/ca.pem", "/own/cert.pem", "/certs/key.pem")


def test_a_context_is_named_in_messages():
    assert str(read(cli_context="far")) == "the context 'far'"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"docker_host": "/var/run/docker.sock"},
            f"docker_host: '/var/run/docker.sock' is no place where an engine listens; {SCHEMES}",
            id="a path",
        ),
        pytest.param({"docker_host": "tcp://"}, f"docker_host: 'tcp://' is no place where an engine listens; {SCHEMES}", id="no host"),
        pytest.param({"docker_host": "ftp://x"}, f"docker_host: 'ftp://x' is no place where an engine listens; {SCHEMES}", id="a scheme"),
        pytest.param({"timeout": 0}, "timeout: 0 is not a time to wait; give a number of seconds above 0", id="no time"),
    ],
)
def test_refuses(options, message):
    with pytest.raises(InvalidInput) as caught:
        read(**options)
    assert caught.value.message == message
