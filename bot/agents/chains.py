"""The steps of an agent's chain, made of its spec: each with its own LLM, or the agent's under limits of its own."""

from collections.abc import Callable, Collection

from agent.chain import NO_CHAIN, POLISH, ROUTE, Chain, Part, Polish, Route, Specialist, name_of_step
from agent.providers.fallback import Fallback
from agent.spec.agent_spec import AgentSpec
from agent.spec.chain import ChainSpec, SpecialistSpec, StepSpec
from agent.spec.llm import LlmSpec
from agent.system_text import Brief
from models.errors import ConfigurationError

BuildLine = Callable[[LlmSpec], Fallback]


def build_chain(spec: AgentSpec, own: Fallback, build_line: BuildLine, tools: Collection[str]) -> Chain:
    """`own` is who the agent itself asks, `tools` the names of what it has beside MCP servers' tools. Raises
    ConfigurationError."""
    return NO_CHAIN if spec.chain is None else _Builder(spec, spec.chain, own, build_line).build(tools)


class _Builder:
    def __init__(self, spec: AgentSpec, chain: ChainSpec, own: Fallback, build_line: BuildLine) -> None:
        self._spec = spec
        self._chain = chain
        self._own = own
        self._build_line = build_line

    def build(self, tools: Collection[str]) -> Chain:
        """Specialists in the order of their names: the database keeps no other, and prompts must not change."""
        chain = self._chain
        specialists = {name: self._specialist(name, one, tools) for name, one in sorted(chain.specialists.items())}
        return Chain(specialists, chain.default, self._route() if specialists else None, self._polish())

    def _part(self, name: str, step: StepSpec) -> Part:
        provider = self._own if step.llm is None else self._build_line(step.llm)
        return Part(provider, provider.links[0].llm, name, step.timeout_seconds, step.max_output_tokens, step.share)

    def _route(self) -> Route | None:
        route = self._chain.route
        return None if route.by == "words" else Route(self._part(ROUTE, route), route.instructions, route.prompt)

    def _polish(self) -> Polish | None:
        polish, spec = self._chain.polish, self._spec
        if polish is None:
            return None
        brief = Brief(polish.prompt, spec.persona, polish.instructions, spec.languages)
        channels = None if polish.channels is None else frozenset(polish.channels)
        return Polish(self._part(POLISH, polish), brief, channels)

    def _specialist(self, name: str, one: SpecialistSpec, tools: Collection[str]) -> Specialist:
        spec = self._spec
        elsewhere = tuple(f"{server.name}_" for server in spec.mcp)  # which servers have changes while all runs
        missing = sorted(set(one.tools or ()) - {*tools, *(spec.tools or ())})
        if missing := [tool for tool in missing if not tool.startswith(elsewhere)]:
            raise ConfigurationError(
                f"the specialist {name} may use {', '.join(missing)}, which the agent {spec.agent} has not: give it to "
                "the agent, or take it out of the specialist's tools"
            )
        instructions = "\n\n".join(filter(None, (spec.instructions.strip(), one.instructions.strip())))
        return Specialist(
            self._part(name_of_step(name), one),
            Brief(spec.prompt, spec.persona, instructions, spec.languages),
            one.description,
            None if one.tools is None else frozenset(one.tools),
            one.words,
        )
