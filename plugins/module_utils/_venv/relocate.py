# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives the files of a virtualenv another path to speak of: known text formats only, never a file with a NUL byte.

The functions before relocate_tree work on texts. Scripts' first lines are as pip, distlib and uv write them, ``RECORD`` as the
recording-installed-packages specification has it: U(https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
"""

from __future__ import annotations

import base64
import csv
import glob
import hashlib
import io
import os
import re

# Linux cuts the first line of a script at 127 characters (255 since 5.1); pip and distlib stay below the old limit.
SHEBANG_LIMIT = 127
ACTIVATION_SCRIPTS = re.compile(r"([Aa]ctivate(\.(csh|fish|nu|ps1|xsh|bat))?|activate_this\.py|deactivate\.(nu|bat))\Z")

# What precedes a path, and what does not follow it: longer names that end or start alike are other paths; in a URL there are slashes
# before the path.
BEFORE, AFTER = r"(?:(?<=file://)|(?<![\w.+/-]))", r"(?![\w.+-])"
_SHEBANG = re.compile(r"#!\s*(?P<interpreter>\S+)(?P<arguments>[^\n]*)\n")
_LONG_SHEBANG = re.compile(
    r"(?P<start>#!/bin/sh\n)'''exec' (?P<interpreter>\"[^\"\n]*\"|'[^'\n]*'|\S+)(?P<arguments>[^\n]*) \"\$0\" \"\$@\"\n' '''\n"
)


def replace_path(text: str, old: str, new: str) -> str:
    """Return the text with the path ``old``, and what lies below it, moved to ``new``; longer names that start alike stay."""
    return re.sub(BEFORE + re.escape(old) + AFTER, lambda _match: new, text)


def render_shebang(interpreter: str, arguments: str = "") -> str:
    """Return the first lines of a script for an interpreter, in the long form where a plain line would not work."""
    plain = f"#!{interpreter}{arguments}\n"
    if len(plain) <= SHEBANG_LIMIT and " " not in interpreter:
        return plain
    quoted = f'"{interpreter}"' if " " in interpreter else interpreter
    return f"#!/bin/sh\n'''exec' {quoted}{arguments} \"$0\" \"$@\"\n' '''\n"


def find_interpreter(text: str) -> str | None:
    """Return the interpreter that the first lines of a script name."""
    match = _LONG_SHEBANG.match(text) or _SHEBANG.match(text)
    return match.group("interpreter").strip("\"'") if match else None


def relocate_script(text: str, old: str, new: str) -> str:
    """Return a script with its first lines naming the interpreter at its new place; all other lines stay."""
    match = _LONG_SHEBANG.match(text) or _SHEBANG.match(text)
    if match is None:
        return text
    interpreter = match.group("interpreter").strip("\"'")
    moved = replace_path(interpreter, old, new)
    return text if moved == interpreter else render_shebang(moved, match.group("arguments")) + text[match.end() :]


def relocate_content(name: str, content: bytes, old: str, new: str) -> bytes:
    """Return the content of pyvenv.cfg, a ``.pth`` file, an activation script or another script, by its name, at its new place."""
    if b"\0" in content or os.fsencode(old) not in content:
        return content
    text = content.decode("utf-8", "surrogateescape")
    is_whole = name == "pyvenv.cfg" or name.endswith(".pth") or ACTIVATION_SCRIPTS.match(name)
    return (replace_path(text, old, new) if is_whole else relocate_script(text, old, new)).encode("utf-8", "surrogateescape")


def relocate_record(text: str, files: dict[str, tuple[str, int]]) -> str:
    """Return a ``RECORD`` with new hashes and sizes; ``files`` maps a path as written there to digest (``sha256=…``) and size in bytes.

    Rows of other files stay as they are, to the byte.
    """
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        # A path needs quotes where it holds a comma; the other rows, thousands of them, need not be parsed to see which file it is.
        if line.startswith('"') or line.partition(",")[0] in files:
            row = next(csv.reader([line]), [])
            if row and row[0] in files and row[1:2] != [""]:
                lines[number] = _render_row([row[0], *map(str, files[row[0]])], line)
    return "".join(lines)


def _render_row(row: list[str], before: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=before[len(before.rstrip("\r\n")) :]).writerow(row)
    return out.getvalue()


def render_digest(content: bytes) -> str:
    """Return the digest of a file's content as ``RECORD`` writes it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")


def relocate_tree(folder: str, old: str, new: str) -> list[str]:
    """Rewrite the files below ``folder``, a virtualenv that speaks of ``old``, to speak of ``new``; return what was changed.

    Raises OSError.
    """
    changed = [path for path in _text_files(folder) if _rewrite(path, old, new)]
    for path in glob.iglob(os.path.join(glob.escape(folder), "bin", "*")):
        if os.path.islink(path):
            _relink(path, old, new)
    for site in site_folders(folder):
        _update_records(site, changed)
    return changed


def site_folders(folder: str) -> list[str]:
    """Return the ``site-packages`` folders of a virtualenv; the lib64 link of some systems is not counted again."""
    return sorted(glob.glob(os.path.join(glob.escape(folder), "lib", "python*", "site-packages")))


def _text_files(folder: str) -> list[str]:
    places = [os.path.join(glob.escape(folder), "pyvenv.cfg"), os.path.join(glob.escape(folder), "bin", "*")]
    places += [os.path.join(glob.escape(site), "*.pth") for site in site_folders(folder)]
    found = [path for place in places for path in glob.glob(place)]
    return sorted(path for path in found if os.path.isfile(path) and not os.path.islink(path))


def _rewrite(path: str, old: str, new: str) -> bool:
    with open(path, "rb") as file:
        content = file.read()
    moved = relocate_content(os.path.basename(path), content, old, new)
    if moved == content:
        return False
    with open(path, "wb") as file:
        file.write(moved)
    return True


def _relink(path: str, old: str, new: str) -> None:
    target = os.readlink(path)
    moved = replace_path(target, old, new)
    if moved != target:
        os.unlink(path)
        os.symlink(moved, path)


def _update_records(site: str, changed: list[str]) -> None:
    files = {}
    for path in changed:
        with open(path, "rb") as file:
            content = file.read()
        files[os.path.relpath(path, site)] = (render_digest(content), len(content))
    for record in glob.glob(os.path.join(glob.escape(site), "*.dist-info", "RECORD")):
        with open(record, encoding="utf-8", newline="") as file:
            text = file.read()
        updated = relocate_record(text, files)
        if updated != text:
            with open(record, "w", encoding="utf-8", newline="") as file:
                file.write(updated)
