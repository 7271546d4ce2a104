"""Neighbours that are left alone for a while: one that asked for it, or one that does not answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Interval,
    Label,
    Text,
    any_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Field, SQLModel

from models.columns import moment, reference, table_of


class Rest(SQLModel, table=True):
    """`failures` in a row without an answer, 0 where the neighbour itself asked to be left alone until then;
    `failed_with` is the turn of the last one."""

    __tablename__ = "rest"

    name: str = Field(sa_column=Column(Text, primary_key=True))  # channel/account, llm/tenant/address
    failures: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    rests_until: datetime = Field(sa_column=moment(nullable=False))
    failed_with: UUID | None = Field(default=None, sa_column=reference(nullable=True))


rests = table_of(Rest)


@dataclass(frozen=True, slots=True)
class Resting:
    """`wait` is how long it is still left alone; not positive when that is over."""

    failures: int
    wait: timedelta


def llm_neighbour(tenant_id: UUID, address: str) -> str:
    """The name here of a provider's address: each tenant has an account and a limit of its own there."""
    return f"llm/{tenant_id}/{address}"


def resting(name: ColumnElement[str]) -> tuple[Label[int | None], Label[timedelta | None]]:
    """Columns `failures` and `rests_for` of a neighbour, for a statement that runs in any case."""
    r = rests.c
    failures = select(r.failures).where(r.name == name).scalar_subquery()
    wait = select(r.rests_until - func.now()).where(r.name == name).scalar_subquery()
    return failures.label("failures"), wait.label("rests_for")


def resting_among(names: ColumnElement[list[str]]) -> Label[dict[str, list[float]] | None]:
    """Column `resting` of those of `names` that are known here, for `read_resting`."""
    r = rests.c
    wait = func.extract("epoch", r.rests_until - func.now())
    found = func.jsonb_object_agg(r.name, func.jsonb_build_array(r.failures, wait), type_=JSONB)
    return select(found).where(r.name == any_(names)).scalar_subquery().label("resting")


def read_resting(found: dict[str, list[float]] | None) -> dict[str, Resting]:
    """By name. Pure."""
    return {name: Resting(int(failures), timedelta(seconds=wait)) for name, (failures, wait) in (found or {}).items()}


def leave_alone(connection: Connection, name: str, wait: timedelta) -> None:
    """It asked for it, so it answers."""
    until = func.now() + literal(wait)
    statement = insert(rests).values(name=name, rests_until=until)
    later = {"failures": 0, "rests_until": func.greatest(rests.c.rests_until, until)}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=later))


def note_silence(
    connection: Connection, name: str, turn_id: UUID, *, after: int, first: timedelta, longest: timedelta
) -> None:
    """It did not answer. From the time `after` in a row it is left alone: for `first`, then twice as long each time.

    A turn that fails again and again counts once until then: what is too much for the neighbour may be the turn."""
    r = rests.c
    counts = or_(r.failed_with.is_distinct_from(turn_id), r.failures >= after)
    failures = r.failures + case((counts, 1), else_=0)
    doubled = first.total_seconds() * func.power(2, func.greatest(func.least(failures - after, 16), 0))
    wait = func.make_interval(0, 0, 0, 0, 0, 0, func.least(doubled, longest.total_seconds()), type_=Interval)
    rested = func.greatest(r.rests_until, func.now() + wait)
    again = {"failures": failures, "rests_until": case((failures >= after, rested), else_=r.rests_until)}
    statement = insert(rests).values(name=name, failures=1, failed_with=turn_id)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={**again, "failed_with": turn_id})
    connection.execute(statement)


def try_again(connection: Connection, name: str, hold: timedelta) -> bool:
    """Whether the caller is the one who may find out if it answers; the others leave it alone for `hold` longer."""
    r = rests.c
    statement = update(rests).where(r.name == name, r.rests_until <= func.now())
    return connection.execute(statement.values(rests_until=func.now() + literal(hold))).rowcount == 1


def note_answer(connection: Connection, name: str) -> None:
    """It answers. What it asked for itself still holds."""
    r = rests.c
    over = or_(r.failures > 0, r.rests_until <= func.now())
    connection.execute(delete(rests).where(r.name == name, over))
