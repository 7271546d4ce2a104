"""After an erasure and a scrub no byte of hers is left below the data folder."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import Engine

from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey
from bot.migrate import upgrade
from bot.privacy.scrubbing import find_files, scrub
from jobs.privacy.erasing import erase
from models.files.storage import DiskStorage
from models.session import build_engine
from tests.jobs.house import House, house
from tests.jobs.personal_rows import MARK, plant, say_elsewhere

__all__ = ["house"]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder of the test's own, with both engines at work."""
    folder = Path(tempfile.mkdtemp(prefix="recado-scrub-"))
    folder.chmod(0o711)
    data = prepare_data_folder(folder / "data")
    engines = (EmbeddedPostgres(data), EmbeddedValkey(data))
    for engine in engines:
        engine.start()
    yield data
    for engine in reversed(engines):
        engine.stop()
    shutil.rmtree(folder)


@pytest.fixture
def engine(data: Path) -> Iterator[Engine]:
    url = EmbeddedPostgres(data).url
    upgrade(url)
    made = build_engine(url, application_name="recado-tests", pool_size=5)
    yield made
    made.dispose()


def test_no_byte_of_hers_is_left(house: House, data: Path) -> None:
    planted = plant(house, DiskStorage(data / "files"))
    say_elsewhere(house, "quanto vendi este mês?")
    log = data / "logs" / "worker.log"
    log.write_text(f'{{"message": "one", "user_id": "{MARK}"}}\n{{"message": "two"}}\n')
    house.run("ANALYZE")
    sought = [MARK]
    with Redis.from_url(EmbeddedValkey(data).url) as redis:
        redis.set("seen", MARK)
        redis.delete("seen")

        def seal(erasure_id: UUID, words: Sequence[str]) -> dict[str, object]:
            sought.extend(words)
            return {}

        erase(house.engine, planted.ana, made_by="op", storage=planted.storage, redis=redis, seal=seal)
        assert list(find_files(data, [MARK.encode()])) != [], "dead rows and WAL hold her words until they are scrubbed"
        assert scrub(data, EmbeddedPostgres(data).url, redis, sought) == []
    assert list(find_files(data, [one.encode() for one in sought])) == []
    assert log.read_text().split() == ['{"message":', '"two"}']
    assert house.rows("SELECT count(*) FROM message WHERE text = 'quanto vendi este mês?'") == [(1,)]
    assert house.rows("SHOW wal_recycle") == [("on",)]
