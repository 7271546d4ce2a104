"""Nothing stays open once an engine was closed for good."""

import gc
import threading

import pytest
from sqlalchemy import text

from models.demo.reader import demo_reader_url
from models.errors import ToolError
from models.sales.source import SalesSource


def test_a_connection_that_a_thread_still_has_is_closed_as_it_comes_back(demo_database_url: str) -> None:
    source = SalesSource(demo_reader_url(demo_database_url))
    has_begun, may_end = threading.Event(), threading.Event()
    held = []

    def read() -> None:
        with source.reading() as connection:
            held.append(connection.connection.dbapi_connection)
            connection.execute(text("SELECT 1"))
            has_begun.set()
            may_end.wait(180)

    thread = threading.Thread(target=read)
    thread.start()
    assert has_begun.wait(180)
    source.close()
    may_end.set()
    thread.join(180)
    assert held[0] is not None
    assert held[0].closed
    gc.collect()  # what was left open would warn here, and a warning is an error


def test_nobody_connects_anew(demo_database_url: str) -> None:
    source = SalesSource(demo_reader_url(demo_database_url))
    source.close()
    source.close()
    with pytest.raises(ToolError, match="did not answer"), source.reading() as connection:
        connection.execute(text("SELECT 1"))
