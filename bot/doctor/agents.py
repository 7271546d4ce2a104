"""Whether the agents that files describe can work here: whom they serve, which LLMs they ask, what they look into."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from agent.mcp.servers import McpTools
from agent.providers.retirements import find_retirement
from agent.spec.agent_spec import AgentSpec
from agent.tools.sql.tool import build_sql_door
from bot.accounts_file import read_tenants
from bot.agents.files import find_changed
from bot.agents.permits import find_unset_secrets
from bot.assistant import Assistant, Surroundings, build_assistant, lend, open_agent_source
from bot.doctor.findings import Finding, broken, doubtful, well
from bot.doctor.prices import check_price
from bot.environment import read_environment
from bot.settings import Settings
from bot.tenant import CHANNELS
from models.agents.file import find_contents
from models.agents.version import PlacedVersion, list_serving
from models.clock import Clock
from models.errors import ConfigurationError, ToolError
from models.session import session_scope
from models.tenant import DEFAULT

_MEND = "mend it, or `python -m bot agents rollback`"


def check_agents(settings: Settings, engine: Engine, database_url: str, clock: Clock) -> list[Finding]:
    """What is active and serves somebody. Databases and MCP servers are asked; no LLM is, and no row is read."""
    surroundings = Surroundings(settings, database_url, clock, read_environment())
    with session_scope(engine) as connection:
        serving = [(version, find_contents(connection, version.id)) for version in list_serving(connection)]
    return [finding for version, kept in serving for finding in _judge(version, replace(surroundings, kept=kept))]


def _judge(version: PlacedVersion, surroundings: Surroundings) -> list[Finding]:
    subject, words = f"agent {version.tenant}/{version.name}", f"version {version.number}"
    try:
        spec = AgentSpec.model_validate(dict(version.spec))
    except ValidationError:
        return [broken(subject, f"{words} was written for another release", "apply its file anew")]
    return examine_agent(spec, surroundings) or [well(subject, words)]


def examine_agent(spec: AgentSpec, surroundings: Surroundings) -> list[Finding]:
    """What is amiss with it here; nothing where all is well."""
    try:
        assistant = build_assistant(spec, surroundings)
    except ConfigurationError as error:
        return [_fault(spec, f"cannot work here: {_spell_obstacle(spec, surroundings, error)}", _MEND)]
    with closing(assistant):
        checks: tuple[Callable[[AgentSpec, Surroundings, Assistant], Iterator[Finding]], ...]
        checks = (_in_files, _in_accounts, _in_chain, _in_llms, _in_source, _in_free_sql, _in_mcp)
        return [finding for check in checks for finding in check(spec, surroundings, assistant)]


def _spell_obstacle(spec: AgentSpec, surroundings: Surroundings, error: ConfigurationError) -> str:
    """All secrets that are not set, where that is it: whoever mends one wants to know of the others."""
    try:
        unset = find_unset_secrets(spec, lend(surroundings, spec).secrets)
    except ConfigurationError:
        unset = []
    return f"{', '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set" if unset else str(error)


def _in_files(spec: AgentSpec, surroundings: Surroundings, assistant: Assistant) -> Iterator[Finding]:
    changed, missing = find_changed(surroundings.kept or {})
    for path in changed:
        yield _doubt(spec, f"{path} was changed since the agent was applied", "apply it again for the change to count")
    for path in missing:
        words = f"{path} is missing or cannot be read here; the agent works with what was kept of it"
        show = f"`python -m bot agents show {spec.agent} --tenant {spec.tenant} --file {path}`"
        yield _doubt(spec, words, f"put it back before you apply the agent again: {show} prints it")


def _in_accounts(spec: AgentSpec, surroundings: Surroundings, assistant: Assistant) -> Iterator[Finding]:
    settings = surroundings.settings
    owners = {f"{channel}/{DEFAULT}": DEFAULT for channel in CHANNELS}
    for tenant in read_tenants(settings):
        owners |= {f"{account.channel}/{account.name}": tenant.tenant for account in tenant.accounts}
    for served in spec.serves:
        if served not in owners:
            yield _fault(spec, f"serves {served}, which is no account", "name it in ACCOUNTS_FILE, or serve another")
        elif owners[served] != spec.tenant:
            yield _fault(spec, f"serves {served}, which is {owners[served]}'s", "serve an account of its own tenant")
        elif served == f"email/{DEFAULT}" and not settings.email_address:
            yield _doubt(spec, f"serves {served}, but there is no mailbox", "set EMAIL_ADDRESS, or serve another")


def _in_chain(spec: AgentSpec, surroundings: Surroundings, assistant: Assistant) -> Iterator[Finding]:
    """Where there are specialists, nobody else answers."""
    given = [one.tools for one in spec.chain.specialists.values()] if spec.chain else []
    if not given or None in given:
        return
    own = dict.fromkeys(
        [*(spec.tools or ()), *(tool.name for tool in spec.http), *([spec.sql.name] if spec.sql else [])]
    )
    if idle := [name for name in own if not any(name in tools for tools in given if tools)]:
        words = f"no specialist of the chain is given {', '.join(idle)}, so no turn can use it"
        yield _doubt(spec, words, "name it in the `tools` of a specialist, or take it out of the agent's")


def _in_llms(spec: AgentSpec, surroundings: Surroundings, assistant: Assistant) -> Iterator[Finding]:
    today = surroundings.clock.today("UTC")
    agent, asked = assistant.agent, set[tuple[str, str]]()
    for link in (*agent.links, *(link for part in agent.chain.parts for link in part.links)):
        if link.provider.engine == "offline" or (link.address, link.llm) in asked:
            continue
        asked.add((link.address, link.llm))
        if (day := find_retirement(link.llm)) is not None:
            ends = "ended" if day <= today else "ends"
            yield _doubt(spec, f"{link.llm} {ends} on {day.isoformat()} by its vendor's word", "name another `model`")
        price = check_price(link.provider, link.llm)
        if price.state != "ok":
            yield _doubt(spec, price.words, price.cure)


def _in_source(spec: AgentSpec, surroundings: Surroundings, assistant: Assistant) -> Iterator[Finding]:
    """Its own; what the environment names has a line of its own."""
    if spec.source is None or spec.source.url is None:
        return
    with closing(open_agent_source(spec, lend(surroundings, spec))) as source:
        try:
            source.check()
        except (ConfigurationError, SQLAlchemyError) as error:
            words = str(error) if isinstance(error, ConfigurationError) else type(error).__name__
            cure = f"see that the database of {spec.source.url} is up, and that its role may read this"
            yield _fault(spec, f"sales data: {words.removeprefix('SALES_DATABASE_URL: ')}", cure)


def _in_free_sql(spec: AgentSpec, surroundings: Surroundings, assistant: Assistant) -> Iterator[Finding]:
    if spec.sql is None:
        return
    lent = lend(surroundings, spec)
    with closing(build_sql_door(spec.sql, lent.secrets, lent.database_wall())) as door:
        try:
            door.check()
        except ConfigurationError as error:
            yield _fault(spec, str(error), "revoke that (docs/tools.md); until then no query of the LLM's is run")
        except ToolError:
            yield _fault(spec, f"the database of {spec.sql.url} does not answer", "start it, or correct its address")


def _in_mcp(spec: AgentSpec, surroundings: Surroundings, assistant: Assistant) -> Iterator[Finding]:
    tools = assistant.agent.toolbox.tools
    for complaint in tools.complaints if isinstance(tools, McpTools) else ():
        yield _doubt(spec, complaint, "see that the server is up and `python -m bot mcp URL` shows the same pins")


def _fault(spec: AgentSpec, words: str, cure: str) -> Finding:
    return broken(f"agent {spec.tenant}/{spec.agent}", words, cure)


def _doubt(spec: AgentSpec, words: str, cure: str) -> Finding:
    return doubtful(f"agent {spec.tenant}/{spec.agent}", words, cure)
