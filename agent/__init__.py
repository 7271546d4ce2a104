"""The assistant: the loop over an LLM and tools, its providers, tools and memory."""
