"""Calling a person: noted on the conversation, and told to the operator on duty by a channel of ours."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Literal

from sqlalchemy import Connection

from agent.links import spell_out, tame_links
from jobs.runtime import DutyAddress, Services
from models.operators.correspondence import find_last_words
from models.operators.handoff import is_held, take_undelivered, want_person
from models.operators.notice import add_notice, is_duty
from models.reply import RenderedPart, Reply
from models.session import session_scope
from models.tenant import find_account
from models.turns import Thread

Reason = Literal["asked", "failed", "draft", "undelivered", "held", "fenced", "unsettled"]

_WORDS_SHOWN = 200  # characters of the person's last message
_WORDS_READ = 2_000

_WHY: dict[Reason, str] = {
    "asked": "pediu para falar com uma pessoa.",
    "failed": "o assistente não conseguiu responder e pediu desculpas.",
    "draft": "há uma resposta esperando aprovação.",
    "undelivered": "uma mensagem não pôde ser entregue.",
    "held": "ninguém sabe se uma mensagem chegou; ela não será repetida sozinha.",
    "fenced": "mensagens demais do mesmo remetente, talvez uma máquina; o assistente parou de responder a ele.",
    "unsettled": "ninguém sabe se uma mudança que a pessoa confirmou foi feita; ela não será repetida sozinha.",
}
_CURE: dict[Reason, str] = {
    "failed": "Para responder depois de corrigir a causa: `python -m bot replay --list`",
    "draft": "Para aprovar ou rejeitar: `python -m bot outbox list --drafts`",
    "undelivered": "Para tentar de novo: `python -m bot outbox list --failed`",
    "held": "Para decidir: `python -m bot outbox list --held`",
    "unsettled": "Para decidir, depois de conferir no destino: `python -m bot proposals`",
}

_log = logging.getLogger("recado.duty")


def call_for_undelivered(services: Services, thread: Thread) -> None:
    """A receipt took back what the platform had taken. Safe to repeat: who takes the note calls, in one transaction."""

    def is_news(connection: Connection) -> bool:
        return take_undelivered(connection, thread.conversation_id) and _is_news(connection, thread, "undelivered")

    call_person(services, thread, "undelivered", is_news)
    with session_scope(services.engine) as connection:  # whatever became of the call, it is not made for ever
        take_undelivered(connection, thread.conversation_id)


def call_person(
    services: Services, thread: Thread, reason: Reason, is_news: Callable[[Connection], bool] | None = None
) -> None:
    """Once until somebody comes; what does not reach a person whom somebody answers is told each time. Never raises:
    whoever calls has an answer to finish."""
    if is_duty(thread.account.channel, thread.sender):
        _log.error("a notice to the operator on duty did not arrive", extra={"reason": reason})
        return  # and no notice about notices
    try:
        with session_scope(services.engine) as connection:
            words = find_last_words(connection, thread.conversation_id)
        text = compose_notice(thread, reason, words)
        fields = {"conversation_id": str(thread.conversation_id), "reason": reason}
        is_news = is_news or (lambda connection: _is_news(connection, thread, reason))
        announce(services, text, is_news, "a person is needed", fields)
    except Exception:
        _log.exception("the operator on duty could not be told")
        note_wish(services, thread)


def _is_news(connection: Connection, thread: Thread, reason: Reason) -> bool:
    return want_person(connection, thread.conversation_id) or (
        reason in {"undelivered", "held"} and is_held(connection, thread.conversation_id)
    )


def announce(
    services: Services,
    text: str,
    is_news: Callable[[Connection], bool],
    said: str,
    fields: Mapping[str, object] | None = None,
) -> None:
    """Tell whoever is on duty, unless `is_news` finds it noted before; its note and the notices commit together."""
    notices = _render(services, text)
    rung = []
    with session_scope(services.engine) as connection:
        if not is_news(connection):
            return
        for duty, parts in notices:
            account = find_account(connection, channel=duty.channel, name=duty.account)
            if account is not None:
                rung.append(add_notice(connection, account, duty.address, text, parts))
    _log.warning("%s", said, extra={**(fields or {}), "told": len(rung)})
    for conversation_id in rung:
        services.alarms.set(conversation_id, timedelta(0))


def _render(services: Services, text: str) -> list[tuple[DutyAddress, list[RenderedPart]]]:
    """One address that nobody can be told at leaves the others as they are."""
    rendered = []
    for duty in services.duty:
        channel = services.channel_for(duty.channel, duty.account)
        if channel is None:
            _log.error("nobody can be told by %s: the channel has no account %s", duty.channel, duty.account)
            continue
        try:
            rendered.append((duty, channel.render(Reply(text))))
        except Exception:
            _log.exception("a notice cannot be rendered for %s", duty.channel)
    return rendered


def note_wish(services: Services, thread: Thread) -> None:
    """At least the list of conversations shall say that a person is needed. Tells nobody, never raises."""
    try:
        with session_scope(services.engine) as connection:
            want_person(connection, thread.conversation_id)
    except Exception as error:
        _log.warning("nor could it be noted: %s", type(error).__name__)


def _harmless(text: str) -> str:
    """A stranger's words reach somebody who trusts us: on one line, to the letter, without a link to tap on."""
    return tame_links(spell_out(" ".join(text[:_WORDS_READ].split())))


def compose_notice(thread: Thread, reason: Reason, last_words: str) -> str:
    """Who, why, the last words shortened, and what to do. Pure."""
    name = _harmless(thread.sender_name)
    who = f"{name} ({thread.sender})" if name else thread.sender
    words = _harmless(last_words)
    shown = words if len(words) <= _WORDS_SHOWN else words[: _WORDS_SHOWN - 1].rstrip() + "…"
    lines = [
        f"**Precisam de você**: {who}, {thread.account.channel}.",
        f"Motivo: {_WHY[reason]}",
        f"Última mensagem: «{shown}»" if shown else "",
        f"Para ver e responder: `python -m bot inbox show {thread.conversation_id}`",
        _CURE.get(reason, ""),
    ]
    return "\n\n".join(line for line in lines if line)
