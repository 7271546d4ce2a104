"""The guards of the door: what a message meets before it is acknowledged."""

from collections.abc import Callable
from typing import Any

from models.faultpoint import faultpoint
from tests.guards.removal import Guard, Swap


def _acknowledge_first(store: Callable[..., Any]) -> Callable[..., Any]:
    """The sender hears 2xx, and only then is stored what she sent: whoever dies in between has lied."""

    def early(services: Any, *rest: Any) -> Any:
        faultpoint("ingress.lied")
        return store(services, *rest)

    return early


def _only_news(store: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: [item for item in store(*given) if not item.is_duplicate]


def _claimed_only(direction: str) -> tuple[str, ...]:
    """The claim on external ids kept for one direction alone."""
    return (
        "ALTER TABLE message DROP CONSTRAINT message_claimed_once",
        "CREATE UNIQUE INDEX message_claimed_once ON message (account_id, external_id) "
        f"WHERE direction = '{direction}'",
    )


INGRESS = (
    Guard(
        "acknowledged only after the commit",
        cells=("talk/kill/ingress.lied",),
        swaps=(Swap("bot.intake:_store", _acknowledge_first),),
    ),
    Guard(
        "an inbound id is claimed for ever",
        cells=("talk/crowd/ingress.opened#2",),
        drops=_claimed_only("out"),
    ),
    Guard(
        "a known id is looked for first",
        cells=("talk/none/",),
        rewrites=((r"(?<=SELECT id, conversation_id, fingerprint FROM message)\s+WHERE", " WHERE false AND"),),
    ),
    Guard(
        "a duplicate rings again",
        covered_by="the sweeper",
        swaps=(Swap("bot.intake:_store", _only_news),),
    ),
    Guard(
        "a message makes its conversation due",
        cells=("talk/none/",),
        rewrites=((r"due_at = least\(c\.due_at, excluded\.due_at\)", "due_at = c.due_at"),),
    ),
    Guard(
        "the number of a message comes from its conversation's row",
        cells=("talk/none/",),
        rewrites=((r"(?<=due_at\),\s{5})next_seq = c\.next_seq \+ 1", "next_seq = c.next_seq"),),
    ),
    Guard(
        "numbers are unique in a conversation",
        covered_by="the number comes from the conversation's row, locked until the commit",
        drops=("ALTER TABLE message DROP CONSTRAINT message_conversation_id_seq_key",),
    ),
    Guard(
        "a turn has one reply",
        covered_by="the lease and its fence, and one place a part",
        drops=_claimed_only("in"),
    ),
)
