"""Ana, who left a mark in every table that can hold one, and Bruno, who shares a conversation with her."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from jobs.memory.keeper import take_in
from jobs.privacy.erasing import Whose
from models.files.storage import Storage
from models.ids import new_id
from models.inbound import InboundMedia, InboundMessage
from models.inbox import RawRequest, store_messages
from models.privacy.belongings import find_addresses
from models.session import session_scope
from tests.jobs.house import House

MARK = "zq7xmark9"
ANA, BRUNO, CARLA = f"ana@{MARK}.exemplo.com", "bruno@exemplo.com", "+5511888880000"
HER_WORDS = f"quero falar do pedido {MARK} com o Rui"
BRUNOS_WORDS = "concordo com isso, mas o prazo da Padaria Sol é outro"

# What no turn of the fake channel leaves by itself. `:a` is the account, `:t` the tenant, `:c` her conversation.
_ROWS = """
    INSERT INTO person (id, tenant_id, name, role, customer) VALUES (:p, :t, 'Ana :mark', 'customer', 'Loja :mark');
    INSERT INTO identity (id, person_id, account_id, address) VALUES (:i, :p, :a, ':ana');
    INSERT INTO sender_alias (account_id, address, sender) VALUES (:a, 'br:mark', ':ana');
    INSERT INTO fact (id, tenant_id, contact_id, predicate, value, valid_from, turn_id, quote, confidence)
        SELECT :f, :t, c.id, 'nickname', ':mark', now(), :turn, 'me chama de :mark', 1 FROM contact c
        WHERE c.address = ':ana';
    INSERT INTO customer_fact (id, tenant_id, contact_id, customer, words, predicate, value, valid_from, turn_id,
            teller, quote, confidence)
        SELECT :g, :t, c.id, 'Loja :mark', '{loja,:mark}', 'receives :mark', ':mark', now(), :turn, 'Ana :mark',
            'a loja :mark recebe', 1 FROM contact c WHERE c.address = ':ana';
    INSERT INTO contact_link (id, tenant_id, contact_id, holder_id, from_holder, how)
        SELECT :l, :t, c.id, c.id, c.id, 'stated' FROM contact c WHERE c.address = ':ana';
    INSERT INTO mailbox_code (id, tenant_id, contact_id, mailbox, digest)
        SELECT :o, :t, c.id, 'ana:mark@exemplo.com', 'x' FROM contact c WHERE c.address = ':ana';
    INSERT INTO opt_out (account_id, address, tenant_id, source) VALUES (:a, ':ana', :t, 'her word');
    INSERT INTO cached_answer (tenant_id, key, turn_id, reply) VALUES (:t, 'k', :turn, 'disse :mark');
    INSERT INTO kept_result (tenant_id, key, turn_id, arguments, result, expires_at)
        VALUES (:t, 'k', :turn, '{"name": ":mark"}', '{"data": ["Loja :mark"]}', now());
    INSERT INTO awaited_answer (turn_id, tenant_id, conversation_id, key) VALUES (:turn, :t, :c, 'k');
    INSERT INTO summary (conversation_id, sender, tenant_id, covers_from, covers_up_to, lines, prose)
        VALUES (:c, ':ana', :t, 0, 1, '["disse :mark"]', 'disse :mark');
    INSERT INTO proposal (id, tenant_id, conversation_id, turn_id, call_key, address, person, tool, arguments, words,
            expires_at)
        VALUES (:q, :t, :c, :turn, 'k', ':ana', 'Ana :mark', 'crm_note', '{"text": ":mark"}', 'Nota: :mark', now());
    INSERT INTO audit (id, tenant_id, proposal_id, event, address, person, words, detail)
        VALUES (:u, :t, :q, 'proposed', ':ana', 'Ana :mark', 'Nota: :mark', '{"text": ":mark"}');
    INSERT INTO discount_request (id, tenant_id, number, account_id, address, person, customer, subject, percent,
            reason, language)
        VALUES (:d, :t, 1, :a, ':ana', 'Ana :mark', 'Loja :mark', 'pedido :mark', 5, 'porque :mark pediu', 'pt');
    INSERT INTO crm_entry (id, tenant_id, write_key, kind, customer, text, written_by)
        VALUES (:e, :t, 'w', 'note', 'Padaria Sol', 'ligou por causa de :mark', 'Ana :mark');
    INSERT INTO budget (tenant_id, kind, subject, begins_on, spent) VALUES (:t, 'person_day', ':ana', now(), 2);
    INSERT INTO budget (tenant_id, kind, subject, begins_on, spent) VALUES (:t, 'month', '', now(), 2);
    INSERT INTO budget_hold (turn_id, step, attempt, tenant_id, subject, day, amount)
        VALUES (:h, 0, 0, :t, ':ana', now(), 1);
    INSERT INTO tool_call (turn_id, step, number, tenant_id, name, arguments, result, ok, time_ms)
        VALUES (:turn, 7, 0, :t, 'sales', '{"name": ":mark"}', '{"data": ":mark"}', true, 1);
    INSERT INTO receipt (id, account_id, outbox_id, external_id, status, extra)
        SELECT :r, :a, o.id, 'x', 'read', '{"to": ":ana"}' FROM outbox o WHERE o.turn_id = :turn;
    UPDATE run SET grounding = '{"draft": ":mark"}', memory = '{"facts": [":mark"]}', error = 'met :mark'
        WHERE turn_id = :turn;
    UPDATE completion SET answer = '{"text": ":mark"}', cost = 0.25 WHERE turn_id = :turn;
    UPDATE turn SET error = 'met :mark' WHERE id = :turn;
    UPDATE media SET transcript = 'voz de :mark', status = 'stored', storage_key = ':file'
