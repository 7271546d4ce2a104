"""A sales rep's half year in six conversations of sixty exchanges, and 135 questions about it with the exchanges that
answer them. Both were written by hand, before any of the questions was ever put to the search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import insert

from models.conversation import conversations
from models.message import messages
from models.session import session_scope
from models.turn import turns
from tests.jobs.house import House

_HERE = Path(__file__).parent
_MONTHS = ("january", "february", "march", "april", "may", "june")


@dataclass(frozen=True, slots=True)
class Exchange:
    """`name` is month, day and number within that day: "0106.3"."""

    name: str
    month: str
    at: datetime
    asked: str
    replied: str

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_OID, self.name)

    @property
    def day(self) -> str:
        return self.name[:4]


@dataclass(frozen=True, slots=True)
class Asked:
    """`kind` is single (one place, or several that say the same), temporal or multi (several places)."""

    kind: str
    text: str
    evidence: frozenset[str]


def read_talks() -> list[Exchange]:
    """In the order in which they were said."""
    found = []
    for month in _MONTHS:
        for line in (_HERE / f"{month}.txt").read_text("utf-8").splitlines():
            if line.startswith("@ "):
                begins = datetime.fromisoformat(f"{line[2:]}T15:00").replace(tzinfo=UTC)
                continue
            number, _, said = line.partition(" ")
            asked, replied = said.split(" > ")
            at = begins + timedelta(minutes=2 * int(number))
            found.append(Exchange(f"{at:%m%d}.{number}", month, at, asked, replied))
    return found


def read_questions() -> list[Asked]:
    rows = [line.split("\t") for line in (_HERE / "questions.tsv").read_text("utf-8").splitlines()]
    return [Asked(kind, text, frozenset(evidence.split())) for kind, text, evidence in rows]


def around(talks: Sequence[Exchange], found: Sequence[str]) -> set[str]:
    """The exchanges of these names, each with the one before and the one after it in its conversation."""
    place: Mapping[str, int] = {one.name: at for at, one in enumerate(talks)}
    near = {at + step for name in found for at in (place[name],) for step in (-1, 0, 1)}
    months = {talks[place[name]].month for name in found}
    return {talks[at].name for at in near if 0 <= at < len(talks) and talks[at].month in months}


def write_talks(house: House, sender: str, talks: Sequence[Exchange]) -> None:
    """As settled turns that memory has not taken in yet."""
    tenant, account = house.account.tenant_id, house.account.id
    with session_scope(house.engine) as connection:
        for month in _MONTHS:
            own = {"id": uuid5(NAMESPACE_OID, month), "tenant_id": tenant, "account_id": account, "sender": sender}
            place = {"thread_key": month, "reply_to": sender, "next_seq": 1000}
            connection.execute(insert(conversations).values(**own, **place))
        said = []
        for number, one in enumerate(talks):
            where = {"tenant_id": tenant, "conversation_id": uuid5(NAMESPACE_OID, one.month)}
            ended = {"frozen_at": one.at, "answered_at": one.at, "settled_at": one.at}
            settled = {"number": 2 * number + 1, "status": "settled", "outcome": "answered"}
            connection.execute(insert(turns).values(id=one.id, **where, **settled, **ended))
            for seq, direction, words in ((0, "in", one.asked), (1, "out", one.replied)):
                name = f"{one.name}:{direction}"
                row = {"id": uuid5(NAMESPACE_OID, name), "external_id": name, "turn_id": one.id, "text": words, **where}
                by = {"account_id": account, "direction": direction, "seq": 2 * number + 1 + seq, "received_at": one.at}
                said.append({**row, **by, "sender": sender if direction == "in" else ""})
        connection.execute(insert(messages), said)
