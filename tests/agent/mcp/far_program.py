"""An MCP server as a program of its own: `python -m tests.agent.mcp.far_program PORT [DESCRIPTION]`."""

import sys

import uvicorn
from mcp.server import MCPServer

DESCRIPTION = "Tells how many pieces are free."


def find_stock(sku: str) -> str:
    return f"{sku}: 7"


def main(port: int, description: str = DESCRIPTION) -> None:
    server = MCPServer("far", log_level="ERROR")
    server.add_tool(find_stock, description=description)
    uvicorn.run(server.streamable_http_app(), host="127.0.0.1", port=port, log_level="error", ws="none")


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
