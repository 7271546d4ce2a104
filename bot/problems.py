"""Every error of the web door as Problem Details (RFC 9457): what went wrong in words, the trace id, nothing inside."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, g, request
from gunicorn.http.errors import ParseException
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from models.errors import IdempotencyConflict, PayloadError, VerificationError
from models.trace import new_trace_id

PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
# SQLSTATE classes of values that can never be stored: wrong data, and what exceeds a limit of the database.
_UNSTORABLE = ("22", "54")
# Connections, conflicts, resources, shutdowns; and tables that are not there yet, while another process migrates.
_PASSING = ("08", "3D", "40", "42703", "42P01", "53", "55", "57")
_log = logging.getLogger("recado.web")


class Problem(Exception):
    """Raised by a route to answer with a problem; `detail` is read by the caller and must not leak anything."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem_body(status: int, detail: str, trace_id: str) -> dict[str, object]:
    """The members of a problem, for a response or for a frame on a socket."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "trace_id": trace_id}


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to the caller. What we did not foresee is a 500 without a word about it."""
    match error:
        case Problem():
            return error
        case VerificationError():
            return Problem(403, "This request could not be verified as coming from who it claims to come from.")
        case ParseException():  # what the server finds wrong only while the body is read: broken chunks
            return Problem(400, "The body is not sent as HTTP demands.")
        case PayloadError():
            return Problem(400, str(error) or "The request cannot be read.")
        case IdempotencyConflict():
            return Problem(422, "This Idempotency-Key was used before with another body: use a new key.")
        case DBAPIError() if is_unstorable(error):
            return Problem(400, "The request holds characters or lengths that cannot be stored.")
        case SQLAlchemyError() if is_database_away(error):
            return _unavailable("The database cannot be reached. Nothing was stored: try again.")
        case RedisError():
            return _unavailable("The queue's server cannot be reached: try again.")
        case _:
            return Problem(500, "Something went wrong on our side. The trace id names the place in our logs.")


def is_unstorable(error: DBAPIError) -> bool:
    """The database refused the values themselves; the same request can never succeed."""
    return str(getattr(error.orig, "sqlstate", None) or "").startswith(_UNSTORABLE)


def is_database_away(error: SQLAlchemyError) -> bool:
    """Unreachable, starting, stopping, overloaded or too slow: another try may succeed."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or not state or state.startswith(_PASSING)


def register_problems(app: Flask) -> None:
    """Let no route, known or unknown, answer an error in any other form."""
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.register_error_handler(Exception, answer_exception)


def answer_exception(error: Exception) -> Response:
    """The response to an error of any kind; what we did not foresee is logged."""
    problem = problem_of(error)
    if problem.status == 500:
        _log.error("unexpected error in %s", request.endpoint or "no route", exc_info=error)
    elif problem.status == 503:
        _log.warning("answered 503: %s", type(error).__name__)
    return _response(problem.status, problem.detail, problem.headers)


def _answer_http_exception(error: HTTPException) -> Response:
    """Errors of Flask itself, such as an unknown path; its redirects never come here."""
    status = error.code or 500
    headers = {str(name): str(value) for name, value in error.get_headers()}
    kept = {name: value for name, value in headers.items() if name in {"Allow", "Retry-After"}}
    return _response(status, _words_for(status, error), kept)


def _words_for(status: int, error: HTTPException) -> str:
    words = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    return words.get(status) or error.description or HTTPStatus(status).phrase


def _response(status: int, detail: str, headers: Mapping[str, str]) -> Response:
    body = problem_body(status, detail, getattr(g, "trace_id", None) or new_trace_id())
    response = Response(json.dumps(body, ensure_ascii=False), status=status, content_type=PROBLEM_TYPE)
    response.headers.update(headers)
    return response


def _unavailable(detail: str) -> Problem:
    return Problem(503, detail, {"Retry-After": str(RETRY_AFTER_SECONDS)})
