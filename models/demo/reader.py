"""The read-only door to the demo's schema: the name of its role, its password and its URL."""

import hmac

from sqlalchemy.engine import make_url

READER_ROLE = "recado_demo_reader"


def reader_password(admin_password: str | None) -> str | None:
    """Derived from the program's own password, so that every process knows it and nobody keeps it; None stays None."""
    if not admin_password:
        return None
    return hmac.digest(admin_password.encode(), READER_ROLE.encode(), "sha256").hex()


def demo_reader_url(database_url: str) -> str:
    """The same database as `database_url`, over the same socket or host, seen through the reader's eyes."""
    url = make_url(database_url)
    query = {name: value for name, value in url.query.items() if name not in ("user", "password")}
    admin_password = url.password or url.query.get("password")
    password = reader_password(admin_password if isinstance(admin_password, str) else None)
    reader = url.set(username=READER_ROLE, query=query)._replace(password=password)
    return reader.render_as_string(hide_password=False)
