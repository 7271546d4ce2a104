"""The e-mail account: what the settings make of it, and that there is none without a mailbox."""

from pathlib import Path

import pytest

from bot.services import ChannelDirectory, build_accounts
from bot.settings import Settings, load_settings
from models.errors import ConfigurationError


def load(**environ: str) -> Settings:
    return load_settings(environ, Path("no-such-file"))


def test_without_a_mailbox_there_is_no_account() -> None:
    assert ("email", "default") not in build_accounts(load(SMTP_URL="smtp://localhost"))


def test_every_setting_reaches_the_channel_under_its_name() -> None:
    settings = load(
        EMAIL_ADDRESS="bot@example.com",
        EMAIL_PROVIDER="mailgun",
        EMAIL_WEBHOOK_SECRET="w",
        EMAIL_SIGNING_KEY="k",
        EMAIL_THREAD_SECRET="t",
        EMAIL_AUTHSERV_ID="mx.example.com",
        EMAIL_ALIASES="sales@example.com",
        EMAIL_SNS_TOPIC="arn",
        EMAIL_MAILGUN_CHECKS="1",
        EMAIL_RESEND_UNKNOWN="0",
        SMTP_URL="smtps://u:p@mail.example.com",
        PUBLIC_BASE_URL="https://bot.example.com",
        TIMEZONE="America/Manaus",
    )
    account = build_accounts(settings)["email", "default"]
    assert (account.address, account.public_base_url) == ("bot@example.com", "https://bot.example.com")
    assert account.credentials == {
        "provider": "mailgun",
        "webhook_secret": "w",
        "signing_key": "k",
        "thread_secret": "t",
        "smtp_url": "smtps://u:p@mail.example.com",
        "authserv_id": "mx.example.com",
        "aliases": "sales@example.com",
        "from_name": "Aurora Distribuidora",
        "sns_topic": "arn",
        "mailgun_checks": "1",
        "resend_unknown": "0",
        "timezone": "America/Manaus",
    }
    channel = ChannelDirectory({("email", "default"): account}).find("email", "default")
    assert channel is not None
    assert channel.name == "email"


@pytest.mark.parametrize("address", ["bot", "bot@", "Bot <bot@example.com>", "a@b.c, d@e.fr", "bot+x@example.com"])
def test_a_mailbox_is_a_plain_address(address: str) -> None:
    with pytest.raises(ConfigurationError, match="EMAIL_ADDRESS: must be a plain address"):
        load(EMAIL_ADDRESS=address)


def test_a_wrong_smtp_url_shows_at_start_up_and_not_its_password() -> None:
    accounts = build_accounts(load(EMAIL_ADDRESS="bot@example.com", SMTP_URL="smtp:hunter22@x"))
    with pytest.raises(ConfigurationError, match="SMTP_URL must look like") as caught:
        ChannelDirectory(accounts)
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(("setting", "are_drafts"), [("", False), ("0", False), ("1", True)])
def test_replies_wait_for_approval_only_when_asked_to(setting: str, are_drafts: bool) -> None:
    settings = load(EMAIL_ADDRESS="bot@example.com", EMAIL_DRAFTS=setting)
    assert build_accounts(settings)["email", "default"].drafts is are_drafts
