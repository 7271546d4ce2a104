"""CRMs: their webhooks in, notes out, each CRM described by a mapping file."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import ClassVar

from channels.base import Account, Capabilities, InboundRequest
from channels.crm.mapping import load_mapping
from channels.crm.parse import parse_request
from channels.crm.rate import TokenBucket
from channels.crm.records import CrmRecords
from channels.crm.rehearsal import rehearse
from channels.crm.render import MAX_TEXT, render_reply
from channels.crm.reply import find_sent, send_part
from channels.crm.requests import split_names
from channels.crm.verify import check_secrets, verify_request
from models.clock import Clock, SystemClock
from models.inbound import InboundMessage, Receipt
from models.network.guarded_client import GuardedClient
from models.network.public_addresses import Resolver, resolve_host
from models.reply import OutboundPart, ReconcileOutcome, RenderedPart, Reply, SendOutcome


class CrmChannel:
    """One company's CRM. `account.address` is the CRM's own id for it: an organization, or the user who writes.

    Credentials: `preset` or `mapping` (the path of an own file), `webhook_secret` (the newest first, older ones behind
    commas), `api_token`, `api_base_url`, `allow_insecure_hosts`. Raises ConfigurationError for a mapping that does not
    do on its own sample what it promises. Without a secret every request is refused.
    """

    name: ClassVar[str] = "crm"
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_text=MAX_TEXT, markup="plain", delivery="push", coalesces=False
    )

    def __init__(
        self,
        account: Account,
        *,
        clock: Clock | None = None,
        resolve: Resolver = resolve_host,
        connect_timeout: float = 3.0,
        total_timeout: float = 12.0,
    ) -> None:
        """Times are in seconds."""
        self.account = account
        credentials = account.credentials
        self._mapping, shown = load_mapping(credentials.get("preset", ""), credentials.get("mapping", ""))
        check_secrets(account, self._mapping.signature)
        rehearse(self._mapping, shown, account)
        self._clock = clock or SystemClock()
        rate = self._mapping.reply.rate
        self._bucket = TokenBucket(rate.requests, rate.seconds, self._clock.monotonic)
        self._resolve = resolve
        self._timeouts = (connect_timeout, total_timeout)
        self._lock = Lock()
        self._client: GuardedClient | None = None

    def verify(self, request: InboundRequest) -> None:
        verify_request(self.account, self._mapping.signature, request, self._clock.now())

    def parse(self, request: InboundRequest) -> Sequence[InboundMessage | Receipt]:
        return parse_request(self._mapping, self.account, request)

    def render(self, reply: Reply) -> list[RenderedPart]:
        question = reply.question
        about = {"external_id": question.external_id, "sender": question.sender} if question else {}
        return [replace(part, extra=about) for part in render_reply(reply)]

    def send(self, part: OutboundPart) -> SendOutcome:
        return send_part(self._guarded(), self._bucket, self._mapping, self.account, part, self._clock.now())

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        return find_sent(self._guarded(), self._bucket, self._mapping, self.account, part, self._clock.now())

    def acknowledge(self) -> tuple[str, str]:
        """Salesforce counts a notification as delivered only when it reads so in our answer."""
        return self._mapping.acknowledgement

    def records(self) -> CrmRecords | None:
        writing = self._mapping.writing
        if writing is None:
            return None
        return CrmRecords(self._mapping, writing, self.account, self._guarded, self._bucket, self._clock)

    def close(self) -> None:
        """Gives the connections back; the next send opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _guarded(self) -> GuardedClient:
        """Made on first use: the web process verifies and parses but never sends."""
        with self._lock:
            if self._client is None:
                connect, total = self._timeouts
                insecure = split_names(self.account.credentials.get("allow_insecure_hosts", ""))
                self._client = GuardedClient(insecure, connect=connect, total=total, resolve=self._resolve)
            return self._client
