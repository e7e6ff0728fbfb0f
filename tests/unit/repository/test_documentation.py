# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guides show is what the example playbooks do, with modules and options that exist."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import ansible.modules
import ansible.plugins.doc_fragments
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
GUIDES = sorted((ROOT / "docs").glob("*.md"))
EXAMPLES = sorted((ROOT / "playbooks/examples").glob("*.yml"))
PAGES = [*GUIDES, ROOT / "README.md", *sorted((ROOT / "roles").glob("*/README.md"))]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("docker_*.py"))
COLLECTION = "dockenv.python."
BUILTIN = "ansible.builtin."
# Folders of modules and of their documentation fragments
OURS = (ROOT / "plugins/modules", ROOT / "plugins/doc_fragments")
BUILTINS = (Path(ansible.modules.__file__).parent, Path(ansible.plugins.doc_fragments.__file__).parent)

YAML_BLOCK = re.compile(r"^```ya?ml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`]+)`")
OPTION = re.compile(r"([a-z]+(?:_[a-z]+)*)(?::.*)?")
# Keys of a block of tasks that hold tasks themselves
NESTED = ("block", "rescue", "always")


def read(path):
    return path.read_text(encoding="utf-8")


def identify(path):
    return str(path.relative_to(ROOT))


def first_cell(row):
    return row.split("|")[1].strip()


def find_blocks(page):
    """Return the YAML blocks of a page."""
    return YAML_BLOCK.findall(read(page))


def find_tasks(tasks):
    """Yield tasks, those in blocks too."""
    for task in tasks:
        nested = [each for key in NESTED for each in task.get(key, [])]
        yield from find_tasks(nested) if nested else [task]


def tasks_of(entries):
    """Yield the tasks of plays, or of a list of tasks."""
    for entry in entries:
        is_play = "hosts" in entry
        yield from find_tasks(entry.get("tasks", []) if is_play else [entry])


def options_of(action):
    """Return the options that a module documents, with its aliases, each with its own options, if it has some."""
    collection, _dot, name = action.rpartition(".")
    is_ours = f"{collection}." == COLLECTION
    modules, fragments = OURS if is_ours else BUILTINS
    documentation = yaml.safe_load(read_texts(modules / f"{name}.py")["DOCUMENTATION"])
    named = documentation.get("extends_documentation_fragment", [])
    options = dict(documentation.get("options", {}))
    for fragment in [named] if isinstance(named, str) else named:
        file, _dot, section = fragment.removeprefix(COLLECTION).partition(".")
        shared = read_texts(fragments / f"{file}.py")[section.upper() or "DOCUMENTATION"]
        options.update(yaml.safe_load(shared).get("options", {}))
    return _options_of(options)


def read_texts(path):
    """Return the texts that a file gives names to, also in classes, without running it."""
    assigned = [node for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)]
    return {target.id: node.value.value for node in assigned for target in node.targets if isinstance(target, ast.Name)}


def _options_of(documented):
    names = ((spelled, option) for name, option in documented.items() for spelled in (name, *option.get("aliases", [])))
    return {spelled: _options_of(option["suboptions"]) if option.get("suboptions") else None for spelled, option in names}


def find_unknown(arguments, options):
    """Return the arguments of a task that are no options, also in lists and mappings below."""
    unknown = [name for name in arguments if name not in options]
    for name, value in arguments.items():
        below = options.get(name)
        for entry in value if isinstance(value, list) else [value]:
            if below is not None and isinstance(entry, dict):
                unknown += [f"{name}.{each}" for each in find_unknown(entry, below)]
    return unknown


def judge_task(task):
    """Return what is wrong with a task: a module of ours that does not exist, or options that a module does not have."""
    problems = []
    for key, arguments in task.items():
        name = key.rpartition(".")[2]
        if key.startswith(COLLECTION) and name not in MODULES:
            problems.append(f"{key} does not exist")
        elif key.startswith((COLLECTION, BUILTIN)) and isinstance(arguments, dict):
            problems += [f"{key} has no option {each}" for each in find_unknown(arguments, options_of(key))]
    return problems


