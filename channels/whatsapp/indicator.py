"""Twilio's typing indicator: shows the person that an answer is being written, and marks her message as read."""

import logging

from channels.base import Account
from channels.whatsapp.transport import TwilioTransport
from channels.whatsapp.verify import split_secrets

_URL = "https://messaging.twilio.com/v2/Indicators/Typing.json"
_SECONDS = 2.0

_log = logging.getLogger("recado.whatsapp")


def send_typing(transport: TwilioTransport, account: Account, external_id: str) -> None:
    """Best effort: it disappears with the reply or after 25 s, and no turn may fail for it."""
    credentials = account.credentials
    token = next(iter(split_secrets(credentials.get("auth_token", ""))), "")
    form = {"channel": "whatsapp", "messageId": external_id}
    try:
        transport.post_quickly(_URL, form, (credentials.get("account_sid", ""), token), seconds=_SECONDS)
    except Exception as error:  # whatever it is, the answer matters more
        _log.debug("no typing indicator", extra={"reason": type(error).__name__})