"""


@dataclass
class Planted:
    """A house in which she left her mark everywhere."""

    house: House
    storage: Storage
    file: str
    shared: UUID  # the conversation that she and Bruno wrote in

    @property
    def ana(self) -> Whose:
        with session_scope(self.house.engine) as connection:
            found = find_addresses(connection, self.house.account.tenant_id, ANA)
        return Whose(self.house.account.tenant_id, (), tuple(found))


def plant(house: House, storage: Storage) -> Planted:
    """Her own conversation, one with Bruno, notices about her, and whatever hangs on them."""
    house.provider.script = [f"O pedido {MARK} está a caminho."]
    own = house.receive(
        InboundMessage("m1", ANA, HER_WORDS, sender_name=f"Ana {MARK}", media=(InboundMedia("audio/ogg", "voz.ogg"),))
    )
    key = storage.put(MARK.encode(), "audio/ogg")
    house.run(f"UPDATE media SET status = 'stored', storage_key = '{key}', transcript = 'voz {MARK}'")
    house.advance(own)
    shared = _shared_conversation(house)
    while take_in(house.services):
        pass
    turn = own.message_id
    values: dict[str, object] = {
        name: new_id() for name in ("p", "i", "f", "g", "l", "q", "u", "d", "e", "h", "r", "o")
    } | {
        "t": house.account.tenant_id,
        "a": house.account.id,
        "c": own.conversation_id,
        "turn": turn,
    }
    written = _ROWS.replace(":mark", MARK).replace(":ana", ANA).replace(":file", key)
    with session_scope(house.engine) as connection:
        for statement in written.split(";\n"):
            connection.execute(text(statement), values)
    return Planted(house, storage, key, shared)


def _shared_conversation(house: House) -> UUID:
    house.provider.script = ["Anotado.", f"Como dito: {HER_WORDS}.", "O prazo é de 5 dias."]
    first = house.receive(InboundMessage("s1", BRUNO, "qual é o prazo da Padaria Sol?", thread="deal:1"))
    house.advance(first)
    house.advance(house.receive(InboundMessage("s2", ANA, HER_WORDS, thread="deal:1", follows=("s1",))))
    quoting = f"> {HER_WORDS}\n{BRUNOS_WORDS}"
    house.advance(
        house.receive(InboundMessage("s3", BRUNO, quoting, thread="deal:1", quotes="s2", aside=f"Ana: {HER_WORDS}"))
    )
    return first.conversation_id


def say_elsewhere(house: House, words: str) -> None:
    """Carla, who has nothing to do with her."""
    request = RawRequest("/webhooks/fake/default", {}, words.encode(), "cd" * 16)
    stored = store_messages(house.engine, house.account, request, [InboundMessage("c1", CARLA, words)])[0]
    house.advance(stored)
