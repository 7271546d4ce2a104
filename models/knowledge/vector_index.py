"""Indexes over the vectors of companies that have too many of them to be read through at each question.

One for each such space: an index over all companies' vectors would give up among those of others. They come and go with
the spaces, so no migration makes them.
"""

import logging
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from models.knowledge.embedding_space import INDEX
from models.session import build_engine, statement_scope

EXACT_UP_TO: Final = 50_000  # passages: reading through more of them takes longer than a question may
_HOURS: Final = 6 * 3600.0  # that building one may take
_LOCK: Final = 7_246_113  # whoever tends indexes does so alone

_log = logging.getLogger("recado.vectors")

_WANTED = text("""
SELECT e.id, e.dimension FROM embedding_space e
JOIN search_space s ON s.tenant_id = e.tenant_id AND s.kind = 'documents' AND s.owner_id = s.tenant_id
WHERE e.admitted AND s.texts > :bound
""")
_THERE = text("""
SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'chunk_vector'::regclass AND starts_with(c.relname, :prefix) AND c.relname ~ '[0-9]$'
""")


def tend_indexes(engine: Engine, bound: int = EXACT_UP_TO) -> None:
    """Build those that are missing, drop those of no use; what cannot be done is said in the log, and questions are
    answered all the same. Safe to repeat."""
    with statement_scope(engine) as connection:
        if _is_in_order(connection, bound):
            return
    patient = build_engine(
        engine.url.render_as_string(hide_password=False),
        application_name="recado-index",
        pool_size=1,
        answer_within=_HOURS,
    )
    try:
        with statement_scope(patient) as connection:
            if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
                _tend(connection, bound)
    except SQLAlchemyError as error:
        _log.warning("an index of vectors could not be tended: %s", type(error).__name__)
    finally:
        patient.dispose()


def _is_in_order(connection: Connection, bound: int) -> bool:
    wanted, there = _look(connection, bound)
    return set(wanted) == set(there) and all(there.values())


def _look(connection: Connection, bound: int) -> tuple[dict[str, tuple[int, int]], dict[str, bool]]:
    """Names of the indexes that should be, with space and dimension, and of those that are, with their validity."""
    wanted = {f"{INDEX}{row.id}": (row.id, row.dimension) for row in connection.execute(_WANTED, {"bound": bound})}
    there = {row.relname: row.indisvalid for row in connection.execute(_THERE, {"prefix": INDEX})}
    return wanted, there


def _tend(connection: Connection, bound: int) -> None:
    """Beside whatever else reads and writes; one that was left half-built is begun anew."""
    wanted, there = _look(connection, bound)
    for name, is_valid in there.items():
        if name not in wanted or not is_valid:
            connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
    for name in wanted.keys() - {name for name, is_valid in there.items() if is_valid}:
        space, dimension = wanted[name]
        _log.info("the vectors of space %s are being indexed", space)
        connection.execute(
            text(
                f"CREATE INDEX CONCURRENTLY {name} ON chunk_vector USING hnsw "
                f"((vector::halfvec({dimension})) halfvec_ip_ops) WHERE space_id = {space} AND vector IS NOT NULL"
            )
        )
