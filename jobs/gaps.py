"""The gap filler: asks platforms what they received for us, and takes in what no webhook brought.

What is known already is left as it is, so asking for too much costs time and nothing else.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from channels.base import Channel, History
from models.clock import Clock
from models.errors import DeliveryError
from models.faultpoint import faultpoint
from models.inbound import InboundMessage
from models.inbox import RawRequest, find_last_received, store_messages
from models.session import is_database_away, session_scope
from models.tenant import AccountKey, find_account, find_listed_until, note_listed_until
from models.trace import new_trace_id, tracing

FILL_EVERY = timedelta(minutes=10)
_OVERLAP = timedelta(minutes=10)  # listings lag, clocks differ, and the door may have been open before we looked
_LONGEST_GAP = timedelta(days=7)

_log = logging.getLogger("recado.gaps")


class GapFiller:
    """`channels` gives every configured one; `ring_many` must not raise. A round is one thread's work at a time."""

    def __init__(
        self,
        engine: Engine,
        channels: Callable[[], Sequence[Channel]],
        ring_many: Callable[[Sequence[UUID]], object],
        clock: Clock,
        quiet: timedelta = timedelta(0),
    ) -> None:
        self._engine = engine
        self._channels = channels
        self._ring_many = ring_many
        self._clock = clock
        self._quiet = quiet
        self._started_at = clock.now()
        self._thread: threading.Thread | None = None

    def start_round(self) -> bool:
        """In a thread of its own; False while the round before it is still under way."""
        if self._thread is not None and self._thread.is_alive():
            return False
        self._thread = threading.Thread(target=self.fill, name="gap-filler", daemon=True)
        self._thread.start()
        return True

    def stop(self, patience: float = 5.0) -> None:
        """Waits that many seconds for a round under way; cut off in the middle it loses nothing."""
        if self._thread is not None:
            self._thread.join(patience)

    def fill(self) -> int:
        """One round over all accounts that have a history; how many messages were missing. Never raises."""
        missing = 0
        for channel in self._channels():
            if not isinstance(channel, History) or not channel.account.address:
                continue  # without an address it was never connected
            try:
                with tracing(new_trace_id(), channel=channel.name, account=channel.account.name):
                    missing += self._fill_account(channel, channel)
            except (DeliveryError, SQLAlchemyError) as error:
                _log.warning("cannot see what was missed, %s", _reason(error))
            except Exception:  # the other accounts' gaps are no smaller for it
                _log.exception("cannot see what was missed")
        return missing

    def _fill_account(self, channel: Channel, history: History) -> int:
        with session_scope(self._engine) as connection:
            account = find_account(connection, channel=channel.name, name=channel.account.name)
        if account is None:
            return 0
        began = self._clock.now()
        listed = history.list_since(self._since(account))
        faultpoint("gaps.listed")
        fresh = [
            conversation_id
            for message in listed
            if (conversation_id := self._store(channel, account, message)) is not None
        ]
        with session_scope(self._engine) as connection:
            note_listed_until(connection, account.id, began)
        if fresh:
            _log.warning("took in what no webhook brought", extra={"count": len(fresh)})
            self._ring_many(list(dict.fromkeys(fresh)))
        return len(fresh)

    def _since(self, account: AccountKey) -> datetime:
        """Where the last whole round began, whoever made it: what one that died took in says nothing of the rest.

        An account that never heard anything begins with us: what came before was never ours to answer.
        """
        with session_scope(self._engine) as connection:
            until = find_listed_until(connection, account.id)
            if until is None:
                until = find_last_received(connection, account.id, older_than=_OVERLAP)
                if until is None:
                    until = self._started_at + _OVERLAP
                note_listed_until(connection, account.id, until)
        return max(until - _OVERLAP, self._clock.now() - _LONGEST_GAP)

    def _store(self, channel: Channel, account: AccountKey, message: InboundMessage) -> UUID | None:
        """The conversation of a message that was missing. One transaction each: what cannot be stored stops no one."""
        target = f"/history/{channel.name}/{channel.account.name}"
        headers = {"content-type": "application/json"}
        request = RawRequest(target, headers, _as_json(message), new_trace_id())
        quiet = self._quiet if channel.capabilities.coalesces else timedelta(0)
        try:
            [stored] = store_messages(self._engine, account, request, [message], quiet)
            faultpoint("gaps.half-stored")
        except Exception as error:
            if is_database_away(error):
                raise
            _log.exception("a missed message cannot be stored")
            return None
        return None if stored.is_duplicate else stored.conversation_id


def _as_json(message: InboundMessage) -> bytes:
    return json.dumps(message, default=_plain, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    """What JSON lacks: our values, read-only mappings, and bytes, of which only the length is told."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return len(value) if isinstance(value, bytes) else str(value)


def _reason(error: Exception) -> str:
    """Errors of the database name values; ours are made to be read."""
    return str(error) if isinstance(error, DeliveryError) else type(error).__name__
