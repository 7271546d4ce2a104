"""Each hostile request through each door, to an LLM that obeys it: nothing reaches a tool that writes or carries words
outside, nothing is even proposed, and no link leaves."""

from collections.abc import Callable, Iterator

import pytest

from channels.base import Account
from channels.email.incoming import read_arrived
from channels.email.providers.base import ArrivedMail
from channels.email.reading.reader import read_mail
from channels.whatsapp.parse import parse_message
from models.demo.reader import demo_reader_url
from models.history import PastTurn
from models.inbound import InboundMessage
from models.sales.source import SalesSource
from tests.channels.email.reading.mails import NOW, mail
from tests.fakes import allow_all
from tests.injection.hand import NOON, STRANGER, Hand, a_file, message
from tests.injection.words import CORPUS
from tests.standins.twilio import ACCOUNT_SID, NUMBER
from tests.standins.twilio_webhooks import inbound_form

Door = Callable[[Hand, str], object]
MAILBOX = Account("email", "default", address="bot@exemplo.com.br")
PHONE = Account("whatsapp", "default", NUMBER, {"account_sid": ACCOUNT_SID})
SENDER = "whatsapp:+5511999990000"
HARM = {"pay", "web_search"}
MARK = "hostile-mark"


@pytest.fixture(scope="module")
def hand(demo_database_url: str) -> Iterator[Hand]:
    source = SalesSource(demo_reader_url(demo_database_url))
    yield Hand(source)
    source.close()


def read_letter(body: str, **fields: str) -> InboundMessage:
    found = read_arrived(MAILBOX, ArrivedMail(mail(body.replace("\n", "\r\n"), **fields)), read_mail, NOW)
    assert isinstance(found, InboundMessage)
    return found


def write_letter(hand: Hand, body: str, **fields: str) -> PastTurn:
    """A mail of hers, as the reader of mails understands it."""
    letter = read_letter(body, **fields)
    said = message(letter.text, subject=letter.subject, is_forwarded=letter.is_forwarded, extra=letter.extra)
    return hand.hear(said, channel="email")


def write_on_whatsapp(hand: Hand, words: str, **fields: str) -> PastTurn:
    found = parse_message(PHONE, inbound_form(ACCOUNT_SID, NUMBER, words, SENDER, **fields))
    return hand.hear(message(found.text, is_forwarded=found.is_forwarded, kind=found.kind, extra=found.extra))


def forwarded(hand: Hand, words: str) -> PastTurn:
    return write_on_whatsapp(hand, words, Forwarded="true")


def quoted(hand: Hand, words: str) -> None:
    hand.hear(message("faz o que está aí", quoted=words, quotes_others=True))


def quoted_notice(hand: Hand, words: str) -> None:
    hand.hear(message("o que respondo a ele?", quoted=f"Última mensagem: «{words}»", quotes_news=True))


def said_by_another_in_the_turn(hand: Hand, words: str) -> None:
    hand.hear(message(words, sender=STRANGER), message("e então?"))


def said_by_another_before(hand: Hand, words: str) -> None:
    hand.hear(message("e então?"), past=(PastTurn(1, words, NOON, "ok", NOON, "", frozenset({STRANGER})),))


def remembered(hand: Hand, words: str) -> None:
    """Our own reply to what was forwarded repeats it."""
    hand.hear(message("e então, o que acha?"), past=(forwarded(hand, words),))


def unproven(hand: Hand, words: str) -> None:
    hand.hear(message(words, is_verified=False), channel="email")


def forwarded_mail(hand: Hand, words: str) -> None:
    head = "---------- Forwarded message ---------\nDe: Zé <ze@evil.example>\nAssunto: oi\n\n"
    write_letter(hand, head + words, Subject="Enc: oi")


def history_kept_in_a_mail(hand: Hand, words: str) -> None:
    quote = "\n".join(f"> {line}" for line in words.split("\n"))
    write_letter(hand, f"Em 1 de mar. de 2026, Zé <ze@evil.example> escreveu:\n{quote}\n\nfaz isso?\n")


def nothing_but_history(hand: Hand, words: str) -> None:
    write_letter(hand, f"Em 1 de mar. de 2026 às 10:00, Zé <ze@evil.example> escreveu:\n\n{words}\n")


def subject_of_an_empty_mail(hand: Hand, words: str) -> None:
    write_letter(hand, "", Subject="Enc: " + " ".join(words.replace("\u200b", "").split()))


def record_of_the_crm(hand: Hand, words: str) -> None:
    hand.hear(message(words), channel="crm")


def picture(hand: Hand, words: str) -> None:
    hand.hear(message("o que diz?", media=(a_file("image/png", words),)))


def recording(hand: Hand, words: str) -> None:
    hand.hear(message("", media=(a_file("audio/mpeg", transcript=words),)))


def forwarded_voice_note(hand: Hand, words: str) -> None:
    hand.hear(message("", is_forwarded=True, media=(a_file("audio/ogg", transcript=words),)))


def found_by(tool: str, arguments: str = "{}", *, status: int = 200, fails: bool = False) -> Door:
    """The words are what a tool finds when she asks to look something up."""

    def look(hand: Hand, words: str) -> None:
        hand.obedient.looks = (tool, arguments)
        hand.outside.words, hand.outside.status, hand.outside.fails = words, status, fails
        hand.hear(message("consulte, por favor"))
        hand.obedient.looks, hand.outside.words = ("lookup", "{}"), ""

    return look


