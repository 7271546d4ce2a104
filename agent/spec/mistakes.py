"""What is wrong with an agent's file although each of its fields is well formed: names that lead nowhere."""

from collections.abc import Iterator

from agent.providers.profiles import PROFILES
from agent.providers.registry import resolve_llm
from agent.spec.agent_spec import AgentSpec
from agent.spec.chain import SpecialistSpec, StepSpec
from agent.spec.llm import LlmChoice, LlmSpec
from agent.system_text import list_prompts
from agent.tools.crm.notes import CRM_TOOLS
from agent.tools.knowledge import SEARCH_DOCUMENTS
from agent.tools.prices import PRICE_OF
from agent.tools.recall import RECALL
from agent.tools.registry import TOOLS
from models.errors import ConfigurationError
from models.tenant import DEFAULT
from models.yaml_document import Place

_BUILT_IN = frozenset({*TOOLS, *CRM_TOOLS, RECALL, SEARCH_DOCUMENTS, PRICE_OF})

Mistake = tuple[Place, str]


def find_mistakes(spec: AgentSpec) -> list[Mistake]:
    """Each with its place in the file and its cure. Pure: nothing is connected to, no secret is looked up."""
    return [*_in_prompts(spec), *_in_llms(spec), *_in_tools(spec), *_in_chain(spec), *_in_source(spec)]


def _in_prompts(spec: AgentSpec) -> Iterator[Mistake]:
    named: list[tuple[Place, str, str]] = [(("prompt",), "sales", spec.prompt)]
    if spec.chain is not None:
        named.append((("chain", "route", "prompt"), "route", spec.chain.route.prompt))
        if spec.chain.polish is not None:
            named.append((("chain", "polish", "prompt"), "polish", spec.chain.polish.prompt))
    for place, family, prompt in named:
        if prompt not in list_prompts(family):
            yield place, f"there is no prompt {prompt!r}; there are: {', '.join(list_prompts(family))}"


def _in_llms(spec: AgentSpec) -> Iterator[Mistake]:
    yield from _in_line(spec.llm, ("llm",))
    if spec.chain is None:
        return
    steps: list[tuple[Place, StepSpec | None]] = [
        *((("chain", "specialists", name), one) for name, one in spec.chain.specialists.items()),
        (("chain", "route"), spec.chain.route),
        (("chain", "polish"), spec.chain.polish),
    ]
    for place, step in steps:
        if step is None or step.llm is None:
            continue
        yield from _in_line(step.llm, (*place, "llm"))
        if step.llm.engine == "offline" and not isinstance(step, SpecialistSpec):
            yield (*place, "llm", "provider"), "offline answers by rules, it neither chooses nor rewrites: name an LLM"


def _in_line(llm: LlmSpec, top: Place) -> Iterator[Mistake]:
    """An LLM and those that stand in for it."""
    yield from _in_llm(llm, top)
    above = {llm.address}
    for number, fallback in enumerate(llm.fallbacks):
        place: Place = (*top, "fallbacks", number)
        if fallback.provider == "offline":
            yield (*place, "provider"), "offline never stands in for an LLM: it answers by rules, and less"
        elif fallback.address in above:
            yield (*place, "provider"), f"{fallback.address} stands in the chain already: name each server once"
        above.add(fallback.address)
        yield from _in_llm(fallback, place)


def _in_llm(llm: LlmChoice, place: Place) -> Iterator[Mistake]:
    if llm.provider not in PROFILES:
        yield (*place, "provider"), f"there is no provider {llm.provider!r}; there are: {', '.join(sorted(PROFILES))}"
        return
    try:
        resolve_llm(llm.provider, llm.model)
    except ConfigurationError:
        yield (*place, "model"), f"is missing: {llm.provider} needs the name of a model on that server"
    if llm.provider != "offline" and not (llm.base_url.strip() or PROFILES[llm.provider].base_url):
        yield (*place, "base_url"), f"is missing: {llm.provider} needs the server's address, http://localhost:11434/v1"


def _in_tools(spec: AgentSpec) -> Iterator[Mistake]:
    described = [tool.name for tool in spec.http] + ([spec.sql.name] if spec.sql else [])
    known = {*_BUILT_IN, *described}
    sources = [api.name for api in spec.openapi] + [server.name for server in spec.mcp]
    for name in spec.tools or ():
        if name not in known and not name.startswith(tuple(f"{source}_" for source in sources)):
            yield ("tools", name), f"there is no such tool; there are: {', '.join(sorted(known))}"
    if "crm_update" in (spec.tools or ()) and spec.changes.write_to is None:
        yield ("tools", "crm_update"), "needs changes.write_to: only a CRM holds what can be changed"
    for number, tool in enumerate(spec.http):
        if tool.name in _BUILT_IN or described.count(tool.name) > 1:
            yield ("http", number, "name"), f"another tool is called {tool.name}: choose another name"


def _in_chain(spec: AgentSpec) -> Iterator[Mistake]:
    """A specialist may have some of the agent's tools, and no others."""
    if spec.chain is None:
        return
    built_in = (
        (*TOOLS, RECALL, SEARCH_DOCUMENTS, PRICE_OF)
        if spec.tools is None
        else [name for name in spec.tools if name in _BUILT_IN]
    )
    own = {*built_in, *(tool.name for tool in spec.http), *([spec.sql.name] if spec.sql else [])}
    sources = [api.name for api in spec.openapi] + [server.name for server in spec.mcp]
    prefixes = tuple(f"{source}_" for source in sources)
    for name, one in spec.chain.specialists.items():
        for tool in one.tools or ():
            if tool not in own and not tool.startswith(prefixes):
                said = f"{tool} is no tool of this agent's; there are: {', '.join(sorted(own))}"
                yield ("chain", "specialists", name, "tools"), said


def _in_source(spec: AgentSpec) -> Iterator[Mistake]:
    if spec.tenant != DEFAULT and (spec.source is None or spec.source.url is None):
        yield ("source", "url"), f"is missing: the tenant {spec.tenant} needs sales data of its own, as ${{NAME}}"
