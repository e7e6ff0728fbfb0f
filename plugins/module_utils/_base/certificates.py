# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take certificates out of PEM files; pure text, trusts and verifies nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from .._errors import InvalidInput

# Label and layout: RFC 7468, sections 3 and 5
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(?P<body>[A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_LINE_LENGTH = 64


@dataclass(frozen=True)
class Certificate:
    """One certificate; ``fingerprint`` is the SHA-256 of its DER form in hexadecimal."""

    fingerprint: str
    pem: str


def split_certificates(text: str, where: str) -> tuple[Certificate, ...]:
    """Return the certificates of a PEM file in their order, without what stands between them.

    Raises InvalidInput, starting with ``where``, if there is none, or one that is damaged.
    """
    certificates = tuple(_certificate(match["body"], where) for match in _BLOCK.finditer(text))
    if not certificates:
        raise InvalidInput(f"{where}: there is no certificate in it; give a file in PEM format (BEGIN CERTIFICATE)")
    return certificates


def _certificate(body: str, where: str) -> Certificate:
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error as error:
        raise InvalidInput(f"{where}: a certificate in it is damaged; replace it") from error
    encoded = base64.b64encode(der).decode()
    lines = [encoded[start : start + _LINE_LENGTH] for start in range(0, len(encoded), _LINE_LENGTH)]
    pem = "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
    return Certificate(hashlib.sha256(der).hexdigest(), pem)
