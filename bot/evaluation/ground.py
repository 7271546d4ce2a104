"""The demo company as it stood on one day, on a PostgreSQL server of its own that is gone afterwards.

So an evaluation sees the same figures whenever and wherever it runs, and touches nothing of the installation.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bot.embedded.folders import prepare_data_folder, remove_temporary_sockets
from bot.embedded.postgres import EmbeddedPostgres
from bot.migrate import upgrade
from models.demo.aurora import aurora
from models.demo.load import load_demo
from models.session import build_engine

_FLEETING = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@contextmanager
def pinned_demo(today: date) -> Iterator[str]:
    """The URL of its database. Takes some seconds. Raises ConfigurationError."""
    folder = Path(tempfile.mkdtemp(prefix="recado-eval-"))
    folder.chmod(0o711)  # under root, PostgreSQL runs as somebody else who must pass through
    data = prepare_data_folder(folder / "data")
    server = EmbeddedPostgres(data, settings=_FLEETING)
    try:
        server.start()
        engine = build_engine(server.url, application_name="recado-eval", pool_size=1)
        try:
            upgrade(server.url)  # who answers looks for documents, too
            load_demo(engine, aurora(), today)
        finally:
            engine.dispose()
        yield server.url
    finally:
        server.stop()
        remove_temporary_sockets(data)
        shutil.rmtree(folder, ignore_errors=True)
