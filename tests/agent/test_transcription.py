"""Voice notes become the words that were said, with what they cost, and never words that nobody said."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.silence import heard_text
from agent.transcription import MAX_BYTES, Transcriber, Transcript
from models.errors import ProviderError, ProviderErrorKind
from tests.cpu import cpu_seconds
from tests.standins.speech import Answer, StandInSpeech

KEY = "sk-test-0123456789"
VOICE = b"OggS\x00\x02 some opus"


@pytest.fixture(scope="module")
def shared_speech() -> Iterator[StandInSpeech]:
    with StandInSpeech() as speech:
        yield speech


@pytest.fixture
def speech(shared_speech: StandInSpeech) -> StandInSpeech:
    shared_speech.heard.clear()
    shared_speech.script.clear()
    shared_speech.faults.clear()
    return shared_speech


@pytest.fixture(scope="module")
def whisper(shared_speech: StandInSpeech) -> Iterator[Transcriber]:
    transcriber = Transcriber(shared_speech.url, KEY, "whisper-1", 5)
    yield transcriber
    transcriber.close()


@pytest.fixture(scope="module")
def later_llm(shared_speech: StandInSpeech) -> Iterator[Transcriber]:
    transcriber = Transcriber(shared_speech.url, KEY, "gpt-4o-transcribe", 5)
    yield transcriber
    transcriber.close()


def test_a_voice_note_becomes_its_words(whisper: Transcriber, speech: StandInSpeech) -> None:
    speech.script.append("Quanto vendemos em março?")
    transcript = whisper.transcribe(VOICE, "audio/ogg; codecs=opus", "PTT-20260302.opus")
    assert transcript == Transcript("Quanto vendemos em março?", "pt", 7.5, None)


def test_the_recording_goes_out_whole_with_the_hint_and_the_key(whisper: Transcriber, speech: StandInSpeech) -> None:
    whisper.transcribe(VOICE, "audio/ogg; codecs=opus", "segredo da Ana.opus")
    heard = speech.heard[-1]
    assert (heard.content, heard.content_type, heard.key) == (VOICE, "audio/ogg", f"Bearer {KEY}")
    assert heard.fields == {"model": "whisper-1", "response_format": "verbose_json", "language": "pt"}


def test_the_persons_own_name_for_the_file_stays_with_us(whisper: Transcriber, speech: StandInSpeech) -> None:
    whisper.transcribe(VOICE, "audio/ogg", "segredo da Ana.opus")
    assert speech.heard[-1].name == "voice.ogg"


@pytest.mark.parametrize(
    ("content_type", "name", "sent"),
    [
        ("audio/ogg; codecs=opus", "", "voice.ogg"),
        ("audio/opus", "", "voice.ogg"),
        ("audio/mpeg", "x", "voice.mp3"),
        ("audio/mp4", "", "voice.m4a"),
        ("audio/x-m4a", "", "voice.m4a"),
        ("audio/wav", "", "voice.wav"),
        ("application/octet-stream", "nota.MP3", "voice.mp3"),
        ("application/octet-stream", "nota.opus", "voice.ogg"),
        ("application/octet-stream", "", "voice.ogg"),
        ("application/octet-stream", "nota.\r\nx", "voice.ogg"),
        ("video/mp4", "", "voice.mp4"),
    ],
)
def test_the_ending_tells_the_server_the_format(
    whisper: Transcriber, speech: StandInSpeech, content_type: str, name: str, sent: str
) -> None:
    assert whisper.transcribe(VOICE, content_type, name).text
    assert speech.heard[-1].name == sent


def test_amr_keeps_its_name_for_servers_that_know_it(whisper: Transcriber, speech: StandInSpeech) -> None:
    with pytest.raises(ProviderError, match="unsupported file format") as refused:
        whisper.transcribe(b"#!AMR\n", "audio/amr", "")
    assert speech.heard[-1].name == "voice.amr"
    assert refused.value.permanent


def test_an_llm_that_gives_no_details_is_not_asked_for_them(later_llm: Transcriber, speech: StandInSpeech) -> None:
    speech.script.append({"text": "Bom dia."})
    assert later_llm.transcribe(VOICE, "audio/ogg", "") == Transcript("Bom dia.")
    assert [heard.fields["response_format"] for heard in speech.heard] == ["json"]


def test_a_server_that_refuses_details_is_asked_again_without(whisper: Transcriber, speech: StandInSpeech) -> None:
    speech.faults.append(_error(400, "response_format must be json or text"))
    assert whisper.transcribe(VOICE, "audio/ogg", "").text == "quanto vendi ontem?"
    assert [heard.fields["response_format"] for heard in speech.heard] == ["verbose_json", "json"]


def test_a_bad_recording_is_not_sent_twice(whisper: Transcriber, speech: StandInSpeech) -> None:
    speech.faults.append(_error(400, "Audio file might be corrupted or unsupported"))
    with pytest.raises(ProviderError):
        whisper.transcribe(VOICE, "audio/ogg", "")
    assert len(speech.heard) == 1


def test_without_a_hint_the_server_finds_the_language_out(speech: StandInSpeech) -> None:
    transcriber = Transcriber(speech.url, None, "whisper-1", 5, language="")
    speech.script.append({"text": "How much did we sell?", "language": "english", "duration": 2})
    assert transcriber.transcribe(VOICE, "audio/ogg", "").language == "en"
    transcriber.close()
    assert "language" not in speech.heard[-1].fields


@pytest.mark.parametrize(
    ("said", "code"), [("Portuguese", "pt"), ("spanish", "es"), ("pt", "pt"), ("french", "french")]
)
def test_the_language_has_one_name_whoever_says_it(
    whisper: Transcriber, speech: StandInSpeech, said: str, code: str
) -> None:
    speech.script.append({"text": "Oi", "language": said})
    assert whisper.transcribe(VOICE, "audio/ogg", "").language == code


def _error(status: int, message: str, **headers: str) -> Answer:
    return Answer(status, json.dumps({"error": {"message": message}}).encode(), headers)


@pytest.mark.parametrize(
    ("answer", "kind", "permanent"),
    [
        (_error(401, "Incorrect API key"), "auth", True),
        (_error(429, "Rate limit reached"), "rate_limit", False),
        (_error(404, "The model does not exist"), "model_not_found", True),
        (_error(503, "Overloaded"), "overloaded", False),
        (_error(500, "Oops"), "server", False),
        (Answer(200, b"<html>"), "server", False),
        (Answer(200, b"[]"), "unknown", False),
        (Answer(200, b'{"text": null}'), "unknown", False),
    ],
)
def test_a_failure_has_the_kind_that_decides_what_happens_next(
    whisper: Transcriber, speech: StandInSpeech, answer: Answer, kind: ProviderErrorKind, permanent: bool
) -> None:
    speech.faults.append(answer)
    with pytest.raises(ProviderError) as failed:
        whisper.transcribe(VOICE, "audio/ogg", "")
    assert (failed.value.kind, failed.value.permanent) == (kind, permanent)
    assert len(speech.heard) == 1


def test_the_servers_wish_to_wait_is_kept(whisper: Transcriber, speech: StandInSpeech) -> None:
    speech.faults.append(_error(429, "Slow down", **{"retry-after": "7"}))
    with pytest.raises(ProviderError) as failed:
        whisper.transcribe(VOICE, "audio/ogg", "")
    assert failed.value.retry_after == 7


def test_the_key_is_in_no_error(whisper: Transcriber, speech: StandInSpeech) -> None:
    speech.faults.append(_error(401, f"Incorrect API key provided: {KEY}"))
    with pytest.raises(ProviderError) as failed:
        whisper.transcribe(VOICE, "audio/ogg", "")
    assert KEY not in str(failed.value)


@pytest.mark.parametrize("content", [b"", b"x" * (MAX_BYTES + 1)])
def test_what_no_server_takes_is_not_sent(whisper: Transcriber, speech: StandInSpeech, content: bytes) -> None:
    with pytest.raises(ProviderError) as refused:
        whisper.transcribe(content, "audio/ogg", "")
    assert refused.value.permanent
    assert speech.heard == []


def test_a_server_that_is_away_is_a_passing_failure() -> None:
    transcriber = Transcriber("http://127.0.0.1:9/v1", None, "whisper-1", 1)
    with pytest.raises(ProviderError) as failed:
        transcriber.transcribe(VOICE, "audio/ogg", "")
    transcriber.close()
    assert (failed.value.kind, failed.value.permanent) == ("connection", False)


def test_a_server_that_takes_too_long_is_not_waited_for() -> None:
    with StandInSpeech(latency=5) as slow:
        transcriber = Transcriber(slow.url, None, "whisper-1", 0.2)
        with pytest.raises(ProviderError) as failed:
            transcriber.transcribe(VOICE, "audio/ogg", "")
        transcriber.close()
    assert failed.value.kind == "timeout"


# What it costs.

GROQ, OPENAI = "https://api.groq.com/openai/v1", "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("base_url", "llm", "answer", "cost"),
    [
        (OPENAI, "whisper-1", {"duration": 60.0}, "0.006"),
        (OPENAI, "whisper-1", {"usage": {"type": "duration", "seconds": 120}}, "0.012"),
        (GROQ, "whisper-large-v3", {"duration": 3600}, "0.111"),
        (OPENAI, "whisper-1", {}, None),
        (OPENAI, "an-llm-newer-than-the-table", {"duration": 60.0}, None),
        (OPENAI, "gpt-4o-transcribe", {"duration": 60.0}, None),  # priced by tokens, which were not told
        ("http://localhost:8000/v1", "whisper-1", {"duration": 60.0}, None),
    ],
)
def test_the_cost_is_by_the_table_or_unknown_and_never_zero(
    speech: StandInSpeech, base_url: str, llm: str, answer: dict[str, Any], cost: str | None
) -> None:
    transcriber = Transcriber(base_url, KEY, llm, 5)
    transcript = transcriber.read_transcript({"text": "Oi", **answer})
    assert transcript.cost == (None if cost is None else Decimal(cost))


def test_an_llm_that_counts_tokens_is_paid_by_tokens() -> None:
    usage = {
        "type": "tokens",
        "input_tokens": 100,
        "output_tokens": 20,
        "input_token_details": {"text_tokens": 10, "audio_tokens": 90},
    }
    transcriber = Transcriber(OPENAI, KEY, "gpt-4o-transcribe", 5)
    told = transcriber.read_transcript({"text": "Oi", "usage": usage})
    heard_as_text = transcriber.read_transcript({"text": "Oi", "usage": {**usage, "input_token_details": None}})
    assert told.cost is not None
    assert heard_as_text.cost is not None
    assert 0 < heard_as_text.cost < told.cost < Decimal("0.01")


# What nobody said.


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "...",
        "♪♪♪",
        "[Música]",
        "[BLANK_AUDIO]",
        "Legendas pela comunidade Amara.org",
        "Legendas pela comunidade de Amara.org.",
        "Subtítulos realizados por la comunidad de Amara.org",
        "Subtitles by the Amara.org community",
        "Transcrição e Legendas Pedro Negri",
        "Legenda por Sônia Ruberti",
        "Obrigado por assistir!",
        "Thank you for watching!",
        "Se inscreva no canal.",
    ],
)
def test_the_credits_of_films_are_nothing_heard(whisper: Transcriber, speech: StandInSpeech, text: str) -> None:
    speech.script.append(text)
    assert whisper.transcribe(VOICE, "audio/ogg", "").text == ""


@pytest.mark.parametrize(
    "text",
    [
        "Obrigado.",
        "Obrigado por assistir a reunião, quanto vendi ontem?",
        "Sim",
        "12",
        "Quanto vendemos de legendas?",
        "Preciso do relatório da comunidade Amara",
        "Música foi o produto mais vendido?",
        "Thank you",
        "Música",
        "Legendas por vendedor",
        "Transcrição da reunião da comunidade",
    ],
)
def test_what_a_person_may_well_say_is_kept(text: str) -> None:
    assert heard_text({"text": f" {text} "}) == text


def _segment(text: str, no_speech_prob: object, avg_logprob: object) -> dict[str, object]:
    return {"text": text, "no_speech_prob": no_speech_prob, "avg_logprob": avg_logprob}


def test_segments_that_whisper_itself_holds_for_silence_are_left_out() -> None:
    said, invented = _segment(" Quanto vendi?", 0.1, -0.2), _segment(" E aí, pessoal!", 0.9, -1.4)
    assert heard_text({"text": "Quanto vendi? E aí, pessoal!", "segments": [said, invented]}) == "Quanto vendi?"
    assert heard_text({"text": "E aí, pessoal!", "segments": [invented]}) == ""


@pytest.mark.parametrize(("silence", "confidence"), [(0.9, -0.5), (0.2, -1.5), (None, None), ("0.9", "-2")])
def test_faint_speech_is_kept_where_one_sign_alone_speaks_against_it(silence: object, confidence: object) -> None:
    segment = _segment("Quanto vendi?", silence, confidence)
    assert heard_text({"text": "Quanto vendi?", "segments": [segment]}) == "Quanto vendi?"


@pytest.mark.parametrize("piece", ["(", "legendas por Ab ", "♪ ", "legenda a ", "a("])
def test_a_text_of_any_length_is_judged_at_once(piece: str) -> None:
    assert cpu_seconds(lambda: heard_text({"text": piece * 100_000})) < 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_TRANSCRIBER = Transcriber(OPENAI, KEY, "whisper-1", 5)


@settings(deadline=None)  # the first example pays for the import of the price table
@given(
    st.fixed_dictionaries(
        {"text": st.text()},
        optional={"segments": _JSON, "usage": _JSON, "duration": _JSON, "language": _JSON},
    )
)
def test_no_answer_of_a_server_makes_the_reader_fail(body: dict[str, Any]) -> None:
    transcript = _TRANSCRIBER.read_transcript(body)
    assert "\x00" not in transcript.text
    assert transcript.cost is None or transcript.cost > 0
