# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.plugins.module_utils._host.openpgp import (
    armour_key,
    normalize_fingerprint,
    read_fingerprints,
)

# Made and exported by gpg, which also said the fingerprints.
ED25519 = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawI4IRYJKwYBBAHaRw8BAQdAASUq0UwboAZ42zOOzpFgIfy4tJlYREZbLeq+
SVydXnO0EHRlc3RAZXhhbXBsZS5jb22IkAQTFggAOBYhBJovYa28l3DOeiO5xwks
8OsfKJxQBQJrAjghAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEAks8Osf
KJxQhncBAMB2J5ott1joo/6iFk0h0O6pLCYRNxl1Nv+w+aaRENDVAP4+sk2GT1/J
In6vpgqXf8R2xBFSWPOyEWcqFrWv3ZyYCg==
=Ghmh
-----END PGP PUBLIC KEY BLOCK-----
"""
RSA = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mI0EawI4IQEEAKga87i9nVabi5oLbVaboP0CqL6p9bKcSNGp4DIJNlXxyMc3e2Jd
SPKwviOqniTIx8yEUqyANDxsLAMxLlP6/Y7CozUaj9kEyiaoH5TYnP98r4Fui+ju
xJxmFmteLJvRcIjBAtMxD4nihV9iWMIPwh5TeUF9RBQ/KFzkLs9Oc0NlABEBAAG0
D3JzYUBleGFtcGxlLmNvbYjOBBMBCgA4FiEE/tiMo335YCohNKfPvyueX6/v1XsF
AmsCOCECGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQvyueX6/v1XstnAP/
eKGiWLko5ol7bk9PgigBg1okojKo3pR3+EJsyKPrynupA3zcEZLQkFhPPwcXbHca
PzKf2h33fdO1lsb3hTaXXPUuO6W5wEZvZSBtBi6ae2aB/i6H0Gggh5AgCshVLAN3
BmUR5Uc7eheffP1BSRT42lG4p/sZWAws1azlHZgSdHY=
=etFi
-----END PGP PUBLIC KEY BLOCK-----
"""
FINGERPRINTS = {ED25519: "9A2F61ADBC9770CE7A23B9C7092CF0EB1F289C50", RSA: "FED88CA37DF9602A2134A7CFBF2B9E5FAFEFD57B"}


def binary(armoured: str) -> bytes:
    """Return the bytes that an armoured key holds."""
    return base64.b64decode("".join(armoured.split("\n\n")[1].split("\n=")[0].split()))


@pytest.mark.parametrize("key", FINGERPRINTS)
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(str.encode, id="armoured"),
        pytest.param(binary, id="binary"),
        pytest.param(lambda key: key.replace("\n", "\r\n").encode(), id="with the line ends of Windows"),
        pytest.param(lambda key: key.replace("BLOCK-----\n", "BLOCK-----\nVersion: GnuPG v1\n", 1).encode(), id="with a header"),
        pytest.param(lambda key: f"A key:\n{key}That was it.\n".encode(), id="with words around"),
    ],
)
def test_fingerprint_is_what_gpg_says(key, form):
    assert read_fingerprints(form(key)) == (FINGERPRINTS[key],)


@pytest.mark.parametrize("key", [(ED25519 + RSA).encode(), binary(ED25519) + binary(RSA)])
def test_no_key_of_several_is_overlooked(key):
    assert read_fingerprints(key) == tuple(FINGERPRINTS.values())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>Moved</html>", id="a page"),
        pytest.param(binary(ED25519)[:20], id="half a key"),
        pytest.param(ED25519.replace("mDME", "!!!!").encode(), id="no base64"),
        pytest.param(b"\x98\x02\x03\x00", id="a key of version 3"),
        pytest.param(b"\xc6\x02\x06\x00", id="a key of version 6"),
        pytest.param(b"\xb4\x04test", id="a user without a key"),
        pytest.param(b"\xc6\xe1\x04", id="a stream"),
        pytest.param(b"\x9b\x04", id="a packet without an end"),
    ],
)
def test_what_is_no_key_is_refused(content):
    with pytest.raises(InvalidInput, match="OpenPGP public key"):
        read_fingerprints(content)


@pytest.mark.parametrize("length", [pytest.param(b"\xff\x00\x00\x00\x03", id="five bytes"), pytest.param(b"\x03", id="one byte")])
def test_lengths_of_today_are_read(length):
    assert len(read_fingerprints(b"\xc6" + length + b"\x04\x00\x00")) == 1


def test_key_becomes_what_gpg_writes():
    assert "".join(armour_key(binary(RSA)).split()) == "".join(armour_key(RSA.encode()).split()) == "".join(RSA.split())


def test_fingerprint_is_read_as_people_write_it():
    written = "9a2f 61ad bc97 70ce 7a23  b9c7 092c f0eb 1f28 9c50"
    assert normalize_fingerprint(written) == normalize_fingerprint(f"0x{written}") == FINGERPRINTS[ED25519]
