"""A channel made for a test, to show what a new one takes: this file, and one line in the registry."""

import hmac
import json
from collections.abc import Sequence
from typing import ClassVar

from channels.base import Account, Capabilities, InboundRequest
from models.errors import PayloadError, VerificationError
from models.inbound import Inbound, InboundMessage
from models.reply import Absent, Accepted, OutboundPart, ReconcileOutcome, RenderedPart, Reply, SendOutcome

SENT: list[OutboundPart] = []


class PigeonChannel:
    """Notes on legs: a shared word proves the sender, JSON holds the note."""

    name: ClassVar[str] = "pigeon"
    capabilities: ClassVar[Capabilities] = Capabilities(max_text=80, markup="plain", delivery="push", coalesces=False)

    def __init__(self, account: Account) -> None:
        self.account = account

    def verify(self, request: InboundRequest) -> None:
        word = request.headers.get("x-pigeon", "")
        if not hmac.compare_digest(word.encode(), self.account.credentials["word"].encode()):
            raise VerificationError("not our pigeon")

    def parse(self, request: InboundRequest) -> Sequence[Inbound]:
        try:
            note = json.loads(request.body)
            return [InboundMessage(str(note["ring"]), str(note["loft"]), str(note["note"]))]
        except (ValueError, KeyError, TypeError) as error:
            raise PayloadError("the note cannot be read") from error

    def render(self, reply: Reply) -> list[RenderedPart]:
        limit = self.capabilities.max_text
        return [RenderedPart(reply.text[start : start + limit]) for start in range(0, len(reply.text), limit)]

    def send(self, part: OutboundPart) -> SendOutcome:
        SENT.append(part)
        return Accepted(f"pigeon-{len(SENT)}")

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        return Absent()
