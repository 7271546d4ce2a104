"""What reaches the agent: words, transcripts, and the context they stand in - and the honest word about the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from channels.base import FetchedMedia
from jobs.runtime import get_services, set_services
from models.errors import DeliveryError, StorageError
from models.inbound import InboundMedia, InboundMessage
from models.money.budget import Budgets
from models.session import session_scope
from models.tenant import ensure_account, ensure_tenant
from tests.jobs.house import House

SENDER = "+5511999990000"
VOICE = InboundMedia("audio/ogg", "voz.ogg", "https://api.example.com/media/1")
OGG = FetchedMedia(b"OggS", "audio/ogg")


@dataclass
class MemoryStorage:
    """Files in a dictionary."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes, content_type: str) -> str:
        key = f"key-{len(self.kept)}"
        self.kept[key] = content
        return key

    def get(self, key: str) -> bytes:
        return self.kept[key]

    def delete(self, key: str) -> None:
        del self.kept[key]


@dataclass(frozen=True)
class Heard:
    text: str
    cost: Decimal | None = Decimal("0.002")


@dataclass
class ScriptedEars:
    """Hears what the script says."""

    script: list[str]
    heard: list[bytes] = field(default_factory=list)
    name: str = "ears.example"
    llm: str = "whisper-x"

    def transcribe(self, content: bytes, content_type: str, name: str) -> Heard:
        self.heard.append(content)
        return Heard(self.script.pop(0))


def listening(house: House, *script: str, deaf: bool = False) -> ScriptedEars:
    ears = ScriptedEars(list(script))
    set_services(replace(house.services, storage=MemoryStorage(), transcriber=None if deaf else ears))  # type: ignore[arg-type]
    return ears


def prompt_of(house: House) -> Sequence[tuple[str, str]]:
    return [(line.role, line.content) for line in house.provider.requests[-1].messages if line.role != "system"]


def test_a_voice_note_is_answered_from_its_transcript(house: House) -> None:
    ears = listening(house, "quanto vendi ontem?")
    house.channel.files = [OGG]
    house.advance(house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,))))
    assert ears.heard == [b"OggS"]
    assert prompt_of(house)[-1] == ("user", "quanto vendi ontem?")
    assert "transcript of a voice note" in prompt_of(house)[-2][1]
    assert house.sent == ["echo: quanto vendi ontem?"]
    assert house.rows("SELECT status, transcript FROM media") == [("stored", "quanto vendi ontem?")]


def test_what_a_voice_note_cost_to_hear_is_on_record(house: House) -> None:
    listening(house, "oi")
    house.channel.files = [OGG]
    house.advance(house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,))))
    rows = house.rows("SELECT step, status, llm_served, cost, tool_called FROM completion ORDER BY step")
    assert rows[0] == (-1, "done", "whisper-x", Decimal("0.002"), "transcription")
    assert [row[0] for row in rows] == [-1, 0]


def test_a_picture_is_shown_to_an_llm_that_sees_and_spoken_of_honestly_to_one_that_does_not(house: House) -> None:
    picture = InboundMedia("image/png", "", "https://api.example.com/media/2")
    listening(house)
    house.channel.files = [FetchedMedia(b"png", "image/png")] * 3
    house.advance(house.receive(InboundMessage("m1", SENDER, "", kind="image", media=(picture,))))
    assert "não consigo ver imagens" in house.sent[0]
    house.provider.sees = True
    house.advance(house.receive(InboundMessage("m2", SENDER, "", kind="image", media=(picture,))))
    house.advance(house.receive(InboundMessage("m3", SENDER, "o que é isto?", kind="image", media=(picture,))))
    shown = [request.messages[-1].images for request in house.provider.requests]
    assert [(image.content, image.content_type) for [image] in shown] == [(b"png", "image/png")] * 2
    assert house.sent[-1] == "echo: o que é isto?"


def test_a_killed_turn_hears_a_voice_note_once(house: House) -> None:
    ears = listening(house, "oi")
    house.channel.files = [OGG]
    house.provider.script = [KeyboardInterrupt()]
    stored = house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,)))
    with pytest.raises(KeyboardInterrupt):
        house.advance(stored)
    house.let_leases_expire()
    house.advance(stored)
    assert len(ears.heard) == 1
    assert house.sent == ["echo: oi"]


def test_a_file_that_is_late_is_waited_for(house: House) -> None:
    listening(house, "oi")
    house.channel.files = [DeliveryError("not there yet", permanent=False), OGG]
    stored = house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,)))
    house.advance(stored)
    assert house.sent == []
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_a_file_that_never_comes_is_spoken_of_honestly(house: House) -> None:
    listening(house)
    house.channel.files = [DeliveryError("gone", permanent=True)]
    house.advance(house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,))))
    assert "Não consegui baixar o arquivo" in house.sent[0]


