"""E-mail: mailboxes read through a provider's webhook, answered by SMTP."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from channels.base import Account, Capabilities, InboundRequest
from channels.email.incoming import Reader, read_arrived
from channels.email.limits import MAX_BODY, MAX_TEXT
from channels.email.providers.base import Provider
from channels.email.providers.registry import build_provider
from channels.email.reading.safely import read_mail_safely
from channels.email.smtp_server import read_smtp_url
from models.clock import Clock, SystemClock
from models.errors import DeliveryError, VerificationError
from models.inbound import Confirmation, Inbound
from models.reply import OutboundPart, ReconcileOutcome, Rejected, RenderedPart, Reply, SendOutcome

if TYPE_CHECKING:  # what only a worker needs is loaded when it is needed: a child that reads mail starts here too
    from channels.email.smtp import Mailer


class EmailChannel:
    """One mailbox: a provider's webhook in front, an SMTP server behind.

    Credentials: `provider` and its secrets (`channels.email.providers`); `authserv_id`, the receiving servers whose
    Authentication-Results are believed; `aliases` of the mailbox; `smtp_url`; `from_name`; `thread_secret`, which signs
    plus-addresses; `resend_unknown`, "0" to leave a send that nobody knows the fate of to an operator; `timezone`.
    """

    name: ClassVar[str] = "email"
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_text=MAX_TEXT,
        markup="markdown",
        delivery="push",
        coalesces=False,
        meets_machines=True,
        max_body=MAX_BODY,
    )

    def __init__(
        self,
        account: Account,
        *,
        clock: Clock | None = None,
        provider: Provider | None = None,
        read: Reader | None = None,
        mailer: "Mailer | None" = None,
    ) -> None:
        """Raises ConfigurationError for a provider or an SMTP_URL that cannot be."""
        self.account = account
        self._clock = clock or SystemClock()
        self._provider = provider or build_provider(account.credentials.get("provider", ""))
        self._read = read or read_mail_safely
        self._mailer = mailer
        url = account.credentials.get("smtp_url", "")
        self._server = read_smtp_url(url) if url else None

    def verify(self, request: InboundRequest) -> None:
        self._provider.verify(self.account, request, self._clock.now())

    def parse(self, request: InboundRequest) -> Sequence[Inbound]:
        """The mail itself is read in a process that can be killed."""
        arrived = self._provider.extract(self.account, request)
        if arrived is None:
            return []
        if isinstance(arrived, Confirmation):
            return [arrived]
        return [read_arrived(self.account, arrived, self._read, self._clock.now())]

    def render(self, reply: Reply) -> list[RenderedPart]:
        from channels.email.render import render_reply

        return render_reply(self.account, reply)

    def send(self, part: OutboundPart) -> SendOutcome:
        mailer = self._mailer
        if mailer is None:
            if self._server is None:
                return Rejected("settings", "SMTP_URL is not set", permanent=False)
            from channels.email.smtp import Mailer

            mailer = Mailer(self._server)
        return mailer.send(self.account, part, self._clock.now())

    def reconcile(self, part: OutboundPart) -> ReconcileOutcome:
        from channels.email.smtp import reconcile_part

        return reconcile_part(part, resend_unknown=self.account.credentials.get("resend_unknown", "1") != "0")

    def confirm(self, confirmation: Confirmation) -> None:
        """Visits the address that `parse` gave. For the worker; safe to repeat. Raises DeliveryError."""
        from channels.email.providers.amazon_http import confirm_subscription
        from channels.email.providers.sns import verify_host

        try:  # it was checked when it came, but it has lain in a database since
            verify_host(confirmation.url, self.account.credentials.get("sns_topic", ""))
        except VerificationError as error:
            raise DeliveryError(str(error), permanent=True) from None
        confirm_subscription(confirmation.url)
