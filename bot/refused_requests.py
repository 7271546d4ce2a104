"""What gunicorn refuses before Flask sees it, told as the API tells every error: as a problem."""

import json
import logging
import socket
from http import HTTPStatus

from gunicorn.http.errors import (
    ConfigurationProblem,
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)

from bot.problems import PROBLEM_TYPE, problem_body
from models.trace import new_trace_id, tracing

_log = logging.getLogger("recado.web.server")

# Of gunicorn's errors, those that the sender has no part in.
_OURS = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)
_STATUS: dict[type[Exception], tuple[int, str]] = {
    LimitRequestLine: (414, "The address is too long."),
    LimitRequestHeaders: (431, "The request's head is too large."),
    UnsupportedTransferCoding: (501, "The body is encoded in a way that is not read here."),
    ExpectationFailed: (417, "Nothing but 100-continue can be expected."),
}


def answer_refused(connection: socket.socket, error: Exception) -> None:
    """The last answer on this connection. What was sent is not repeated, in the log as little: it may be a secret."""
    status, detail = judge(error)
    trace_id = new_trace_id()
    with tracing(trace_id):
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("unexpected error outside of every route", exc_info=error)
        else:
            _log.warning("answered %d: %s", status, type(error).__name__)
    body = json.dumps(problem_body(status, detail, trace_id)).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nConnection: close\r\nContent-Type: {PROBLEM_TYPE}\r\n"
        f"X-Trace-Id: {trace_id}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        connection.sendall(head.encode() + body)
    except OSError:
        _log.debug("nobody waited for the answer")


def judge(error: Exception) -> tuple[int, str]:
    """Its status, and what the sender is told. Pure."""
    if isinstance(error, _OURS) or not isinstance(error, ParseException):
        return 500, "Something went wrong on our side. The trace id names the place in our logs."
    return _STATUS.get(type(error), (400, "The request is not sent as HTTP demands."))
