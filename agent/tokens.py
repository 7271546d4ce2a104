"""A cautious reckoning of tokens before a vendor counts them: too high rather than too low."""

import json
from collections.abc import Iterable

from agent.base import ChatMessage, ToolSpec

_CHARACTERS_PER_TOKEN = 3  # Portuguese prose measures about four; JSON and figures come near three
_TOKENS_PER_MESSAGE = 4
_TOKENS_PER_IMAGE = 1_600  # what the vendors charge at most for one that they have scaled down


def estimate_tokens(text: str) -> int:
    return len(text) // _CHARACTERS_PER_TOKEN + _TOKENS_PER_MESSAGE


def estimate_prompt(messages: Iterable[ChatMessage]) -> int:
    """Of a whole prompt, tool calls included."""
    return sum(
        estimate_tokens(message.content)
        + sum(estimate_tokens(call.raw_arguments) for call in message.tool_calls)
        + _TOKENS_PER_IMAGE * len(message.images)
        for message in messages
    )


def estimate_tools(tools: Iterable[ToolSpec]) -> int:
    """Of what the LLM is told about them."""
    return sum(estimate_tokens(f"{tool.name}{tool.description}{json.dumps(tool.parameters)}") for tool in tools)
