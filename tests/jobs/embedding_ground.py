"""A company with documents, a stand-in that makes vectors of them, and whoever keeps them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from sqlalchemy import Engine, text

from agent.knowledge.embedding import EmbeddingServer
from jobs.knowledge.embedding import EmbeddingKeeper
from jobs.knowledge.library import Library
from jobs.knowledge.meaning import Meaning
from models.knowledge.chunk import Chunk
from models.knowledge.document import Upload
from models.knowledge.embedding_space import Embedder, Standing, list_spaces
from models.knowledge.passage import Passage, SearchScope
from models.session import session_scope
from models.tenant import ensure_tenant
from tests.standins.embeddings import StandInEmbeddings

TODAY = date(2026, 3, 2)


class Ground:
    """What the tests of vectors stand on."""

    def __init__(self, engine: Engine, standin: StandInEmbeddings, llm: str = "good-128") -> None:
        self.engine = engine
        self.standin = standin
        self.server = EmbeddingServer(standin.url, "sk-embeddings-0123456789")
        self.now = 0.0
        self.meaning = Meaning(engine, self.server, lambda: self.now, patience=60)
        self.library = Library(engine, meaning=self.meaning)
        self.words_alone = Library(engine)
        self.tenant_id = self.tenant("aurora")
        self.keeper = self.keeper_of(llm)

    def tenant(self, slug: str) -> UUID:
        with session_scope(self.engine) as connection:
            return ensure_tenant(connection, slug=slug, name=slug, timezone="America/Sao_Paulo")

    def keeper_of(self, llm: str, asked: int = 0) -> EmbeddingKeeper:
        return EmbeddingKeeper(self.engine, self.server, Embedder(llm, asked))

    def add(
        self, key: str, texts: Sequence[str], roles: tuple[str, ...] = ("rep",), tenant_id: UUID | None = None
    ) -> None:
        upload = Upload(key=key, title=key, language="pt", roles=roles)
        self.library.add(tenant_id or self.tenant_id, upload, [Chunk(one, one) for one in texts])

    def keep(self, llm: str = "") -> None:
        """Until nothing is left to do."""
        if llm:
            self.let_models_settle()
        keeper = self.keeper_of(llm) if llm else self.keeper
        while keeper.work() or keeper.clear():
            pass

    def let_models_settle(self) -> None:
        """No other model takes the place of one that was judged within the hour."""
        with session_scope(self.engine) as connection:
            connection.execute(text("UPDATE embedding_space SET judged_at = judged_at - interval '61 minutes'"))

    def admit(self, near: float | None = 0.5) -> None:
        """As if the gate had let it in."""
        with session_scope(self.engine) as connection:
            connection.execute(text("UPDATE embedding_space SET admitted = true, near = :near"), {"near": near})

    def search(self, query: str, k: int = 5, role: str = "rep", tenant_id: UUID | None = None) -> list[Passage]:
        return self.library.search(query, SearchScope(tenant_id or self.tenant_id, role, None, TODAY), k)

    def found(self, query: str, k: int = 5, role: str = "rep") -> list[str]:
        return [passage.text for passage in self.search(query, k, role)]

    def found_by_words(self, query: str) -> list[str]:
        return [passage.text for passage in self.words_alone.search(query, self.scope(), 5)]

    def ids(self, query: str) -> list[object]:
        return [passage.id for passage in self.search(query)]

    def ids_by_words(self, query: str) -> list[object]:
        return [passage.id for passage in self.words_alone.search(query, self.scope(), 5)]

    def scope(self) -> SearchScope:
        return SearchScope(self.tenant_id, "rep", None, TODAY)

    def spaces(self) -> list[Standing]:
        with session_scope(self.engine) as connection:
            return list_spaces(connection, self.tenant_id)

    def scalar(self, statement: str) -> object:
        with session_scope(self.engine) as connection:
            return connection.execute(text(statement)).scalar_one()

    def let_claims_end(self) -> None:
        with session_scope(self.engine) as connection:
            connection.execute(text("UPDATE embedding_space SET due_at = now()"))


@contextmanager
def standing_on(engine: Engine, llm: str = "good-128") -> Iterator[Ground]:
    with StandInEmbeddings() as standin:
        yield Ground(engine, standin, llm)