def test_without_ears_the_person_is_told_and_the_rest_is_answered(house: House) -> None:
    listening(house, deaf=True)
    house.channel.files = [OGG, OGG]
    house.advance(house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,))))
    assert "ainda não consigo ouvir" in house.sent[0]
    house.advance(house.receive(InboundMessage("m2", SENDER, "e ontem?", kind="audio", media=(VOICE,))))
    assert house.sent[1].startswith("echo: e ontem?\n\n")
    assert "ainda não consigo ouvir" in house.sent[1]


def test_a_voice_note_without_words_is_said_to_have_none(house: House) -> None:
    listening(house, "  ")
    house.channel.files = [OGG]
    house.advance(house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,))))
    assert "não entendi nenhuma palavra" in house.sent[0]


def test_while_files_cannot_be_kept_the_turn_waits(house: House) -> None:
    @dataclass
    class FullDisk(MemoryStorage):
        troubles: int = 1

        def put(self, content: bytes, content_type: str) -> str:
            if self.troubles:
                self.troubles -= 1
                raise StorageError("no space left", permanent=False)
            return MemoryStorage.put(self, content, content_type)

    set_services(replace(house.services, storage=FullDisk(), transcriber=ScriptedEars(["oi"])))  # type: ignore[arg-type]
    house.channel.files = [OGG, OGG]
    stored = house.receive(InboundMessage("m1", SENDER, "", kind="audio", media=(VOICE,)))
    house.advance(stored)
    assert house.sent == []
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_a_quoted_reply_brings_the_quoted_words_as_context(house: House) -> None:
    house.advance(house.receive(InboundMessage("m1", SENDER, "vendas de ontem")))
    house.advance(house.receive(InboundMessage("m2", SENDER, "e hoje?", quotes="id-0")))
    assert "«echo: vendas de ontem»" in prompt_of(house)[-2][1]
    assert house.provider.requests[-1].messages[-2].is_context


def test_what_another_account_said_cannot_be_quoted(house: House) -> None:
    with session_scope(house.engine) as connection:
        acme = ensure_tenant(connection, slug="acme", name="Acme", timezone="America/Sao_Paulo")
        theirs = ensure_account(connection, acme, channel="fake", name="acme")
    house.advance(house.receive(InboundMessage("m1", SENDER, "vendas de ontem")))
    house.run(f"UPDATE conversation SET account_id = '{theirs.id}', tenant_id = '{acme}'")
    house.advance(house.receive(InboundMessage("m2", SENDER, "e hoje?", quotes="id-0")))
    assert "vendas de ontem" not in str(house.provider.requests[-1].messages)


def test_forwarded_words_are_marked_as_somebody_elses(house: House) -> None:
    house.advance(house.receive(InboundMessage("m1", SENDER, "mande as caixas", is_forwarded=True)))
    assert "somebody else's" in prompt_of(house)[-2][1]


def test_typing_is_shown_while_the_answer_is_written(house: House) -> None:
    house.advance(house.receive(InboundMessage("m1", SENDER, "oi")))
    assert house.channel.typed == ["m1"]


def test_what_nobody_may_answer_is_kept_and_wakes_nobody(house: House) -> None:
    stored = house.receive(InboundMessage("m1", SENDER, "Estou de férias", unanswerable="auto-submitted"))
    house.advance(stored)
    assert house.sent == []
    assert house.rows("SELECT due_at FROM conversation") == [(None,)]
    house.advance(house.receive(InboundMessage("m2", SENDER, "oi")))
    assert house.sent == ["echo: oi"]
    assert house.rows("SELECT unanswerable, turn_id IS NULL FROM message WHERE external_id = 'm1'") == [
        ("auto-submitted", True)
    ]


def test_a_sender_nobody_vouches_for_sees_nothing(house: House) -> None:
    house.advance(house.receive(InboundMessage("m1", "ana@example.com", "vendas de ontem", is_verified=False)))
    assert house.provider.requests == []
    assert "não posso mostrar dados" in house.sent[0]


def test_the_channel_is_told_what_its_reply_answers(house: House) -> None:
    message = InboundMessage("<2@x>", SENDER, "oi", subject="Vendas", follows=("<1@x>",), sender_name="Ana")
    house.advance(house.receive(message))
    question = house.channel.rendered[0].question
    assert question is not None
    assert (question.text, question.external_id, question.follows) == ("oi", "<2@x>", ("<1@x>",))
    assert (question.subject, question.sender, question.sender_name) == ("Vendas", SENDER, "Ana")


def test_a_budget_that_is_used_up_pays_for_no_more_listening(house: House) -> None:
    ears = listening(house, "oi", "oi de novo", "e mais uma vez")
    budgets = Budgets(Decimal("0.003"), None, None, "America/Sao_Paulo")
    set_services(replace(get_services(), budgets=budgets))
    house.channel.files = [OGG] * 3
    for number in range(3):
        house.advance(house.receive(InboundMessage(f"m{number}", SENDER, "", kind="audio", media=(VOICE,))))
    assert len(ears.heard) == 1  # it and its answer cost just that
    assert "limite de uso" in house.sent[-1]
