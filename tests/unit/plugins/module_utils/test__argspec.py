# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible.module_utils.basic import env_fallback
from ansible_collections.dockenv.python.plugins.doc_fragments.docker import ModuleDocFragment
from ansible_collections.dockenv.python.plugins.module_utils import _argspec

DOCUMENTED = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
OPTIONS = _argspec.docker_connection()


def test_fragment_and_argument_spec_have_the_same_options():
    assert set(DOCUMENTED) == set(OPTIONS)


@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_fragment_and_argument_spec_say_the_same(option):
    def words(source):
        return {key: source.get(key) for key in ("type", "default", "aliases", "choices", "required")}

    assert words(DOCUMENTED[option]) == words(OPTIONS[option])


@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_environment_fallbacks_are_documented(option):
    function, variables = OPTIONS[option].get("fallback", (env_fallback, []))
    assert function is env_fallback
    documented = " ".join(DOCUMENTED[option]["description"])
    for variable in variables:
        assert f"E({variable})" in documented


def test_rules_between_options_name_options():
    for names in (*_argspec.DOCKER_MUTUALLY_EXCLUSIVE, *_argspec.DOCKER_REQUIRED_TOGETHER):
        assert set(names) <= set(OPTIONS)


# The table of community.docker's connection options, whose names ours share so that module_defaults serve both
@pytest.mark.parametrize(
    ("option", "aliases", "variable"),
    [
        ("docker_host", ["docker_url"], "DOCKER_HOST"),
        ("tls_hostname", None, "DOCKER_TLS_HOSTNAME"),
        ("api_version", ["docker_api_version"], "DOCKER_API_VERSION"),
        ("timeout", None, "DOCKER_TIMEOUT"),
        ("ca_path", ["ca_cert", "tls_ca_cert", "cacert_path"], None),
        ("client_cert", ["tls_client_cert", "cert_path"], None),
        ("client_key", ["tls_client_key", "key_path"], None),
        ("tls", None, "DOCKER_TLS"),
        ("validate_certs", ["tls_verify"], "DOCKER_TLS_VERIFY"),
        ("use_ssh_client", None, None),
        ("cli_context", None, None),
    ],
)
def test_options_are_spelled_as_in_community_docker(option, aliases, variable):
    assert OPTIONS[option].get("aliases") == aliases
    assert OPTIONS[option].get("fallback", (None, [None]))[1] == [variable]
