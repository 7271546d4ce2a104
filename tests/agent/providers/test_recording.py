"""What is recorded can be replayed, holds no secret, is for its owner alone, and never costs a call."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from agent.base import ChatMessage, Completion, CompletionRequest, ImagePart
from agent.providers.recording import Recorded, Replayed
from bot.agents.default import describe_default
from bot.assistant import Surroundings, build_assistant
from bot.settings import load_settings
from models.clock import SystemClock
from models.errors import ProviderError
from tests.agent.providers.test_streams import chunk, written
from tests.agent.providers.vendor_server import VendorServer
from tests.fakes import ScriptedProvider, wish
from tests.standins.llm import StandInLlm

SECRET = 'a"secret"of-ours'
ASK = CompletionRequest("large", (ChatMessage("user", "quanto vendi?"),))


def blot(text: str) -> str:
    return text.replace(SECRET, "***")


def test_a_whole_conversation_is_replayed_failures_included(tmp_path: Path) -> None:
    again = replace(ASK, messages=(*ASK.messages, ChatMessage("tool", "42", tool_call_id="c")))
    limited = ProviderError("too many", kind="rate_limit", retry_after=7.5, status=429)
    recorded = Recorded(ScriptedProvider([limited, wish("total", period="hoje"), "42"]), tmp_path, blot)
    with pytest.raises(ProviderError):
        recorded.complete(ASK)
    answers = [recorded.complete(ASK), recorded.complete(again)]
    replayed = Replayed(tmp_path)
    with pytest.raises(ProviderError) as caught:
        replayed.complete(ASK)
    error = caught.value
    assert (str(error), error.kind, error.retry_after, error.status) == ("too many", "rate_limit", 7.5, 429)
    assert [replayed.complete(ASK), replayed.complete(again)] == answers


def test_a_stream_is_recorded_as_the_completion_at_its_end_or_as_its_failure(tmp_path: Path) -> None:
    cut = ProviderError("the stream was cut", kind="truncated")
    recorded = Recorded(ScriptedProvider(["bom dia, Ana", cut]), tmp_path, blot)
    *words, completion = recorded.stream(ASK)
    assert words == ["bom ", "dia, ", "Ana"]
    with pytest.raises(ProviderError):
        list(recorded.stream(ASK))
    replayed = Replayed(tmp_path)
    assert replayed.complete(ASK) == completion
    with pytest.raises(ProviderError, match="was cut"):
        replayed.complete(ASK)


def test_what_was_never_asked_is_not_made_up(tmp_path: Path) -> None:
    Recorded(ScriptedProvider(["oi"]), tmp_path, blot).complete(ASK)
    with pytest.raises(ProviderError, match="no recording"):
        Replayed(tmp_path).complete(replace(ASK, llm="another"))


def test_no_secret_and_no_picture_is_written_down(tmp_path: Path) -> None:
    picture = ImagePart(b"very private bytes", "image/png")
    shown = ChatMessage("user", f"minha chave: {SECRET}", images=(picture,))
    Recorded(ScriptedProvider([f"sua chave: {SECRET}"]), tmp_path, blot).complete(replace(ASK, messages=(shown,)))
    [path] = tmp_path.glob("*.json")
    written = path.read_text(encoding="utf-8")
    assert "secret" not in written
    assert "private" not in written
    assert json.loads(written)["completion"]["text"] == "sua chave: ***"


def test_a_recording_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    Recorded(ScriptedProvider(["oi"]), folder, blot).complete(ASK)
    [path] = folder.glob("*.json")
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, path)] == [0o700, 0o600]


def test_a_folder_that_cannot_be_written_to_fails_no_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file stands in the way", encoding="utf-8")
    assert Recorded(ScriptedProvider(["oi"]), taken, blot).complete(ASK).text == "oi"
    assert "could not be written down" in caplog.text


def test_the_setting_records_what_the_program_asks_over_the_wire(tmp_path: Path) -> None:
    with StandInLlm() as server:
        environ = {
            "LLM_PROVIDER": "openai-compatible",
            "LLM_BASE_URL": server.url,
            "LLM_MODEL": "some-llm",
            "LLM_API_KEY": "sk-of-the-company",
            "RECORD_LLM_DIR": str(tmp_path),
        }
        settings = load_settings(environ, Path("no-such-file"))
        surroundings = Surroundings(settings, "postgresql://nowhere/none", SystemClock())
        assistant = build_assistant(describe_default(settings), surroundings)
        told = replace(ASK, messages=(ChatMessage("user", "é sk-of-the-company"),))
        answer = assistant.agent.provider.complete(replace(told, llm="some-llm"))
        assistant.close()
    [path] = tmp_path.glob("*.json")
    assert "sk-of-the-company" not in path.read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8"))["completion"]["text"] == answer.text


def test_the_program_hears_words_before_the_vendor_has_ended_its_stream(tmp_path: Path) -> None:
    """Through all that is put around a provider when an agent is built, traces and recordings among them."""
    vendor = VendorServer()
    environ = {
        "LLM_PROVIDER": "openai-compatible",
        "LLM_BASE_URL": vendor.url,
        "LLM_MODEL": "some-llm",
        "RECORD_LLM_DIR": str(tmp_path),
    }
    settings = load_settings(environ, Path("no-such-file"))
    assistant = build_assistant(
        describe_default(settings), Surroundings(settings, "postgresql://nowhere/none", SystemClock())
    )
    head, tail = written(chunk({"content": "Bom dia"})), written(chunk({"content": "!"}, "stop"), "[DONE]")
    with vendor.held(head, tail, {"content-type": "text/event-stream"}) as release:
        [link] = assistant.agent.links
        stream = link.provider.stream(replace(ASK, llm="some-llm"))
        assert next(stream) == "Bom dia"
        release()
        *_, completion = stream
    assistant.close()
    vendor.close()
    assert isinstance(completion, Completion)
    assert completion.text == "Bom dia!"
