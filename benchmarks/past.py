"""A past for the database: settled turns with all they leave behind, written in bulk."""

from sqlalchemy import Connection, Engine, text

from models.session import session_scope
from models.tenant import AccountKey

QUESTION = "Quais foram as vendas do mês passado?"
_REPLY = (
    "Em outubro de 2026 (1 a 31) as vendas somaram **R$ 1.284.310,75** em 412 pedidos, 8,4% acima de setembro. "
    "Pedidos cancelados não entram. Fonte: Aurora Distribuidora: sales_order, 412 linhas."
)


def _new_id(moment: str) -> str:
    """An id in the order of time, as `models.ids` makes them: indexes grow at their end."""
    milliseconds = f"to_hex((extract(epoch FROM {moment}) * 1000)::bigint)"
    return f"(lpad({milliseconds}, 12, '0') || '7' || substr(md5(random()::text), 1, 19))::uuid"


# The turns end now and lie a minute apart, oldest first; a turn bears the id of its question, as everywhere.
_STATEMENTS = (
    """
    INSERT INTO conversation (id, tenant_id, account_id, thread_key, sender, reply_to, next_seq)
    SELECT {id_of_now}, :tenant, :account, :prefix || n, :prefix || n, :prefix || n, 2 * :turns + 1
    FROM generate_series(1, :conversations) AS n
    """,
    """
    INSERT INTO turn (id, tenant_id, conversation_id, number, status, outcome, tries, trace_id, frozen_at, answered_at,
                      settled_at, remembered_at)
    SELECT {id_of_t}, :tenant, c.id, 2 * n - 1, 'settled', 'answered', 1, md5(n::text), t, t, t, t
    FROM generate_series(1, :turns) AS n, conversation AS c,
         LATERAL (SELECT now() - (:turns - n) * interval '1 minute' AS t)
    WHERE c.account_id = :account AND c.sender LIKE :prefix || '%'
    ORDER BY n
    """,
    """
    INSERT INTO message (id, tenant_id, conversation_id, account_id, external_id, seq, direction, text, turn_id,
                         trace_id, received_at)
    SELECT CASE said.direction WHEN 'in' THEN t.id ELSE {id_of_turn} END, :tenant, t.conversation_id, :account,
           said.name || t.id, t.number + said.place, said.direction, said.text, t.id, t.trace_id, t.frozen_at
    FROM turn AS t JOIN conversation AS c ON c.id = t.conversation_id,
         (VALUES ('in', 'm', 0, :question), ('out', 'reply:', 1, :reply)) AS said (direction, name, place, text)
    WHERE c.account_id = :account AND c.sender LIKE :prefix || '%'
    """,
    """
    INSERT INTO run (id, tenant_id, turn_id, attempt, status, provider, llm, engine, steps, tokens_in, tokens_out,
                     finished_at)
    SELECT {id_of_turn}, :tenant, t.id, 1, 'done', 'openai-compatible', 'standin', 'llm', 2, 2000, 80,
           t.answered_at
    FROM turn AS t JOIN conversation AS c ON c.id = t.conversation_id
    WHERE c.account_id = :account AND c.sender LIKE :prefix || '%'
    """,
    """
    INSERT INTO completion (id, tenant_id, turn_id, step, attempt, status, provider, llm_requested, answer, time_ms)
    SELECT {id_of_turn}, :tenant, t.id, step, 1, 'done', 'openai-compatible', 'standin',
           jsonb_build_object('text', CAST(:reply AS text)), 900
    FROM turn AS t JOIN conversation AS c ON c.id = t.conversation_id, generate_series(0, 1) AS step
    WHERE c.account_id = :account AND c.sender LIKE :prefix || '%'
    """,
    """
    INSERT INTO tool_call (turn_id, step, number, tenant_id, call_id, name, arguments, result, ok, time_ms)
    SELECT t.id, 0, 0, :tenant, 'c1', 'sales_summary', '{{"metric": "revenue"}}', '{{"ok": true, "rows": 412}}', true, 4
    FROM turn AS t JOIN conversation AS c ON c.id = t.conversation_id
    WHERE c.account_id = :account AND c.sender LIKE :prefix || '%'
    """,
)
_IDS = {"id_of_now": _new_id("now()"), "id_of_t": _new_id("t"), "id_of_turn": _new_id("t.frozen_at")}
_TABLES = ("conversation", "turn", "message", "run", "completion", "tool_call")


def write_past(engine: Engine, account: AccountKey, prefix: str, conversations: int, turns: int) -> None:
    """So many conversations, of senders `<prefix>1` and on, with so many turns of two messages each. The engine must
    bear with statements of minutes."""
    values = {"tenant": account.tenant_id, "account": account.id, "prefix": prefix, "turns": turns}
    texts = {"conversations": conversations, "question": QUESTION, "reply": _REPLY}
    with session_scope(engine) as connection:
        # What is written refers to nothing that is missing, and looking that up row by row takes most of the time.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in _STATEMENTS:
            connection.execute(text(statement.format(**_IDS)), {**values, **texts})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _tidy(connection)


def _tidy(connection: Connection) -> None:
    """What autovacuum would have done long ago, had the turns come one by one."""
    for table in _TABLES:
        connection.execute(text(f"VACUUM (ANALYZE) {table}"))
    connection.execute(text("CHECKPOINT"))


def count_messages(engine: Engine) -> int:
    with session_scope(engine) as connection:
        count: int = connection.execute(text("SELECT count(*) FROM message")).scalar_one()
    return count
