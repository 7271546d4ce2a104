"""Many workers of one process that spend from one budget as fast as they can: `python -m tests.models.budget_crowd`."""

import json
import random
import sys
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Engine

from models.errors import BudgetExceeded
from models.ids import new_id
from models.journal import JournalKey
from models.money.budget import Budgets, reserve, settle, settle_lost
from models.session import build_engine, session_scope

BUDGETS = Budgets(
    *(Decimal("1"), Decimal("1.5"), Decimal("0.7")), "America/Sao_Paulo", agent_day=Decimal("0.9"), agent="vendas"
)
PEOPLE = ("+5511911110001", "+5511911110002", "+5511911110003")


@dataclass
class Tally:
    """What the workers did together, by their own reckoning."""

    spent: Decimal = Decimal(0)
    calls: int = 0
    refused: int = 0
    errors: list[str] = field(default_factory=list)


def spend_together(engine: Engine, tenant_id: UUID, workers: int, calls: int, seed: int) -> Tally:
    """Each worker holds, settles or dies, over a connection of its own, and goes on to its next call."""
    tally, lock = Tally(), threading.Lock()
    start = threading.Barrier(workers)

    def work(number: int) -> None:
        chance = random.Random(f"{seed}-{number}")
        start.wait(180)
        for _ in range(calls):
            try:
                spent = _spend(engine, tenant_id, chance)
            except BudgetExceeded:
                spent = None
            except Exception as error:
                with lock:
                    tally.errors.append(repr(error))
                return
            with lock:
                tally.calls += spent is not None
                tally.refused += spent is None
                tally.spent += spent or 0

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _spend(engine: Engine, tenant_id: UUID, chance: random.Random) -> Decimal:
    amount = Decimal(chance.randint(1, 30)) / 1000
    call = JournalKey(tenant_id, new_id(), 1)
    with session_scope(engine) as connection:
        reserve(connection, BUDGETS, call, 0, subject=chance.choice(PEOPLE), amount=amount)
    with session_scope(engine) as connection:
        if chance.random() < 0.1:
            settle_lost(connection, call.turn_id)
            return amount
        cost = None if chance.random() < 0.1 else amount * chance.randint(0, 10) / 10
        settle(connection, call, 0, cost)
        return amount if cost is None else cost


def main() -> None:
    url, tenant_id, workers, calls, seed = sys.argv[1:]
    engine = build_engine(url, application_name="recado-tests", pool_size=int(workers), patience=60, answer_within=60)
    tally = spend_together(engine, UUID(tenant_id), int(workers), int(calls), int(seed))
    engine.dispose()
    said = {"spent": str(tally.spent), "calls": tally.calls, "refused": tally.refused, "errors": tally.errors}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
