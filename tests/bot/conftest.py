"""The web door over real engines: the real channels, the real inbox, the real queue; only the worker is played."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine

from bot.access import create_api_key
from bot.app import create_app, door_of
from bot.services import ChannelDirectory, build_accounts
from bot.settings import Settings
from bot.tenant import prepare_tenant
from bot.web_services import WebServices
from jobs.queue import JobQueue
from models.clock import SystemClock
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, find_tenant
from tests.bot.door_requests import NUMBER, SID, TOKEN


@dataclass
class Door:
    """A web door under test and what stands behind it."""

    app: Flask
    services: WebServices

    @property
    def engine(self) -> Engine:
        return self.services.engine

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def key(self, name: str = "test") -> str:
        """A new API key of the default tenant."""
        with session_scope(self.engine) as connection:
            tenant_id = find_tenant(connection, DEFAULT)
        assert tenant_id is not None
        return create_api_key(self.engine, tenant_id=tenant_id, name=name)[1]

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key()}"}


DoorMaker = Callable[..., Door]
MakeSettings = Callable[..., Settings]


def embedded_settings(database_url: str, redis_url: str, /, **changes: object) -> Settings:
    """The embedded mode on the engines given; further arguments replace settings."""
    values: dict[str, object] = {
        "database_url": SecretStr(database_url),
        "redis_url": SecretStr(redis_url),
        "recado_embedded": True,
        "twilio_account_sid": SID,
        "twilio_auth_token": SecretStr(TOKEN),
        "twilio_whatsapp_from": NUMBER,
        "chat_wait_seconds": 180,
        "web_threads": 8,
    }
    return Settings(**(values | changes))


@pytest.fixture
def make_settings(fresh_database_url: str, fresh_redis_url: str) -> Callable[..., Settings]:
    """The embedded mode on the test's own engines; arguments replace settings."""

    def make(**changes: object) -> Settings:
        return embedded_settings(fresh_database_url, fresh_redis_url, **changes)

    return make


def build_door(
    settings: Settings, engine: Engine, queue: JobQueue | None = None, other_engine: Engine | None = None
) -> Door:
    """The tenant is prepared through `engine`; the door itself may be given another, and another queue."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    redis_url = settings.redis_url.get_secret_value()
    prepare_tenant(engine, settings)
    services = WebServices(
        settings=settings,
        engine=other_engine or engine,
        queue=queue or JobQueue(redis_url, timeout=60),
        clock=SystemClock(),
        channel_for=ChannelDirectory(build_accounts(settings)).find,
        database_url=settings.database_url.get_secret_value(),
        redis_url=redis_url,
    )
    return Door(create_app(services), services)


def close(door: Door) -> None:
    door_of(door.app).close()
    door.services.queue.connection.close()
    door.app.redis_conn.close()  # type: ignore[attr-defined]


@pytest.fixture
def make_door(engine: Engine, make_settings: MakeSettings) -> Iterator[DoorMaker]:
    """Builds doors; `queue` and `other_engine` replace services, further arguments settings."""
    made: list[Door] = []

    def make(*, queue: JobQueue | None = None, other_engine: Engine | None = None, **changes: object) -> Door:
        made.append(build_door(make_settings(**changes), engine, queue, other_engine))
        return made[-1]

    yield make
    for door in made:
        close(door)


@pytest.fixture
def door(make_door: DoorMaker) -> Door:
    """The door of the embedded demo."""
    return make_door()


@pytest.fixture(scope="session")
def closed_door(clone_database: Callable[[], str], redis_url: str) -> Iterator[Door]:
    """One door for all tests that must be refused: nothing is ever stored behind it."""
    settings = embedded_settings(clone_database(), redis_url)
    assert settings.database_url is not None
    engine = build_engine(settings.database_url.get_secret_value(), application_name="recado-tests")
    door = build_door(settings, engine)
    yield door
    close(door)
    engine.dispose()
