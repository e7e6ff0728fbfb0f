# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._base import observe
from ansible_collections.dockenv.python.plugins.module_utils._base.sources import Source
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._base.examples import read_spec


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def observe_host(root, **options):
    return observe.observe_host(read_spec(architecture="amd64", **options), root)


def test_reads_both_kinds_of_sources_and_the_release(tmp_path):
    write(
        tmp_path,
        {
            "etc/os-release": 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_CODENAME=trixie\n',
            "etc/apt/sources.list": "deb http://a trixie main\n",
            "etc/apt/sources.list.d/b.list": "deb http://b trixie main\n",
            "etc/apt/sources.list.d/c.sources": "Types: deb\nURIs: http://c\nSuites: trixie\nComponents: main\n",
            "etc/apt/sources.list.d/d.list.save": "deb http://d trixie main\n",
        },
    )
    host = observe_host(tmp_path)
    assert (host.distribution, host.codename, host.architecture) == ("debian", "trixie", "amd64")
    assert [source.uri for source in host.sources] == ["http://a", "http://b", "http://c"]


def test_a_host_without_apt_has_no_sources(tmp_path):
    host = observe_host(tmp_path)
    assert (host.distribution, host.codename, host.sources) == ("", "", ())


def test_sources_are_not_read_if_a_mirror_is_given(tmp_path):
    write(tmp_path, {"etc/apt/sources.list": "deb http://a trixie main\n"})
    assert observe_host(tmp_path, mirror=["http://b"]).sources == ()


def test_a_list_of_mirrors_gives_its_first(tmp_path):
    write(
        tmp_path,
        {
            "etc/apt/sources.list": "deb mirror+file:/etc/apt/mirrors/a.list trixie main\n",
            "etc/apt/mirrors/a.list": "# ours\n\nhttp://first/debian priority:1\nhttp://second/debian\n",
        },
    )
    assert observe_host(tmp_path).sources == (Source("http://first/debian", "trixie", ("main",)),)


def test_a_list_of_mirrors_that_is_missing_is_told(tmp_path):
    write(tmp_path, {"etc/apt/sources.list": "deb mirror+file:/etc/apt/mirrors/a.list trixie main\n"})
    with pytest.raises(InvalidInput) as caught:
        observe_host(tmp_path)
    assert caught.value.message == (
        "mirror: '/etc/apt/mirrors/a.list', a part of this host's package sources, cannot be read: No such file or directory; give a URL"
    )


def test_sources_that_may_not_be_read_are_told(tmp_path, monkeypatch):
    write(tmp_path, {"etc/apt/sources.list.d/secret.sources": "Types: deb\n"})

    def refuse(path, **_options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(observe.Path, "read_text", refuse)
    with pytest.raises(InvalidInput) as caught:
        observe_host(tmp_path)
    assert caught.value.message == (
        "mirror: '/etc/apt/sources.list.d/secret.sources', a part of this host's package sources, cannot be read: Permission denied; "
        "give a URL"
    )


def test_what_is_no_text_in_sources_and_release_is_passed_over(tmp_path):
    write(tmp_path, {"etc/apt/sources.list": "", "etc/os-release": ""})
    (tmp_path / "etc/apt/sources.list").write_bytes(b"# \xff\ndeb http://a trixie main\n")
    (tmp_path / "etc/os-release").write_bytes(b"NAME=\xff\nID=debian\n")
    host = observe_host(tmp_path)
    assert (host.distribution, [source.uri for source in host.sources]) == ("debian", ["http://a"])


def test_certificates_of_all_files_each_once(tmp_path):
    one, two = (f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END CERTIFICATE-----\n" for der in (b"one", b"two"))
    write(tmp_path, {"one.pem": one, "both.pem": two + one})
    found = observe_host(tmp_path, ca_certificates=["/both.pem", "/one.pem"]).certificates
    assert [certificate.fingerprint for certificate in found] == sorted(hashlib.sha256(der).hexdigest() for der in (b"one", b"two"))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({}, "ca_certificates[0]: '/x.pem' cannot be read: No such file or directory", id="absent"),
        pytest.param({"x.pem/y": ""}, "ca_certificates[0]: '/x.pem' cannot be read: Is a directory", id="a folder"),
        pytest.param(
            {"x.pem": "x"},
            "ca_certificates[0]: '/x.pem': there is no certificate in it; give a file in PEM format (BEGIN CERTIFICATE)",
            id="no certificate",
        ),
    ],
)
def test_refuses_certificates(tmp_path, files, message):
    write(tmp_path, files)
    with pytest.raises(InvalidInput) as caught:
        observe_host(tmp_path, ca_certificates=["/x.pem"])
    assert caught.value.message == message


def test_refuses_certificates_that_are_not_text(tmp_path):
    (tmp_path / "x.der").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput) as caught:
        observe_host(tmp_path, ca_certificates=["/x.der"])
    assert caught.value.message == "ca_certificates[0]: '/x.der' cannot be read: it is not text"
