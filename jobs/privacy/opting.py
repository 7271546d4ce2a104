"""Opting out: at once by a word, confirmed once, then silence until she wants messages again."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlalchemy import Connection

from agent.opting import Opting, first_line, read_opting
from agent.phrases import phrase
from agent.spec.agent_spec import AgentSpec
from channels.base import Channel
from jobs.manners import FixedAnswer
from jobs.runtime import Services
from models.changes.proposal import find_asked_just_before
from models.lease import Lease
from models.privacy.opt_out import OPTED_OUT, opt_in, opt_out
from models.said import SaidMessage
from models.session import session_scope
from models.turns import BegunTurn, Thread, close_turn

_RECORDS = "crm"  # what is said there hangs on a record, and is sent to nobody
_log = logging.getLogger("recado.opting")


@dataclass(frozen=True, slots=True)
class Opted:
    """What she is told, and what is noted in the same transaction."""

    answer: FixedAnswer
    beside: Callable[[Connection], object]


def heed(
    services: Services,
    lease: Lease,
    thread: Thread,
    channel: Channel,
    turn: BegunTurn,
    spec: AgentSpec,
    said: Sequence[SaidMessage],
) -> Opted | Literal["silent"] | None:
    """None where the turn is to be answered as ever; "silent" when it was closed. Raises LeaseLost."""
    if channel.capabilities.delivery != "push" or channel.name == _RECORDS:
        return None  # whoever fetches an answer asked for it
    told = _read_told(channel, turn, said)
    if told == "out":
        with session_scope(services.engine) as connection:
            _note_out(connection, thread, "platform")
            close_turn(connection, lease, turn, outcome=OPTED_OUT)
        return "silent"  # the platform has confirmed it, and would take nothing from us
    wish = Opting("in", spec.languages[0]) if told == "in" else _read_wish(channel, turn, said)
    if turn.has_opted_out and (wish is None or wish.direction == "out"):
        with session_scope(services.engine) as connection:
            close_turn(connection, lease, turn, outcome=OPTED_OUT)
        _log.info("no answer: she has opted out")
        return "silent"
    if wish is None or (wish.direction == "in") != turn.has_opted_out:
        return None
    if wish.is_refusal and _is_asked(services, thread, turn):
        return None
    language = wish.language if wish.language in spec.languages else spec.languages[0]
    if wish.direction == "in":
        note_in = partial(opt_in, account_id=thread.account.id, address=thread.sender)
        return Opted(FixedAnswer(phrase("opted_in", language)), note_in)
    return Opted(FixedAnswer(phrase("opted_out", language)), partial(_note_out, thread=thread, source="her word"))


def _note_out(connection: Connection, thread: Thread, source: str) -> None:
    opt_out(connection, thread.account.tenant_id, thread.account.id, thread.sender, source)


def _read_told(channel: Channel, turn: BegunTurn, said: Sequence[SaidMessage]) -> object:
    """What the platform has done already by the last word of hers that it heeded: "out", "in" or None."""
    hers = [message for message in said if message.sender in {"", turn.asker} and message.is_verified]
    told = [message.extra["opting"] for message in hers if "opting" in message.extra]
    return told[-1] if told and channel.capabilities.tells_opting else None


def _read_wish(channel: Channel, turn: BegunTurn, said: Sequence[SaidMessage]) -> Opting | None:
    """The last of her own messages that says so; a mail may go on below its first line."""
    found = None
    for message in said:
        if message.sender in {"", turn.asker} and message.is_verified and not message.is_forwarded:
            words = first_line(message.text) if channel.capabilities.meets_machines else message.text
            found = read_opting(words) or found
    return found


def _is_asked(services: Services, thread: Thread, turn: BegunTurn) -> bool:
    """Whether the word turns down what she was shown just before."""
    with session_scope(services.engine) as connection:
        return bool(find_asked_just_before(connection, thread.conversation_id, turn.id, turn.number, thread.sender))
