"""Every tool by name: a dict of dotted paths, resolved when the tools of a process are built."""

from importlib import import_module
from typing import Any, Final

from agent.base import Tool
from agent.tools.decorator import Blueprint
from agent.tools.desk import Bench
from agent.tools.exchange_rates import ExchangeRates
from models.clock import Clock, SystemClock
from models.sales.source import SalesSource

TOOLS: Final[dict[str, str]] = {
    "sales_summary": "agent.tools.sales:sales_summary",
    "top_n": "agent.tools.sales:top_n",
    "compare_periods": "agent.tools.sales:compare_periods",
    "goal_progress": "agent.tools.goals:goal_progress",
    "pipeline_status": "agent.tools.pipeline:pipeline_status",
    "customer_brief": "agent.tools.customers:customer_brief",
    "find_order": "agent.tools.orders:find_order",
    "lapsed_customers": "agent.tools.lapsed:lapsed_customers",
    "stalled_deals": "agent.tools.stalled:stalled_deals",
    "exchange_rate": "agent.tools.exchange:exchange_rate",
}

# A source without this part has no such tool.
NEEDS: Final = {"goal_progress": "goal", "pipeline_status": "deal", "stalled_deals": "deal"}


def get_blueprint(name: str) -> Blueprint[Any]:
    """Raises KeyError for a name that is not registered, TypeError for a path that leads to something else."""
    module, _, attribute = TOOLS[name].partition(":")
    blueprint = getattr(import_module(module), attribute)
    if not isinstance(blueprint, Blueprint) or blueprint.spec.name != name:
        raise TypeError(f"{TOOLS[name]} is not the tool {name}")
    return blueprint


def build_tools(sales: SalesSource, exchange: ExchangeRates, clock: Clock | None = None) -> dict[str, Tool]:
    """All tools of a process, in the order of the registry. The same objects serve every thread."""
    bench = Bench(sales=sales, exchange=exchange, clock=clock or SystemClock())
    offered = [name for name in TOOLS if NEEDS.get(name, "sale") in sales.layer.relations]
    return {name: get_blueprint(name).bind(bench) for name in offered}
