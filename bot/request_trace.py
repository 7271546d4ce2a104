"""One trace id a request: new for strangers, the caller's own (W3C traceparent) once it has proved who it is."""

import re
from collections.abc import Mapping
from contextvars import Token

from flask import Flask, Response, g, request

from models.trace import begin_trace, end_trace, new_trace_id

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")


def register_tracing(app: Flask) -> None:
    """Bind a trace id to every log line of a request, and show it as X-Trace-Id."""
    app.before_request(_begin)
    app.after_request(_show)
    app.teardown_request(_end)


def current_trace_id() -> str:
    trace_id: str = g.trace_id
    return trace_id


def adopt_trace() -> None:
    """Go on with the caller's trace. For authenticated callers only: a stranger could point our logs anywhere."""
    match = _TRACEPARENT.fullmatch(request.headers.get("traceparent", "").strip())
    if match:
        _bind(match[1])


def _begin() -> None:
    g.trace_token = _bind(new_trace_id())


def _bind(trace_id: str) -> Token[Mapping[str, str]]:
    g.trace_id = trace_id
    return begin_trace(trace_id)


def _show(response: Response) -> Response:
    response.headers["X-Trace-Id"] = g.trace_id
    return response


def _end(error: BaseException | None) -> None:
    token: Token[Mapping[str, str]] | None = g.pop("trace_token", None)
    if token is not None:
        end_trace(token)
