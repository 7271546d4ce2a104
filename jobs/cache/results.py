"""The shelf of a worker's tools: their results in Recado's own database. Where that is away, tools are called."""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from agent.base import ToolResult
from agent.cache.results import EarlierResult
from models.cache.kept_result import NewResult, find_result, keep_result
from models.session import statement_scope

_LARGEST: Final = 65_536  # characters

_log = logging.getLogger("recado.cache")


@dataclass(frozen=True, slots=True)
class ResultShelf:
    """Safe for threads."""

    engine: Engine

    def find(self, tenant_id: UUID, key: str) -> EarlierResult | None:
        try:
            with statement_scope(self.engine) as connection:
                found = find_result(connection, tenant_id, key)
        except SQLAlchemyError as error:
            _log.warning("no earlier result can be looked for: %s", type(error).__name__)
            return None
        if found is None:
            return None
        return EarlierResult(ToolResult(True, found.result, found.arguments), found.read_at)

    def keep(self, tenant_id: UUID, key: str, turn_id: UUID, name: str, result: ToolResult, life: timedelta) -> None:
        if len(json.dumps([result.arguments, result.content], default=str)) > _LARGEST:
            return
        new = NewResult(key, turn_id, name, result.arguments, result.content, life)
        try:
            with statement_scope(self.engine) as connection:
                keep_result(connection, tenant_id, new)
        except SQLAlchemyError as error:
            _log.warning("a result of %s is not kept: %s", name, type(error).__name__)
