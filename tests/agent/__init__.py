"""The assistant's tests, mirroring `agent`."""
