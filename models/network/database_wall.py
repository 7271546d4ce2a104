"""A wall around the network that we run in, for databases that the files of further companies name: each connection
goes to an address that was looked at just before, and never to what the installation itself keeps its records in."""

import logging
import socket
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import make_url

from models.errors import ConfigurationError
from models.network.public_addresses import (
    Forbidden,
    Resolver,
    Unresolved,
    get_public_addresses,
    is_loopback,
    is_private,
    resolve_host,
)

LOCAL: Final = "localhost"  # how a socket of this machine is listed
_PORTS: Final = {"postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306, "redis": 6379, "rediss": 6379}
# What says nothing of where to go, and names no file of this machine.
_HARMLESS: Final = frozenset(
    {
        *("sslmode", "channel_binding", "gssencmode", "target_session_attrs", "client_encoding", "options"),
        *("application_name", "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval"),
        *("keepalives_count", "charset", "ssl_verify_cert", "ssl_verify_identity"),
    }
)
_ADDRESSES_TRIED: Final = 2
_SECONDS: Final = 5.0  # for the resolver, and for MySQL's connection

_log = logging.getLogger("recado.network")


@dataclass(frozen=True, slots=True)
class _Target:
    """Without a host: a socket of this machine."""

    host: str
    port: int
    database: str


class DatabaseWall:
    """`private_hosts` (host or host:port) may be inside: what the operator, and nobody else, has listed. `own` are the
    addresses of what the installation itself runs on."""

    def __init__(
        self, private_hosts: Collection[str] = (), own: Collection[str] = (), resolve: Resolver = resolve_host
    ) -> None:
        self._private, self._resolve = frozenset(private_hosts), resolve
        self._own = tuple(_target_of(make_url(one)) for one in own)

    def guard(self, engine: Engine) -> None:
        """From now on. Raises ConfigurationError for an address that cannot be judged, or is refused whatever the names
        lead to; nothing is looked up yet."""
        target = _verify(engine.url)
        if not target.host and LOCAL not in self._private:
            raise ConfigurationError(f"a database on this machine: list {LOCAL} as one of `private_hosts` if it may be")

        def connect(dialect: Any, record: object, cargs: Sequence[Any], cparams: dict[str, Any]) -> Any:
            try:
                found = self._find(target)
            except (Forbidden, Unresolved) as error:
                _log.warning("a company's database is not connected to: %s", error)
                raise dialect.loaded_dbapi.OperationalError(str(error)) from None
            if not target.host:
                return None
            if dialect.name == "postgresql":
                cparams["host"] = ",".join([target.host] * len(found))  # for TLS
                cparams["hostaddr"] = ",".join(found)
                return None
            return _connect_mysql(dialect.loaded_dbapi, cargs, cparams, found, target.port)

        event.listen(engine, "do_connect", connect)

    def _find(self, target: _Target) -> list[str]:
        """Raises Forbidden, Unresolved."""
        names = {target.host.rstrip(".").lower(), f"{target.host.rstrip('.').lower()}:{target.port}"}
        admits = is_private if names & self._private else None
        found: list[str] = []
        if target.host:
            found = get_public_addresses(
                target.host, target.port, resolve=self._resolve, seconds=_SECONDS, admits=admits
            )
        places = set(_places(found))
        for own in self._own:
            if own.port == target.port and own.database in {"", target.database} and places & self._places_of(own):
                raise Forbidden("it is where this installation keeps its own records")
        return found[:_ADDRESSES_TRIED]

    def _places_of(self, own: _Target) -> set[str]:
        """Nobody is kept out of her own database because a name leads nowhere just now."""
        try:
            return set(_places(self._resolve(own.host, own.port) if own.host else ()))
        except (OSError, UnicodeError):
            return set()


def _places(addresses: Sequence[str]) -> Iterator[str]:
    """This machine is one place, whatever it is reached by."""
    for text in addresses or ("127.0.0.1",):
        address = ip_address(text.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        yield LOCAL if is_loopback(mapped) else str(mapped)


def _target_of(url: URL) -> _Target:
    told = [host for host in (url.host, url.query.get("host")) if isinstance(host, str) and host]
    host = told[0] if told and not told[0].startswith("/") else ""
    port = url.port or url.query.get("port") or _PORTS.get(url.get_backend_name(), 0)
    is_database = url.get_backend_name() not in {"redis", "rediss", "unix"}
    return _Target(host, int(port) if isinstance(port, int | str) else 0, (url.database or "") if is_database else "")


def _verify(url: URL) -> _Target:
    """Raises ConfigurationError for what would lead elsewhere, or open files of ours."""
    host = url.query.get("host", "")
    is_socket = not url.host and isinstance(host, str) and (not host or host.startswith("/")) and "," not in host
    others = set(url.query) - _HARMLESS - ({"host", "port"} if is_socket else set())
    if others:
        raise ConfigurationError(f"the address of a company's database may not say {', '.join(sorted(others))}")
    if "," in (url.host or "") or any(mark in (url.database or "") for mark in ("=", "://")):
        raise ConfigurationError("the address of a company's database names one host and one database")
    if url.get_backend_name() == "postgresql" and not url.database:  # libpq would take the role's name for one
        raise ConfigurationError("the address of a company's database says which database: host/database")
    if not str(url.query.get("port", "0")).isdecimal():
        raise ConfigurationError("the port of a company's database is a number")
    return _target_of(url)


def _connect_mysql(dbapi: Any, cargs: Sequence[Any], cparams: dict[str, Any], found: Sequence[str], port: int) -> Any:
    """Over a connection of our own: the driver would look the name up again, and needs it for TLS."""
    for address in found:
        try:
            line = socket.create_connection((address, port), _SECONDS)
            break
        except OSError as error:
            refusal = type(error).__name__
    else:
        raise dbapi.OperationalError(2003, f"no connection: {refusal}")
    try:
        made = dbapi.connect(*cargs, **{**cparams, "defer_connect": True})
        made.connect(line)
    except BaseException:
        line.close()
        raise
    return made
