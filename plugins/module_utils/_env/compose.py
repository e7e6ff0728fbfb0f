# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the compose.yaml of an environment with ports or volumes; pure text, without a YAML library."""

from __future__ import annotations

import json

from .spec import EnvSpec

COMPOSE = "compose.yaml"


def render_compose(spec: EnvSpec) -> str | None:
    """Return the text for ``docker compose up``, also of Compose 1.29; None where there are neither ports nor volumes."""
    if not spec.ports and not spec.volumes:
        return None
    lines = ["services:", f"  {_quote(spec.name)}:", "    build: .", f"    image: {_quote(str(spec.image))}"]
    lines += _block("    ports:", [port.published for port in spec.ports])
    lines += _block("    volumes:", [volume.mounted for volume in spec.volumes])
    named = sorted({volume.source for volume in spec.volumes if volume.is_named})
    lines += ["volumes:", *(f"  {_quote(name)}: {{}}" for name in named)] if named else []
    return "".join(f"{line}\n" for line in lines)


def _block(head: str, values: list[str]) -> list[str]:
    return [head, *(f"      - {_quote(value)}" for value in values)] if values else []


def _quote(text: str) -> str:
    """Quote for YAML, of which JSON is a part; Compose gives a single dollar a meaning of its own."""
    return json.dumps(text.replace("$", "$$"))
