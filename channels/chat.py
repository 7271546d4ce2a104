"""The direct `/chat` route as a channel: JSON in, and replies that wait in the database until they are fetched."""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar

from channels.base import Account, Capabilities, InboundRequest
from models.errors import PayloadError
from models.ids import new_id
from models.inbound import InboundMessage, Receipt
from models.reply import Accepted, OutboundPart, ReconcileOutcome, RenderedPart, Reply, SendOutcome
from models.strict_json import parse_json

_KEY_HEADER = "idempotency-key"
_MAX_USER_ID = 200
_MAX_MESSAGE = 8000
_MAX_KEY = 255
_OURS = "reply:"  # what our replies are stored under; a question there would take a reply's place
_MAX_DEPTH = 20
_MAX_BODY = 1_000_000


class ChatChannel:
    """Anyone whom the door has let in; API keys and the loopback rule are the door's business, not the channel's."""

    name: ClassVar[str] = "chat"
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_text=1_000_000, markup="markdown", delivery="pull", coalesces=False, max_body=_MAX_BODY
    )

    def __init__(self, account: Account) -> None:
        self.account = account

    def verify(self, request: InboundRequest) -> None:
        """Accepts: the door has authenticated the caller before, by means that need the database."""

    def parse(self, request: InboundRequest) -> Sequence[InboundMessage | Receipt]:
        """Pure but for the fresh id of a message that came without an Idempotency-Key."""
        key = _read_key(request)
        user_id, message = _read_fields(_read_json(request))
        canonical = json.dumps([user_id, message], ensure_ascii=False).encode()
        return [
            InboundMessage(
                external_id=key or str(new_id()),
                sender=user_id,
                text=message,
                fingerprint=hashlib.sha256(canonical).hexdigest(),
            )
        ]

    def render(self, reply: Reply) -> list[RenderedPart]:
        return [RenderedPart(reply.text)]

    def send(self, part: OutboundPart) -> SendOutcome:
        """Nothing leaves: once the part is stored, it is there to be fetched."""
        return Accepted(str(part.id))

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        return Accepted(str(part.id))


def _read_key(request: InboundRequest) -> str:
    key = request.headers.get(_KEY_HEADER)
    if key is None:
        return ""
    if not 1 <= len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable():
        raise PayloadError(f"Idempotency-Key: 1 to {_MAX_KEY} printable ASCII characters are expected")
    if key.startswith(_OURS):
        raise PayloadError(f"Idempotency-Key: keys that begin with {_OURS!r} are ours")
    return key


def _read_json(request: InboundRequest) -> Any:
    if request.method != "POST":
        raise PayloadError("method: POST is expected")
    if request.content_type != "application/json":
        raise PayloadError("Content-Type: application/json is expected")
    if len(request.body) > _MAX_BODY:
        raise PayloadError(f"body: more than {_MAX_BODY} bytes")
    return parse_json(request.body, max_depth=_MAX_DEPTH)


def _read_fields(body: Any) -> tuple[str, str]:
    if not isinstance(body, dict):
        raise PayloadError('body: an object like {"user_id": "ana", "message": "Oi"} is expected')
    user_id = _read_text(body, "user_id").strip()
    if not 1 <= len(user_id) <= _MAX_USER_ID or not user_id.isprintable():
        raise PayloadError(f"user_id: 1 to {_MAX_USER_ID} printable characters are expected")
    message = _read_text(body, "message").strip()
    if not 1 <= len(message) <= _MAX_MESSAGE:
        raise PayloadError(f"message: 1 to {_MAX_MESSAGE} characters are expected")
    return user_id, message


def _read_text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise PayloadError(f"{name}: a string is expected")
    if any(c == "\x00" or unicodedata.category(c) == "Cs" for c in value):
        raise PayloadError(f"{name}: holds a character that is not text")
    return value
