"""What an API answered, as a tool's result: strict JSON, cut to what was asked for and to what an LLM can read."""

import json
import math
from collections.abc import Collection, Mapping
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from models.errors import PayloadError, ToolError
from models.network.guarded_client import Answer
from models.strict_json import parse_json

_ENVELOPE = 400  # bytes that go to what stands around the data
_QUOTED = 300  # characters of an API's own words about an error
_UNKNOWN: Final = (
    "Nobody knows whether this was done: the other system did not say. Do not call it again; tell the person so, and "
    "that it should be looked up there."
)


def read_answer(answer: Answer, expression: str, secrets: Collection[str]) -> Any:
    """What the JMESPath expression finds. Raises ToolError `unreadable` for what is no JSON in plain UTF-8."""
    if not answer.body.strip():
        return None
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unreadable("it is compressed, although that was not asked for")
    if kind not in ("application/json", "text/json") and not kind.endswith("+json"):
        raise _unreadable(f"it is {kind[:60] or 'of no type'}, not JSON")
    try:
        found = jmespath.search(expression, parse_json(answer.body, "the answer"))
    except PayloadError as error:
        raise _unreadable(str(error)) from None
    except (JMESPathError, TypeError, ValueError, RecursionError):
        raise _unreadable("it is built otherwise than expected") from None
    return presentable(found, secrets)


def check_status(answer: Answer, writes: bool, secrets: Collection[str]) -> None:
    """Raises ToolError for everything but a success."""
    status = answer.status
    if 200 <= status < 300:
        return
    if writes and status >= 500 and not (status == 503 and "retry-after" in answer.headers):
        raise unknown_outcome()  # a gateway says 503 too when it lost whoever was at work
    words = presentable(answer.body.decode("utf-8", "replace"), secrets)[:_QUOTED]  # a secret cut in two is not known
    code, retryable = _code_of(status)
    told = {"status": status, "retryable": retryable, "answered": words}
    if status in (429, 503) and answer.headers.get("retry-after", "").isdigit():
        told["retry_after_seconds"] = int(answer.headers["retry-after"][:6])
    raise ToolError(f"The other system refused with status {status}.", code=code, **told)


def unknown_outcome() -> ToolError:
    """A write whose answer never came."""
    return ToolError(_UNKNOWN, code="unknown_outcome", retryable=False)


def presentable(value: Any, secrets: Collection[str]) -> Any:
    """The same without our own secrets, which an API may echo (`secrets` has their spellings, the longest first), and
    without what no record can hold: characters that are none, numbers beyond all bounds."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [presentable(entry, secrets) for entry in value]
    if isinstance(value, Mapping):
        return {presentable(name, secrets): presentable(entry, secrets) for name, entry in value.items()}
    return value


def fit(value: Any, max_bytes: int) -> tuple[Any, int]:
    """The value in so many bytes of JSON, and how many entries of its longest list were left out for that.

    Raises ToolError `too_large` where there is no list to cut.
    """
    room = max_bytes - _ENVELOPE
    if _size(value) <= room:
        return value, 0
    if isinstance(value, list):
        kept = _first_that_fit(value, room)
        if kept:
            return kept, len(value) - len(kept)
    if isinstance(value, dict):
        lists = [name for name, entry in value.items() if isinstance(entry, list)]
        if lists:
            name = max(lists, key=lambda name: _size(value[name]))
            kept = _first_that_fit(value[name], room - _size(value | {name: []}))
            if kept:
                return value | {name: kept}, len(value[name]) - len(kept)
    raise ToolError(
        "The answer is too long to be read here: ask for less, by other arguments.", code="too_large", retryable=False
    )


def _first_that_fit(entries: list[Any], room: int) -> list[Any]:
    kept, used = [], 2
    for entry in entries:
        used += _size(entry) + 2
        if used > room:
            break
        kept.append(entry)
    return kept


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def _code_of(status: int) -> tuple[str, bool]:
    if 300 <= status < 400:
        return "redirected", False
    if status in (401, 403):
        return "refused", False
    if status in (404, 410):
        return "not_found", False
    if status in (408, 425, 429, 503):
        return "busy", True
    return ("unavailable", True) if status >= 500 else ("rejected", False)


def _unreadable(reason: str) -> ToolError:
    return ToolError(f"The other system's answer cannot be read: {reason}.", code="unreadable", retryable=False)
