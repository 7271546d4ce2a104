"""The stand-in LLM answers each wire as its vendor would: judged by the vendors' own SDKs."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tests.standins.llm import Fault, StandInLlm
from tests.standins.llm_wires import Says, Wish

TOOL = {"name": "sales_summary", "description": "Sales.", "parameters": {"type": "object", "properties": {}}}
QUESTION = "Quais foram as vendas do mês passado?"
RESULT = json.dumps({"ok": True, "data": {"total": "1234.56"}})


@pytest.fixture
def llm() -> Iterator[StandInLlm]:
    with StandInLlm() as standin:
        yield standin


@pytest.fixture
def oai(llm: StandInLlm) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=llm.url, api_key="k", max_retries=0, timeout=180) as client:
        yield client


@pytest.fixture
def claude(llm: StandInLlm) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=llm.url.removesuffix("/v1"), api_key="k", max_retries=0, timeout=180) as client:
        yield client


def test_chat_completions_call_the_tool_and_then_say_its_figure(oai: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", "function": TOOL}]
    messages: list[Any] = [{"role": "user", "content": QUESTION}]
    first = oai.chat.completions.create(model="m", messages=messages, tools=tools)
    assert first.choices[0].finish_reason == "tool_calls"
    (call,) = first.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "sales_summary"
    assert json.loads(call.function.arguments)["period"] == "mês passado"
    messages += [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": RESULT}]
    second = oai.chat.completions.create(model="m", messages=messages, tools=tools)
    assert second.choices[0].finish_reason == "stop"
    assert "1234.56" in (second.choices[0].message.content or "")
    assert second.usage is not None
    assert second.usage.total_tokens == second.usage.prompt_tokens + second.usage.completion_tokens


def test_responses_call_the_tool_and_then_say_its_figure(oai: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", **TOOL, "strict": False}]
    asked: list[Any] = [{"role": "user", "content": QUESTION}]
    first = oai.responses.create(model="m", input=asked, tools=tools)
    (call,) = first.output
    assert call.type == "function_call"
    asked += [call, {"type": "function_call_output", "call_id": call.call_id, "output": RESULT}]
    second = oai.responses.create(model="m", input=asked, tools=tools)
    assert second.status == "completed"
    assert "1234.56" in second.output_text


def test_messages_call_the_tool_and_then_say_its_figure(claude: anthropic.Anthropic) -> None:
    tools: Any = [{"name": "sales_summary", "description": "Sales.", "input_schema": TOOL["parameters"]}]
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}]
    first = claude.messages.create(model="m", max_tokens=100, messages=messages, tools=tools)
    assert first.stop_reason == "tool_use"
    (use,) = first.content
    assert use.type == "tool_use"
    result = {"type": "tool_result", "tool_use_id": use.id, "content": RESULT}
    messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
    second = claude.messages.create(model="m", max_tokens=100, messages=messages, tools=tools)
    (said,) = second.content
    assert said.type == "text"
    assert "1234.56" in said.text


def test_without_the_tool_or_another_question_it_answers_in_words(oai: openai.OpenAI) -> None:
    for text, tools in ((QUESTION, []), ("Bom dia", [{"type": "function", "function": TOOL}])):
        offered: Any = {"tools": tools} if tools else {}
        answer = oai.chat.completions.create(model="m", messages=[{"role": "user", "content": text}], **offered)
        assert answer.choices[0].message.content


def test_a_script_is_followed_before_anything_else(llm: StandInLlm, oai: openai.OpenAI) -> None:
    llm.script += [Says("primeiro"), Says(wishes=(Wish("x", "{broken"),)), Says("cortado", finish="length")]
    said = [oai.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}]) for _ in range(3)]
    assert said[0].choices[0].message.content == "primeiro"
    (call,) = said[1].choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.arguments == "{broken"
    assert said[2].choices[0].finish_reason == "length"
    assert [asked.text for asked in llm.history] == ["?"] * 3


def test_it_keeps_what_it_was_asked(llm: StandInLlm, oai: openai.OpenAI) -> None:
    oai.chat.completions.create(model="m", messages=[{"role": "user", "content": QUESTION}])
    (asked,) = llm.history
    assert (asked.wire, asked.text, asked.tools) == ("completions", QUESTION, ())
    assert asked.headers["authorization"] == "Bearer k"


def test_faults_look_as_a_vendor_would_show_them(
    llm: StandInLlm, oai: openai.OpenAI, claude: anthropic.Anthropic
) -> None:
    llm.faults += [
        Fault("status", 429, "rate_limit_exceeded", retry_after="7"),
        Fault("status", 529, "overloaded_error"),
    ]
    with pytest.raises(openai.RateLimitError) as limited:
        oai.responses.create(model="m", input="?")
    assert limited.value.response.headers["retry-after"] == "7"
    assert limited.value.code == "rate_limit_exceeded"
    with pytest.raises(anthropic.APIStatusError) as overloaded:
        claude.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "?"}])
    assert overloaded.value.status_code == 529


def test_it_hangs_breaks_off_and_talks_nonsense_on_demand(llm: StandInLlm) -> None:
    llm.faults += [Fault("hang"), Fault("cut"), Fault("garbage")]
    body = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
    with httpx2.Client(base_url=llm.url, timeout=180) as client:
        with pytest.raises(httpx2.ReadTimeout):
            client.post("/chat/completions", json=body, timeout=0.5)
        with pytest.raises(httpx2.RemoteProtocolError):
            client.post("/chat/completions", json=body)
        assert client.post("/chat/completions", json=body).text == "<html>oops</html>"
        assert client.post("/chat/completions", json={"messages": 3}).status_code == 400
        assert client.post("/embeddings", json=body).status_code == 404


def test_three_hundred_slow_answers_cost_the_time_of_one() -> None:
    with (
        StandInLlm(latency=2) as llm,
        httpx2.Client(base_url=llm.url, timeout=240, limits=httpx2.Limits(max_connections=None)) as client,
    ):
        body = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(client.post("/chat/completions", json=body).status_code)

        threads = [threading.Thread(target=ask) for _ in range(300)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 300
        assert llm.busiest > 20, "they were answered side by side"
