"""The guarded client over real TLS: connected by address, proven by name, ended in time."""

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models.network.guarded_client import GuardedClient, NotSent
from models.network.wall import Wall

HOST = "crm.example.com"


class _Handler(BaseHTTPRequestHandler):
    """Answers at once, but trickles where the path says so."""

    def do_POST(self) -> None:
        if self.path != "/trickle":
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            return
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 201 Created\r\nX-Slow: ")
            for _ in range(3000):  # a minute, if nobody hangs up
                self.wfile.write(b"x")
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that do not like the certificate are part of the game."""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for the host's name and no address, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "crm.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    server = _Server(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def client_for(host: str, port: int, certificate: Path) -> GuardedClient:
    trusting = httpx2.HTTPTransport(verify=ssl.create_default_context(cafile=certificate), trust_env=False)
    return GuardedClient([f"{host}:{port}"], resolve=lambda _host, _port: ["127.0.0.1"], total=0.5, transport=trusting)


def test_the_certificate_is_that_of_the_name_though_the_connection_goes_to_the_address(
    port: int, certificate: Path
) -> None:
    answer = client_for(HOST, port, certificate).request("POST", f"https://{HOST}:{port}/notes", {}, b"{}")
    assert (answer.status, answer.body) == (201, b"{}")


def test_another_names_certificate_is_not_taken_and_nothing_is_sent(port: int, certificate: Path) -> None:
    other = "other.example.com"
    with pytest.raises(NotSent):
        client_for(other, port, certificate).request("POST", f"https://{other}:{port}/notes", {}, b"{}")


def test_an_unknown_authority_is_not_trusted(port: int) -> None:
    client = GuardedClient([f"{HOST}:{port}"], resolve=lambda _host, _port: ["127.0.0.1"])
    with pytest.raises(NotSent):
        client.request("POST", f"https://{HOST}:{port}/notes", {}, b"{}")


def test_an_answer_that_trickles_is_ended_under_tls_too(port: int, certificate: Path) -> None:
    began = time.monotonic()
    with pytest.raises(httpx2.HTTPError):
        client_for(HOST, port, certificate).request("POST", f"https://{HOST}:{port}/trickle", {}, b"{}")
    assert 0.4 < time.monotonic() - began < 30


def test_behind_a_wall_the_certificate_is_that_of_the_name_too(
    port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for host, is_proven in ((HOST, True), ("other.example.com", False)):
        wall = Wall({host}, resolve=lambda host, port: ["127.0.0.1"])
        with httpx2.Client(transport=wall.transport(httpx2.Limits()), trust_env=False) as client:
            if is_proven:
                assert client.post(f"https://{host}:{port}/notes").status_code == 201
            else:
                with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                    client.post(f"https://{host}:{port}/notes")
