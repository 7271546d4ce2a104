"""Words of an answer while it is being made, told over Redis to whoever listens: kept nowhere, owed to nobody.

Only the committed answer counts. What is told here may be missed, and may be taken back at any moment.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from secrets import token_hex
from typing import Any
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

_PIECE = 24  # characters; fewer are held back until there are more, since each piece is a message of its own
_log = logging.getLogger("recado.live")


def live_channel(account_id: UUID, external_id: str) -> str:
    """Where the words of the answer to this message are told: known to the door before it stores the message."""
    return "recado:live:" + hashlib.sha256(f"{account_id}:{external_id}".encode()).hexdigest()[:32]


class LiveWords:
    """The worker's end. Safe for threads."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def listen(self, channel: str, tame: Callable[[str], str]) -> "LiveTurn | None":
        """A listener for one execution, if anybody is there to hear it: who asks for no stream costs one round trip.

        `tame` makes any beginning of the answer fit to be seen.
        """
        turn = LiveTurn(self._connection, channel, tame)
        turn.begin()
        return turn if turn.is_heard else None


class LiveTurn:
    """Implements `agent.providers.heard.Listener` for one execution. It never raises: a Redis that is away mutes it."""

    def __init__(self, connection: Redis, channel: str, tame: Callable[[str], str]) -> None:
        self._connection = connection
        self._channel = channel
        self._tame = tame
        self._run = token_hex(4)  # a worker that was taken for dead may go on speaking
        self._number = 0
        self.is_heard = True
        self._text = self._told = ""

    def begin(self) -> None:
        """What was said is void."""
        self._text = self._told = ""
        self._tell(reset=True)

    def say(self, words: str) -> None:
        """Told as far as the last whole word, in the form in which that beginning may be seen."""
        self._text += words
        whole = self._text[: max(self._text.rfind(" "), self._text.rfind("\n")) + 1]
        if len(whole) - len(self._told) < _PIECE or not self.is_heard:
            return
        seen = self._tame(whole)
        if not seen.startswith(self._told):
            self._told = ""
            self._tell(reset=True)
        fresh, self._told = seen[len(self._told) :], seen
        self._tell(text=fresh)

    def _tell(self, **what: Any) -> None:
        if not self.is_heard:
            return
        message = json.dumps({"run": self._run, "n": self._number, **what}, ensure_ascii=False)
        self._number += 1
        try:
            self.is_heard = self._connection.publish(self._channel, message) > 0
        except RedisError as error:
            _log.warning("words could not be told while they came (%s)", type(error).__name__)
            self.is_heard = False
