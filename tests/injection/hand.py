"""The hand of the assistant, besieged without a database: prompt, toolbox, policy, proposals, links and channels are
the program's own, and what is around them is played."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from agent.agent import Agent, Limits
from agent.base import (
    Effect,
    ImagePart,
    Label,
    RunResult,
    Situation,
    Tool,
    ToolContext,
    ToolResult,
    ToolSpec,
    TurnInput,
)
from agent.links import find_links, tame_links
from agent.mcp.connection import McpConnection
from agent.mcp.pins import OfferedTool
from agent.mcp.spec import McpServerSpec, McpToolSpec
from agent.mcp.tools import take_stock
from agent.memory.window import recall_window
from agent.scratch import ScratchJournal
from agent.tools.crm.notes import CrmTarget, build_crm_tools
from agent.tools.desk import Bench
from agent.tools.http.spec import HttpToolSpec
from agent.tools.http.tool import build_http_tools
from agent.tools.knowledge import SEARCH_DOCUMENTS, build_search_tool
from agent.tools.openapi.operations import build_openapi_tools
from agent.tools.openapi.spec import OpenApiSpec
from agent.tools.prices import PRICE_OF, build_price_tool
from agent.tools.registry import get_blueprint
from agent.tools.sql.spec import SqlSpec
from agent.tools.sql.tool import build_sql_tool
from channels.email.markdown import to_html, to_text
from channels.whatsapp.render import render_reply
from jobs.compose import compose
from models.errors import ToolError
from models.history import PastTurn
from models.ids import new_id
from models.knowledge.passage import Passage, SearchScope
from models.knowledge.price_row import CatalogItem, PriceRow
from models.network.guarded_client import Answer
from models.reply import Reply
from models.said import SaidMedia, SaidMessage
from models.sales.brief import CustomerBrief, OpenDeal
from models.sales.source import SalesSource
from models.sales.summary import Group, SalesFigures
from models.sql_door import SqlAnswer
from models.taint import has_others_words, write_taint
from tests.fakes import FixedClock
from tests.injection.obedient import Obedient
from tests.injection.words import EVIL

ANA = "+5511999990000"
STRANGER = "+5511000000001"
FRIENDLY = "portal.aurora.example"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RENDERED = 29  # every so many replies are rendered for the channels as well: other words at each door
SECRET = "PRIVATE-FIGURE-4711"
ZONE = "America/Sao_Paulo"
TENANT = new_id()
DOCUMENT = {
    "openapi": "3.0.0",
    "info": {"title": "CRM", "version": "1"},
    "paths": {"/deals": {"get": {"operationId": "listDeals", "summary": "The deals of the customer relations."}}},
}


@dataclass
class Outside:
    """Every system beside us, all saying the same hostile words."""

    words: str = ""
    status: int = 200
    fails: bool = False

    def request(self, *asked: object, **how: object) -> Answer:
        """As an API answers."""
        body = json.dumps({"note": self.words}, ensure_ascii=False).encode()
        return Answer(self.status, {"content-type": "application/json"}, body)

    def search(self, query: str, scope: SearchScope, k: int) -> list[Passage]:
        """As the company's documents do, one of which somebody else has written."""
        return [Passage("d#1", self.words, self.words, {"page": 1}, self.words, 1.0, (self.words,), nearness=1.0)]

    def is_empty(self, tenant_id: UUID) -> bool:
        return False

    def version(self, tenant_id: UUID | None) -> str | None:
        return None

    def prices(self, product: str, scope: SearchScope, limit: int) -> list[CatalogItem]:
        """As a price list does whose every cell somebody else has filled in."""
        words = self.words
        return [CatalogItem(PriceRow(words, Decimal(1), words, words, "BRL", words), words, words, {"sheet": words})]

    def ask(self, sql: str, values: object = (), timezone: str = "UTC") -> SqlAnswer:
        """As the database for free SQL does."""
        if self.fails:
            words = f'The database cannot run that: invalid input syntax for type integer: "{self.words}".'
            raise ToolError(words, code="bad_sql", retryable=False)
        return SqlAnswer((json.dumps({"note": self.words}, ensure_ascii=False),), False, 1.0)


