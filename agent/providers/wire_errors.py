"""What a vendor's failure is called here: one ordered table from SDK class, status, code and text to a kind.

It reads the SDKs' exceptions by class name, so that classifying loads no SDK.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from agent.providers.vendor_json import as_mapping, as_text
from models.errors import ProviderError, ProviderErrorKind

_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row: what is looked at, what it must be, and the kind that follows. The first matching row decides."""

    by: Literal["class", "code", "text", "status"]
    match: str  # a class name, a code in lower case, a regular expression, or a status (5xx for the whole family)
    kind: ProviderErrorKind


def _rows(by: Literal["class", "code", "text", "status"], **kinds: str) -> list[ErrorRow]:
    return [ErrorRow(by, match, kind) for kind, found in kinds.items() for match in found.split()]  # type: ignore[arg-type]


# Codes before text, text before status: a quota hides behind 429, a full context behind 400.
ERROR_TABLE: tuple[ErrorRow, ...] = (
    *_rows("class", timeout="APITimeoutError", connection="APIConnectionError", server="APIResponseValidationError"),
    *_rows("status", context_overflow="413", overloaded="529"),
    *_rows(
        "code",
        billing="insufficient_quota credit_balance_exhausted billing_hard_limit_reached billing_not_active"
        " organization_spend_limit_exceeded project_spend_limit_exceeded organization_usage_limit_exceeded"
        " contract_spend_limit_reached enforced_spend_limit_reached linked_organization_spend_limit_reached"
        " linked_organization_billing_unavailable organization_on_hold insufficient_balance insufficient_credits"
        " billing_error",
        tool_call_invalid="tool_use_failed",
        context_overflow="context_length_exceeded context_window_exceeded model_context_window_exceeded",
        content_refused="content_filter content_policy_violation responsibleaipolicyviolation invalid_prompt"
        " moderation_blocked bio_policy cyber_policy misalignment_policy_violation",
        model_not_found="model_not_found deploymentnotfound model_decommissioned not_found_error not_found",
        auth="invalid_api_key authentication_error permission_error account_deactivated unauthenticated"
        " permission_denied",
        overloaded="overloaded_error engine_overloaded slow_down insufficient_system_resource unavailable",
        rate_limit="rate_limit_exceeded rate_limit_error ramp_limit_exceeded resource_exhausted",
        timeout="timeout_error deadline_exceeded",
        server="server_error internal_server_error api_error internal",
    ),
    ErrorRow("text", r"maximum (context|prompt) length", "context_overflow"),
    ErrorRow(
        "text", r"(exceed|larger than|outside|beyond).{0,40}context (size|window|length|limit)", "context_overflow"
    ),
    ErrorRow("text", r"context (size|window|length|limit).{0,40}exceed", "context_overflow"),
    ErrorRow("text", r"(prompt|input|request) is too long", "context_overflow"),
    ErrorRow("text", r"input token count.{0,40}exceeds", "context_overflow"),
    ErrorRow("text", r"reduce the length of the (messages|prompt|input)", "context_overflow"),
    ErrorRow("text", r"token limit (reached|exceeded)|too many (input )?tokens", "context_overflow"),
    ErrorRow("text", r"credit balance is too low|insufficient (balance|credits|funds)", "billing"),
    ErrorRow("text", r"api key (not valid|expired|invalid)|invalid api key", "auth"),
    ErrorRow(
        "text", r"flagged (as|by|for)|requires moderation|content (management|filtering) policy", "content_refused"
    ),
    *_rows(
        "status",
        auth="401 403",
        billing="402",
        model_not_found="404",
        timeout="408 504",
        rate_limit="429",
        overloaded="503",
        server="409 425",
    ),
    *_rows("status", server="5xx", bad_request="4xx"),
)


