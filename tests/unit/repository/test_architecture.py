# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The import rule: which layer of plugins/ may use which, and who may end a task."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"

# Every helper file and package of module_utils belongs to one layer; a new one is entered here.
LAYERS = {
    # Values and text in, values and text out.
    "shared": {"_build_options", "_credentials", "_errors", "_image", "_image_name", "_instructions", "_proxies", "_requirements"},
    # What main() of a module is framed with.
    "frame": {"_argspec", "_build_argspec", "_compile_once", "_runtime"},
    # Commands of the host: short ones that are asked, and long ones line by line.
    "questions": {"_commands"},
    "processes": {"_process"},
    # The way to the engine.
    "access": {"_docker"},
    # The way to locks: uv on the host, or pip in a container.
    "resolver": {"_resolver"},
    # What the collection knows; each package for itself. Those about the host may ask its commands.
    "host": {"_base", "_host"},
    "domain": {"_env", "_venv"},
    # A virtualenv as an image, which speaks the words of both domains.
    "image": {"_venv_image"},
    # What brings a domain, the engine and locks together, where that is more than a module can do.
    "service": {"_environments"},
    # The same for virtualenvs as images; it builds as environments are built.
    "packaging": {"_packaging"},
}
USABLE_LAYERS = {
    "shared": {"shared"},
    "frame": {"shared", "frame"},
    "questions": {"shared"},
    "processes": {"shared"},
    "access": {"shared", "questions", "processes"},
    "resolver": {"shared", "questions", "processes", "access"},
    "host": {"shared", "questions"},
    "domain": {"shared"},
    "image": {"shared", "domain"},
    "service": {"shared", "processes", "access", "resolver", "domain"},
    "packaging": {"shared", "questions", "access", "domain", "image", "service"},
}

# The only files that may import what is not in the standard library.
THIRD_PARTY = {
    "ansible": {"_argspec", "_build_argspec", "_runtime"},
    "docker": {"_docker.engine"},
    "packaging": {"_requirements"},
    "requests": {"_docker.engine"},
}
ENDINGS = {"exit_json", "fail_json", "exit"}


def layer_of(unit: str) -> str | None:
    """Return the layer of a file or package of module_utils."""
    return next((layer for layer, units in LAYERS.items() if unit in units), None)


def imported_names(tree: ast.Module, name: str) -> set[str]:
    """Return what a helper imports: full names, and those of module_utils with a dot before them."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module)
        elif isinstance(node, ast.ImportFrom):
            parents = name.split(".")[: -node.level]
            inside = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {"." + ".".join([*parents, each]) for each in inside}
    return found


def find_violations(name: str, source: str) -> list[str]:
    """Return what a helper of module_utils does that the rule forbids; ``name`` is as in ``_venv.plan``."""
    tree = ast.parse(source)
    unit = name.split(".")[0]
    layer = layer_of(unit)
    if layer is None:
        return [f"{name} belongs to no layer"]
    violations = []
    for imported in sorted(imported_names(tree, name)):
        other = imported.lstrip(".").split(".")[0]
        if imported.startswith("."):
            is_allowed = other == unit or layer_of(other) in USABLE_LAYERS[layer]
        else:
            is_allowed = other in sys.stdlib_module_names or name in THIRD_PARTY.get(other, set())
        if not is_allowed:
            violations.append(f"{name} imports {imported}")
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.name == "AnsibleModule":
            violations.append(f"{name} imports AnsibleModule")
        if isinstance(node, ast.Attribute) and node.attr in ENDINGS:
            violations.append(f"{name} ends the task with {node.attr}")
    return violations


def helpers() -> dict[str, Path]:
    """Return the helpers by their name inside module_utils."""
    root = PLUGINS / "module_utils"
    names = {path: path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.py")}
    return {name.replace("/", "."): path for path, name in names.items()}


def test_there_are_helpers_of_every_layer():
    assert {"_errors", "_runtime", "_docker.engine", "_venv.plan"} <= helpers().keys()


@pytest.mark.parametrize("name", sorted(helpers()))
def test_helper_keeps_the_import_rule(name):
    assert find_violations(name, helpers()[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "source", "violations"),
    [
        pytest.param("_venv.plan", "from .._requirements import Requirement\nimport os\nfrom . import spec", [], id="domain may"),
        pytest.param("_venv.plan", "from .._docker.engine import Engine", ["_venv.plan imports ._docker.engine"], id="domain to access"),
        pytest.param("_venv.plan", "from .._base.spec import X", ["_venv.plan imports ._base.spec"], id="domain to another"),
        pytest.param("_venv.plan", "from .. import _runtime", ["_venv.plan imports ._runtime"], id="domain to frame"),
        pytest.param("_env.plan", "from .._process import stream", ["_env.plan imports ._process"], id="domain to processes"),
        pytest.param("_host.observe", "from .. import _commands", [], id="host may ask"),
        pytest.param("_host.plan", "from .._process import stream", ["_host.plan imports ._process"], id="host to processes"),
        pytest.param("_env.plan", "from .. import _commands", ["_env.plan imports ._commands"], id="domain to questions"),
        pytest.param("_resolver.pip", "from .._docker.engine import Engine", [], id="resolver to access"),
        pytest.param("_docker.engine", "from .._resolver.uv import lock", ["_docker.engine imports ._resolver.uv"], id="and not back"),
        pytest.param("_venv.plan", "import packaging.version", ["_venv.plan imports packaging.version"], id="packaging elsewhere"),
        pytest.param("_docker.engine", "from .._venv.spec import Spec", ["_docker.engine imports ._venv.spec"], id="access to domain"),
        pytest.param(
            "_environments.converge", "from .._env.plan import Plan\nfrom .._docker.engine import Engine", [], id="service to all"
        ),
        pytest.param("_env.plan", "from .._environments import disk", ["_env.plan imports ._environments"], id="domain to service"),
        pytest.param("_venv_image.plan", "from .._env.plan import Plan\nfrom .._venv.relocate import x", [], id="image to both domains"),
        pytest.param(
            "_venv_image.plan", "from .._docker.engine import E", ["_venv_image.plan imports ._docker.engine"], id="image to access"
        ),
        pytest.param("_env.plan", "from .._venv_image import plan", ["_env.plan imports ._venv_image"], id="domain to image"),
        pytest.param("_packaging.build", "from .._venv_image import plan\nfrom .._environments import disk", [], id="packaging to all"),
        pytest.param(
            "_environments.converge", "from .._packaging import build", ["_environments.converge imports ._packaging"], id="and not back"
        ),
        pytest.param("_docker.images", "import docker", ["_docker.images imports docker"], id="SDK elsewhere"),
        pytest.param("_docker.engine", "def f():\n    import docker.errors", [], id="SDK in its place"),
        pytest.param("_errors", "from ._venv import spec", ["_errors imports ._venv"], id="shared to domain"),
        pytest.param("_new", "", ["_new belongs to no layer"], id="unknown helper"),
        pytest.param(
            "_runtime", "from ansible.module_utils.basic import AnsibleModule", ["_runtime imports AnsibleModule"], id="AnsibleModule"
        ),
        pytest.param("_runtime", "module.fail_json(msg='x')", ["_runtime ends the task with fail_json"], id="a helper that fails the task"),
        pytest.param("_runtime", "sys.exit(1)", ["_runtime ends the task with exit"], id="a helper that ends the process"),
    ],
)
def test_rule_finds(name, source, violations):
    assert find_violations(name, source) == violations
