"""The LLM adapters' tests, mirroring `agent.providers`."""
