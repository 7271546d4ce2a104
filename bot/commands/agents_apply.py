"""`agents check` and `agents apply`: what becomes of files, and what stands in their way here."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from agent.spec.agent_spec import AgentSpec
from bot.agents.applying import apply_specs, get_tenant_id, read_agent_file
from bot.agents.files import Described, spell_differences
from bot.assistant import Surroundings, build_assistant
from bot.commands.base import CommandError
from bot.commands.database import Database, open_database
from bot.doctor.agents import examine_agent
from bot.doctor.findings import Finding
from bot.environment import read_environment, with_secrets
from bot.redaction import build_redactor
from bot.settings import Settings
from models.agents.file import find_contents
from models.agents.version import StoredVersion
from models.clock import SystemClock
from models.errors import ConfigurationError
from models.money.budget_books import begin_books
from models.session import session_scope
from models.tenant import get_tenant


def _read_all(files: list[str], settings: Settings, verdict: str) -> list[AgentSpec]:
    """The mistakes of all files at once, below the verdict."""
    specs, mistakes = [], []
    for file in files:
        try:
            specs.append(read_agent_file(Path(file), settings))
        except ConfigurationError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigurationError("\n".join((verdict, *mistakes)))
    return specs


def check_files(arguments: Namespace, settings: Settings) -> None:
    """Whether they are well formed, and can work here. Raises CommandError where one cannot."""
    specs = _read_all(arguments.files, settings, "these must be mended:")
    findings: list[Finding] = []
    for spec in specs:
        print(f"{spec.agent} of {spec.tenant} is well formed.")
        if not arguments.form_only:
            found = _examine(spec, settings)
            print(
                "\n".join(f"  {f.state}: {f.words}: {f.cure}" for f in found) or "  It can work with what is set here."
            )
            findings += found
    if any(finding.state == "fail" for finding in findings):
        raise CommandError("this must be mended here before it can work")


def _examine(spec: AgentSpec, settings: Settings) -> list[Finding]:
    database_url = settings.database_url.get_secret_value() if settings.database_url else "postgresql://nowhere/none"
    redactor = build_redactor(settings)
    found = examine_agent(spec, Surroundings(settings, database_url, SystemClock(), read_environment()))
    return [Finding(f.subject, f.state, redactor.text(f.words), redactor.text(f.cure)) for f in found]


def apply_files(arguments: Namespace, settings: Settings) -> None:
    """All of them or none, with what changes by it."""
    specs = _read_all(arguments.files, settings, "nothing was applied")
    with open_database(settings) as database:
        environ = with_secrets(read_environment(), settings.secrets())
        applied = apply_specs(database.engine, specs, arguments.note, environ)
        _begin_books(database.engine, specs)
        missing = [_find_obstacle(spec, settings, database) for spec in specs]
        news = {
            one.version.id: spell_changes(database.engine, one.before, one.version) for one in applied if one.is_new
        }
    for one in applied:
        serves = ", ".join(one.spec.serves) or "no account yet: name some in `serves`"
        words = f"version {one.version.number}" if one.is_new else f"unchanged, still version {one.version.number}"
        print(f"{one.spec.agent} of {one.spec.tenant}: {words}; serves {serves}.")
        print("\n".join(news.get(one.version.id, [])), end="\n" if news.get(one.version.id) else "")
    print("Every turn that begins from now on is answered so.")
    for obstacle in filter(None, missing):
        print(f"But {obstacle}: a worker that finds it so too answers with an apology.", file=sys.stderr)


def _find_obstacle(spec: AgentSpec, settings: Settings, database: Database) -> str:
    """What is not here that the agent needs - a secret, a file -; workers may run where it is."""
    surroundings = Surroundings(settings, database.database_url, SystemClock(), read_environment(), database.engine)
    try:
        build_assistant(spec, surroundings).close()
    except ConfigurationError as error:
        return f"{spec.agent} cannot work with what is set here: {error}"
    return ""


def _begin_books(engine: Engine, specs: Sequence[AgentSpec]) -> None:
    """A limit of the company's month knows what the month has cost already, by the company's own days."""
    with session_scope(engine) as connection:
        for spec in specs:
            tenant_id = get_tenant_id(connection, spec.tenant)
            _, timezone = get_tenant(connection, tenant_id)
            budgets = spec.budgets.as_budgets(timezone, spec.agent)
            if budgets is not None:
                begin_books(connection, tenant_id, budgets)


def spell_changes(engine: Engine, before: StoredVersion | None, after: StoredVersion) -> list[str]:
    """What the later version changes; nothing where there was none before."""
    if before is None:
        return []
    with session_scope(engine) as connection:
        sides = [Described(version.spec, find_contents(connection, version.id)) for version in (before, after)]
    return spell_differences(*sides)
