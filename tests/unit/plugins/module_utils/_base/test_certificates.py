# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base.certificates import split_certificates
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput

DER = bytes(range(100))


def pem(der, width=64, newline="\n"):
    text = base64.b64encode(der).decode()
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    return newline.join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def test_takes_each_certificate_out_of_a_bundle():
    bundle = f"Subject: one\n{pem(DER)}\n# two\n{pem(DER[:50])}"
    first, second = split_certificates(bundle, "x")
    assert (first.pem, second.pem) == (pem(DER), pem(DER[:50]))
    assert first.fingerprint == hashlib.sha256(DER).hexdigest()


@pytest.mark.parametrize(
    "text",
    [pytest.param(pem(DER, width=76), id="other line lengths"), pytest.param(pem(DER, newline="\r\n"), id="other line ends")],
)
def test_the_layout_of_a_file_does_not_matter(text):
    assert split_certificates(text, "x") == split_certificates(pem(DER), "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "x: there is no certificate in it; give a file in PEM format (BEGIN CERTIFICATE)", id="empty"),
        pytest.param(
            pem(DER).replace("CERTIFICATE", "PRIVATE KEY"),
            "x: there is no certificate in it; give a file in PEM format (BEGIN CERTIFICATE)",
            id="a key",
        ),
        pytest.param(pem(DER).replace("AAEC", "AAE"), "x: a certificate in it is damaged; replace it", id="damaged"),
    ],
)
def test_refuses(text, message):
    with pytest.raises(InvalidInput) as caught:
        split_certificates(text, "x")
    assert caught.value.message == message
