"""Files that were added and are read by whoever finds them due: once, by one reader, with a word where it fails."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from jobs.knowledge.library import Library
from jobs.knowledge.reading import KnowledgeKeeper, ReadFile
from jobs.knowledge.reindexing import reindex_documents
from models.errors import StorageError, StoredFileMissing, UnreadableDocument
from models.files.storage import DiskStorage
from models.knowledge.chunk import Chunk
from models.knowledge.document import Upload, list_documents
from models.knowledge.document_queue import Progress, find_progress
from models.knowledge.passage import SearchScope
from models.session import build_engine, session_scope
from models.tenant import ensure_tenant
from tests.running import eventually


def read_plain(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
    """A reader without a process of its own; the real one: `tests.jobs.test_document_reading`."""
    if b"\0" in content:
        raise UnreadableDocument("it is no plain text")
    text = "\n".join(line for line in content.decode().split("\n") if line.strip())
    return ReadFile([Chunk(text, text)] if text else [])


class Shelf(DiskStorage):
    """A folder that can be away."""

    is_away = False

    def get(self, key: str) -> bytes:
        if self.is_away:
            raise StorageError("the bucket does not answer", permanent=False)
        return super().get(key)


class Ground:
    """A company, a place for its files, and a reader that can be told what to do."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.storage = Shelf(folder)
        self.library = Library(engine, self.storage)
        with session_scope(engine) as connection:
            self.tenant_id = ensure_tenant(connection, slug="a", name="A", timezone="America/Sao_Paulo")
        self.keeper = KnowledgeKeeper(engine, self.storage, read_plain)

    def submit(self, content: str, key: str = "termos.txt") -> UUID:
        upload = Upload(key, key, "pt", ("rep",), "text/plain")
        return self.library.submit(self.tenant_id, upload, content.encode())

    def progress(self, document_id: UUID) -> Progress | None:
        with session_scope(self.engine) as connection:
            return find_progress(connection, document_id)

    def found(self, query: str) -> list[str]:
        scope = SearchScope(self.tenant_id, "rep", None, date(2026, 3, 2))
        return [passage.text for passage in self.library.search(query, scope, 5)]

    def files(self) -> list[str]:
        return [path.name for path in self.storage._folder.rglob("*.*") if path.is_file()]

    def let_claims_end(self) -> None:
        with session_scope(self.engine) as connection:
            connection.execute(text("UPDATE document SET due_at = now() WHERE status = 'pending'"))


@pytest.fixture
def ground(engine: Engine, tmp_path: Path) -> Ground:
    return Ground(engine, tmp_path / "files")


def test_a_file_is_read_once_and_can_be_found(ground: Ground) -> None:
    document_id = ground.submit("Prazo de entrega: 3 dias.\n\nGarantia: um ano.")
    assert ground.found("garantia") == []
    assert ground.keeper.work()
    assert ground.found("garantia") == ["Prazo de entrega: 3 dias.\nGarantia: um ano."]
    assert ground.progress(document_id) == Progress("ready", "", 1, 1)
    assert not ground.keeper.work()


def test_the_old_version_is_found_until_the_new_one_is_read_and_its_file_goes(ground: Ground) -> None:
    ground.submit("preço: 10 reais")
    ground.keeper.work()
    ground.submit("preço: 11 reais")
    ground.submit("preço: 12 reais")
    assert (ground.found("preço"), len(ground.files())) == (["preço: 10 reais"], 2)
    ground.keeper.work()
    assert (ground.found("preço"), len(ground.files())) == (["preço: 12 reais"], 1)
    ground.library.remove(ground.tenant_id, "termos.txt")
    assert (ground.found("preço"), ground.files()) == ([], [])


def test_a_file_that_cannot_be_read_says_why_and_the_old_version_stays(ground: Ground) -> None:
    ground.submit("preço: 10 reais")
    ground.keeper.work()
    for content, why in (("\0", "no plain text"), (" \n ", "there is no text in it")):
        document_id = ground.submit(content)
        assert ground.keeper.work()
        progress = ground.progress(document_id)
        assert progress is not None
        assert progress.status == "failed"
        assert why in progress.error
        assert ground.found("preço") == ["preço: 10 reais"]
    assert not ground.keeper.work(), "trying again cannot help"


