"""From a CRM's payload to our values, by its mapping. Pure; to be called only after the request was verified."""

import hashlib
import logging
from collections.abc import Mapping as Fields
from typing import Any

from channels.base import Account, InboundRequest
from channels.crm.decode import decode_body
from channels.crm.expressions import Expression
from channels.crm.mapping import Mapping, Rule
from channels.crm.marker import find_marked
from channels.crm.words import without_call, words_of_html
from channels.rendering import sanitize
from models.errors import PayloadError
from models.inbound import InboundMessage, Receipt

_MAX_ITEMS = 1_000
_MAX_ID = 200
_MAX_ADDRESS = 200
_MAX_TEXT = 100_000
_NO_QUESTION = "event"
_log = logging.getLogger("recado.crm")


def parse_request(mapping: Mapping, account: Account, request: InboundRequest) -> list[InboundMessage | Receipt]:
    """What the items mean, in their order; noise and our own doings give nothing. Raises PayloadError."""
    return parse_body(mapping, account, decode_body(request, mapping.format), request.headers)


def parse_body(
    mapping: Mapping, account: Account, body: Any, headers: Fields[str, str]
) -> list[InboundMessage | Receipt]:
    """As `parse_request`, from a decoded body."""
    if not isinstance(body, dict | list):
        raise PayloadError("body: an object or an array is expected")
    items = mapping.batch.find(body)
    items = items if isinstance(items, list) else [] if items is None else [items]
    if len(items) > _MAX_ITEMS:
        raise PayloadError(f"body: more than {_MAX_ITEMS} items")
    shared = {"body": body, "headers": dict(headers), "account": {"name": account.name, "address": account.address}}
    return _read_all(mapping, [{**shared, "event": item} for item in items])


def _read_all(mapping: Mapping, documents: list[Any]) -> list[InboundMessage | Receipt]:
    """One item that cannot be read does not take the others of its batch with it; the CRM sends them all or none."""
    read: list[InboundMessage | Receipt] = []
    failures: list[PayloadError] = []
    for document in documents:
        try:
            read += _read_item(mapping, document)
        except PayloadError as error:
            failures.append(error)
    if failures and not read:
        raise failures[0]
    for failure in failures:
        _log.warning("an item of a batch from %s cannot be read: %s", mapping.name, failure)
    return read


def _read_item(mapping: Mapping, document: Any) -> list[InboundMessage | Receipt]:
    if mapping.filter is not None and not mapping.filter.holds(document):
        return []
    rules = [rule for rule in mapping.rules if rule.when.holds(document)]
    for rule in rules:
        part_id = find_marked(_words(rule, document)) if rule.kind == "message" else None
        if part_id is not None:  # our own note: no message, but proof that it arrived
            return [Receipt(status="delivered", part_id=part_id)]
    if mapping.echo is not None and mapping.echo.holds(document):
        return []
    read = (_read_message(mapping, rule, document) for rule in rules)
    return [message for message in read if message is not None]


def _read_message(mapping: Mapping, rule: Rule, document: Any) -> InboundMessage | None:
    text: str | None = _words(rule, document)
    if rule.calls:
        text = without_call(text or "", rule.calls)
        if text is None:
            return None
    elif not text:  # a note without words, or an event that its rule cannot describe
        return None
    starts_turn = rule.kind == "message" or (rule.turn_when is not None and rule.turn_when.holds(document))
    thread = _line("thread", rule.thread or mapping.thread, document, joint="/")
    external_id = _external_id(mapping, rule, document)
    return InboundMessage(
        external_id=external_id if rule.kind == "message" else f"{rule.name}:{external_id}",
        sender=_required("person", rule.person or mapping.person, document),
        sender_name=_name(rule.person_name or mapping.person_name, document),
        text=text or "",
        kind="text" if rule.kind == "message" else "event",
        thread=thread,
        reply_to=thread,
        is_forwarded=rule.forwarded is not None and rule.forwarded.holds(document),
        is_verified=rule.verified is None or rule.verified.holds(document),
        unanswerable="" if starts_turn else _NO_QUESTION,
        extra={"crm": mapping.name, "rule": rule.name},
    )


def _words(rule: Rule, document: Any) -> str:
    text = rule.text.fill(document)
    if len(text) > _MAX_TEXT:
        raise PayloadError(f"text: more than {_MAX_TEXT} characters")
    text = sanitize(words_of_html(text) if rule.html else text).strip()
    return text if rule.kind == "message" else " ".join(text.split())


def _external_id(mapping: Mapping, rule: Rule, document: Any) -> str:
    """Ids of any length, since some mappings put a text into them for want of anything better."""
    found = (rule.id or mapping.id).text(document)
    if not found:
        raise PayloadError("id: nothing to tell this event from others by")
    clean = sanitize(found)
    is_short = len(clean) <= _MAX_ID and clean == found and clean.isprintable()
    return clean if is_short else hashlib.sha256(found.encode("utf-8", "surrogatepass")).hexdigest()


def _required(field: str, expression: Expression, document: Any) -> str:
    found = _line(field, expression, document)
    if not found:
        raise PayloadError(f"{field}: missing")
    return found


def _name(expression: Expression | None, document: Any) -> str:
    """For people to read: what cannot be shown is left out, and nobody is refused for a name."""
    return sanitize(expression.text(document, " ")).strip()[:_MAX_ADDRESS] if expression is not None else ""


def _line(field: str, expression: Expression | None, document: Any, joint: str = ":") -> str:
    """For programs to compare."""
    found = expression.text(document, joint).strip() if expression is not None else ""
    if len(found) > _MAX_ADDRESS or not found.isprintable():
        raise PayloadError(f"{field}: more than {_MAX_ADDRESS} characters, or unprintable ones")
    return found
