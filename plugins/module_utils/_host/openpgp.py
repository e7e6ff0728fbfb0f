# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read fingerprints out of OpenPGP public keys, without gpg, which a bare host does not have. Pure; verifies no signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from .._errors import InvalidInput

# Tag of a primary public key, RFC 9580 section 5
_PUBLIC_KEY = 6
_ARMOUR = re.compile(rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(.*?)-----END PGP PUBLIC KEY BLOCK-----", re.DOTALL)


def read_fingerprints(key: bytes) -> tuple[str, ...]:
    """Return the fingerprints of all primary keys in ``key``, armoured or not, in upper case hexadecimal digits.

    Raises InvalidInput if it is no public key, or one of another kind than version 4 (RFC 9580 section 5.5.4.2).
    """
    bodies = [body for tag, body in _read_packets(_remove_armour(key)) if tag == _PUBLIC_KEY]
    if not bodies or any(body[:1] != b"\x04" for body in bodies):
        raise InvalidInput("It is no OpenPGP public key of version 4")
    return tuple(hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body, usedforsecurity=False).hexdigest().upper() for body in bodies)


def armour_key(key: bytes) -> str:
    """Return a key as a text (RFC 9580 section 6), which apt reads from files whose names end with ``.asc``."""
    if _ARMOUR.search(key):
        return key.decode("ascii", errors="replace")
    content = base64.encodebytes(key).decode()
    checksum = base64.b64encode(_checksum(key).to_bytes(3, "big")).decode()
    return f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{content}={checksum}\n-----END PGP PUBLIC KEY BLOCK-----\n"


def normalize_fingerprint(text: str) -> str:
    """Return a fingerprint as people write it, with spaces or in lower case, in the form of :func:`read_fingerprints`."""
    return re.sub(r"\s", "", text).removeprefix("0x").upper()


def _remove_armour(key: bytes) -> bytes:
    """Return the bytes inside the blocks of an armoured key (RFC 9580 section 6), or ``key`` if it has none."""
    blocks = _ARMOUR.findall(key)
    if not blocks:
        return key
    try:
        return b"".join(base64.b64decode(_armoured_lines(block), validate=True) for block in blocks)
    except binascii.Error as error:
        raise InvalidInput(f"It is no OpenPGP public key: {error}") from error


def _checksum(data: bytes) -> int:
    """Return the 24 bits that end an armoured text (RFC 9580 section 6.1.1)."""
    value = 0xB704CE
    for byte in data:
        value ^= byte << 16
        for _bit in range(8):
            value = (value << 1) ^ (0x1864CFB if value & 0x800000 else 0)
    return value & 0xFFFFFF


def _armoured_lines(block: bytes) -> bytes:
    """Return the lines between the headers, which an empty line ends, and the checksum, which ``=`` begins."""
    _headers, _empty, content = (b"\n" + block.replace(b"\r", b"")).partition(b"\n\n")
    return b"".join(line for line in content.split() if not line.startswith(b"="))


def _read_packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and body of each packet (RFC 9580 section 4.2)."""
    position = 0
    while position < len(data):
        first = data[position]
        if not first & 0x80:
            raise InvalidInput("It is no OpenPGP public key")
        if first & 0x40:
            tag, (length, header) = first & 0x3F, _new_length(data[position + 1 : position + 6])
        else:
            tag, (length, header) = (first >> 2) & 0x0F, _old_length(first & 0x03, data[position + 1 : position + 5])
        begin = position + 1 + header
        body = data[begin : begin + length]
        if len(body) < length:
            raise InvalidInput("It is half an OpenPGP public key")
        yield tag, body
        position = begin + length


def _new_length(data: bytes) -> tuple[int, int]:
    """Return the length of a packet's body and of the field that holds it, in the format of today."""
    if not data or 224 <= data[0] < 255:  # partial lengths are for streams, never for keys
        raise InvalidInput("It is no OpenPGP public key")
    if data[0] < 192:
        return data[0], 1
    if data[0] < 224:
        return ((data[0] - 192) << 8) + int.from_bytes(data[1:2], "big") + 192, 2
    return int.from_bytes(data[1:5], "big"), 5


def _old_length(kind: int, data: bytes) -> tuple[int, int]:
    """Return the same in the format of old, which gpg still writes; ``kind`` are the two lowest bits of the tag's byte."""
    if kind == 3:  # up to the end of the file: nobody writes keys so
        raise InvalidInput("It is no OpenPGP public key")
    size = (1, 2, 4)[kind]
    return int.from_bytes(data[:size], "big"), size
