"""Calling a person: noted on the conversation, and told to the operator on duty."""

import logging

from jobs.runtime import Services
from models.handoff import want_person
from models.session import session_scope
from models.turns import Thread

_log = logging.getLogger("recado.duty")


def call_person(services: Services, thread: Thread, reason: str) -> None:
    """Once until somebody comes. `reason` is a word of ours: asked, failed, draft."""
    with session_scope(services.engine) as connection:
        is_news = want_person(connection, thread.conversation_id)
    if is_news:
        _log.warning("a person is needed", extra={"conversation_id": str(thread.conversation_id), "reason": reason})
