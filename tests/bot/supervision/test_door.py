"""A door that cannot be opened is explained with the setting to change."""

import socket

import pytest

from bot.supervision.door import check_port, is_answering
from models.errors import ConfigurationError
from tests.ports import free_port


def test_a_free_port_is_fine() -> None:
    check_port("127.0.0.1", free_port())


def test_a_busy_port_is_named_with_another_to_try() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"PORT: {port} is already in use on 127\.0\.0\.1.*PORT="):
            check_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"HOST: 192\.0\.2\.1 is no address of this machine"):
        check_port("192.0.2.1", 8000)


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(ConfigurationError, match="HOST"):
        check_port("no such host", 8000)


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert not is_answering(f"http://127.0.0.1:{probe.getsockname()[1]}/readyz")
