"""The three wires the stand-in LLM speaks: what was asked, read from a request, and an answer in the vendor's shape."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Wire = Literal["completions", "responses", "messages"]
Json = dict[str, Any]

PATHS: Mapping[str, Wire] = {
    "/chat/completions": "completions",
    "/responses": "responses",
    "/messages": "messages",
}


@dataclass(frozen=True)
class Asked:
    """One request. `text` is the user's last words, `results` what tools answered since, `tools` those it may call."""

    wire: Wire
    body: Json
    headers: Mapping[str, str]
    text: str
    tools: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """A tool call. `arguments` as a string is sent as it is, broken or not."""

    name: str
    arguments: Json | str


@dataclass(frozen=True)
class Says:
    """One answer; `finish` in the vendor's own words where the usual one is not wanted."""

    text: str = ""
    wishes: tuple[Wish, ...] = ()
    finish: str = ""


def read_request(wire: Wire, body: Json, headers: Mapping[str, str]) -> Asked:
    """Raises KeyError, TypeError or ValueError for what no vendor would take."""
    text, results = _READERS[wire](body)
    choice = body.get("tool_choice", "auto")
    forbidden = choice == "none" or (isinstance(choice, dict) and choice.get("type") == "none")
    offered = [tool["function"]["name"] if "function" in tool else tool["name"] for tool in body.get("tools", [])]
    return Asked(wire, body, headers, text, () if forbidden else tuple(offered), tuple(results))


def write_answer(asked: Asked, says: Says, number: int) -> Json:
    """The body of a 200. `number` makes its ids."""
    spent = (len(json.dumps(asked.body)) // 4, max(1, len(says.text) // 4 + 12 * len(says.wishes)))
    return _WRITERS[asked.wire](asked, says, number, spent)


def write_error(wire: Wire, kind: str, message: str) -> Json:
    """The body of an error, in the vendor's shape."""
    error = {"type": kind, "message": message}
    if wire == "messages":
        return {"type": "error", "error": error, "request_id": "req_standin"}
    return {"error": {**error, "code": kind, "param": None}}


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part["text"]) for part in parts if "text" in part)


def _read_completions(body: Json) -> tuple[str, list[str]]:
    text, results = "", list[str]()
    for line in body["messages"]:
        if line["role"] == "user":
            text, results = _words(line["content"]), []
        elif line["role"] == "tool":
            results.append(_words(line["content"]))
    return text, results


def _read_responses(body: Json) -> tuple[str, list[str]]:
    if isinstance(body["input"], str):
        return body["input"], []
    text, results = "", list[str]()
    for item in body["input"]:
        if item.get("role") == "user":
            text, results = _words(item["content"]), []
        elif item.get("type") == "function_call_output":
            results.append(_words(item["output"]))
    return text, results


def _read_messages(body: Json) -> tuple[str, list[str]]:
    text, results = "", list[str]()
    for line in body["messages"]:
        if line["role"] != "user":
            continue
        blocks = line["content"] if isinstance(line["content"], list) else []
        answered = [_words(block["content"]) for block in blocks if block["type"] == "tool_result"]
        said = _words(line["content"])
        results = results + answered if answered else []
        text = said or text
    return text, results


def _write_completions(asked: Asked, says: Says, number: int, spent: tuple[int, int]) -> Json:
    message: Json = {"role": "assistant", "content": says.text or None, "refusal": None}
    if says.wishes:
        message["tool_calls"] = [
            {
                "id": f"call_{number}_{index}",
                "type": "function",
                "function": {"name": wish.name, "arguments": _as_text(wish.arguments)},
            }
            for index, wish in enumerate(says.wishes)
        ]
    finish = says.finish or ("tool_calls" if says.wishes else "stop")
    return {
        "id": f"chatcmpl-standin-{number}",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": asked.body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": spent[0], "completion_tokens": spent[1], "total_tokens": sum(spent)},
    }


def _write_responses(asked: Asked, says: Says, number: int, spent: tuple[int, int]) -> Json:
    output: list[Json] = []
    if says.text:
        part = {"type": "output_text", "text": says.text, "annotations": []}
        output.append(
            {"id": f"msg_{number}", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
        )
    output += [
        {
            "id": f"fc_{number}_{index}",
            "type": "function_call",
            "status": "completed",
            "call_id": f"call_{number}_{index}",
            "name": wish.name,
            "arguments": _as_text(wish.arguments),
        }
        for index, wish in enumerate(says.wishes)
    ]
    return {
        "id": f"resp_standin_{number}",
        "object": "response",
        "created_at": 1_750_000_000,
        "status": "incomplete" if says.finish else "completed",
        "incomplete_details": {"reason": says.finish} if says.finish else None,
        "error": None,
        "model": asked.body["model"],
        "output": output,
        "usage": {"input_tokens": spent[0], "output_tokens": spent[1], "total_tokens": sum(spent)},
    }


def _write_messages(asked: Asked, says: Says, number: int, spent: tuple[int, int]) -> Json:
    content: list[Json] = [{"type": "text", "text": says.text}] if says.text else []
    content += [
        {"type": "tool_use", "id": f"toolu_{number}_{index}", "name": wish.name, "input": wish.arguments}
        for index, wish in enumerate(says.wishes)
    ]
    return {
        "id": f"msg_standin_{number}",
        "type": "message",
        "role": "assistant",
        "model": asked.body["model"],
        "content": content,
        "stop_reason": says.finish or ("tool_use" if says.wishes else "end_turn"),
        "stop_sequence": None,
        "usage": {"input_tokens": spent[0], "output_tokens": spent[1]},
    }


def _as_text(arguments: Json | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


_READERS: Mapping[Wire, Callable[[Json], tuple[str, list[str]]]] = {
    "completions": _read_completions,
    "responses": _read_responses,
    "messages": _read_messages,
}
_WRITERS: Mapping[Wire, Callable[[Asked, Says, int, tuple[int, int]], Json]] = {
    "completions": _write_completions,
    "responses": _write_responses,
    "messages": _write_messages,
}
