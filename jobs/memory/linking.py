"""Where a person says something by which another channel knows somebody, that becomes a proposal for the operator: her
word alone proves nothing."""

from collections.abc import Sequence

from sqlalchemy import Connection

from models.memory.contact_link import ContactLinks, How, find_holders
from models.memory.fact import NewFact, Source

_FULL = 2  # words of a name that is somebody's own


def propose_links(connection: Connection, source: Source, told: Sequence[NewFact]) -> int:
    """How many are new. Safe to repeat."""
    keys = [f"{one.predicate}:{one.value.casefold()}" for one in told if one.predicate in ("email", "phone")]
    called = [one.value for one in told if one.predicate == "name"]
    names = [value.lower() for value in called if len(value.split()) >= _FULL]
    made = 0
    for wanted, how in ((keys, "stated"), (names, "same_name")):
        if wanted:
            made += _propose(connection, source, wanted, how)  # type: ignore[arg-type]  # one of How
    return made


def _propose(connection: Connection, source: Source, wanted: Sequence[str], how: How) -> int:
    keys, names = (wanted, []) if how == "stated" else ([], wanted)
    found = find_holders(connection, source.tenant_id, keys, names)
    proposing = ContactLinks(connection, source.tenant_id)
    return sum(proposing.propose(source.contact_id, holder_id, how) for holder_id in found)
