"""Whether a provider refuses us: where another answers in its place, nobody else would notice."""

from datetime import timedelta

from sqlalchemy import Engine

from bot.doctor.findings import Finding, doubtful, well
from models.session import session_scope
from models.usage import find_refused

_DAYS = 7


def check_refusals(engine: Engine) -> Finding:
    """Calls that failed for the key, the account or the LLM's name: what only a person can mend."""
    with session_scope(engine) as connection:
        found = find_refused(connection, timedelta(days=_DAYS))
    if not found:
        return well("providers", f"none has refused us in {_DAYS} days")
    words = ", ".join(f"{provider}: {kind} ({count} calls)" for provider, kind, count in found[:5])
    return doubtful("providers", f"refused in {_DAYS} days: {words}", "mend the key, the account or the LLM's name")
