"""One part to the CRM as a note, and the question whether an earlier one was written."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from channels.base import Account
from channels.crm.mapping import FindRequest, Mapping
from channels.crm.marker import marker_of
from channels.crm.rate import TokenBucket
from channels.crm.requests import prepare_find, prepare_reply
from models.errors import ConfigurationError, PayloadError
from models.network.guarded_client import Answer, Blocked, GuardedClient, NotSent
from models.reply import Absent, Accepted, OutboundPart, ReconcileOutcome, Rejected, SendOutcome, Unknown

_LONGEST_WAIT = 24 * 3600.0
# Answers of 4xx that some proxy may give after the request had passed it, and 409, by which CRMs say "I have that".
_AMBIGUOUS = frozenset({408, 409, 425, 499})
# These blame the note or its place; the others (401, 403 ...) blame settings, which get mended.
_ABOUT_THE_NOTE = frozenset({400, 404, 405, 410, 413, 415, 422})


def send_part(
    client: GuardedClient, bucket: TokenBucket, mapping: Mapping, account: Account, part: OutboundPart, now: datetime
) -> SendOutcome:
    """One request, never repeated."""
    try:
        prepared = prepare_reply(mapping, account, part, now)
    except ConfigurationError as error:
        return Rejected("settings", str(error), permanent=False)
    except PayloadError as error:  # an expression that cannot be read from this part, today or tomorrow
        return Rejected("mapping", f"{mapping.name}: reply: {error}", permanent=True)
    wait = bucket.take()
    if wait:
        return Rejected("rate_limit", f"{mapping.name} takes no more for now", permanent=False, retry_after=wait)
    try:
        answer = client.request(prepared.method, prepared.url, prepared.headers, prepared.body)
    except NotSent as error:
        return Rejected("connection", str(error), permanent=False)
    except Blocked as error:
        return Rejected("blocked", str(error), permanent=True)
    except Exception as error:  # time-out, reset, unreadable answer: the note may well have been written
        return Unknown(type(error).__name__)
    if 200 <= answer.status < 300:
        return _accepted(mapping, answer)
    return judge_refusal(mapping.name, answer, now)


def judge_refusal(crm: str, answer: Answer, now: datetime) -> SendOutcome:
    """What an answer other than success means for the part. Redirects are not followed, so nothing was written."""
    status = answer.status
    if status < 300 or status >= 500 or status in _AMBIGUOUS:
        return Unknown(f"{crm} answered HTTP {status}")
    permanent = status < 400 or status in _ABOUT_THE_NOTE
    wait = None if permanent else _retry_after(answer.headers.get("retry-after", ""), now)
    reason, is_limit = f"{crm} answered HTTP {status}", status == 429
    return Rejected(f"http_{status}", reason, permanent=permanent, retry_after=wait, rests_sender=is_limit)


def find_sent(
    client: GuardedClient, bucket: TokenBucket, mapping: Mapping, account: Account, part: OutboundPart, now: datetime
) -> ReconcileOutcome:
    """Looks for the part's marker among the newest notes of its target. Absent is the CRM's word of this moment."""
    if part.attempted_at is None:
        return Absent()
    try:
        prepared = prepare_find(mapping, account, part, now)
        if prepared is None or mapping.find is None:
            return Unknown(f"{mapping.name} has no list of notes to look into")
        if bucket.take():
            return Unknown(f"{mapping.name} takes no more for now")
        answer = client.request(prepared.method, prepared.url, prepared.headers, prepared.body)
        if answer.status == 204:  # an empty list, as Kommo says it
            return Absent()
        if answer.status != 200:
            return Unknown(f"{mapping.name} answered HTTP {answer.status}")
        return find_marker(mapping.find, _json(answer), marker_of(part.id))
    except ConfigurationError as error:
        return Unknown(str(error))
    except Exception as error:  # whatever went wrong while asking, nothing was learned
        return Unknown(type(error).__name__)


def find_marker(find: FindRequest, listed: Any, marker: str) -> ReconcileOutcome:
    """The note with the marker in a list of notes. Raises PayloadError."""
    items = find.items.find(listed)
    if not isinstance(items, list):
        return Unknown("the answer is no list of notes")
    for item in items:
        if marker in find.text.text(item):
            return Accepted(find.id.text(item) or marker)
    return Absent()


def _accepted(mapping: Mapping, answer: Answer) -> SendOutcome:
    try:
        note_id = mapping.reply.id.text(_json(answer))
    except (ValueError, RecursionError, PayloadError):
        note_id = ""
    return Accepted(note_id[:200]) if note_id else Unknown(f"{mapping.name}'s answer names no note")


def _json(answer: Answer) -> Any:
    return json.loads(answer.body)


def _retry_after(value: str, now: datetime) -> float | None:
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), _LONGEST_WAIT)