def test_what_could_not_be_read_of_it_and_its_own_title_are_kept(ground: Ground) -> None:
    def read(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
        return ReadFile([Chunk("texto", "texto")], "Termos de venda", ["Page 3 is a picture."])

    document_id = ground.submit("x")
    KnowledgeKeeper(ground.engine, ground.storage, read).work()
    with session_scope(ground.engine) as connection:
        (document,) = list_documents(connection, ground.tenant_id)
    assert (document.title, document.status, document.error) == ("Termos de venda", "ready", "Page 3 is a picture.")
    assert ground.progress(document_id) is not None


def test_two_readers_never_have_one_file(ground: Ground) -> None:
    for number in range(6):
        ground.submit(f"texto {number}", f"{number}.txt")
    read: list[str] = []

    def note(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
        read.append(name)
        return read_plain(name, content_type, content, language)

    def work() -> None:
        keeper = KnowledgeKeeper(ground.engine, ground.storage, note)
        while keeper.work():
            pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read) == [f"{number}.txt" for number in range(6)]


def test_a_reader_that_dies_is_followed_three_times_and_then_the_file_is_given_up(ground: Ground) -> None:
    def die(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
        raise KeyboardInterrupt

    document_id = ground.submit("texto")
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            KnowledgeKeeper(ground.engine, ground.storage, die).work()
        assert not ground.keeper.work(), "claimed still"
        ground.let_claims_end()
    assert ground.keeper.work()
    progress = ground.progress(document_id)
    assert progress is not None
    assert (progress.status, "died" in progress.error) == ("failed", True)


def test_a_place_for_files_that_is_away_costs_no_document(ground: Ground) -> None:
    document_id = ground.submit("texto")
    ground.storage.is_away = True
    assert ground.keeper.work()
    assert not ground.keeper.work(), "not asked again at once"
    ground.storage.is_away = False
    ground.let_claims_end()
    assert ground.keeper.work()
    progress = ground.progress(document_id)
    assert progress is not None
    assert progress.status == "ready"


def test_whoever_is_hindered_too_often_gives_the_file_up(ground: Ground) -> None:
    document_id = ground.submit("texto")
    ground.storage.is_away = True
    for _ in range(33):
        assert ground.keeper.work()
        ground.let_claims_end()
    progress = ground.progress(document_id)
    assert progress is not None
    assert (progress.status, progress.tries) == ("pending", 3)
    assert ground.keeper.work()
    progress = ground.progress(document_id)
    assert progress is not None
    assert (progress.status, "hindered" in progress.error) == ("failed", True)


@pytest.fixture
def impatient(ground: Ground) -> Iterator[KnowledgeKeeper]:
    """A reader that waits for no lock."""
    url = ground.engine.url.render_as_string(hide_password=False)
    engine = build_engine(url, application_name="impatient", pool_size=2)

    @event.listens_for(engine, "connect")
    def give_up_soon(connection: Any, _: object) -> None:
        connection.execute("SET lock_timeout = '20ms'")
        connection.commit()

    yield KnowledgeKeeper(engine, ground.storage, read_plain)
    engine.dispose()


WAIT = "SELECT extract(epoch FROM due_at - now()) FROM document WHERE status = 'pending'"


def test_a_database_that_is_in_the_way_costs_seconds_and_no_try(ground: Ground, impatient: KnowledgeKeeper) -> None:
    ground.submit("um texto", "antes.txt")
    ground.keeper.work()
    document_id = ground.submit("texto")
    with session_scope(ground.engine) as connection:
        connection.execute(text("SELECT FROM search_space FOR UPDATE"))
        assert impatient.work()
    assert ground.progress(document_id) == Progress("pending", "", 0, 0)
    with session_scope(ground.engine) as connection:
        assert connection.execute(text(WAIT)).scalar_one() <= 20
    ground.let_claims_end()
    assert impatient.work()
    assert ground.progress(document_id) == Progress("ready", "", 1, 1)


def test_what_the_database_could_not_be_told_it_is_told_next(ground: Ground, impatient: KnowledgeKeeper) -> None:
    document_id = ground.submit("texto")

    def read(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
        connection.execute(text("SELECT FROM document FOR UPDATE"))
        return read_plain(name, content_type, content, language)

    impatient._read = read
    with ground.engine.begin() as connection, pytest.raises(OperationalError):
        impatient.work()
    assert ground.progress(document_id) == Progress("pending", "", 1, 0)
    assert not impatient.work(), "put off"
    assert ground.progress(document_id) == Progress("pending", "", 0, 0)


def test_what_the_database_refuses_for_its_content_is_tried_three_times(ground: Ground) -> None:
    def read(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
        return ReadFile([Chunk("a\0b", "a")])

    document_id = ground.submit("texto")
    keeper = KnowledgeKeeper(ground.engine, ground.storage, read)
    for tries in (1, 2, 3):
        assert keeper.work()
        assert ground.progress(document_id) == Progress("pending", "", tries, 0)
        ground.let_claims_end()
    assert keeper.work()
    progress = ground.progress(document_id)
    assert progress is not None
    assert progress.status == "failed"


def test_a_file_that_was_deleted_under_our_feet_is_said_to_be_gone(ground: Ground) -> None:
    document_id = ground.submit("texto")
    for name in ground.files():
        ground.storage.delete(name)
    assert ground.keeper.work()
    progress = ground.progress(document_id)
    assert progress is not None
    assert progress.status == "failed"
    with pytest.raises(StoredFileMissing):
        ground.storage.get("0" * 32 + ".txt")


def test_a_version_that_is_replaced_while_it_is_read_never_shows(ground: Ground) -> None:
    def read_late(name: str, content_type: str, content: bytes, language: str) -> ReadFile:
        ground.submit("o novo texto")
        return read_plain(name, content_type, content, language)

    ground.submit("o velho texto")
    KnowledgeKeeper(ground.engine, ground.storage, read_late).work()
    assert ground.found("texto") == []
    ground.keeper.work()
    assert ground.found("texto") == ["o novo texto"]


def test_a_worker_s_thread_reads_what_is_due(ground: Ground) -> None:
    ground.keeper.start()
    document_id = ground.submit("texto")
    eventually(lambda: (ground.progress(document_id) or Progress("", "", 0, 0)).status == "ready")
    ground.keeper.stop()


def test_documents_that_an_older_program_indexed_are_indexed_anew(ground: Ground) -> None:
    for key, words in (("a.txt", "primeiro"), ("b.txt", "frete grátis"), ("c.txt", "garantia de um ano")):
        ground.submit(words, key)
        ground.keeper.work()
    ground.library.remove(ground.tenant_id, "a.txt")
    with session_scope(ground.engine) as connection:
        before = connection.execute(text("SELECT next_number, texts, stems, grams FROM search_space")).one()
        connection.execute(text("UPDATE search_space SET lexicon_version = 0, texts = 99"))
        connection.execute(text("UPDATE search_posting SET term = '=old' || term"))
        connection.execute(text("UPDATE search_word SET word = 'old' || word"))
    assert ground.found("garantia") == []
    assert reindex_documents(ground.engine) == 1
    assert (ground.found("garantia"), ground.found("frete")) == (["garantia de um ano"], ["frete grátis"])
    with session_scope(ground.engine) as connection:
        after = connection.execute(text("SELECT next_number, texts, stems, grams FROM search_space")).one()
        left = connection.execute(text("SELECT count(*) FROM search_word WHERE word LIKE 'old%'")).scalar_one()
    assert (tuple(after), left) == (tuple(before), 0)
    assert reindex_documents(ground.engine) == 0
    ground.submit("mais um texto", "d.txt")
    ground.keeper.work()
    assert ground.found("mais") == ["mais um texto"]