def judge_words(text):
    """Return what is wrong in prose that names modules and, behind each, its options: `docker_env` with `packages`."""
    problems, options = [], None
    for word in CODE.findall(text):
        match = OPTION.fullmatch(word)
        if word in MODULES:
            options = options_of(COLLECTION + word)
        elif word.startswith("docker_"):
            problems.append(f"{word} is no module")
        elif match and options is not None and match[1] not in options:
            problems.append(f"{match[1]} is no option")
    return problems


BLOCKS = [pytest.param(block, id=f"{identify(page)}-{at}") for page in PAGES for at, block in enumerate(find_blocks(page), 1)]
GUIDE_BLOCKS = [pytest.param(block, id=f"{identify(page)}-{at}") for page in GUIDES for at, block in enumerate(find_blocks(page), 1)]


def test_there_are_guides_with_examples():
    assert len(GUIDES) >= 5
    assert len(GUIDE_BLOCKS) >= len(EXAMPLES)


@pytest.mark.parametrize("block", GUIDE_BLOCKS)
def test_an_example_of_a_guide_is_part_of_an_example_playbook(block):
    assert any(part in read(example) for example in EXAMPLES for part in (block, textwrap.indent(block, "    ")))


@pytest.mark.parametrize("example", EXAMPLES, ids=identify)
def test_an_example_playbook_is_shown_and_named_in_a_guide(example):
    guides = [read(guide) for guide in GUIDES]
    plays = read(example).partition("---\n")[2]
    assert [guide for guide in guides if plays in guide and f"{COLLECTION}examples.{example.stem}" in guide]


@pytest.mark.parametrize("block", BLOCKS)
def test_examples_use_what_there_is(block):
    assert [problem for task in tasks_of(yaml.safe_load(block)) for problem in judge_task(task)] == []


@pytest.mark.parametrize(
    ("task", "problems"),
    [
        pytest.param("dockenv.python.docker_env: {name: a, packages: [b]}", [], id="right"),
        pytest.param("dockenv.python.docker_enf: {name: a}", ["dockenv.python.docker_enf does not exist"], id="no module"),
        pytest.param("dockenv.python.docker_env: {package: [b]}", ["dockenv.python.docker_env has no option package"], id="no option"),
        pytest.param(
            "dockenv.python.docker_env: {user: {id: 1}}", ["dockenv.python.docker_env has no option user.id"], id="no option of an option"
        ),
        pytest.param(
            "dockenv.python.docker_env_build: {secrets: [{id: a}, {key: a}]}",
            ["dockenv.python.docker_env_build has no option secrets.key"],
            id="no option in a list",
        ),
        pytest.param("ansible.builtin.copy: {target: /x}", ["ansible.builtin.copy has no option target"], id="no option of ansible-core"),
        pytest.param("ansible.builtin.command: /bin/true", [], id="free form"),
    ],
)
def test_finds_what_there_is_not(task, problems):
    assert judge_task(yaml.safe_load(task)) == problems


@pytest.mark.parametrize("row", re.findall(r"^\|.*\|$", read(ROOT / "docs/coming_from.md"), re.MULTILINE), ids=first_cell)
def test_rows_name_what_there_is(row):
    assert judge_words(row.rpartition(" | ")[2]) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param('`docker_env` with `python: "3.8"`', [], id="right"),
        pytest.param("`docker_env` with `version`", ["version is no option"], id="no option"),
        pytest.param("`docker_envs`", ["docker_envs is no module"], id="no module"),
        pytest.param("`docker build .`", [], id="a command"),
    ],
)
def test_finds_words_that_name_nothing(text, problems):
    assert judge_words(text) == problems


@pytest.mark.parametrize("page", PAGES, ids=identify)
def test_links_lead_somewhere(page):
    assert [target for target in LINK.findall(read(page)) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=identify)
def test_the_readme_links_every_guide(guide):
    assert f"](docs/{guide.name})" in read(ROOT / "README.md")
