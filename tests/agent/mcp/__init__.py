"""The MCP client's tests, mirroring `agent.mcp`."""
