"""`usage`: tokens, cost and response time per user and day."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.budgets import build_budgets, read_budgets
from bot.commands.base import Command, CommandError, a_day, add_tenant, print_table
from bot.commands.database import open_database
from bot.settings import Settings
from models.clock import SystemClock
from models.knowledge.embedding_use import EmbeddingUse, sum_use
from models.money.budget import Kind
from models.money.budget_books import Standing, list_standing
from models.session import session_scope
from models.struck import count_struck
from models.tenant import DEFAULT, get_tenant
from models.usage import UsageRow, UsageTotals, cached_share, total_usage, usage_report
from models.usage_by_step import StepUsage, usage_by_step

_HEADER = ("day", "user", "turns", "completions", "tokens in", "cached", "tokens out", "cost (USD)", "mean time")
_BUDGET_HEADER = ("budget (USD)", "stated by", "stated", "limit", "spent", "held back", "left")
_STEP_HEADER = ("step of a chain", "completions", "tokens in", "tokens out", "cost (USD)")
_AGENT_HEADER = ("agent", "replies", "without figures that nothing had told")
_EMBEDDING_HEADER = ("vectors by", "of", "calls", "failed", "texts", "tokens", "cost (USD)")
_BUDGET_NAMES: dict[Kind, str] = {
    "agent_day": "the agent's today",
    "agent_month": "the agent's this month",
    "day": "today",
    "month": "this month",
    "person_day": "the user's today",
}
_DAYS = 30


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="start", type=a_day, metavar="YYYY-MM-DD", help=f"default: the last {_DAYS} days"
    )
    parser.add_argument("--to", dest="end", type=a_day, metavar="YYYY-MM-DD", help="default: today; both days count")
    parser.add_argument(
        "--user", metavar="ID", help="only this user: an address as the channel writes it, or a user_id"
    )
    parser.add_argument("--steps", action="store_true", help="add what each step of the agents' chains used")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_tenant(parser)


def _run(arguments: Namespace, settings: Settings) -> int:
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        _, timezone = get_tenant(connection, database.tenant_id)
        end = arguments.end or SystemClock().today(timezone)
        start = arguments.start or end - timedelta(days=_DAYS - 1)
        if end < start:
            raise CommandError(f"--from {start} lies after --to {end}")
        rows = usage_report(connection, database.tenant_id, start, end, timezone, arguments.user)
        steps = usage_by_step(connection, database.tenant_id, start, end, timezone) if arguments.steps else []
        embedded = sum_use(connection, database.tenant_id, start, end)
        agents = count_struck(connection, database.tenant_id, start, end, timezone)
        budgets = [build_budgets(settings)] if arguments.tenant == DEFAULT else []
        budgets += read_budgets(connection, database.tenant_id, timezone)
        standing = [
            (each.agent, one)
            for each in budgets
            if each is not None
            for one in list_standing(connection, database.tenant_id, each, arguments.user or "")
        ]
    totals = total_usage(rows)
    if arguments.json:
        document = {
            "from": str(start),
            "to": str(end),
            "rows": [_as_json(r) for r in rows],
            "totals": {"users": totals.users, **_sums(totals)},
            "agents": [asdict(one) for one in agents],
            "embeddings": [asdict(one) | {"cost": _as_text(one.cost)} for one in embedded],
            "budgets": [_budget_as_json(*one) for one in standing],
        }
        if arguments.steps:
            document["steps"] = [_step_as_json(step) for step in steps]
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif rows:
        _print_report(rows, totals)
    else:
        print(f"Nobody asked anything from {start} to {end}.")
    if arguments.steps and not arguments.json:
        _print_steps(steps, f"from {start} to {end}")
    if any(one.struck for one in agents) and not arguments.json:
        print()
        cells = [(one.agent or "the environment's", str(one.replies), str(one.struck)) for one in agents]
        print_table(_AGENT_HEADER, cells, right=(1, 2))
    if embedded and not arguments.json:
        print()
        print_table(_EMBEDDING_HEADER, [_embedding_cells(one) for one in embedded], right=range(2, 7))
    if standing and not arguments.json:
        print()
        print_table(_BUDGET_HEADER, [_budget_cells(*one) for one in standing], right=range(2, 7))
    return 0


def _print_report(rows: Sequence[UsageRow], totals: UsageTotals) -> None:
    lines = [(str(row.day), row.user, *_cells(row)) for row in rows]
    lines.append(("total", f"{totals.users} users", *_cells(totals)))
    print_table(_HEADER, lines, right=range(2, len(_HEADER)))
    if totals.unpriced:
        print(f"\n?: {totals.unpriced} completions have no known price; their cost is in no sum.")


def _print_steps(steps: Sequence[StepUsage], days: str) -> None:
    print()
    if steps:
        print_table(_STEP_HEADER, [_step_cells(step) for step in steps], right=range(1, 5))
    else:
        print(f"No chain has run {days}: agents have one where their file names a `chain`.")


def _cells(row: UsageRow | UsageTotals) -> tuple[str, ...]:
    return (
        str(row.turns),
        str(row.completions),
        str(row.tokens_in),
        _spell_share(cached_share(row)),
        str(row.tokens_out),
        _spell_cost(row.cost, row.unpriced),
        "-" if row.mean_response_ms is None else f"{row.mean_response_ms / 1000:.1f} s",
    )


def _spell_share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _spell_cost(cost: Decimal | None, unpriced: int) -> str:
    """A question mark stands for what has no known price."""
    if cost is None:
        return "?"
    return f"{cost:.4f}" + (" + ?" if unpriced else "")


def _as_json(row: UsageRow) -> dict[str, Any]:
    return {"user_id": row.user, "day": str(row.day), **_sums(row)}


def _sums(row: UsageRow | UsageTotals) -> dict[str, Any]:
    return {
        "turns": row.turns,
        "completions": row.completions,
        "tokens_in": row.tokens_in,
        "tokens_cached": row.tokens_cached,
        "cached_share": cached_share(row),
        "tokens_out": row.tokens_out,
        "cost": _as_text(row.cost),
        "unpriced_completions": row.unpriced,
        "mean_response_ms": row.mean_response_ms,
    }


def _step_cells(step: StepUsage) -> tuple[str, ...]:
    cost = _spell_cost(step.cost, step.unpriced)
    return step.step, str(step.completions), str(step.tokens_in), str(step.tokens_out), cost


def _step_as_json(step: StepUsage) -> dict[str, Any]:
    return {
        "step": step.step,
        "completions": step.completions,
        "tokens_in": step.tokens_in,
        "tokens_out": step.tokens_out,
        "cost": _as_text(step.cost),
        "unpriced_completions": step.unpriced,
    }


def _embedding_cells(use: EmbeddingUse) -> tuple[str, ...]:
    counts = (use.calls, use.failed, use.texts, use.tokens)
    return use.embedder, use.purpose, *map(str, counts), _spell_cost(use.cost, use.unpriced)


def _as_text(cost: Decimal | None) -> str | None:
    return None if cost is None else format(cost, "f")


def _budget_cells(agent: str, budget: Standing) -> tuple[str, ...]:
    figures = (budget.limit, budget.spent, budget.reserved, budget.left)
    return _BUDGET_NAMES[budget.kind], agent or "settings", budget.stated, *(f"{figure:.4f}" for figure in figures)


def _budget_as_json(agent: str, budget: Standing) -> dict[str, str | None]:
    figures = {"limit": budget.limit, "spent": budget.spent, "reserved": budget.reserved, "left": budget.left}
    return {
        "budget": budget.kind,
        "agent": agent or None,
        "stated": budget.stated,
        **{name: format(figure, "f") for name, figure in figures.items()},
    }


USAGE = Command(_run, _add_arguments)
