"""What the tables hold of people, column by column: what is hers, how it is erased, and which texts are nobody's.

Every column that can hold a text stands here; a test holds this list against the database. Export and erasure follow
it. `hers` is a condition over the names that `models.privacy.belongings` collects.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. Rows that fit `hers` are deleted, or go on with `emptied`, expressions in SQL; in the `quoting`
    columns of everybody else's rows her words are cut out. `personal` columns hold what a person said or who she is;
    `plain` ones hold texts of ours, codes and keys."""

    personal: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    hers: str = ""  # empty: no row is anybody's
    emptied: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # empty: the row is deleted
    quoting: tuple[str, ...] = ()


def _words(names: str) -> tuple[str, ...]:
    return tuple(names.split())


def _plain(names: str) -> Holding:
    return Holding(plain=_words(names))


# A Twilio id says nothing of anybody, and a message that Twilio tells of again must not come in a second time.
_CLAIM = "CASE WHEN direction = 'out' OR external_id ~ '^[SM]M[0-9a-f]{32}$' THEN external_id ELSE 'erased:' || id END"
_UNWANTED = "CASE WHEN turn_id IS NULL AND direction = 'in' AND unanswerable = '' THEN 'erased' ELSE unanswerable END"
_IN_HER_TURNS = "turn_id IN (SELECT id FROM her_turn)"
_BY_HER_CONTACTS = "contact_id IN (SELECT id FROM her_contact)"
_FROM_HER = "(account_id, address) IN (SELECT account_id, address FROM her_address)"
_AN_ADDRESS = "IN (SELECT address FROM her_address)"

