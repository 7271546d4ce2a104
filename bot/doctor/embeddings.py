"""Whether documents are found by what they mean: the server that makes vectors, and how far they came."""

from collections.abc import Iterator

from sqlalchemy import Engine

from bot.doctor.findings import Finding, broken, doubtful, well
from bot.embeddings import build_embeddings, spell_standing
from bot.settings import Settings
from models.errors import ConfigurationError, ProviderError
from models.knowledge.embedding_space import list_spaces
from models.session import session_scope

_PATIENCE = 10.0  # seconds
_WORDS = "Prazo de entrega"
_CURES = {
    "auth": "correct EMBEDDINGS_API_KEY",
    "billing": "settle the account with the vendor",
    "model_not_found": "correct EMBEDDINGS_MODEL, and EMBEDDINGS_BASE_URL, which ends before /embeddings",
    "bad_request": "correct EMBEDDINGS_MODEL, or leave EMBEDDINGS_DIMENSIONS out",
    "connection": "correct EMBEDDINGS_BASE_URL, or start the server",
}


def check_embeddings(settings: Settings) -> Finding:
    """One vector is asked for, a few tokens' worth: nothing else tells whether it works."""
    try:
        embeddings = build_embeddings(settings)
    except ConfigurationError as error:
        return broken("embeddings", "its settings do not fit together", str(error))
    if embeddings is None:
        return well("embeddings", "not configured: documents are found by their words")
    try:
        found = embeddings.server.embed(embeddings.embedder, [_WORDS], _PATIENCE)
    except ProviderError as error:
        cure = _CURES.get(error.kind, "see docs/knowledge.md; until then documents are found by their words")
        return broken("embeddings", f"{embeddings.embedder.name}: {error}", cure)
    finally:
        embeddings.server.close()
    return well("embeddings", f"{embeddings.embedder.name}, vectors of {found.dimension} figures")


def check_spaces(settings: Settings, engine: Engine) -> Iterator[Finding]:
    """Each company's."""
    if not settings.embeddings_base_url:
        return
    with session_scope(engine) as connection:
        spaces = list_spaces(connection)
    for space in spaces:
        words = spell_standing(space)
        if space.error:
            yield doubtful("vectors", words, "mend what it says; the worker tries again by itself")
        elif space.verdict is not None and not space.admitted:
            yield doubtful(
                "vectors", words, "try another EMBEDDINGS_MODEL, or `python -m bot docs gate --questions FILE`"
            )
        else:
            yield well("vectors", words)
