"""`/media/<token>` hands a file to whoever has its address, powerless in a browser, and tells nobody else anything."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.media import MediaRoutes
from bot.problems import register_problems
from bot.request_trace import register_tracing
from bot.security_headers import register_security_headers
from models.errors import ConfigurationError, StorageError
from models.files.media_links import MediaLinks
from models.files.storage import DiskStorage, Storage
from tests.bot.conftest import DoorMaker
from tests.fakes import FixedClock

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PDF = b"%PDF-1.7 report"


class StoreAway(DiskStorage):
    """A place for files whose machine is down."""

    def get(self, key: str) -> bytes:
        raise StorageError("the store cannot be reached", permanent=False)


class Corner:
    """The route alone, with its files and links: the rest of the door needs a database."""

    def __init__(self, storage: Storage | None, links: MediaLinks | None) -> None:
        self.storage = storage
        self.media_links = links

    def client(self) -> FlaskClient:
        app = Flask("corner")
        register_tracing(app)
        register_security_headers(app, is_https=True)
        register_problems(app)
        app.register_blueprint(MediaRoutes(self).blueprint())  # type: ignore[arg-type]
        return app.test_client()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def links(clock: FixedClock) -> MediaLinks:
    return MediaLinks("http://localhost", lambda: b"a secret for tests only", clock, timedelta(hours=1))


@pytest.fixture
def storage(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path)


@pytest.fixture
def client(storage: DiskStorage, links: MediaLinks) -> FlaskClient:
    return Corner(storage, links).client()


def test_the_file_comes_whole_with_its_type_and_name(
    client: FlaskClient, storage: DiskStorage, links: MediaLinks
) -> None:
    answer = client.get(links.url_for(storage.put(PDF, "application/pdf"), "Relatório.pdf"))
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.content_type == "application/pdf"
    assert answer.content_length == len(PDF)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Relat%C3%B3rio.pdf" in answer.headers["Content-Disposition"]


def test_a_file_without_a_name_gets_one_with_the_right_ending(
    client: FlaskClient, storage: DiskStorage, links: MediaLinks
) -> None:
    answer = client.get(links.url_for(storage.put(b"OggS", "audio/ogg")))
    assert answer.headers["Content-Disposition"] == "attachment; filename=recado.ogg"
    assert answer.content_type == "audio/ogg"


def test_no_browser_runs_or_keeps_what_the_file_holds(
    client: FlaskClient, storage: DiskStorage, links: MediaLinks
) -> None:
    answer = client.get(links.url_for(storage.put(b"<script>alert(1)</script>", "text/html"), "x.html"))
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_platforms_may_ask_for_the_head_alone(client: FlaskClient, storage: DiskStorage, links: MediaLinks) -> None:
    answer = client.head(links.url_for(storage.put(PDF, "application/pdf")))
    assert (answer.status_code, answer.data, answer.content_length) == (200, b"", len(PDF))


def test_everything_wrong_looks_the_same_from_outside(
    client: FlaskClient, storage: DiskStorage, links: MediaLinks, clock: FixedClock
) -> None:
    deleted = links.url_for(storage.put(PDF, "application/pdf"))
    storage.delete(deleted_key := links.verify(deleted.rpartition("/")[2]).key)
    ended = links.url_for(storage.put(PDF, "application/pdf"))
    clock.move(3600)
    fresh = links.url_for(storage.put(PDF, "application/pdf"))
    wrong = [deleted, ended, fresh[:-1], fresh + "A", f"/media/{deleted_key}", "/media/x", "/media/%00", "/media/é.é"]
    answers = [client.get(url) for url in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json["detail"] for answer in answers if answer.json}) == 1
    assert client.get(fresh).status_code == 200


def test_a_door_without_files_or_without_a_secret_has_none(storage: DiskStorage, links: MediaLinks) -> None:
    def refuse() -> bytes:
        raise ConfigurationError("SECRET_KEY is not set")

    url = links.url_for(storage.put(PDF, "application/pdf"))
    without_secret = MediaLinks("http://localhost", refuse, FixedClock(NOW))
    corners = [Corner(None, links), Corner(storage, None), Corner(storage, without_secret)]
    assert [corner.client().get(url).status_code for corner in corners] == [404, 404, 404]


def test_a_place_that_is_away_asks_to_come_again(tmp_path: Path, links: MediaLinks) -> None:
    answer = Corner(StoreAway(tmp_path), links).client().get(links.url_for("0" * 32 + ".pdf"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_nothing_but_reading_is_allowed(client: FlaskClient, storage: DiskStorage, links: MediaLinks) -> None:
    url = links.url_for(storage.put(PDF, "application/pdf"))
    assert {client.open(url, method=method).status_code for method in ("POST", "PUT", "DELETE")} == {405}


def test_the_whole_door_has_the_route(make_door: DoorMaker) -> None:
    door = make_door()
    assert "/media/<token>" in {rule.rule for rule in door.app.url_map.iter_rules()}
