"""Fifty workers on one budget never overrun it, not by the smallest sum and not for a moment: the database looks."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models.session import build_engine, session_scope
from models.tenant import ensure_tenant
from tests.models.budget_crowd import BUDGETS, Tally, spend_together

ROOT = Path(__file__).parents[2]
LIMITS = {kind: limit for kind, limit in BUDGETS.limits.items() if limit is not None}


@pytest.fixture
def tenant_id(engine: Engine) -> UUID:
    """A tenant in whose database no write that overruns a limit is taken."""
    over = " OR ".join(f"(kind = '{kind}' AND spent + reserved > {limit})" for kind, limit in LIMITS.items())
    with session_scope(engine) as connection:
        connection.execute(text(f"ALTER TABLE budget ADD CONSTRAINT never_overrun CHECK (NOT ({over}))"))
        return ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")


def judge(engine: Engine, tally: Tally) -> None:
    assert tally.errors == []
    assert tally.calls > 50
    assert tally.refused > 50
    with session_scope(engine) as connection:
        rows = connection.execute(text("SELECT kind, sum(spent), sum(reserved), max(spent) FROM budget GROUP BY kind"))
        books = {kind: (spent, reserved, highest) for kind, spent, reserved, highest in rows}
        assert connection.execute(text("SELECT count(*) FROM budget_hold")).scalar_one() == 0
    assert {(spent, reserved) for spent, reserved, _ in books.values()} == {(tally.spent, Decimal(0))}
    assert all(books[kind][2] <= limit for kind, limit in LIMITS.items())
    tightest = LIMITS["agent_day"]
    assert tightest / 2 < tally.spent <= tightest, "and what may be spent can be spent"


def test_fifty_threads_with_connections_of_their_own(engine: Engine, fresh_database_url: str, tenant_id: UUID) -> None:
    crowded = build_engine(
        fresh_database_url, application_name="recado-tests", pool_size=50, patience=60, answer_within=60
    )
    tally = spend_together(crowded, tenant_id, workers=50, calls=12, seed=1)
    crowded.dispose()
    judge(engine, tally)


def test_fifty_workers_in_five_processes(engine: Engine, fresh_database_url: str, tenant_id: UUID) -> None:
    command = [sys.executable, "-m", "tests.models.budget_crowd", fresh_database_url, str(tenant_id), "10", "12"]
    crowd = [subprocess.Popen([*command, str(seed)], cwd=ROOT, stdout=subprocess.PIPE, text=True) for seed in range(5)]
    together = Tally()
    for process in crowd:
        said = json.loads(process.communicate(timeout=240)[0])
        together.spent += Decimal(said["spent"])
        together.calls += said["calls"]
        together.refused += said["refused"]
        together.errors += said["errors"]
    judge(engine, together)
