"""`mcp`: what an MCP server offers, with the pins by which an agent's file approves of a tool."""

from argparse import ArgumentParser, Namespace

from pydantic import ValidationError

from agent.mcp.connection import McpConnection, McpUnreachable
from agent.mcp.spec import McpServerSpec, McpToolSpec
from bot.commands.base import Command, CommandError
from bot.environment import read_environment
from bot.settings import Settings
from models.known_secrets import note_secret
from models.secret_reference import read_value
from models.yaml_document import spell_mistakes


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("url", help="the server's address, such as https://mcp.example.com/mcp")
    parser.add_argument("--token", metavar="NAME", help="the variable (or NAME_FILE) that holds its bearer token")


def _run(arguments: Namespace, settings: Settings) -> int:
    headers = {}
    if arguments.token:
        token = read_value(arguments.token, read_environment())
        if not token:
            raise CommandError(f"{arguments.token} is not set")
        note_secret(token)
        headers = {"Authorization": f"Bearer {token}"}
    placeholder = McpToolSpec(name="any", pin="sha256:" + "0" * 64)
    try:
        spec = McpServerSpec(name="server", url=arguments.url, tools=(placeholder,))
        offered = McpConnection(spec, headers).list_tools()
    except ValidationError as error:
        raise CommandError(spell_mistakes(error)) from None
    except McpUnreachable as error:
        raise CommandError(f"{arguments.url} does not answer: {error}") from None
    for tool in offered:
        print(f"- name: {tool.name}\n  pin: {tool.pin}\n  # {' '.join(tool.description.split())[:200]}")
    return 0


MCP = Command(_run, _add_arguments)
