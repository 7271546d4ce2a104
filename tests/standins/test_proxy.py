"""The proxy does what its words say: otherwise the tests that use it prove nothing."""

import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.standins.proxy import Proxy
from tests.waiting import eventually


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that sends back what it is sent."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(taken: socket.socket) -> None:
        with taken:
            while data := taken.recv(100):
                taken.sendall(data)

    def accept() -> None:
        while True:
            try:
                taken, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(taken,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()
    server.shutdown(socket.SHUT_RDWR)
    server.close()


@pytest.fixture
def proxy(echo: tuple[str, int]) -> Iterator[Proxy]:
    with Proxy(echo) as standin:
        yield standin


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=20)


def test_it_passes_bytes_on(proxy: Proxy) -> None:
    with connect(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(10) == b"hello"


def test_refused_resets_what_is_open_and_takes_nothing_new_until_it_heals(proxy: Proxy) -> None:
    with connect(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(10) == b"hello"
        proxy.refuse()
        with pytest.raises(ConnectionResetError):
            client.recv(10)
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.heal()
    test_it_passes_bytes_on(proxy)


def test_silence_keeps_connections_and_their_bytes_which_arrive_late(proxy: Proxy) -> None:
    with connect(proxy) as known:
        known.sendall(b"hello")
        assert known.recv(10) == b"hello"
        proxy.silence()
        with connect(proxy) as new:
            for client in (known, new):
                client.settimeout(0.2)
                client.sendall(b"anybody?")
                with pytest.raises(TimeoutError):
                    client.recv(10)
            proxy.heal()
            for client in (known, new):
                client.settimeout(60)
                assert client.recv(10) == b"anybody?"


def test_an_answer_is_cut_after_so_many_bytes(proxy: Proxy) -> None:
    proxy.reset_answers(after=3)
    with connect(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(10) == b"hel"
        client.sendall(b"more")
        with pytest.raises(ConnectionResetError):
            client.recv(10)


def test_slices_and_delays_change_when_bytes_come_but_not_which(proxy: Proxy) -> None:
    proxy.slice(2)
    proxy.delay(0.05)
    began = time.monotonic()
    with connect(proxy) as client:
        client.sendall(b"hello")
        received = b""
        while len(received) < 5:
            received += client.recv(10)
    assert received == b"hello"
    assert time.monotonic() - began >= 0.15


def test_somebody_else_may_answer(proxy: Proxy) -> None:
    proxy.babble(b"who is there?")
    with connect(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(20) == b"who is there?"
        assert client.recv(20) == b""
    proxy.heal()
    test_it_passes_bytes_on(proxy)


def test_flapping_is_away_and_back_by_turns(proxy: Proxy) -> None:
    proxy.flap(0.1)
    seen: list[bool] = []

    def has_changed_often() -> bool:
        try:
            connect(proxy).close()
            seen.append(True)
        except OSError:
            seen.append(False)
        return sum(one != other for one, other in pairwise(seen)) >= 3

    eventually(has_changed_often)
    proxy.heal()
    test_it_passes_bytes_on(proxy)
