"""Who turns documents and questions into vectors, as the settings describe it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from agent.knowledge.embedding import EmbeddingServer
from agent.providers.price_list import read_price_list
from bot.budgets import company_limits
from bot.settings import Settings
from jobs.knowledge.embedding import EmbeddingKeeper
from jobs.knowledge.embedding_asking import Purse, Tell, tell_log
from jobs.knowledge.library import Library
from jobs.knowledge.meaning import Meaning
from models.errors import ConfigurationError
from models.knowledge.embedding_space import Embedder, Standing
from models.money.budget import Budgets


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The server, and the model that it is asked for."""

    server: EmbeddingServer
    embedder: Embedder
    limits: Callable[[Connection, UUID], Budgets | None]

    def purse(self, tell: Tell = tell_log) -> Purse:
        return Purse(self.limits, self.server.estimate, tell)

    def keeper(self, engine: Engine, tell: Tell = tell_log) -> EmbeddingKeeper:
        return EmbeddingKeeper(engine, self.server, self.embedder, self.purse(tell))


def build_embeddings(settings: Settings) -> Embeddings | None:
    """None where nobody is configured. Nothing is connected yet. Raises ConfigurationError."""
    if not settings.embeddings_base_url:
        return None
    if not settings.embeddings_model:
        raise ConfigurationError(
            "EMBEDDINGS_MODEL is not set; EMBEDDINGS_BASE_URL needs the name of a model on that server beside it"
        )
    key = settings.embeddings_api_key
    prices = read_price_list(settings.prices_file)
    server = EmbeddingServer(settings.embeddings_base_url, key.get_secret_value() if key else None, prices=prices)
    embedder = Embedder(settings.embeddings_model, settings.embeddings_dimensions)
    return Embeddings(server, embedder, company_limits(settings))


def build_library(settings: Settings, engine: Engine, tell: Tell = tell_log) -> Library:
    """One for each process: what was asked before is remembered in it. Raises ConfigurationError."""
    embeddings = build_embeddings(settings)
    meaning = None if embeddings is None else Meaning(engine, embeddings.server, purse=embeddings.purse(tell))
    return Library(engine, meaning=meaning)


def spell_standing(standing: Standing) -> str:
    """One line for an operator."""
    name = standing.embedder.name
    if standing.error:
        return f"Vectors of {name} are put off: {standing.error}"
    if standing.left and standing.verdict is None:
        return f"Vectors of {name}: {standing.left} passages are still to come."
    verdict = standing.verdict
    if verdict is None:
        return f"Vectors of {name}: not judged yet."
    if not verdict.asks:
        return f"Vectors of {name} have no say: too few passages to judge them by; try `docs gate --questions FILE`."
    shares = f"{verdict.lexical:.3f} by words, {verdict.dense:.3f} by vectors, {verdict.fused:.3f} by both"
    source = "questions of yours" if verdict.by == "given" else "questions made of passages"
    say = "have a say" if standing.admitted else "have no say"
    return f"Vectors of {name} {say}: R@5 {shares}, on {verdict.asks} {source}."
