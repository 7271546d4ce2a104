"""Proxies before the neighbours that tests share, so that each test can take its own way to them away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.standins.proxy import Proxy


@contextmanager
def proxied_database(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before a PostgreSQL that listens on a unix socket, and the URL that leads through it."""
    parts = urlsplit(url)
    folder = Path(parse_qs(parts.query)["host"][0])
    with Proxy(folder / ".s.PGSQL.5432") as proxy:
        yield proxy, f"postgresql://{parts.username}@127.0.0.1:{proxy.port}{parts.path}?sslmode=disable"


@contextmanager
def proxied_redis(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before a Redis that listens on a unix socket, and the URL that leads through it."""
    with Proxy(Path(urlsplit(url).path)) as proxy:
        yield proxy, f"redis://127.0.0.1:{proxy.port}/0"
