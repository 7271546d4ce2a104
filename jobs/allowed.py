"""Which functions a job may name, and the gate that keeps every other one from being even imported.

Whoever can write to Redis must not thereby be able to run code here: job data is JSON, the function is on a list, and
callbacks and web-hook addresses, which RQ would also obey, are refused.
"""

import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rq.job import Job
from rq.serializers import JSONSerializer

from models.errors import RecadoError

ADVANCE = "jobs.advance.advance"
ALLOWED_JOBS = frozenset({ADVANCE})

# Fields of a job's hash that make RQ run or call something beside the job's own function.
SIDE_EFFECTS = ("success_callback_name", "failure_callback_name", "stopped_callback_name", "webhooks")

_MAX_CALL = 16_384  # bytes of JSON; a ring has about 80


class JobRefused(RecadoError):
    """The job names something that no job of ours names; nothing of it was imported or run."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a job asks for."""

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


def parse_call(raw: bytes, allowed: Collection[str]) -> Call:
    """Read the `data` field of a job's hash. Pure; never unpickles. Raises JobRefused."""
    try:
        function, instance, args, kwargs = json.loads(_inflate(raw).decode("utf-8"))
    except (ValueError, TypeError, RecursionError):
        raise JobRefused("its data is not the JSON of a call") from None
    check_function(function, allowed)
    if instance is not None or not isinstance(args, list) or not isinstance(kwargs, dict):
        raise JobRefused("its data is not a plain call")
    return Call(function, tuple(args), kwargs)


def check_function(name: object, allowed: Collection[str]) -> None:
    """Raises JobRefused unless `name` is on the list, letter for letter."""
    if not isinstance(name, str) or name not in allowed:
        raise JobRefused(f"it names {str(name)[:100]!r}, which no job may run")


def _inflate(raw: bytes) -> bytes:
    """RQ compresses job data, and so might someone who wants to fill our memory."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(raw, _MAX_CALL)
    except zlib.error:
        return raw[:_MAX_CALL]  # RQ reads uncompressed data too
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise ValueError("too long or cut off")
    return text


class AllowedJob(Job):
    """For stock RQ workers (`--job-class jobs.allowed.AllowedJob`): JSON only, listed functions only, no side effects.

    A refused job raises where its function would have run, so that any worker moves it to the failed ones.
    """

    allowed: ClassVar[Collection[str]] = ALLOWED_JOBS
    _refusal = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "serializer": JSONSerializer})

    def restore(self, raw_data: Any) -> Any:
        super().restore(raw_data)
        named = [self._success_callback_name, self._failure_callback_name, self._stopped_callback_name, *self.webhooks]
        if any(named):
            self._refusal = "it brings callbacks or web hooks, which no job of ours has"
            self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
            self.webhooks = []

    @property
    def func(self) -> Any:
        if self._refusal:
            raise JobRefused(self._refusal)
        check_function(self.func_name, self.allowed)
        if self.instance is not None:
            raise JobRefused("its data is not a plain call")
        return super().func
