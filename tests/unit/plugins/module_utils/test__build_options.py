# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.dockenv.python.plugins.doc_fragments.build import ModuleDocFragment
from ansible_collections.dockenv.python.plugins.module_utils._build_argspec import build_jobs, build_options
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions, Secret
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput


def read(**options):
    result = ArgumentSpecValidator(build_options()).validate(options)
    assert result.error_messages == []
    return BuildOptions.from_params(result.validated_parameters)


def test_nothing_set():
    assert read() == BuildOptions()


def test_everything_set():
    assert read(
        rebuild="always",
        pull=True,
        args={"A": "x=,$ y", "NUMBER": 3, "EMPTY": None},
        target="final",
        platform=["linux/amd64", "linux/arm/v7"],
        secrets=[
            {"id": "a", "type": "file", "src": "/etc/token", "version": "2"},
            {"id": "b", "type": "env", "env": "TOKEN"},
            {"id": "c", "type": "value", "value": "hunter2"},
        ],
        cache_from=["a:1"],
        cache_to=["type=inline"],
        push=True,
        base_check="none",
        prune_previous=False,
        log_path="/var/log/build.log",
    ) == BuildOptions(
        rebuild="always",
        pull=True,
        args={"A": "x=,$ y", "NUMBER": "3", "EMPTY": ""},
        target="final",
        platforms=("linux/amd64", "linux/arm/v7"),
        secrets=(Secret("a", "file", "/etc/token", "2"), Secret("b", "env", "TOKEN"), Secret("c", "value", "hunter2")),
        cache_from=("a:1",),
        cache_to=("type=inline",),
        push=True,
        base_check="none",
        prune_previous=False,
        log_path="/var/log/build.log",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"args": {"A B": "1"}},
            "args: 'A B' is not a name for a build argument; use letters, digits and underscores, and no digit at the beginning",
            id="argument's name",
        ),
        pytest.param({"args": {"A": ["x"]}}, "args: the value of 'A' is not text; write it in quotes", id="list as argument"),
        pytest.param({"args": {"A": True}}, "args: the value of 'A' is not text; write it in quotes", id="boolean as argument"),
        pytest.param(
            {"args": {"A": "x\0"}}, "args: the value of 'A' holds a NUL character, which no program can be handed", id="NUL in argument"
        ),
        pytest.param(
            {"target": "-x"}, "target: '-x' is not the name of a build stage; give the name after AS in a FROM line", id="option as target"
        ),
        pytest.param(
            {"platform": ["linux/amd64", "linux"]},
            "platform[1]: 'linux' is not a platform; write it as linux/amd64 or linux/arm/v7",
            id="half a platform",
        ),
        pytest.param(
            {"platform": ["linux/amd64", "linux/amd64"]},
            "platform[1]: 'linux/amd64' is there twice; name each platform once",
            id="platform twice",
        ),
        pytest.param(
            {"platform": ["linux/amd64,type=x"]},
            "platform[0]: 'linux/amd64,type=x' is not a platform; write it as linux/amd64 or linux/arm/v7",
            id="comma in platform",
        ),
        pytest.param(
            {"secrets": [{"id": "a,src=/etc/shadow", "type": "env", "env": "A"}]},
            "secrets[0]: 'a,src=/etc/shadow' is not an id for a secret; use letters, digits, '_', '.' and '-'",
            id="comma in secret's id",
        ),
        pytest.param(
            {"secrets": [{"id": "a", "type": "env", "env": "A"}, {"id": "a", "type": "env", "env": "B"}]},
            "secrets[1]: the id 'a' is there twice; give each secret an id of its own",
            id="secret's id twice",
        ),
        pytest.param(
            {"secrets": [{"id": "a", "type": "env", "src": "/x"}]},
            "secrets[0]: with type=env the secret 'a' comes from the option env, and only from it",
            id="source of another type",
        ),
        pytest.param(
            {"secrets": [{"id": "a", "type": "value", "value": "x", "env": "X"}]},
            "secrets[0]: with type=value the secret 'a' comes from the option value, and only from it",
            id="two sources",
        ),
        pytest.param(
            {"secrets": [{"id": "a", "type": "file", "src": "x/y"}]},
            "secrets[0]: src 'x/y' is not an absolute path; write the whole path of the file",
            id="relative path",
        ),
        pytest.param(
            {"secrets": [{"id": "a", "type": "env", "env": "A-B"}]},
            "secrets[0]: env 'A-B' is not the name of an environment variable",
            id="variable's name",
        ),
        pytest.param(
            {"secrets": [{"id": "a", "type": "value", "value": "x" * 130_000}]},
            "secrets[0]: the value of 'a' holds a NUL character or is longer than 120000 bytes; put it into a file and use type=file",
            id="secret too long",
        ),
        pytest.param(
            {"cache_from": ["a", ""]},
            "cache_from[1]: '' is not a build cache; give an image's name or a form like type=registry,ref=registry.example/cache",
            id="empty cache",
        ),
        pytest.param(
            {"cache_to": ["a\nb"]},
            "cache_to[0]: 'a\\nb' is not a build cache; give an image's name or a form like type=registry,ref=registry.example/cache",
            id="line end in cache",
        ),
        pytest.param(
            {"log_path": "log/build.log"},
            "log_path: 'log/build.log' is not an absolute path; write the whole path of the log file",
            id="relative log",
        ),
    ],
)
def test_what_cannot_be_used(options, message):
    with pytest.raises(InvalidInput) as caught:
        read(**options)
    assert caught.value.message == message


def described(documented):
    """Return an argument spec as far as documentation can say it."""
    kept = ("type", "elements", "default", "required")
    spec = {}
    for name, option in documented.items():
        spec[name] = {key: option[key] for key in kept if key in option}
        if "choices" in option:
            spec[name]["choices"] = sorted(option["choices"])
        if "suboptions" in option or "options" in option:
            spec[name]["options"] = described(option.get("suboptions") or option["options"])
    return spec


@pytest.mark.parametrize(
    ("documentation", "spec"),
    [
        pytest.param(ModuleDocFragment.DOCUMENTATION, build_options(), id="build"),
        pytest.param(ModuleDocFragment.JOBS, build_jobs(), id="jobs"),
    ],
)
def test_documentation_and_code_say_the_same(documentation, spec):
    assert described(yaml.safe_load(documentation)["options"]) == described(spec)


def test_only_the_secret_itself_is_hidden():
    secret = build_options()["secrets"]["options"]
    assert [name for name, option in secret.items() if option.get("no_log")] == ["value"]
