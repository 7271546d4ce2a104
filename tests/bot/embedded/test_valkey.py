"""The embedded Valkey comes up, comes back, and keeps what it acknowledged."""

import os
import signal
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.embedded.valkey import EmbeddedValkey


def pid_of(data: Path) -> int:
    return int((data / "valkey" / "server.pid").read_text())


def test_what_was_written_is_there_after_a_stop_and_a_second_start(valkey: EmbeddedValkey) -> None:
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        client.set("kept", "yes")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    valkey.stop()
    assert not valkey.is_answering()
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        assert client.get("kept") == b"yes"


def test_a_kill_loses_nothing_that_was_written_to_the_file(valkey: EmbeddedValkey, empty_data: Path) -> None:
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        client.set("kept", "yes")
    os.kill(pid_of(empty_data), signal.SIGKILL)
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        assert client.get("kept") == b"yes"


def test_a_file_cut_in_the_middle_of_a_command_is_loaded(valkey: EmbeddedValkey, empty_data: Path) -> None:
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        client.set("kept", "yes")
        client.set("last", "x" * 100)
    valkey.stop()
    journal = next((empty_data / "valkey" / "appendonlydir").glob("*.incr.aof"))
    os.truncate(journal, journal.stat().st_size - 50)
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        assert client.get("kept") == b"yes"
        assert client.get("last") is None
    assert valkey.notices == ()


def test_a_damaged_file_is_set_aside_and_said(valkey: EmbeddedValkey, empty_data: Path) -> None:
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        client.set("first", "1")
        client.set("second", "2")
    valkey.stop()
    journal = next((empty_data / "valkey" / "appendonlydir").glob("*.incr.aof"))
    journal.write_bytes(b"not a journal\r\n" + journal.read_bytes())
    valkey.start()
    assert "starts empty" in valkey.notices[0]
    assert list(empty_data.glob("valkey.broken-*/appendonlydir/*.incr.aof"))


def test_a_server_that_hangs_is_ended_before_another_starts(valkey: EmbeddedValkey, empty_data: Path) -> None:
    valkey.start()
    hung = pid_of(empty_data)
    os.kill(hung, signal.SIGSTOP)
    other = EmbeddedValkey(empty_data, patience=0.1)
    other.start()
    assert pid_of(empty_data) != hung
    other.stop()


def test_no_port_is_open(valkey: EmbeddedValkey) -> None:
    valkey.start()
    with Redis.from_url(valkey.url) as client:
        assert client.config_get("port") == {"port": "0"}


def test_a_stopped_server_refuses(valkey: EmbeddedValkey) -> None:
    valkey.start()
    valkey.stop()
    with Redis.from_url(valkey.url) as client, pytest.raises(RedisConnectionError):
        client.ping()
