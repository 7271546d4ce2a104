"""Files of ours leave as parts of their own, and what WhatsApp does not take leaves as a link."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from channels.whatsapp import WhatsAppChannel
from channels.whatsapp.files import render_file
from models.reply import Absent, Accepted, OutboundPart, Rejected, RenderedPart, Reply, ReplyFile
from tests.standins.twilio import PERSON, StandInTwilio

_URL = "https://bot.example.com/files/8c1f0e"
_CHART = ReplyFile("vendas.png", "image/png", _URL)


def _part(rendered: RenderedPart, **changes: Any) -> OutboundPart:
    part = OutboundPart(uuid4(), uuid4(), 0, PERSON, rendered.body, datetime.now(UTC), rendered.extra)
    return replace(part, **changes)


def test_files_follow_the_words_each_in_its_own_part(channel: WhatsAppChannel) -> None:
    pdf = ReplyFile("proposta.pdf", "application/pdf; version=1.7", f"{_URL}.pdf")
    assert channel.render(Reply("Segue.", files=(_CHART, pdf))) == [
        RenderedPart("Segue."),
        RenderedPart("", {"media_url": [_URL]}),
        RenderedPart("", {"media_url": [f"{_URL}.pdf"]}),
    ]


def test_a_reply_of_files_alone_has_no_empty_part(channel: WhatsAppChannel) -> None:
    assert channel.render(Reply("", files=(_CHART,))) == [RenderedPart("", {"media_url": [_URL]})]


@pytest.mark.parametrize(
    ("file", "body"),
    [
        (ReplyFile("dados.csv", "text/csv", _URL), f"📎 dados.csv: {_URL}"),
        (ReplyFile("a\n b.zip", "application/zip", _URL), f"📎 a b.zip: {_URL}"),
        (ReplyFile("x.png", "image/png", _URL, b"\0" * (5 * 1024 * 1024 + 1)), f"📎 x.png: {_URL}"),
        (ReplyFile("x.png", "image/png", "", b"\0"), "📎 x.png"),
    ],
)
def test_what_whatsapp_does_not_take_is_a_link_or_a_name(file: ReplyFile, body: str) -> None:
    assert render_file(file) == RenderedPart(body)


def test_a_large_pdf_is_still_a_file() -> None:
    pdf = ReplyFile("x.pdf", "application/pdf", _URL, b"\0" * (6 * 1024 * 1024))
    assert render_file(pdf).extra == {"media_url": [_URL]}


def test_a_file_is_sent_by_its_url_without_words(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    assert isinstance(channel.send(_part(render_file(_CHART))), Accepted)
    [(_, _, form)] = twilio.requests
    assert form["MediaUrl"] == _URL
    assert "Body" not in form
    assert twilio.history.files_to(PERSON) == [_URL]


def test_words_and_a_file_may_go_together(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    channel.send(_part(RenderedPart("Segue.", {"media_url": [_URL]})))
    [message] = twilio.history.messages
    assert (message.body, message.media_urls) == ("Segue.", (_URL,))


@pytest.mark.parametrize(("urls", "code"), [(["file:///etc/passwd"], "21620"), ([_URL, _URL], "21623")])
def test_what_twilio_cannot_fetch_is_refused_for_good(
    channel: WhatsAppChannel, twilio: StandInTwilio, urls: list[str], code: str
) -> None:
    refused = channel.send(_part(RenderedPart("", {"media_url": urls})))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.permanent) == (code, True)


def test_a_file_whose_fate_nobody_knows_is_found_before_and_after_twilio_fetched_it(
    channel: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    file = _part(render_file(_CHART))
    sent = channel.send(file)
    for status in ("queued", "sent", "delivered"):
        twilio.history.messages[0].status = status
        assert channel.reconcile(file) == sent


def test_a_file_is_not_taken_for_words_nor_the_reverse(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    file, words = _part(render_file(_CHART)), _part(RenderedPart("Segue."))
    both = _part(RenderedPart("Segue.", {"media_url": [_URL]}))
    channel.send(file)
    assert (channel.reconcile(words), channel.reconcile(both)) == (Absent(), Absent())
    sent_words = channel.send(words)
    twilio.history.messages[1].status = "sent"
    assert channel.reconcile(words) == sent_words
    assert channel.reconcile(both) == Absent()
    sent_both = channel.send(both)
    twilio.history.messages[2].status = "sent"
    assert (channel.reconcile(both), channel.reconcile(words)) == (sent_both, sent_words)
