# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import closing
from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import connect
from ansible_collections.dockenv.python.plugins.module_utils._errors import EngineError

TO_DO = "; start the engine, or correct the options of the connection"


@pytest.fixture
def engine_that_answers(tmp_path):
    """Return a function that makes a connection to something that gives each request the same answer."""
    listeners = []

    def serve(answer):
        path = tmp_path / "engine.sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        listeners.append(listener)

        def loop():
            while True:
                try:
                    peer, _address = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(65536)
                    peer.sendall(answer)

        threading.Thread(target=loop, daemon=True).start()
        return Connection(host=f"unix://{path}", api_version="1.41", timeout=5)

    yield serve
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def http(status, body):
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        pytest.param(
            Connection(host="unix:///nowhere/engine.sock"),
            f"The Docker engine does not answer at unix:///nowhere/engine.sock (connecting): No such file or directory{TO_DO}",
            id="no socket",
        ),
        pytest.param(
            Connection(host="tcp://127.0.0.1:1"),
            f"The Docker engine does not answer at tcp://127.0.0.1:1 (connecting): Connection refused{TO_DO}",
            id="nobody listens",
        ),
        pytest.param(
            Connection(cli_context="nowhere"),
            "The Docker command line has no context 'nowhere' for this user; docker context ls lists those there are",
            id="no context",
        ),
    ],
)
def test_an_engine_that_does_not_answer(connection, message):
    with pytest.raises(EngineError) as caught:
        connect(connection)
    assert caught.value.message == message


def test_certificates_that_are_not_there():
    with pytest.raises(EngineError) as caught:
        connect(Connection(host="tcp://127.0.0.1:1", encrypted=True, client_cert="/nowhere/cert", client_key="/nowhere/key"))
    assert caught.value.message.startswith("The certificates for the Docker engine at tcp://127.0.0.1:1 cannot be used: ")


def test_a_refusal_is_passed_on(engine_that_answers):
    engine = connect(engine_that_answers(http("500 Internal Server Error", '{"message": "no space left on device"}')))
    with pytest.raises(EngineError) as caught:
        engine.tag_image("sha256:1", "a", "b")
    assert caught.value.message.endswith(" refused tagging the image sha256:1 as a:b: no space left on device")
    assert caught.value.details == {"status": 500}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param('{"status":"x"}\n{"errorDetail":{"message":"y"},"error":"y"}', "y", id="an error at the end"),
        pytest.param('{"status":"done"}', '{"status":"done"}', id="no id"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_an_import_that_fails_in_its_answer(engine_that_answers, body, reason):
    engine = connect(engine_that_answers(http("200 OK", body)))
    with pytest.raises(EngineError) as caught:
        engine.import_image(iter([b""]), "a", "b", (), "linux/amd64", "")
    assert caught.value.message == f"The Docker engine failed at importing the image a:b: {reason}"


@pytest.mark.parametrize(
    ("api", "platform", "refused"),
    [
        pytest.param("1.41", "linux/amd64", False, id="its own, old"),
        pytest.param("1.41", "linux/386", True, id="another, old"),
        pytest.param("1.42", "linux/386", False, id="another, new"),
        pytest.param("1.100", "linux/386", False, id="another, far in the future"),
    ],
)
def test_old_engines_import_for_their_own_architecture_only(engine_that_answers, api, platform, refused):
    connection = engine_that_answers(http("200 OK", f'{{"ApiVersion": "{api}", "Arch": "amd64", "Version": "9"}}'))
    if not refused:
        connect(connection).check_import_platform(platform)
        return
    with pytest.raises(EngineError) as caught:
        connect(connection).check_import_platform(platform)
    assert caught.value.message == (
        f"The Docker engine 9 at {connection.host} imports images of its own architecture, amd64, only, and not of {platform}; "
        "that needs Docker 23 or newer"
    )


def test_what_does_not_speak_http_is_no_engine(engine_that_answers):
    engine = connect(engine_that_answers(b"220 mail\r\n"))
    with pytest.raises(EngineError, match=r"does not answer at unix:.* \(asking for its version\): "):
        engine.version()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Return a folder with an authority's ca.pem, and the certificates and keys of engine.example and of a client."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    # Since Python 3.13 an authority without this does not count.
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    authority = ("-subj", "/CN=authority", "-days", "2", *usage)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", *authority, "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("engine", "client"):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / "extensions").write_text(f"subjectAltName=DNS:{name}.example\n")
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions")
        openssl("x509", "-req", "-in", f"{name}.csr", *signing, "-out", f"{name}.pem")
    return folder


@pytest.fixture
def encrypted(certificates):
    """Return the connection, with nothing but a client's certificate, to an engine.example that asks for one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "engine.pem", certificates / "engine.key")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    answer = http("200 OK", '{"ApiVersion": "1.41", "Version": "20.10"}')

    def serve():
        while True:
            try:
                peer, _address = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(peer, server_side=True) as stream:
                    stream.recv(65536)
                    stream.sendall(answer)
            except OSError:  # The client did not like the certificate, or the other way round.
                continue

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield Connection(
            host=f"tcp://127.0.0.1:{listener.getsockname()[1]}",
            timeout=5,
            encrypted=True,
            client_cert=str(certificates / "client.pem"),
            client_key=str(certificates / "client.key"),
        )
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("verified", [False, True])
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_certificates_for_other_programs_do_not_count(encrypted, certificates, monkeypatch, verified):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    connection = replace(encrypted, verified=verified, ca_path=str(certificates / "ca.pem"), tls_hostname="engine.example")
    assert connect(connection).version()["Version"] == "20.10"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"tls_hostname": "engine.example"}, "CERTIFICATE_VERIFY_FAILED", id="an unknown authority"),
        pytest.param({"ca_path": "ca.pem"}, "127.0.0.1", id="another host"),
        pytest.param({"ca_path": "ca.pem", "tls_hostname": "other.example"}, "other.example", id="another name"),
    ],
)
def test_an_engine_that_cannot_prove_who_it_is(encrypted, certificates, monkeypatch, options, reason):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.chdir(certificates)
    with pytest.raises(EngineError) as caught:
        connect(replace(encrypted, verified=True, **options))
    assert caught.value.message.startswith(f"The Docker engine does not answer at {encrypted.host} (connecting): ")
    assert reason in caught.value.message
