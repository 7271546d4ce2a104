"""Which internet addresses our requests may go to: public ones, whatever name or notation leads there.

`ipaddress.is_global` is not the rule: it lets cloud metadata servers of some vendors, NAT64 and 6to4 detours through.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from threading import Thread

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
Admits = Callable[[IPAddress], bool]  # which addresses may be reached although they are not public

_FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's host, reachable from every machine there
    )
)  # fmt: skip
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48")
)
# What a company's own network is made of, less the metadata servers that two clouds keep in such ranges.
_PRIVATE = tuple(
    ipaddress.ip_network(block)
    for block in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(Exception):
    """The host leads somewhere our requests must not go."""


class Unresolved(Exception):
    """The host's name leads nowhere at the moment."""


def resolve_host(host: str, port: int) -> Sequence[str]:
    """What the system's resolver answers, in its order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def get_public_addresses(
    host: str, port: int, *, resolve: Resolver, seconds: float, admits: Admits | None = None
) -> list[str]:
    """The host's addresses, resolved once and all checked: one bad one among them is enough to refuse.

    Raises Forbidden, or Unresolved when there are none within `seconds`.
    """
    try:
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in _resolve_within(seconds, resolve, host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise Unresolved(f"{host} cannot be resolved ({type(error).__name__})") from None
    if not found:
        raise Unresolved(f"{host} has no address")
    for address in found:
        if not (is_public(address) or (admits is not None and admits(address))):
            raise Forbidden(f"{host} leads to an address that is not public")
    return [str(address) for address in found]


def is_public(address: IPAddress) -> bool:
    """Whether it is an address of the public internet, looked at through every way of writing IPv4 in IPv6."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _FORBIDDEN_V4)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_V6 and not _in_any(address, _FORBIDDEN_V6)


def is_loopback(address: IPAddress) -> bool:
    """Whether it is this machine's own."""
    return address.is_loopback


def is_private(address: IPAddress) -> bool:
    """Whether it is one that a company gives to its own servers: never a link-local or a metadata one."""
    return address not in _METADATA and any(address in block for block in _PRIVATE)


def _in_any(address: ipaddress.IPv6Address, blocks: Iterable[ipaddress.IPv6Network]) -> bool:
    return any(address in block for block in blocks)


def _resolve_within(seconds: float, resolve: Resolver, host: str, port: int) -> Sequence[str]:
    """The system's resolver knows no time-out of ours, so it works in a thread that is left behind when it is slow."""
    answers: list[Sequence[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answers.append(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    answer: Sequence[str] | OSError | UnicodeError = answers[0] if answers else TimeoutError("the resolver is silent")
    if isinstance(answer, OSError | UnicodeError):
        raise answer
    return answer
