"""Tools of MCP servers: allow-listed by name, pinned by what they say of themselves, their results never trusted."""
