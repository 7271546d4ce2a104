"""Confirming a subscription that a platform asks about, with the care of an answer: stored, retried, done once."""

import logging
from collections.abc import Sequence

from channels.base import Channel, Confirming
from models.errors import DeliveryError
from models.inbound import Confirmation
from models.said import SaidMessage

_log = logging.getLogger("recado.confirm")


def find_confirmation(said: Sequence[SaidMessage]) -> Confirmation | None:
    """What the turn is about, if it is a platform's question and no person's."""
    if len(said) != 1 or said[0].kind != "confirmation":
        return None
    return Confirmation(str(said[0].extra.get("url", "")), said[0].subject, said[0].external_id)


def confirm_subscription(channel: Channel, confirmation: Confirmation) -> str:
    """Empty when it is done, else why it never will be. Raises DeliveryError where asking again may help."""
    if not isinstance(channel, Confirming):
        return f"the channel {channel.name} confirms nothing"
    try:
        channel.confirm(confirmation)
    except DeliveryError as error:
        if not error.permanent:
            raise
        _log.error("a subscription cannot be confirmed", extra={"reason": str(error)})
        return str(error)
    _log.info("confirmed a subscription")
    return ""
