"""Which addresses a request may go to."""

import ipaddress
import threading
from collections.abc import Sequence

import pytest

from models.network.public_addresses import (
    Admits,
    Forbidden,
    Unresolved,
    get_public_addresses,
    is_loopback,
    is_private,
    is_public,
    resolve_host,
)

PUBLIC = ["8.8.8.8", "104.18.2.3", "172.15.0.1", "172.32.0.1", "2606:4700::6812:203", "::ffff:8.8.8.8"]
PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:100.64.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "2620:4f:8000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


def ask(*addresses: str, admits: Admits | None = None) -> list[str]:
    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return get_public_addresses("crm.example.com", 443, resolve=resolve, seconds=5, admits=admits)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_reached(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert [ipaddress.ip_address(found) for found in ask(address)] == [ipaddress.ip_address(address)]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_other_address_may_whatever_it_is_wrapped_in(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(Forbidden):
        ask(address)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(Forbidden):
        ask("8.8.8.8", "10.0.0.1")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_may_be_reached_only_where_it_was_said(address: str) -> None:
    assert ask(address, admits=is_loopback) == [address]
    with pytest.raises(Forbidden):
        ask("10.0.0.1", admits=is_loopback)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.20.0.1", "192.168.0.9", "100.64.0.1", "127.0.0.1", "::1", "fd12::1"]
)
def test_the_company_s_own_network_may_be_reached_where_it_was_said(address: str) -> None:
    assert ask(address, admits=is_private) == [address]


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "0.0.0.0", "224.0.0.1"],
)
def test_a_metadata_server_may_never_be_reached_whatever_was_said(address: str) -> None:
    with pytest.raises(Forbidden):
        ask(address, admits=is_private)


@pytest.mark.parametrize("notation", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1"])
def test_every_notation_of_this_machine_is_this_machine(notation: str) -> None:
    """The resolver understands them all, so what it answers is what is checked."""
    with pytest.raises((Forbidden, Unresolved)):
        get_public_addresses(notation, 80, resolve=resolve_host, seconds=5)


def test_a_name_that_leads_nowhere_is_told_apart_from_one_that_must_not_be_followed() -> None:
    def fail(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    def fail_to_encode(host: str, port: int) -> Sequence[str]:
        return [host.encode("idna").decode()]

    with pytest.raises(Unresolved):
        get_public_addresses("crm.example.com", 443, resolve=fail, seconds=5)
    with pytest.raises(Unresolved):
        get_public_addresses("a" * 70 + ".example", 443, resolve=fail_to_encode, seconds=5)
    with pytest.raises(Unresolved):
        ask()


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    over = threading.Event()

    def sleep(host: str, port: int) -> Sequence[str]:
        over.wait(180)
        return ["8.8.8.8"]

    with pytest.raises(Unresolved):
        get_public_addresses("crm.example.com", 443, resolve=sleep, seconds=0.05)
    assert not over.is_set()
    over.set()
