"""Whether the settings of the CRM's door fit together."""

from urllib.parse import urlsplit

from bot.doctor.findings import Finding, broken, doubtful, well
from bot.services import build_accounts
from bot.settings import Settings
from channels.registry import build_channel
from models.errors import ConfigurationError
from models.tenant import DEFAULT


def check_crm(settings: Settings) -> Finding:
    """Its mapping is tried as at start-up; nothing is asked of the CRM."""
    if settings.crm_webhook_secret is None and settings.crm_api_token is None and not settings.crm_mapping:
        return well("CRM", "not configured: its door answers 403")
    try:
        build_channel(build_accounts(settings)["crm", DEFAULT])
    except ConfigurationError as error:
        return broken("CRM", "its settings cannot be used", str(error))
    if settings.crm_webhook_secret is None:
        return broken("CRM", "CRM_WEBHOOK_SECRET missing", "set it: without it nobody can be believed to be the CRM")
    if settings.crm_api_token is None:
        return doubtful("CRM", "CRM_API_TOKEN missing", "set it, unless your mapping writes without one")
    url = f"{settings.reachable_url}/webhooks/crm/{DEFAULT}"
    if urlsplit(settings.public_base_url).scheme != "https":
        return doubtful("CRM", f"webhook {url}", "set PUBLIC_BASE_URL to how the CRM reaches this server by https")
    return well("CRM", f"{settings.crm_mapping or settings.crm_preset}, webhook {url}")
