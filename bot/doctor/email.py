"""Whether the settings of the mailbox fit together, and the outgoing server lets us in."""

from urllib.parse import urlsplit

from bot.doctor.findings import Finding, broken, doubtful, well
from bot.services import build_accounts
from bot.settings import Settings
from channels.email.smtp import Mailer
from channels.email.smtp_server import read_smtp_url
from channels.registry import build_channel
from models.errors import ConfigurationError
from models.tenant import DEFAULT


def check_email(settings: Settings) -> Finding:
    """Nothing is sent: the server is greeted, logged into, and left."""
    if not settings.email_address:
        if settings.smtp_url is None and settings.email_webhook_secret is None:
            return well("e-mail", "not configured: there is no mailbox")
        return broken("e-mail", "EMAIL_ADDRESS missing", "set it: without it there is no e-mail channel")
    account = build_accounts(settings)["email", DEFAULT]
    try:
        build_channel(account)
    except ConfigurationError as error:
        return broken("e-mail", "its settings cannot be used", str(error))
    if (proof := _missing_proof(settings)) is not None:
        return broken("e-mail", f"{proof} missing", "set it: without it nobody can be believed to be the provider")
    if settings.smtp_url is None:
        return broken("e-mail", "SMTP_URL missing", "set it: no reply can leave without an outgoing server")
    reason = Mailer(read_smtp_url(settings.smtp_url.get_secret_value())).knock(account)
    if reason:
        return broken("e-mail", f"no mail can leave: {reason}", "correct SMTP_URL, or see that its server is up")
    return _judge_public_url(settings)


def _missing_proof(settings: Settings) -> str | None:
    """What the provider's webhooks are verified by, where it is not set."""
    provider = settings.email_provider
    if provider == "ses":
        return None if settings.email_sns_topic else "EMAIL_SNS_TOPIC"
    if provider == "mailgun":
        return None if settings.email_signing_key else "EMAIL_SIGNING_KEY"
    is_signed = provider == "sendgrid" and settings.email_signing_key is not None
    return None if settings.email_webhook_secret or is_signed else "EMAIL_WEBHOOK_SECRET"


def _judge_public_url(settings: Settings) -> Finding:
    url = f"{settings.reachable_url}/webhooks/email/{DEFAULT}"
    words = f"{settings.email_address} by {settings.email_provider}, its outgoing server answers, webhook {url}"
    if urlsplit(settings.public_base_url).scheme != "https":
        return doubtful("e-mail", words, "set PUBLIC_BASE_URL to how the provider reaches this server by https")
    if settings.email_provider == "raw" and not settings.email_authserv_id:
        return doubtful("e-mail", words, "set EMAIL_AUTHSERV_ID: without it no sender is proven, and gets no figures")
    return well("e-mail", words)
