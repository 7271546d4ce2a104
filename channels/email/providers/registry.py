"""Every inbound provider there is, by name; a module is loaded when its first account is built."""

from importlib import import_module

from channels.email.providers.base import Provider
from models.errors import ConfigurationError

PROVIDERS: dict[str, str] = {
    "mailgun": "channels.email.providers.mailgun.Mailgun",
    "postmark": "channels.email.providers.postmark.Postmark",
    "raw": "channels.email.providers.raw.RawMail",
    "sendgrid": "channels.email.providers.sendgrid.SendGrid",
    "ses": "channels.email.providers.ses.AmazonSes",
}
DEFAULT = "raw"


def build_provider(name: str) -> Provider:
    """Raises ConfigurationError for a provider there is not."""
    path = PROVIDERS.get(name or DEFAULT)
    if path is None:
        raise ConfigurationError(f"EMAIL_PROVIDER {name!r} is not one of {', '.join(sorted(PROVIDERS))}")
    module, _, attribute = path.rpartition(".")
    provider: Provider = getattr(import_module(module), attribute)()
    return provider
