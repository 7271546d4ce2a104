"""The words of one answer as they come in over Redis, while it is made: heard as may be, and never waited for."""

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from redis.client import PubSub
from redis.exceptions import RedisError

from jobs.live import live_channel
from jobs.queue import connect
from models.inbound import Inbound, InboundMessage
from models.tenant import AccountKey

_TICK = 0.2  # seconds; the longest that a committed answer waits for its reader to look up
_log = logging.getLogger("recado.web")

Heard = tuple[str, dict[str, Any]]  # "delta" with its text, or "reset"


class Hearing:
    """Listens from the moment it is made: make it before the question is stored, so that no word is missed.

    A piece that was missed makes the rest of that try silent. While Redis is away there is nothing to hear, and the
    answer comes all the same. For one thread.
    """

    def __init__(self, redis_url: str, account: AccountKey, inbound: Sequence[Inbound]) -> None:
        self._stack = ExitStack()
        self._words = self._subscribe(redis_url, account, inbound)
        self._run = ""
        self._expected = 0
        self._has_said = False
        self._is_whole = False

    def close(self) -> None:
        """Listen no more; safe to repeat."""
        self._words = None
        self._stack.close()

    def take(self, bell: threading.Event) -> Iterator[Heard]:
        """What comes within a tick. With nobody to hear, the bell is waited for instead."""
        if self._words is None:
            bell.wait(_TICK)
            return
        try:
            message = self._words.get_message(ignore_subscribe_messages=True, timeout=_TICK)
        except (RedisError, OSError) as error:
            _log.warning("an answer is heard no more word by word (%s)", type(error).__name__)
            self._words, message = None, None
        if message is not None:
            yield from self._read(json.loads(message["data"]))

    def _subscribe(self, redis_url: str, account: AccountKey, inbound: Sequence[Inbound]) -> PubSub | None:
        if len(inbound) != 1 or not isinstance(inbound[0], InboundMessage):
            return None
        try:
            connection = self._stack.enter_context(connect(redis_url))
            words: PubSub = self._stack.enter_context(connection.pubsub())
            words.subscribe(live_channel(account.id, inbound[0].external_id))
            words.get_message(timeout=_TICK)  # Redis says that it listens
        except RedisError as error:
            _log.warning("an answer cannot be heard word by word (%s)", type(error).__name__)
            return None
        return words

    def _read(self, said: dict[str, Any]) -> Iterator[Heard]:
        if said.get("reset"):
            if self._has_said:
                yield "reset", {}
            self._run, self._has_said, self._is_whole = said["run"], False, True
        elif said["run"] != self._run:
            return
        elif said["n"] != self._expected:
            self._is_whole = False
        self._expected = said["n"] + 1
        if self._is_whole and said.get("text"):
            self._has_said = True
            yield "delta", {"text": said["text"], "provisional": True}
