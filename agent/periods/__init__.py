"""Period words: what "mês passado", "last 7 days" or "del 10 al 20 de abril" mean on a given day."""

from agent.periods.finding import FoundPeriod, find_periods, reanchor
from agent.periods.resolving import current_month, resolve_period

__all__ = ["FoundPeriod", "current_month", "find_periods", "reanchor", "resolve_period"]
