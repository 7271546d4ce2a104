"""WhatsApp through Twilio."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, ClassVar

from channels.base import Account, Capabilities, FetchedMedia, InboundRequest
from channels.whatsapp.form import MAX_BODY
from channels.whatsapp.history import list_received
from channels.whatsapp.indicator import send_typing
from channels.whatsapp.media import Patience, fetch_media
from channels.whatsapp.parse import parse_request
from channels.whatsapp.render import MAX_TEXT, render_reply
from channels.whatsapp.send import find_sent, send_part
from channels.whatsapp.templates import as_template, needs_template
from channels.whatsapp.transport import DEFAULT_BASE_URL, TwilioTransport
from channels.whatsapp.verify import split_secrets, verify_signature
from models.inbound import InboundMedia, InboundMessage, Receipt
from models.reply import OutboundPart, ReconcileOutcome, RenderedPart, Reply, SendOutcome


class WhatsAppChannel:
    """One Twilio account and WhatsApp number.

    Credentials: `account_sid`, `auth_token` (the primary first, older ones behind commas), `api_base_url`, and for
    webhooks signed with a shared key `shared_key` and `shared_key_id`; `template_sid` is an approved template with one
    variable, for what is said after the reply window. Without secrets every request is refused.
    """

    name: ClassVar[str] = "whatsapp"
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_text=MAX_TEXT,
        markup="whatsapp",
        delivery="push",
        coalesces=True,
        max_body=MAX_BODY,
        pause_between_parts=1.0,  # parts sent at once may arrive in any order
        opt_out_codes=frozenset({"21610"}),  # https://www.twilio.com/docs/api/errors/21610
        tells_opting=True,
        reply_window=timedelta(hours=24),
    )

    def __init__(self, account: Account, *, connect_timeout: float = 5.0, read_timeout: float = 15.0) -> None:
        """Times are in seconds."""
        self.account = account
        self._timeouts = (connect_timeout, read_timeout)
        self._lock = RLock()
        self._transport: TwilioTransport | None = None
        self._client: Any = None

    def verify(self, request: InboundRequest) -> None:
        verify_signature(self.account, request)

    def parse(self, request: InboundRequest) -> Sequence[InboundMessage | Receipt]:
        return parse_request(self.account, request)

    def acknowledge(self) -> tuple[str, str]:
        """Twilio would send any other body to the person as a message."""
        return "<Response/>", "text/xml"

    def render(self, reply: Reply) -> list[RenderedPart]:
        return render_reply(reply)

    def send(self, part: OutboundPart) -> SendOutcome:
        return send_part(self._twilio(), self.account, part)

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        return find_sent(self._twilio(), self.account, part)

    def fetch(self, media: InboundMedia) -> FetchedMedia:
        connect, read = self._timeouts
        return fetch_media(self.account, media, Patience(connect, read))

    def show_typing(self, external_id: str) -> None:
        send_typing(self._connect(), self.account, external_id)

    def list_since(self, since: datetime) -> Sequence[InboundMessage]:
        return list_received(self._twilio(), self.account, since)

    def needs_template(self, error_code: str) -> bool:
        return needs_template(error_code)

    def as_template(self, part: OutboundPart) -> OutboundPart | None:
        return as_template(self.account, part)

    def close(self) -> None:
        """Gives the connections back; the next send opens new ones."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()
            self._transport = self._client = None

    def _connect(self) -> TwilioTransport:
        """Made on first use: the web process verifies and parses but never sends."""
        with self._lock:
            if self._transport is None:
                connect, read = self._timeouts
                base_url = self.account.credentials.get("api_base_url", "") or DEFAULT_BASE_URL
                self._transport = TwilioTransport(base_url, connect=connect, read=read)
            return self._transport

    def _twilio(self) -> Any:
        """Twilio's client over our transport, made on first use."""
        with self._lock:
            if self._client is None:
                from twilio.rest import Client

                transport = self._connect()
                credentials = self.account.credentials
                token = next(iter(split_secrets(credentials.get("auth_token", ""))), "")
                self._client = Client(credentials.get("account_sid", ""), token, http_client=transport)
            return self._client
