"""Somebody who listens on a Redis channel, and knows when she has heard everything that was told so far."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from redis import Redis


class Ear:
    """Hears one channel. `redis` is for whoever speaks."""

    def __init__(self, redis: Redis, name: str, line: Any) -> None:
        self.redis, self.name = redis, name
        self._line = line

    def messages(self) -> list[dict[str, Any]]:
        """What was told since the last time: an own word, told last, says that nothing else is under way."""
        own = uuid4().hex.encode()
        self.redis.publish(self.name, own)
        told = iter(self._next, own)
        return [json.loads(words) for words in told]

    def _next(self) -> bytes:
        message = self._line.get_message(timeout=180)
        assert message is not None, "Redis is silent"
        words: bytes = message["data"]
        return words


@contextmanager
def listening(redis_url: str, name: str) -> Iterator[Ear]:
    with Redis.from_url(redis_url) as redis, redis.pubsub() as line:
        line.subscribe(name)
        assert line.get_message(timeout=180)["type"] == "subscribe"
        yield Ear(redis, name, line)
