"""Answers as `/chat` and `/ws/chat` give them: found, waited for, put into their shape."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from bot.problems import is_database_away
from bot.waiting import AnswerBell
from bot.web_services import WebServices
from models.answer import Answer, Waiting, find_answer
from models.faultpoint import faultpoint
from models.session import statement_scope

LOOK_EVERY = 2.0  # seconds; the net under the bell
_log = logging.getLogger("recado.web")


class AnswerDesk:
    """Where stored messages are asked after. `is_stopping` says that the process is about to end: nobody waits on."""

    def __init__(self, services: WebServices, bell: AnswerBell) -> None:
        self.bell = bell
        self.is_stopping: Callable[[], bool] = lambda: False
        self._services = services

    def find(self, tenant_id: UUID, message_id: UUID) -> Answer | Waiting | None:
        """One look. Raises what the database raises."""
        with statement_scope(self._services.engine) as connection:
            return find_answer(connection, tenant_id, message_id)

    def look(self, tenant_id: UUID, message_id: UUID) -> Answer | None:
        """The answer if it is there and the database lets us see; the message is stored, so not to see is to wait."""
        try:
            found = self.find(tenant_id, message_id)
        except SQLAlchemyError as error:
            if not is_database_away(error):
                raise
            _log.warning("could not look for an answer (%s)", type(error).__name__)
            return None
        return found if isinstance(found, Answer) else None

    def wait(self, tenant_id: UUID, message_id: UUID, seconds: float) -> Answer | None:
        """The answer as soon as it is committed, or None after `seconds` or when the process ends."""
        clock = self._services.clock
        deadline = clock.monotonic() + seconds
        event = threading.Event()
        with self.bell.registered(message_id, event):
            while True:
                event.clear()
                answer = self.look(tenant_id, message_id)
                left = deadline - clock.monotonic()
                if answer is not None or left <= 0 or self.is_stopping():
                    return answer
                faultpoint("chat.waiting")
                event.wait(min(LOOK_EVERY, left))


def answer_body(answer: Answer) -> dict[str, Any]:
    """The body of an answered turn. `cost` is a decimal string of USD, null when a price is unknown."""
    return {
        "response": answer.response,
        "model": answer.llm,
        "tokens_used": answer.tokens_in + answer.tokens_out,
        "context_size": answer.context_size,
        "memory": answer.memory,
        "conversation_id": str(answer.conversation_id),
        "turn_id": str(answer.turn_id),
        "trace_id": answer.trace_id,
        "tools": answer.tools,
        "cost": None if answer.cost is None else format(answer.cost, "f"),
        "time_ms": max(0, (answer.answered_at - answer.asked_at) // timedelta(milliseconds=1)),
        "cached": answer.cached,
        "engine": answer.engine,
    }


def pending_body(message_id: UUID, conversation_id: UUID, trace_id: str) -> dict[str, Any]:
    """The body while the answer is owed. A turn of /chat bears its message's id."""
    return {
        "status": "pending",
        "turn_id": str(message_id),
        "conversation_id": str(conversation_id),
        "trace_id": trace_id,
    }
