"""Whether the settings of the WhatsApp door fit together."""

import re
from urllib.parse import urlsplit

from bot.doctor.findings import Finding, broken, doubtful, well
from bot.settings import Settings

_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_SENDER = re.compile(r"(whatsapp:)?\+[1-9][0-9]{6,14}")


def check_whatsapp(settings: Settings) -> Finding:
    given = {
        "TWILIO_ACCOUNT_SID": bool(settings.twilio_account_sid),
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token is not None,
        "TWILIO_WHATSAPP_FROM": bool(settings.twilio_whatsapp_from),
    }
    if not any(given.values()):
        return well("WhatsApp", "not configured: its door answers 403")
    missing = [name for name, is_set in given.items() if not is_set]
    if missing:
        return broken("WhatsApp", f"{', '.join(missing)} missing", "set all three TWILIO_ settings, or none")
    if not _ACCOUNT_SID.fullmatch(settings.twilio_account_sid):
        return broken("WhatsApp", "TWILIO_ACCOUNT_SID is no account SID", "copy it from Twilio: AC and 32 hex digits")
    if not _SENDER.fullmatch(settings.twilio_whatsapp_from):
        cure = "write it like whatsapp:+14155238886"
        return broken("WhatsApp", "TWILIO_WHATSAPP_FROM is no WhatsApp number", cure)
    return _judge_public_url(settings)


def _judge_public_url(settings: Settings) -> Finding:
    url = f"{settings.reachable_url}/webhooks/whatsapp/default"
    if not settings.public_base_url:
        cure = "set PUBLIC_BASE_URL to how Twilio reaches this server: its signatures cover that address"
        return doubtful("WhatsApp", f"Twilio would have to call {url}", cure)
    if urlsplit(settings.public_base_url).scheme != "https":
        return doubtful("WhatsApp", f"webhook {url}", "let PUBLIC_BASE_URL begin with https://")
    return well("WhatsApp", f"webhook {url}")
