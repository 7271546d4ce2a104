"""Every channel there is, by name; a module is loaded when its first account is built."""

from importlib import import_module

from channels.base import Account, Channel
from models.errors import ConfigurationError

CHANNELS: dict[str, str] = {
    "chat": "channels.chat.ChatChannel",
    "crm": "channels.crm.CrmChannel",
    "email": "channels.email.EmailChannel",
    "whatsapp": "channels.whatsapp.WhatsAppChannel",
}


def build_channel(account: Account) -> Channel:
    """The adapter of the account's channel, bound to it. Raises ConfigurationError for a channel there is not."""
    path = CHANNELS.get(account.channel)
    if path is None:
        raise ConfigurationError(f"channel {account.channel!r} is not one of {', '.join(sorted(CHANNELS))}")
    module, _, name = path.rpartition(".")
    channel: Channel = getattr(import_module(module), name)(account)
    return channel
