"""CRM channels as the tests build them: each preset over its stand-in, and the payloads on record."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from channels.base import Account, InboundRequest
from channels.crm import CrmChannel
from models.inbound import InboundMessage, Receipt
from models.reply import OutboundPart
from tests.standins.crm import StandInCrm
from tests.standins.crm_dialects import TOKEN
from tests.standins.crm_webhooks import BASE, WEBHOOK

PAYLOADS = Path(__file__).resolve().parents[1] / "payloads" / "crm"
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
_TYPES = {".json": "application/json", ".form": FORM, ".xml": "text/xml; charset=UTF-8"}


def account_of(preset: str, *, address: str = "", **credentials: str) -> Account:
    return Account("crm", "default", address, {"preset": preset, **credentials}, BASE)


def account_over(crm: StandInCrm, preset: str, **credentials: str) -> Account:
    """The account whose API is the stand-in."""
    path = "/crm/v2" if preset == "rd_station" else ""
    given = {"api_base_url": crm.url + path, "api_token": TOKEN, "allow_insecure_hosts": "127.0.0.1"}
    return account_of(preset, address="9001", **(given | credentials))


def recorded(preset: str, name: str) -> InboundRequest:
    """A payload of the collection as a request, unsigned."""
    path = PAYLOADS / preset / name
    return InboundRequest("default", "POST", WEBHOOK, {"content-type": _TYPES[path.suffix]}, path.read_bytes())


def parse_recorded(preset: str, name: str, **account: str) -> list[InboundMessage | Receipt]:
    request = recorded(preset, name)
    request = InboundRequest(
        request.account, request.method, request.target, {**request.headers, "webhook-id": "msg_7"}, request.body
    )
    return list(CrmChannel(account_of(preset, **account)).parse(request))


def part_for(to: str, body: str = "Você vendeu R$ 1.234,56 em novembro.") -> OutboundPart:
    return OutboundPart(uuid4(), uuid4(), 0, to, body, attempted_at=datetime.now(UTC))
