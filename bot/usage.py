"""`GET /v1/usage`: tokens, cost and mean response time per user and day."""

import json
import re
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request

from bot.access import authenticate
from bot.problems import Problem
from bot.request_trace import adopt_trace
from bot.web_services import WebServices
from models.session import session_scope
from models.tenant import get_tenant
from models.usage import UsageRow, UsageTotals, cached_share, total_usage, usage_report

_DEFAULT_DAYS = 30
_MOST_DAYS = 366
_DAY = re.compile(r"[2-8][0-9]{3}-[0-9]{2}-[0-9]{2}")


class UsageRoutes:
    def __init__(self, services: WebServices) -> None:
        self._services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("usage", __name__, url_prefix="/v1")
        routes.add_url_rule("/usage", "report", self.report, methods=["GET"])
        return routes

    def report(self) -> Response:
        caller = authenticate(self._services, request)
        adopt_trace()
        user = request.args.get("user_id")
        if user is not None and "\0" in user:
            raise Problem(400, "user_id: not a user's id.")
        with session_scope(self._services.engine) as connection:
            _, timezone = get_tenant(connection, caller.tenant_id)
            start, end = _period(self._services.clock.today(timezone))
            rows = usage_report(connection, caller.tenant_id, start, end, timezone, user)
        body = {
            "from": start.isoformat(),
            "to": end.isoformat(),
            "timezone": timezone,
            "currency": "USD",
            "rows": [_row(row) for row in rows],
            "totals": _totals(total_usage(rows)),
        }
        return Response(json.dumps(body, ensure_ascii=False), content_type="application/json")


def _period(today: date) -> tuple[date, date]:
    """Both days of the query belong to it; without them, the last thirty days."""
    end = _day("to") or today
    start = _day("from") or end - timedelta(days=_DEFAULT_DAYS - 1)
    if start > end:
        raise Problem(400, "from: must not be after to.")
    if (end - start).days >= _MOST_DAYS:
        raise Problem(400, f"from, to: ask for at most {_MOST_DAYS} days at once.")
    return start, end


def _day(name: str) -> date | None:
    text = request.args.get(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise Problem(400, f"{name}: write a day from the year 2000 on as YYYY-MM-DD.")
    return day


def _row(row: UsageRow) -> dict[str, Any]:
    return {
        "user_id": row.user,
        "day": row.day.isoformat(),
        "turns": row.turns,
        "completions": row.completions,
        "tokens_in": row.tokens_in,
        "tokens_cached": row.tokens_cached,
        "cached_share": cached_share(row),
        "tokens_out": row.tokens_out,
        "cost": _money(row.cost),
        "unpriced_completions": row.unpriced,
        "mean_response_ms": row.mean_response_ms,
    }


def _totals(totals: UsageTotals) -> dict[str, Any]:
    body = asdict(totals)
    body["unpriced_completions"] = body.pop("unpriced")
    return body | {"cached_share": cached_share(totals), "cost": _money(totals.cost)}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")
