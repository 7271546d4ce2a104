"""Outside the 24 hours, the words go as the variable of an approved template."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Account
from channels.rendering import utf16_length
from channels.whatsapp import WhatsAppChannel
from channels.whatsapp.templates import variable_text
from models.reply import Absent, Accepted, OutboundPart, Rejected
from tests.standins.twilio import PERSON, TEMPLATE_SID, StandInTwilio
from tests.standins.twilio_http import Fault


def _part(body: str = "*Aurora:* R$ 10,00\n*Sol:* R$ 20,00", **changes: Any) -> OutboundPart:
    part = OutboundPart(uuid4(), uuid4(), 0, PERSON, body, attempted_at=datetime.now(UTC))
    return replace(part, **changes)


@pytest.fixture
def templated(channel: WhatsAppChannel) -> Iterator[WhatsAppChannel]:
    """The same channel, whose account has a template."""
    credentials = {**channel.account.credentials, "template_sid": TEMPLATE_SID}
    built = WhatsAppChannel(replace(channel.account, credentials=credentials))
    yield built
    built.close()


def test_the_window_is_told_by_the_capabilities(account: Account) -> None:
    assert WhatsAppChannel(account).capabilities.reply_window == timedelta(hours=24)


def test_a_part_refused_outside_the_window_passes_as_a_template(
    templated: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    twilio.window = "at once"
    part = _part()
    refused = templated.send(part)
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.permanent, refused.use_template) == ("63016", False, True)
    said = templated.as_template(part)
    assert said is not None
    assert (said.id, said.turn_id, said.to) == (part.id, part.turn_id, part.to)
    assert isinstance(templated.send(said), Accepted)
    assert twilio.history.templates_to(PERSON) == [
        "Olá! Sobre a sua pergunta: *Aurora:* R$ 10,00 · *Sol:* R$ 20,00",
    ]
    assert twilio.history.messages[0].status_callback.endswith(str(part.id))


def test_a_template_excludes_text_and_files(templated: WhatsAppChannel, twilio: StandInTwilio) -> None:
    said = templated.as_template(_part())
    assert said is not None
    templated.send(said)
    [(_, _, form)] = twilio.requests
    assert set(form) == {"To", "From", "ContentSid", "ContentVariables", "StatusCallback"}
    assert json.loads(form["ContentVariables"]) == {"1": said.body}


def test_within_the_window_words_pass(templated: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.window = "at once"
    twilio.receive("Oi")
    assert isinstance(templated.send(_part()), Accepted)
    twilio.closed_windows.add(PERSON)
    assert isinstance(templated.send(_part()), Rejected)


def test_without_a_template_a_closed_window_is_for_good(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.window = "at once"
    refused = channel.send(_part())
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.permanent, refused.use_template) == ("63016", True, False)
    assert channel.as_template(_part()) is None


def test_a_template_that_is_refused_is_not_tried_as_a_template_again(
    templated: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    said = templated.as_template(_part())
    assert said is not None
    twilio.templates.clear()
    refused = templated.send(said)
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.permanent, refused.use_template) == ("21655", True, False)
    assert templated.as_template(said) == said


def test_a_closed_window_that_is_told_of_a_template_is_for_good(
    templated: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    said = templated.as_template(_part())
    assert said is not None
    twilio.faults.append(Fault("status", status=400, code=63016))
    refused = templated.send(said)
    assert isinstance(refused, Rejected)
    assert (refused.permanent, refused.use_template) == (True, False)


@pytest.mark.parametrize("code", ["63016", "63003", "", "unknown"])
def test_a_receipt_s_code_tells_that_the_window_had_closed(templated: WhatsAppChannel, code: str) -> None:
    assert templated.needs_template(code) is (code == "63016")


@pytest.mark.parametrize(
    "part",
    [
        _part("", extra={"media_url": ["https://bot.example.com/f/1"]}),
        _part("com texto", extra={"media_url": ["https://bot.example.com/f/1"]}),
        _part(" \n "),
    ],
)
def test_what_a_template_cannot_say_has_none(templated: WhatsAppChannel, part: OutboundPart) -> None:
    assert templated.as_template(part) is None


def test_a_template_sid_of_another_shape_is_none(account: Account) -> None:
    credentials = {**account.credentials, "template_sid": "SM" + "a" * 32}
    assert WhatsAppChannel(replace(account, credentials=credentials)).as_template(_part()) is None


def test_a_template_that_left_is_found_again_by_its_words(templated: WhatsAppChannel, twilio: StandInTwilio) -> None:
    said, other = templated.as_template(_part("R$ 10")), templated.as_template(_part("R$ 20"))
    assert said is not None
    assert other is not None
    accepted = templated.send(said)
    assert templated.reconcile(said) == accepted
    assert templated.reconcile(other) == Absent()


def test_a_part_that_left_as_a_template_is_found_by_its_own_words(
    templated: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    part = _part("Foram\nR$ 10")
    said = templated.as_template(part)
    assert said is not None
    accepted = templated.send(said)
    assert templated.reconcile(part) == accepted
    twilio.history.messages[0].body = ""
    assert templated.reconcile(part) == Absent(), "words that are not listed are not these words"


def test_a_template_that_twilio_lists_without_words_is_found_too(
    templated: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    said = templated.as_template(_part())
    assert said is not None
    accepted = templated.send(said)
    twilio.history.messages[0].body = ""
    assert templated.reconcile(said) == accepted


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("Olá", "Olá"),
        ("Vendas de março:\n\n• Aurora: R$ 10\n• Sol: R$ 20", "Vendas de março: • Aurora: R$ 10 · • Sol: R$ 20"),
        ("Tudo certo.\nAté logo!\n", "Tudo certo. Até logo!"),
        ("a\t\tb      c", "a b c"),
        ("d'água", "d’água"),
    ],
)
def test_a_variable_is_one_line(text: str, variable: str) -> None:
    assert variable_text(text) == variable


def test_a_long_text_is_cut_between_words_and_never_behind_a_figure() -> None:
    cut = variable_text("palavra " * 105 + "foram 12 mil reais em março " * 5)
    assert utf16_length(cut) <= 900
    assert cut.endswith(" …")
    assert not any(character.isdigit() for character in cut.split()[-2])


def test_a_mark_that_the_cut_left_open_is_taken_away() -> None:
    cut = variable_text("*" + "palavra " * 200 + "fim*")
    assert "*" not in cut
    assert variable_text("*a* b").count("*") == 2


@given(st.text(max_size=2500))
def test_any_text_makes_a_variable_that_whatsapp_takes(text: str) -> None:
    variable = variable_text(text)
    assert utf16_length(variable) <= 900
    assert variable == variable.strip()
    assert not any(sign in variable for sign in ("\n", "\t", "  "))
