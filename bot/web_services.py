"""What the web door works with, gathered by the composition root and handed over whole."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from bot.settings import Settings
from channels.base import Channel
from jobs.queue import JobQueue
from models.clock import Clock
from models.files.media_links import MediaLinks
from models.files.storage import Storage


@dataclass(frozen=True, slots=True)
class WebServices:
    """`channel_for(channel, account)` gives None where the account is unknown. `database_url` and `redis_url` are the
    engines' own addresses: the listener and the RQ dashboard connect by themselves."""

    settings: Settings
    engine: Engine
    queue: JobQueue
    clock: Clock
    channel_for: Callable[[str, str], Channel | None]
    database_url: str
    redis_url: str
    storage: Storage | None = None
    media_links: MediaLinks | None = None
