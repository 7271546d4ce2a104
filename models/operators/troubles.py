"""What a person should look at, counted: answers that failed, parts that did not arrive, drafts that wait."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Troubles:
    """`apologised`, `silent` (fenced), `failed` and `ungrounded` (figures left out) of the time asked for; `put_off`,
    `held` and `drafts` as of now."""

    apologised: int
    silent: int
    put_off: int
    failed: int
    held: int
    drafts: int
    ungrounded: int


_COUNT = text("""
    SELECT
        (SELECT count(*) FROM turn WHERE outcome = 'apologised' AND frozen_at > now() - CAST(:within AS interval)),
        (SELECT count(*) FROM turn WHERE outcome = 'fenced' AND frozen_at > now() - CAST(:within AS interval)),
        (SELECT count(*) FROM turn WHERE status <> 'settled' AND status = 'open' AND first_failed_at IS NOT NULL),
        count(*) FILTER (WHERE status = 'failed' AND settled_at > now() - CAST(:within AS interval)),
        count(*) FILTER (WHERE status = 'held'),
        count(*) FILTER (WHERE status = 'draft'),
        (SELECT count(*) FROM run WHERE error LIKE '%ungrounded:%' AND started_at > now() - CAST(:within AS interval))
    FROM outbox WHERE status IN ('failed', 'held', 'draft')
""")


def count_troubles(connection: Connection, within: timedelta) -> Troubles:
    """Of all tenants."""
    return Troubles(*connection.execute(_COUNT, {"within": within}).one())
