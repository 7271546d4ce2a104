"""The trace id that ties webhook, job, LLM call, send and receipt together, and the fields every log line carries."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import MappingProxyType

from models.randomness import random_piece

_NOTHING: Mapping[str, str] = MappingProxyType({})
_fields: ContextVar[Mapping[str, str]] = ContextVar("recado_trace_fields", default=_NOTHING)


def new_trace_id() -> str:
    """32 hexadecimal digits, the shape of a W3C trace id."""
    return random_piece().hex()


def trace_fields() -> Mapping[str, str]:
    """What the present thread is working on: `trace_id` and whatever was bound beside it."""
    return _fields.get()


def begin_trace(trace_id: str, **fields: object) -> Token[Mapping[str, str]]:
    """Bind the trace id and `fields` to every log line of this thread, until `end_trace` is given what this returns."""
    return _fields.set({**_fields.get(), "trace_id": trace_id, **{k: str(v) for k, v in fields.items()}})


def end_trace(token: Token[Mapping[str, str]]) -> None:
    """Back to what was bound before, whatever was bound since."""
    _fields.reset(token)


@contextmanager
def tracing(trace_id: str, **fields: object) -> Iterator[None]:
    """The same for a block; nested blocks add to the outer one."""
    token = begin_trace(trace_id, **fields)
    try:
        yield
    finally:
        end_trace(token)
