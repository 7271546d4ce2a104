"""One part to Twilio, and the question whether an earlier one left."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from channels.base import Account
from channels.whatsapp.errors import CODES, SENDERS_LIMITS, explain
from channels.whatsapp.templates import as_template, is_template, needs_template
from channels.whatsapp.transport import NotSent, Refused, is_loopback
from models.reply import Absent, Accepted, OutboundPart, ReconcileOutcome, Rejected, SendOutcome, Unknown

_CLOCKS_MAY_DIFFER = timedelta(seconds=5)  # our database's clock and Twilio's
_PAGE_SIZE = 100
_MAX_LISTED = 500
_OLDER_IN_A_ROW = 20  # the list is newest first, but nothing promises it strictly
_LONGEST_WAIT = 24 * 3600.0
# Answers of 4xx that some proxy may give after the request had passed it.
_AMBIGUOUS = frozenset({408, 425, 499})
_NOT_FETCHED_YET = frozenset({"accepted", "scheduled", "queued", "sending"})
# With a code we do not know, these blame the message; the others (401, 404 ...) blame settings, which get mended.
_ABOUT_THE_MESSAGE = frozenset({400, 413, 422})


def send_part(client: Any, account: Account, part: OutboundPart) -> SendOutcome:
    """One POST, never repeated. `client` is a `twilio.rest.Client` over our transport."""
    wanted = {"from_": account.address, "to": part.to, **_content(part)}
    callback = status_callback(account, part)
    try:
        message = client.messages.create(**wanted, **({"status_callback": callback} if callback else {}))
    except NotSent as error:
        return Rejected("connection", f"Twilio cannot be reached ({error})", permanent=False)
    except Refused as refusal:
        has_template = not is_template(part) and as_template(account, part) is not None
        return judge_refusal(refusal, has_template=has_template)
    except Exception as error:  # time-out, reset, unreadable answer: the message may well be on its way
        return Unknown(_describe(error))
    if not isinstance(message.sid, str) or not message.sid:
        return Unknown("Twilio's answer names no message")
    return Accepted(message.sid)


def _content(part: OutboundPart) -> dict[str, Any]:
    """Text, file or both; or else a template, which Twilio takes with neither of them."""
    if is_template(part):
        variables = json.dumps(part.extra.get("content_variables") or {})
        return {"content_sid": part.extra["content_sid"], "content_variables": variables}
    files = list(part.extra.get("media_url") or ())
    return ({"body": part.body} if part.body or not files else {}) | ({"media_url": files} if files else {})


def status_callback(account: Account, part: OutboundPart) -> str:
    """Where Twilio is to report what becomes of the part; empty when it could not reach us there."""
    base = account.public_base_url
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    api_host = urlsplit(account.credentials.get("api_base_url", "")).hostname or ""
    if is_loopback(parts.hostname) and not is_loopback(api_host):
        return ""
    return f"{base}/webhooks/whatsapp/{account.name}/status/{part.id}"


def judge_refusal(refusal: Refused, now: datetime | None = None, *, has_template: bool = False) -> SendOutcome:
    """What an answer other than success means for the part; `now` is for an HTTP date in Retry-After, `has_template`
    tells that the part can also be said by a template."""
    if refusal.status < 400 or refusal.status >= 500 or refusal.status in _AMBIGUOUS:
        return Unknown(f"Twilio answered HTTP {refusal.status}")
    code, message = _read_error(refusal)
    known = CODES.get(code)
    too_many = refusal.status == 429
    use_template = has_template and needs_template(code)
    permanent = not (too_many or use_template) and (known.permanent if known else refusal.status in _ABOUT_THE_MESSAGE)
    wait = _retry_after(refusal, now or datetime.now(UTC))
    return Rejected(
        code=code,
        reason=explain(code) or message or f"HTTP {refusal.status}",
        permanent=permanent,
        retry_after=None if permanent else wait if wait is not None else (known.wait if known else None),
        use_template=use_template,
        rests_sender=too_many or code in SENDERS_LIMITS,
    )


def find_sent(client: Any, account: Account, part: OutboundPart) -> ReconcileOutcome:
    """Looks for the part among what was sent to its recipient since the first attempt.

    Absent is Twilio's word of this moment: its list may lag, so it counts only when heard twice, some time apart.
    Two equal texts within seconds look the same here, which is why a SID in `part.taken` is passed over.
    """
    if part.attempted_at is None:
        return Absent()
    since = part.attempted_at - _CLOCKS_MAY_DIFFER
    template = as_template(account, part)
    seen = older = 0
    try:
        # No DateSent filter: a message that still waits in Twilio's queue has no such date.
        for message in client.messages.stream(
            to=part.to, from_=account.address, page_size=_PAGE_SIZE, limit=_MAX_LISTED
        ):
            seen += 1
            if message.date_created is not None and message.date_created < since:
                older += 1
                if older >= _OLDER_IN_A_ROW:
                    return Absent()
                continue
            older = 0
            is_ours = str(message.direction).startswith("outbound") and message.sid not in part.taken
            if is_ours and _is_same(message, part, template):
                return Accepted(message.sid)
    except Exception as error:  # whatever went wrong while asking, nothing was learned
        return Unknown(_describe(error))
    return Absent() if seen < _MAX_LISTED else Unknown(f"more than {_MAX_LISTED} messages since the attempt")


def _is_same(message: Any, part: OutboundPart, template: OutboundPart | None) -> bool:
    """By the words and by whether there is a file, or by the words within the template that the part became."""
    body = message.body.replace("\r\n", "\n").strip() if isinstance(message.body, str) else ""
    has_file = str(message.num_media or "0") != "0"
    wants_file = bool(part.extra.get("media_url"))
    # Twilio counts the files of a message when it has fetched them.
    fits = has_file == wants_file or (wants_file and str(message.status) in _NOT_FETCHED_YET)
    if not is_template(part) and body == part.body.strip() and fits:
        return True
    if template is None or has_file:
        return False
    said = (template.extra.get("content_variables") or {}).values()
    # Nothing but a template is listed without any words.
    return all(str(words).strip() in body for words in said) if body else is_template(part)


def _read_error(refusal: Refused) -> tuple[str, str]:
    """Twilio's own code and words, or the HTTP status when the body is not Twilio's."""
    try:
        body = json.loads(refusal.body)
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("code"), int):
        return f"http_{refusal.status}", ""
    return str(body["code"]), str(body.get("message") or body.get("detail") or "")[:300]


def _retry_after(refusal: Refused, now: datetime) -> float | None:
    value = refusal.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _describe(error: Exception) -> str:
    """The error's kind; its text may hold an address, so only ours and the HTTP status are repeated."""
    return str(error) if isinstance(error, NotSent | Refused) else type(error).__name__
