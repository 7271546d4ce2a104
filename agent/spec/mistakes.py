"""What is wrong with an agent's file although each of its fields is well formed: names that lead nowhere."""

from collections.abc import Iterator

from agent.providers.profiles import PROFILES
from agent.providers.registry import resolve_llm
from agent.spec.agent_spec import AgentSpec
from agent.spec.llm import LlmChoice
from agent.system_text import list_prompts
from agent.tools.crm import CRM_TOOLS
from agent.tools.registry import TOOLS
from models.errors import ConfigurationError
from models.tenant import DEFAULT
from models.yaml_document import Place

Mistake = tuple[Place, str]


def find_mistakes(spec: AgentSpec) -> list[Mistake]:
    """Each with its place in the file and its cure. Pure: nothing is connected to, no secret is looked up."""
    return [*_in_prompt(spec), *_in_llms(spec), *_in_tools(spec), *_in_source(spec)]


def _in_prompt(spec: AgentSpec) -> Iterator[Mistake]:
    if spec.prompt not in list_prompts():
        yield ("prompt",), f"there is no prompt {spec.prompt!r}; there are: {', '.join(list_prompts())}"


def _in_llms(spec: AgentSpec) -> Iterator[Mistake]:
    yield from _in_llm(spec.llm, ("llm",))
    above = {spec.llm.address}
    for number, fallback in enumerate(spec.llm.fallbacks):
        place: Place = ("llm", "fallbacks", number)
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
    known = {*TOOLS, *CRM_TOOLS, *described}
    sources = [api.name for api in spec.openapi] + [server.name for server in spec.mcp]
    for name in spec.tools or ():
        if name not in known and not name.startswith(tuple(f"{source}_" for source in sources)):
            yield ("tools", name), f"there is no such tool; there are: {', '.join(sorted(known))}"
    if "crm_update" in (spec.tools or ()) and spec.changes.write_to is None:
        yield ("tools", "crm_update"), "needs changes.write_to: only a CRM holds what can be changed"
    for number, tool in enumerate(spec.http):
        if tool.name in {*TOOLS, *CRM_TOOLS} or described.count(tool.name) > 1:
            yield ("http", number, "name"), f"another tool is called {tool.name}: choose another name"


def _in_source(spec: AgentSpec) -> Iterator[Mistake]:
    if spec.tenant != DEFAULT and (spec.source is None or spec.source.url is None):
        yield ("source", "url"), f"is missing: the tenant {spec.tenant} needs sales data of its own, as ${{NAME}}"
