"""Tools from configuration that ask another company's API: one guarded request a call, never repeated by itself."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx2

from agent.base import Tool, ToolContext, ToolResult, ToolSpec
from agent.tools.decorator import refuse
from agent.tools.http.answer import check_status, fit, read_answer, unknown_outcome
from agent.tools.http.request import OutgoingRequest, RequestTemplate
from agent.tools.http.spec import HttpToolSpec
from models.clock import Clock, SystemClock
from models.errors import ConfigurationError, ToolError
from models.network.guarded_client import Answer, AnswerTooLong, Blocked, GuardedClient, NotSent
from models.outside import outside

_log = logging.getLogger(__name__)
_PORTS: Final = (443, 8443)
_MOST_BYTES = 2_000_000  # of an answer, before anything of it is chosen
_LATE = 5.0  # seconds that the tool's own time-out leaves to the guarded client's, which comes first


def build_tool_client(private_hosts: Collection[str] = ()) -> GuardedClient:
    """The way out of all configured tools; `private_hosts` (host or host:port) are the operator's own, listed ones."""
    return GuardedClient(private_hosts=private_hosts, ports=_PORTS, max_bytes=_MOST_BYTES)


def build_http_tools(
    specs: Sequence[HttpToolSpec], *, client: GuardedClient, environ: Mapping[str, str], clock: Clock | None = None
) -> dict[str, Tool]:
    """By name. Raises ConfigurationError for a secret that is not set and a name that is given twice."""
    tools: dict[str, Tool] = {}
    for spec in specs:
        if spec.name in tools:
            raise ConfigurationError(f"two HTTP tools are called {spec.name}: rename one of them")
        tools[spec.name] = _HttpTool(spec, environ, client, clock or SystemClock()).as_tool()
    return tools


class _HttpTool:
    """One spec, ready to be called from any thread."""

    def __init__(self, spec: HttpToolSpec, environ: Mapping[str, str], client: GuardedClient, clock: Clock) -> None:
        self._spec = spec
        self._request = RequestTemplate(spec, environ)
        self._client = client
        self._clock = clock
        self._writes = spec.effect_or_default != "read"

    def as_tool(self) -> Tool:
        spec = self._spec
        told = ToolSpec(spec.name, " ".join(spec.description.split()), spec.schema_of_arguments.strict)
        labels = {*spec.labels, "sink"} if self._writes else {*spec.labels}
        return Tool(
            told,
            spec.effect_or_default,
            frozenset(spec.roles),
            self.call,
            labels=frozenset(labels),
            timeout=spec.timeout_seconds + _LATE,
            max_bytes=spec.max_bytes,
            cache_for=spec.cache_for,
        )

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        arguments: dict[str, Any] = {}
        try:
            if context.situation.role not in self._spec.roles:
                raise ToolError("This person may not use this tool.", code="not_allowed", retryable=False)
            arguments = self._spec.schema_of_arguments.check(given)
            answer = self._send(self._request.fill(arguments, context))
            return ToolResult(ok=True, content=self._read(answer, context), arguments=arguments)
        except ToolError as error:
            return refuse(error, arguments)

    def _send(self, request: OutgoingRequest) -> Answer:
        try:
            with outside():
                return self._client.request(
                    request.method, request.url, request.headers, request.body, total=self._spec.timeout_seconds
                )
        except Blocked as error:
            _log.error("tool %s: %s", self._spec.name, error)
            raise ToolError("That system may not be reached from here.", code="blocked", retryable=False) from None
        except NotSent as error:
            _log.warning("tool %s: %s", self._spec.name, error)
            raise ToolError("The other system cannot be reached now.", code="unreachable", retryable=True) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
            _log.warning("tool %s: %s", self._spec.name, type(error).__name__)
            raise self._fate_of(error) from None

    def _fate_of(self, error: Exception) -> ToolError:
        """Once something was sent: a write may have been done, whatever became of its answer."""
        if self._writes:
            return unknown_outcome()
        if isinstance(error, AnswerTooLong):
            return ToolError("The answer is too long: ask for less.", code="too_large", retryable=False)
        return ToolError("The other system did not answer in time.", code="timeout", retryable=True)

    def _read(self, answer: Answer, context: ToolContext) -> dict[str, Any]:
        check_status(answer, self._writes, self._request.secrets)
        try:
            found = read_answer(answer, self._spec.answer, self._request.secrets)
            shown, left_out = fit(found, self._spec.max_bytes)
        except ToolError:
            if not self._writes:
                raise
            shown, left_out = None, 0  # it was done, whatever its answer looks like
        content: dict[str, Any] = {
            "ok": True,
            "source": f"{self._spec.name}: {self._spec.host}",
            "as_of": self._now(context).isoformat(timespec="seconds"),
        }
        if isinstance(shown, list):
            content["rows"] = len(shown) + left_out
        if left_out:
            content |= {"truncated": True, "left_out": left_out}
        return content | {"data": shown}

    def _now(self, context: ToolContext) -> datetime:
        return self._clock.now().astimezone(ZoneInfo(context.timezone))