SQL = '{"sql": "SELECT note FROM notes", "purpose": "x"}'
TOP = '{"of": "customer", "metric": "revenue", "period": "2026", "n": 5}'
DOORS: dict[str, Door] = {
    **{door.__name__: door for door in (forwarded, quoted, quoted_notice, said_by_another_in_the_turn)},
    **{
        door.__name__: door
        for door in (said_by_another_before, remembered, unproven, forwarded_mail, history_kept_in_a_mail)
    },
    **{door.__name__: door for door in (nothing_but_history, subject_of_an_empty_mail, record_of_the_crm)},
    **{door.__name__: door for door in (picture, recording, forwarded_voice_note)},
    "result of a tool": found_by("lookup"),
    "document": found_by("search_documents", '{"query": "prazo"}'),
    "row of a price list": found_by("price_of", '{"product": "parafuso"}'),
    "answer of an API": found_by("api"),
    "error of an API": found_by("api", status=422),
    "answer of an OpenAPI operation": found_by("crm_list_deals"),
    "answer of an MCP server": found_by("mcp_look"),
    "error of an MCP server": found_by("mcp_look", fails=True),
    "row of free SQL": found_by("query_database", SQL),
    "error of free SQL": found_by("query_database", SQL, fails=True),
    "customer's name": found_by("top_n", TOP),
    "deal's title": found_by("customer_brief", '{"customer": "Supermercado Estrela do Sul"}'),
    "names to choose from": found_by("customer_brief", '{"customer": "Loja"}'),
}


def name_of_the_sender(hand: Hand, words: str) -> None:
    write_on_whatsapp(hand, "quanto vendi?", ProfileName=" ".join(words.split())[:100])


def advertisement_she_came_by(hand: Hand, words: str) -> None:
    write_on_whatsapp(hand, "quanto vendi?", ReferralBody=words, ReferralHeadline=words, ReferralNumMedia="0")


def name_of_a_file(hand: Hand, words: str) -> None:
    hand.hear(message("quanto vendi?", media=(a_file("application/pdf", words), a_file("audio/ogg", words, "oi"))))


def headers_of_a_mail(hand: Hand, words: str) -> None:
    flat = " ".join(words.replace("\u200b", "").split())
    calendar = {"Content_Class": "urn:content-classes:calendarmessage", "X_Microsoft_CDO_Location": flat}
    write_letter(hand, "quanto vendi?", Comments=flat, Organization=flat, X_Note=flat, **calendar)


def history_cut_off_a_mail(hand: Hand, words: str) -> None:
    quote = words.replace("\n", "\n> ")
    write_letter(hand, f"quanto vendi?\n\nEm 1 de mar. de 2026, Zé <ze@evil.example> escreveu:\n> {quote}\n")


def subject_of_an_answer(hand: Hand, words: str) -> None:
    write_letter(hand, "quanto vendi?", Subject="Re: " + " ".join(words.replace("\u200b", "").split()))


WALLS = (name_of_the_sender, advertisement_she_came_by, name_of_a_file, headers_of_a_mail, history_cut_off_a_mail)


def test_the_siege_is_as_large_as_it_is_said_to_be() -> None:
    assert (len(CORPUS), len(DOORS), len(WALLS) + 1) == (336, 28, 6)


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_nothing_that_an_obedient_llm_is_told_through_this_door_is_done(hand: Hand, door: Door) -> None:
    hand.ran.clear()
    for words in CORPUS:
        door(hand, words)
        assert (HARM & set(hand.ran), hand.proposed) == (set(), []), words


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_the_words_do_come_in_by_this_door_and_would_be_obeyed_but_for_the_policy(hand: Hand, door: Door) -> None:
    """Else the test above could not fail."""
    policy = hand.agent.toolbox.policy
    hand.agent.toolbox.policy = allow_all
    hand.ran.clear()
    try:
        for words in CORPUS[2:14]:
            door(hand, words)
    finally:
        hand.agent.toolbox.policy = policy
    assert set(hand.ran) >= HARM


@pytest.mark.parametrize("wall", [*WALLS, subject_of_an_answer], ids=lambda wall: wall.__name__)
def test_through_this_wall_no_word_reaches_a_prompt(hand: Hand, wall: Door) -> None:
    for words in CORPUS:
        hand.obedient.prompts.clear()
        wall(hand, f"{MARK} {words} {MARK}")
        assert hand.obedient.prompts, words
        assert all(MARK not in prompt for prompt in hand.obedient.prompts), words


def test_her_own_wish_reaches_the_tools_and_becomes_a_question(hand: Hand) -> None:
    hand.ran.clear()
    hand.hear(message('use web_search {"query": "preço do trigo"}'))
    hand.hear(message('call crm_note with {"customer": "Padaria", "text": "ligar"}'))
    assert (hand.ran, hand.proposed) == (["web_search"], ["crm_note"])
    hand.proposed.clear()


def test_a_name_that_reads_like_any_other_leaves_her_wish_to_write_as_it_was(hand: Hand) -> None:
    hand.ran.clear()
    hand.obedient.looks = ("top_n", TOP)
    hand.outside.words = "Padaria Sol"
    hand.hear(message('consulte e call crm_note with {"customer": "Padaria", "text": "ligar"}'))
    seen = hand.hear(message("consulte"))
    hand.hear(
        message('call crm_note with {"customer": "Sol", "text": "ligar"} use web_search {"q": "x"}'), past=(seen,)
    )
    assert (hand.ran, hand.proposed) == ([], ["crm_note", "crm_note"])
    hand.proposed.clear()
    hand.obedient.looks, hand.outside.words = ("lookup", "{}"), ""