class Server(McpConnection):
    """An MCP server with one tool."""

    offered = OfferedTool("look", "Looks something up.", {"type": "object", "properties": {}})

    def __init__(self, spec: McpServerSpec, outside: Outside) -> None:
        super().__init__(spec, {})
        self._outside = outside

    def list_tools(self) -> list[OfferedTool]:
        return [self.offered]

    def call(self, name: str, pin: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        block = {"type": "text", "text": self._outside.words}
        return {"content": [block], "isError": self._outside.fails}


class Bribed(SalesSource):
    """The company's own sales data, in which somebody has typed the hostile words wherever text may stand."""

    def __init__(self, real: SalesSource, outside: Outside) -> None:
        self.__dict__ |= real.__dict__
        self._outside = outside

    def directory(self, *scope: Any) -> Any:
        words, known = self._outside.words, super().directory(*scope)
        names = [*known.catalogue.customers, f"Loja Azul {words}", f"Loja Verde {words}"]
        return replace(known, catalogue=replace(known.catalogue, customers=names))

    def summarise(self, scope: Any, *questions: Any) -> tuple[SalesFigures, ...]:
        group = Group(self._outside.words, Decimal(1))
        return tuple(SalesFigures(Decimal(1), 1, (group,)) for _ in questions)

    def find_customer(self, scope: Any, name: str, today: Any) -> CustomerBrief | None:
        nothing, deal = Decimal(0), OpenDeal(self._outside.words, "Proposta", Decimal(1))
        return CustomerBrief(name, "Olinda", "PE", "", "Ana", None, nothing, 0, 0, nothing, (), (deal,))


@dataclass
class Hand:
    """An agent with every kind of tool, a stand-in LLM that obeys, and what came of it."""

    source: SalesSource
    outside: Outside = field(default_factory=Outside)
    obedient: Obedient = field(default_factory=lambda: Obedient(sees=True, tells_its_rules=False))
    ran: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    replies: int = 0

    def __post_init__(self) -> None:
        clock = FixedClock()
        bench = Bench(Bribed(self.source, self.outside), None, clock)  # type: ignore[arg-type]  # no rates are asked for
        self.agent = Agent(self.obedient, "obedient", self._tools(bench, clock), Limits(steps=5), clock)

    def _tools(self, bench: Bench, clock: FixedClock) -> dict[str, Tool]:
        tools = build_crm_tools(bench, _Target())
        for name in ("top_n", "customer_brief"):
            tools[name] = get_blueprint(name).bind(bench)
        told = "What other people have said about a customer."
        http = HttpToolSpec(name="api", description=told, url="https://api.example.com/notes")
        crm = OpenApiSpec(name="crm", document=DOCUMENT, base_url="https://crm.example.com", operations=("listDeals",))
        tools |= build_http_tools([http], client=self.outside, environ={}, clock=clock)  # type: ignore[arg-type]
        tools |= build_openapi_tools([crm], client=self.outside, environ={}, clock=clock)  # type: ignore[arg-type]
        table = {"columns": {"note": "what somebody typed"}}
        sql = SqlSpec.model_validate({"url": "${FREE_SQL_URL}", "tables": {"notes": table}})
        tools |= build_sql_tool(sql, door=self.outside, clock=clock)  # type: ignore[arg-type]
        tools |= self._of_server()
        tools[SEARCH_DOCUMENTS] = build_search_tool(self.outside)
        tools[PRICE_OF] = build_price_tool(self.outside)
        for tool in (
            self._tool("lookup", "read", "untrusted"),
            self._tool("web_search", "read", "sink", "untrusted"),
            self._tool("pay", "external_write", "sink"),
            self._tool("count_up", "read", "private"),
        ):
            tools[tool.spec.name] = tool
        return tools

    def _of_server(self) -> dict[str, Tool]:
        wanted = McpToolSpec(name="look", pin=Server.offered.pin, effect="read")
        server = McpServerSpec(name="mcp", url="https://mcp.example.com/", tools=(wanted,))
        return dict(take_stock(server, Server(server, self.outside), lambda name: None).tools)

    def _tool(self, name: str, effect: Effect, *labels: Label) -> Tool:
        def call(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
            self.ran.append(name)
            shown = SECRET if "private" in labels and name == "count_up" else self.outside.words
            return ToolResult(True, {"ok": True, "found": shown}, arguments)

        spec = ToolSpec(name, "Does.", {"type": "object", "properties": {}})
        return Tool(spec, effect, frozenset({"manager", "rep", "customer"}), call, frozenset(labels))

    def propose(self, tool: Tool, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Implements `agent.policy.Proposer`."""
        self.proposed.append(tool.spec.name)
        return ToolResult(True, {"ok": True, "proposed": "…"}, arguments)

    def hear(self, *said: SaidMessage, channel: str = "whatsapp", past: tuple[PastTurn, ...] = ()) -> PastTurn:
        """One turn, from what was said to the parts that leave; what is remembered of it."""
        composed = compose(said, sees=True, asker=ANA, channel=channel)
        situation = Situation(NOON.date(), "manager", "Ana", channel=channel, tenant=TENANT)
        turn = TurnInput(
            new_id(),
            composed.text,
            recall_window(past, 100_000, asker=ANA),
            situation,
            ZONE,
            "Aurora",
            composed.context,
            images=tuple(image_of(file) for file in composed.pictures),
            taint=composed.taint,
        )
        return self.remember(said, self.agent.run(turn, ScratchJournal(), self))

    def remember(self, said: tuple[SaidMessage, ...], result: RunResult) -> PastTurn:
        hosts = frozenset() if has_others_words(result.taint) else frozenset({FRIENDLY})
        reply = tame_links(result.text, hosts)
        assert EVIL not in reply, reply
        assert find_links(reply) == [], reply
        self.replies += 1
        if self.replies % RENDERED == 0:
            self.render(reply)
        asked = "\n".join(message.text for message in said)
        senders = frozenset(message.sender for message in said)
        return PastTurn(1, asked, NOON, reply, NOON, write_taint(result.taint), senders)

    def render(self, reply: str) -> None:
        """In no channel's own markup a link comes back."""
        bodies = [to_text(reply), *(part.body for part in render_reply(Reply(reply)))]
        assert [link for body in bodies for link in find_links(body)] == [], reply
        assert "<a " not in to_html(reply)
        assert "<img" not in to_html(reply)


class _Target(CrmTarget):
    """Takes everything; nothing ever reaches it."""

    def takes(self, kind: Any) -> bool:
        return True


def image_of(file: SaidMedia) -> ImagePart:
    """A picture of words, to a stand-in that reads pictures."""
    return ImagePart(file.name.encode(), file.content_type)


def message(words: str, **given: Any) -> SaidMessage:
    """One of the person's own, unless it is said otherwise."""
    plain = SaidMessage(new_id(), "m1", "text", words, "", "", (), False, True, {}, None, NOON, (), ANA)
    return replace(plain, **given)


def a_file(content_type: str, name: str = "", transcript: str | None = None) -> SaidMedia:
    return SaidMedia(new_id(), new_id(), 0, content_type, name, "", "stored", "key", transcript, 0)
