"""`memory customers`: what the company's people told of its customers, with who said it and when."""

import json
from argparse import Namespace
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent.memory.customer_telling import describe_told
from bot.commands.names import fold
from bot.settings import Settings
from models.memory.customer_fact import KnownCustomerFact, told_until


def list_customers(arguments: Namespace, settings: Settings, connection: Connection, tenant_id: UUID) -> int:
    """Of those whose name holds the words given, or of all."""
    on = arguments.known_on
    when = None if on is None else datetime.combine(on, time.max, ZoneInfo(settings.timezone))
    words = fold(" ".join(arguments.customer))
    found = [one for one in told_until(connection, tenant_id, when) if words in fold(one.customer)]
    if arguments.json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=2))
    else:
        lines = [f"{one.customer}: {describe_told(one, 'en', settings.timezone)}" for one in found]
        print("\n".join(lines) or "Nothing was told of such a customer.")
    return 0


def _as_json(fact: KnownCustomerFact) -> dict[str, str]:
    return {
        "customer": fact.customer,
        "predicate": fact.predicate,
        "value": fact.value,
        "teller": fact.teller,
        "recorded_at": fact.recorded_at.isoformat(),
        "channel": fact.channel,
        "turn": str(fact.turn_id),
    }
