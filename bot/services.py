"""The composition root: what settings become before a door opens. The worker's half stands in `bot.assistant`."""

from collections.abc import Mapping

from bot.accounts_file import build_further_accounts
from bot.files import build_media_links, build_storage
from bot.settings import Settings
from bot.web_services import WebServices
from channels.base import Account, Channel
from channels.registry import build_channel
from jobs.queue import JobQueue
from models.clock import SystemClock
from models.errors import ConfigurationError
from models.session import build_engine
from models.tenant import DEFAULT


class ChannelDirectory:
    """The adapters of every configured account, built at once: what is wrong with a setting shows at start-up."""

    def __init__(self, accounts: Mapping[tuple[str, str], Account]) -> None:
        """Raises ConfigurationError."""
        self._channels = {key: build_channel(account) for key, account in accounts.items()}

    def find(self, channel: str, account: str) -> Channel | None:
        """None where no such account is configured."""
        return self._channels.get((channel, account))


def build_accounts(settings: Settings) -> dict[tuple[str, str], Account]:
    """The accounts that the environment describes - WhatsApp without credentials is there and refuses everybody - and
    those of ACCOUNTS_FILE. Raises ConfigurationError."""
    chat = Account("chat", DEFAULT, public_base_url=settings.reachable_url)
    accounts = [_whatsapp_account(settings), chat, _crm_account(settings), *_email_accounts(settings)]
    accounts += build_further_accounts(settings)
    return {(account.channel, account.name): account for account in accounts}


def _whatsapp_account(settings: Settings) -> Account:
    token, shared_key = settings.twilio_auth_token, settings.twilio_shared_key
    credentials = {
        "account_sid": settings.twilio_account_sid,
        "auth_token": token.get_secret_value() if token else "",
        "shared_key": shared_key.get_secret_value() if shared_key else "",
        "shared_key_id": settings.twilio_shared_key_id,
        "template_sid": settings.twilio_template_sid,
        "api_base_url": settings.twilio_api_base_url,
    }
    sender = settings.twilio_whatsapp_from
    address = sender if sender.startswith("whatsapp:") or not sender else f"whatsapp:{sender}"
    return Account("whatsapp", DEFAULT, address, credentials, settings.reachable_url)


def _email_accounts(settings: Settings) -> list[Account]:
    """One mailbox or none."""
    if not settings.email_address:
        return []
    secrets = {
        "webhook_secret": settings.email_webhook_secret,
        "signing_key": settings.email_signing_key,
        "thread_secret": settings.email_thread_secret,
        "smtp_url": settings.smtp_url,
    }
    credentials = {name: secret.get_secret_value() for name, secret in secrets.items() if secret} | {
        "provider": settings.email_provider,
        "aliases": settings.email_aliases,
        "from_name": settings.email_from_name or settings.company_name,
        "sns_topic": settings.email_sns_topic,
        "authserv_id": settings.email_authserv_id,
        "mailgun_checks": "1" if settings.email_mailgun_checks else "",
        "resend_unknown": "1" if settings.email_resend_unknown else "0",
        "timezone": settings.timezone,
    }
    drafts = settings.email_drafts
    return [Account("email", DEFAULT, settings.email_address, credentials, settings.reachable_url, drafts)]


def _crm_account(settings: Settings) -> Account:
    """There without credentials too, and refuses everybody."""
    secret, token = settings.crm_webhook_secret, settings.crm_api_token
    credentials = {
        "preset": settings.crm_preset,
        "mapping": settings.crm_mapping,
        "webhook_secret": secret.get_secret_value() if secret else "",
        "api_token": token.get_secret_value() if token else "",
        "api_base_url": settings.crm_api_base_url,
        "allow_insecure_hosts": settings.crm_allow_insecure_hosts,
    }
    return Account("crm", DEFAULT, settings.crm_account_id, credentials, settings.reachable_url)


def build_web_services(settings: Settings) -> WebServices:
    """For a web process, whose engines run already. Raises ConfigurationError."""
    if settings.database_url is None or settings.redis_url is None:
        raise ConfigurationError(
            "DATABASE_URL and REDIS_URL must be set here: start with `make run` or `python -m bot web`, which set them"
        )
    database_url = settings.database_url.get_secret_value()
    redis_url = settings.redis_url.get_secret_value()
    # Half of the threads may wait for replies, and those hold no connection.
    pool_size = max(4, min(settings.web_threads // 2, 16))
    clock = SystemClock()
    return WebServices(
        settings=settings,
        engine=build_engine(
            database_url, application_name="recado-web", pool_size=pool_size, patience=5, answer_within=6
        ),
        queue=JobQueue(redis_url),
        clock=clock,
        channel_for=ChannelDirectory(build_accounts(settings)).find,
        database_url=database_url,
        redis_url=redis_url,
        storage=build_storage(settings),
        media_links=build_media_links(settings, clock),
    )