def error_from_exception(error: Exception, vendor: str, now: datetime) -> ProviderError:
    """The ProviderError for anything an SDK raised; `now` turns a Retry-After date into seconds."""
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or {}
    status = getattr(error, "status_code", None)
    fields = _read_fields(getattr(error, "body", None))
    return _build(
        vendor,
        classes=tuple(cls.__name__ for cls in type(error).__mro__),
        status=status if isinstance(status, int) else None,
        codes=fields.codes,
        message=fields.message or _describe(error),
        retry_after=parse_retry_after(headers, now),
    )


def _describe(error: Exception) -> str:
    # "Connection error." says nothing; what the SDK wraps says which name or port.
    cause = error.__cause__
    return f"{error}" + (f" ({type(cause).__name__}: {cause})" if cause is not None else "") or type(error).__name__


def error_from_body(body: object, vendor: str, fallback: ProviderErrorKind = "server") -> ProviderError:
    """The ProviderError for an error that came inside an answer with status 200."""
    fields = _read_fields(body)
    # OpenRouter writes the upstream's HTTP status as the error's code.
    status = next((int(code) for code in fields.codes if re.fullmatch(r"[45]\d\d", code)), None)
    return _build(vendor, (), status, fields.codes, fields.message or "no message", None, fallback)


def error_from_answer(
    status: int, headers: Mapping[str, str], body: object, vendor: str, now: datetime, secret: str = ""
) -> ProviderError:
    """The ProviderError for an answer that no SDK has read; some vendors quote the key that they refuse."""
    fields = _read_fields(body)
    message = fields.message or "no message"
    if len(secret) >= 8:
        message = message.replace(secret, "***")
    return _build(vendor, (), status, fields.codes, message, parse_retry_after(headers, now))


def classify(
    *, classes: tuple[str, ...] = (), status: int | None = None, codes: tuple[str, ...] = (), message: str = ""
) -> ProviderErrorKind | None:
    """The kind of the table's first matching row, or None. Codes are compared in lower case."""
    lowered = {code.lower() for code in codes}
    statuses = {str(status), f"{status // 100}xx"} if status is not None else set()
    for row in ERROR_TABLE:
        if row.by == "text" and re.search(row.match, message, re.IGNORECASE | re.DOTALL):
            return row.kind
        if row.match in {"class": set(classes), "code": lowered, "status": statuses, "text": set()}[row.by]:
            return row.kind
    return None


def parse_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as the vendor asked, from `retry-after-ms`, seconds or an HTTP date; None when unsaid."""
    milliseconds = _read_seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _read_seconds(value)
    if seconds is not None or not value:
        return seconds
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _read_seconds(value: str | None) -> float | None:
    if value is None or not re.fullmatch(r"[ \t]*[0-9]{1,9}(\.[0-9]{1,9})?[ \t]*", value):
        return None
    return float(value)


@dataclass(frozen=True, slots=True)
class _Fields:
    codes: tuple[str, ...]
    message: str


def _read_fields(body: object) -> _Fields:
    """Code, type, status and message, wherever the vendor keeps them; Gemini wraps its errors in a list."""
    if isinstance(body, list):
        body = body[0] if body else None
    if isinstance(body, Mapping) and body.get("error"):
        body = body["error"]
    if isinstance(body, str):
        return _Fields((), body)
    error = as_mapping(body)
    inner = as_mapping(error.get("innererror"))
    found: list[Any] = [error.get("code"), error.get("type"), error.get("status")]
    found += [as_mapping(error.get("details")).get("error_code"), inner.get("code")]
    codes = tuple(str(code) for code in found if isinstance(code, str | int) and code)
    return _Fields(codes, as_text(error.get("message")))


def _build(
    vendor: str,
    classes: tuple[str, ...],
    status: int | None,
    codes: tuple[str, ...],
    message: str,
    retry_after: float | None,
    fallback: ProviderErrorKind = "unknown",
) -> ProviderError:
    kind = classify(classes=classes, status=status, codes=codes, message=message) or fallback
    said = " ".join(str(part) for part in (status, *codes) if part is not None)
    text = f"{vendor}: {kind}" + (f" ({said})" if said else "") + f": {message[:_LONGEST_MESSAGE]}"
    return ProviderError(text, kind=kind, retry_after=retry_after, status=status)
