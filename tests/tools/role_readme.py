# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the table of variables in each role's README from its meta/argument_specs.yml, or say which is out of date.

role_readme.py            write the tables
role_readme.py --check    write nothing; exit status 1 when a table differs
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
BEGIN = "<!-- variables:begin -->"
END = "<!-- variables:end -->"
TABLE = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)

# Ansible's markup for documentation, as far as it is of use in a table: words in code, in bold, and links.
CODE = re.compile(r"\b[COVE]\(([^)]*)\)|\bRV\(([^)]*)\)")
STRONG = re.compile(r"\bB\(([^)]*)\)")
LINK = re.compile(r"\bL\(([^,)]*),\s*([^)]*)\)")
MODULE = re.compile(r"\bM\(([^)]*)\)")


def render_table(options: Mapping[str, Any]) -> str:
    """Return the table in Markdown, one row for each option and suboption."""
    rows = ["| variable | type | default | meaning |", "|---|---|---|---|"]
    for name, option in walk_options(options):
        cells = [f"`{name}`", render_type(option), render_default(option), render_description(option["description"])]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def walk_options(options: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each option with its full name, suboptions after the one that they are part of."""
    for name, option in options.items():
        yield prefix + name, option
        inside = "[]." if option.get("type") == "list" else "."
        yield from walk_options(option.get("options", {}), f"{prefix}{name}{inside}")


def render_type(option: Mapping[str, Any]) -> str:
    """Return the type, with that of a list's elements, and the values that may be chosen."""
    kind = option.get("type", "str")
    if kind == "list" and "elements" in option:
        kind = f"list of {option['elements']}"
    if "choices" in option:
        kind += ": " + ", ".join(f"`{choice}`" for choice in option["choices"])
    return kind


def render_default(option: Mapping[str, Any]) -> str:
    """Return the default as one would write it in YAML on one line, or that the variable is required."""
    if option.get("required"):
        return "required"
    if option.get("default") is None:
        return ""
    default = option["default"]
    return f"`{default if isinstance(default, str) and default else json.dumps(default)}`"


def render_description(description: str | list[str]) -> str:
    """Return the paragraphs in one cell, with Ansible's markup as Markdown."""
    paragraphs = [description] if isinstance(description, str) else description
    text = " ".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    text = CODE.sub(lambda match: f"`{match[1] or match[2]}`", text)
    text = LINK.sub(r"[\1](\2)", STRONG.sub(r"**\1**", MODULE.sub(r"`\1`", text)))
    return text.replace("|", "\\|")


def render_readme(readme: str, options: Mapping[str, Any]) -> str:
    """Return the README with the table between its markers made anew; raise ValueError where it has no markers."""
    if not TABLE.search(readme):
        raise ValueError(f"it has no lines {BEGIN} and {END} for the table of variables")
    return TABLE.sub(lambda _match: f"{BEGIN}\n\n{render_table(options)}\n\n{END}", readme)


def main(is_check: bool) -> int:
    """Write or check the README of every role; return 1 when a check found one out of date."""
    status = 0
    for specs in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        readme = specs.parents[1] / "README.md"
        options = yaml.safe_load(specs.read_text())["argument_specs"]["main"]["options"]
        try:
            fresh = render_readme(readme.read_text(), options)
        except (OSError, ValueError) as error:
            sys.exit(f"{readme.relative_to(ROOT)}: {error}")
        if fresh == readme.read_text():
            continue
        if is_check:
            print(f"{readme.relative_to(ROOT)}: the table of variables is not that of {specs.name}; run `make docs`")
            status = 1
        else:
            readme.write_text(fresh)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] == ["--check"]))
