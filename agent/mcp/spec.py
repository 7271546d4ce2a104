"""An MCP server as configuration: where it is, and which of its tools may be used, each as it was when approved."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from agent.base import Effect
from agent.spec.frozen import Frozen

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class McpToolSpec(Frozen):
    """One tool of the server."""

    name: Annotated[str, Field(min_length=1, max_length=128, examples=["search_contacts"])]
    """Exactly as the server calls it."""
    pin: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    """The fingerprint of its name, description and schema when it was approved: `python -m bot mcp` prints it. A tool
    that says anything else of itself is not offered and not called."""
    effect: Effect = "external_write"
    """What it does; lower it only for a tool that is known to do less."""
    sink: bool = False
    """For one that reads: whether others than the company learn what it is asked, such as a search of the web. Closed
    once somebody else's words or names stand in the conversation. One that writes is always taken for such."""
    roles: Annotated[tuple[Literal["rep", "manager", "customer"], ...], Field(min_length=1)] = ("manager", "rep")
    """Who may use it."""


class McpServerSpec(Frozen):
    """One server, reached over Streamable HTTP."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$", examples=["hubspot"])]
    """What its tools' names begin with."""
    url: Annotated[str, Field(examples=["https://mcp.example.com/mcp"])]
    headers: dict[str, str] = {}
    """Secrets are named as ${NAME}."""
    tools: Annotated[tuple[McpToolSpec, ...], Field(min_length=1, max_length=20)]
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20
    """For a whole call: connecting, checking the pin, and the answer."""
    max_bytes: Annotated[int, Field(ge=512, le=262_144)] = 16_384
    """The most of an answer that the LLM is shown."""
    most_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    """Calls under way to this server from one process; who comes later waits within the time-out."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        parts = urlsplit(self.url)
        is_local = parts.hostname in _LOCAL
        if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_local)):
            raise ValueError("url: must begin with https:// (http:// only on this machine)")
        if parts.username or parts.password:
            raise ValueError("url: credentials belong into headers, as ${NAME}")
        names = [tool.name for tool in self.tools]
        if len(set(names)) < len(names):
            raise ValueError("tools: a tool stands twice")
        return self
