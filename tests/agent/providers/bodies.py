"""Answers of the three wires, written by hand: the same handful of situations on each."""

from typing import Any


def responses_body(*output: dict[str, Any], **changes: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10},
        "output_tokens": 30,
        "output_tokens_details": {"reasoning_tokens": 20},
        "total_tokens": 130,
    }
    body = {"id": "resp_1", "object": "response", "status": "completed", "error": None, "model": "served-llm"}
    return {**body, "incomplete_details": None, "output": list(output), "usage": usage, **changes}


def responses_text(text: str, kind: str = "output_text") -> dict[str, Any]:
    part = {"type": kind, "refusal" if kind == "refusal" else "text": text}
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}


def responses_call(call_id: str, name: str, arguments: Any) -> dict[str, Any]:
    return {"type": "function_call", "id": "fc_" + call_id, "call_id": call_id, "name": name, "arguments": arguments}


def chat_body(message: dict[str, Any], finish: Any = "stop", **changes: Any) -> dict[str, Any]:
    usage = {
        "prompt_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10},
        "completion_tokens": 30,
        "completion_tokens_details": {"reasoning_tokens": 20},
        "total_tokens": 130,
    }
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}
    return {"id": "chat_1", "model": "served-llm", "choices": [choice], "usage": usage, **changes}


def chat_call(call_id: Any, name: str, arguments: Any, **extra: Any) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}, **extra}


def anthropic_body(*content: dict[str, Any], stop: Any = "end_turn", **changes: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": 30,
        "cache_read_input_tokens": 60,
        "cache_creation_input_tokens": 10,
        "output_tokens": 30,
        "output_tokens_details": {"thinking_tokens": 20},
    }
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "served-llm", "content": list(content)}
    return {**body, "stop_reason": stop, "usage": usage, **changes}


def anthropic_text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def anthropic_call(call_id: str, name: str, arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments}
