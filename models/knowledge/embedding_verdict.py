"""What is kept of a verdict on vectors: the operator's own questions count for more than those made of passages."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, func, update

from models.knowledge.embedding_space import Embedder, Filling, Verdict, embedding_spaces
from models.knowledge.leftover_space import note_leftover_spaces

_e = embedding_spaces.c


def keep_made(connection: Connection, filling: Filling, verdict: Verdict) -> bool:
    """False if somebody else has the space by now, or the operator has judged it meanwhile: then nothing changes.
    Otherwise it serves from the commit on, spaces of other models are gone, and their vectors follow."""
    return _keep(connection, verdict, filling.texts, _e.id == filling.id, _e.fence == filling.fence)


def keep_given(connection: Connection, space_id: int, verdict: Verdict, texts: int) -> bool:
    """The operator's own: whoever is at work on the space gives it up. False if the space is gone."""
    return _keep(connection, verdict, texts, _e.id == space_id)


def _keep(connection: Connection, verdict: Verdict, texts: int, *mine: ColumnElement[bool]) -> bool:
    values: dict[str, Any] = {
        "judged_by": verdict.by,
        "judged_at": func.now(),
        "judged_texts": texts,
        "asks": verdict.asks,
        "lexical": verdict.lexical,
        "dense": verdict.dense,
        "fused": verdict.fused,
        "near": verdict.near,
        "admitted": verdict.admits,
    }
    kept = update(embedding_spaces).where(*mine)
    kept = kept.values(**values, tries=0, error="", due_at=func.now(), fence=_e.fence + 1)
    row = connection.execute(kept.returning(_e.id, _e.tenant_id)).one_or_none()
    if row is None:
        return False
    others = delete(embedding_spaces).where(_e.tenant_id == row.tenant_id, _e.id != row.id).returning(_e.id)
    note_leftover_spaces(connection, connection.execute(others).scalars())
    return True


def forget_verdict(connection: Connection, tenant_id: UUID, embedder: Embedder) -> None:
    """It will be judged anew; until then the old verdict stands."""
    mine = (_e.tenant_id == tenant_id, _e.embedder == embedder.name, _e.asked == embedder.asked)
    connection.execute(update(embedding_spaces).where(*mine).values(judged_at=None, judged_by="", due_at=func.now()))
