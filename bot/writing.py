"""Where an agent's changes go: Recado's own table, or the company's CRM by the account that its file names."""

from collections.abc import Callable, Mapping

from sqlalchemy import Engine

from agent.base import Tool
from agent.spec.agent_spec import AgentSpec
from agent.tools.crm.notes import build_crm_tools
from agent.tools.crm.remote import RemoteCrm
from agent.tools.crm.update import build_update_tool
from agent.tools.desk import Bench
from agent.tools.discount import build_discount_tool
from bot.accounts_file import read_tenants
from bot.services import build_accounts
from bot.settings import Settings
from channels.base import Channel, RecordKeeping
from channels.registry import build_channel
from jobs.changes.crm_book import CrmBook
from jobs.changes.discount_book import DiscountBook
from jobs.runtime import get_services
from models.changes.crm_record import Records
from models.errors import ConfigurationError
from models.tenant import DEFAULT

ChannelFor = Callable[[str, str], Channel | None]


def build_writing_tools(
    spec: AgentSpec, settings: Settings, bench: Bench, engine: Engine, channel_for: ChannelFor | None
) -> Mapping[str, Tool]:
    """Those that the target can take. Raises ConfigurationError."""
    records = _find_records(spec, settings, channel_for)
    discount = build_discount_tool(bench, DiscountBook(engine, get_services), spec.changes.most_discount_percent)
    if records is None:
        return build_crm_tools(bench, CrmBook(engine)) | {"discount_request": discount}
    tools = build_crm_tools(bench, RemoteCrm(records)) | {"discount_request": discount}
    if records.fields("deal") or records.fields("customer"):
        tools["crm_update"] = build_update_tool(bench, records)
    return tools


def _find_records(spec: AgentSpec, settings: Settings, channel_for: ChannelFor | None) -> Records | None:
    """None: Recado's own table. No agent writes into another company's CRM."""
    if spec.changes.write_to is None:
        return None
    kind, _, name = spec.changes.write_to.partition("/")
    if _tenant_of(settings, kind, name) != spec.tenant:
        raise ConfigurationError(f"changes.write_to: {kind}/{name} is no account of the tenant {spec.tenant}")
    channel = channel_for(kind, name) if channel_for else build_channel(build_accounts(settings)[kind, name])
    records = channel.records() if isinstance(channel, RecordKeeping) else None
    if records is None:
        raise ConfigurationError(f"changes.write_to: the mapping of {kind}/{name} has no `writing`")
    return records


def _tenant_of(settings: Settings, channel: str, name: str) -> str | None:
    if name == DEFAULT:
        return DEFAULT
    places = (
        (entry.channel, entry.name, tenant.tenant) for tenant in read_tenants(settings) for entry in tenant.accounts
    )
    return next((tenant for *account, tenant in places if account == [channel, name]), None)