HOLDINGS: Final[Mapping[str, Holding]] = {
    # What was said.
    "raw_event": Holding(
        personal=_words("target headers body"),
        plain=_words("trace_id"),
        hers="id IN (SELECT id FROM her_event)",
    ),
    "media": Holding(
        personal=_words("name url transcript error storage_key"),
        plain=_words("content_type status"),
        hers="message_id IN (SELECT id FROM her_message)",
    ),
    "message": Holding(
        personal=_words("external_id sender sender_name text subject aside quotes follows extra fingerprint"),
        plain=_words("direction kind unanswerable trace_id"),
        hers="id IN (SELECT id FROM her_message)",
        emptied={
            "external_id": _CLAIM,
            "sender": "CASE WHEN direction = 'in' THEN :pseudonym ELSE '' END",
            **dict.fromkeys(("sender_name", "text", "subject", "aside", "quotes", "fingerprint"), "''"),
            **dict.fromkeys(("follows", "extra", "raw_event_id"), "NULL"),
            "unanswerable": _UNWANTED,
        },
        quoting=_words("text subject aside quotes follows extra"),
    ),
    "outbox": Holding(
        personal=_words("to_address body extra error"),
        plain=_words("status provider_id error_code"),
        hers=f"{_IN_HER_TURNS} OR conversation_id IN (SELECT id FROM her_conversation)",
        quoting=_words("body extra error"),
    ),
    "receipt": Holding(
        personal=_words("extra"),
        plain=_words("external_id status error_code"),
        hers="outbox_id IN (SELECT id FROM her_part)",
    ),
    # What was made of it.
    "turn": Holding(
        personal=_words("error"),
        plain=_words("status outcome taint trace_id"),
        hers="id IN (SELECT id FROM her_turn)",
        emptied={
            **{"status": "'settled'", "outcome": "'erased'", "error": "''"},
            **{"settled_at": "coalesce(settled_at, now())", "next_try_at": "NULL", "first_failed_at": "NULL"},
            "remembered_at": "coalesce(remembered_at, now())",
        },
        quoting=_words("error"),
    ),
    "run": Holding(
        personal=_words("memory grounding error"),
        plain=_words("status provider llm engine"),
        hers=_IN_HER_TURNS,
        emptied={
            **{"memory": "NULL", "grounding": "NULL", "error": "''"},
            "status": "CASE WHEN status = 'started' THEN 'failed' ELSE status END",
        },
        quoting=_words("memory grounding error"),
    ),
    "completion": Holding(
        personal=_words("answer request_id"),
        plain=_words(
            "status provider llm_requested llm_served cost_source price_version tool_called error_kind instead_of "
            "chain_step"
        ),
        hers=_IN_HER_TURNS,
        emptied={
            **{"answer": "NULL", "request_id": "''"},
            "status": "CASE WHEN status = 'started' THEN 'estimated' ELSE status END",
        },
        quoting=_words("answer"),
    ),
    "tool_call": Holding(
        personal=_words("arguments result"),
        plain=_words("call_id name"),
        hers=_IN_HER_TURNS,
        quoting=_words("arguments result"),
    ),
    "cached_answer": Holding(
        personal=_words("reply"), plain=_words("key versions gist taint"), hers=_IN_HER_TURNS, quoting=_words("reply")
    ),
    "kept_result": Holding(
        personal=_words("arguments result"),
        plain=_words("key name"),
        hers=_IN_HER_TURNS,
        quoting=_words("arguments result"),
    ),
    "awaited_answer": Holding(plain=_words("key"), hers=_IN_HER_TURNS),
    "summary": Holding(
        personal=_words("sender lines prose"),
        plain=_words("prose_by"),
        hers="(conversation_id, sender) IN (SELECT t.id, a.address FROM her_thread t JOIN her_address a USING "
        "(account_id)) OR conversation_id IN (SELECT id FROM her_conversation)",
        quoting=_words("lines prose"),
    ),
    "proposal": Holding(
        personal=_words("address person arguments words result digest"),
        plain=_words("call_key tool language definition status"),
        hers="id IN (SELECT id FROM her_proposal)",
        quoting=_words("arguments words result"),
    ),
    "audit": Holding(
        personal=_words("address person words detail"),
        plain=_words("event"),
        hers="proposal_id IN (SELECT id FROM her_proposal)",
        emptied={"address": ":pseudonym", "person": "''", "words": "''", "detail": "NULL"},
        quoting=_words("words detail"),
    ),
    "discount_request": Holding(
        personal=_words("address person customer subject reason ruled_by"),
        plain=_words("language status"),
        hers=_FROM_HER,
        quoting=_words("customer subject reason ruled_by"),
    ),
    "crm_entry": Holding(
        personal=_words("customer text written_by"),
        plain=_words("write_key kind"),
        hers="written_by IN (SELECT name FROM her_name) OR customer IN (SELECT name FROM her_customer)",
        quoting=_words("text"),
    ),
    "conversation": Holding(
        personal=_words("thread_key sender aliases reply_to sender_name"),
        plain=_words("lease_owner held_by"),
        hers="id IN (SELECT id FROM her_conversation)",
        emptied={
            "thread_key": "'erased:' || md5(id::text)",  # the id itself stands in logs: nobody should find it here
            "sender": ":pseudonym",
            **dict.fromkeys(("aliases", "reply_to", "sender_name"), "''"),
            **dict.fromkeys(("held_by", "held_at", "wanted_at", "undelivered_at", "due_at", "rung_at"), "NULL"),
        },
        quoting=_words("thread_key"),
    ),
    # Who she is.
    "fact": Holding(
        personal=_words("predicate value quote"),
        plain=_words("subject kind ended_as channel author_role trust"),
        hers=_BY_HER_CONTACTS,
        quoting=_words("value quote"),
    ),
    "customer_fact": Holding(
        personal=_words("customer words predicate value teller quote"),
        plain=_words("ended_as channel author_role trust"),
        hers="id IN (SELECT id FROM her_customer_fact)",
        quoting=_words("value quote"),
    ),
    "remembered_turn": Holding(hers=f"{_BY_HER_CONTACTS} OR {_IN_HER_TURNS}"),
    "search_space": Holding(
        plain=_words("kind languages"), hers="kind = 'turns' AND owner_id IN (SELECT id FROM her_contact)"
    ),
    "search_posting": Holding(
        personal=_words("term postings"),
        hers="space_id IN (SELECT id FROM search_space WHERE kind = 'turns' "
        "AND owner_id IN (SELECT id FROM her_contact))",
    ),
    "search_word": Holding(
        personal=_words("word backward"),
        hers="space_id IN (SELECT id FROM search_space WHERE kind = 'turns' "
        "AND owner_id IN (SELECT id FROM her_contact))",
    ),
    "contact_link": Holding(
        plain=_words("status how decided_by"),
        hers=f"{_BY_HER_CONTACTS} OR holder_id IN (SELECT id FROM her_holder)",
    ),
    "mailbox_code": Holding(
        personal=_words("mailbox digest"),
        hers=f"{_BY_HER_CONTACTS} OR mailbox {_AN_ADDRESS}",
    ),
    "contact": Holding(personal=_words("address verified_key"), hers="id IN (SELECT id FROM her_contact)"),
    "identity": Holding(personal=_words("address"), hers=f"{_FROM_HER} OR person_id IN (SELECT id FROM her_holder)"),
    "person": Holding(
        personal=_words("name salesperson customer"), plain=_words("role"), hers="id IN (SELECT id FROM her_holder)"
    ),
    "sender_alias": Holding(
        personal=_words("address sender"),
        hers=f"{_FROM_HER} OR (account_id, sender) IN (SELECT account_id, address FROM her_address)",
    ),
    "opt_out": Holding(personal=_words("address"), plain=_words("source"), hers=_FROM_HER),
    "budget": Holding(
        personal=_words("subject"), plain=_words("kind"), hers=f"kind = 'person_day' AND subject {_AN_ADDRESS}"
    ),
    "budget_hold": Holding(
        personal=_words("subject"), plain=_words("agent"), hers=f"{_IN_HER_TURNS} OR subject {_AN_ADDRESS}"
    ),
    # Nobody's: the company's own, the machine's, or those of the staff who run the program.
    "erasure": _plain("made_by pseudonym counts pending"),
    "retention_rule": _plain("kind reached"),
    "retention_waiting": _plain("kind of"),
    "tenant": _plain("slug name timezone"),
    "channel_account": _plain("channel name agent"),
    "agent_version": _plain("name spec digest files note"),
    "agent_file": _plain("digest content"),
    "active_agent": _plain("name"),
    "agent_activation": _plain("name"),
    "document": _plain("key title content_type file digest language roles status error"),
    "chunk": _plain("given_id text indexed path place"),
    "chunk_vector": _plain("vector"),
    "embedding_space": _plain("embedder error judged_by"),
    "embedding_use": _plain("embedder purpose"),
    "catalog_item": _plain("code name folded_code folded_name unit currency label"),
    "leftover_space": Holding(),
    "leftover_file": _plain("file"),
    "operator": _plain("email name password_hash"),
    "operator_session": _plain("token_hash csrf_token"),
    "api_key": _plain("name secret_hash"),
    "dollar_rate": Holding(),
    "rest": _plain("name"),
    "named_lease": _plain("name owner"),
    "worker_heartbeat": _plain("worker kind"),
    "alembic_version": _plain("version_num"),
}

# Parents come last: what hangs on a row is found by it.
ORDER: Final = tuple(name for name, holding in HOLDINGS.items() if holding.hers)
