"""Whose LLM the environment's own agent may ask."""

from typing import Literal

LlmProvider = Literal[
    "offline",
    "openai",
    "anthropic",
    "gemini",
    "mistral",
    "groq",
    "ollama",
    "huggingface",
    "openrouter",
    "deepseek",
    "xai",
    "openai-compatible",
]
