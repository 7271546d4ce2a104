"""`agents`: the agents of each company, as files that are applied, compared and rolled back."""

import io
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from agent.spec.agent_spec import AgentSpec
from bot.agents.applying import (
    activations_of,
    as_json,
    get_active,
    get_tenant_id,
    get_version,
    read_agent_file,
    roll_back,
)
from bot.agents.files import Described, read_contents, spell_differences
from bot.commands.agents_apply import apply_files, check_files, spell_changes
from bot.commands.base import Command, CommandError, print_table, spell_moment
from bot.commands.database import open_database
from bot.settings import Settings
from models.agents.file import find_contents
from models.agents.version import AgentVersions, StoredVersion
from models.session import session_scope
from models.tenant import DEFAULT


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="<action>", required=True)
    apply = actions.add_parser("apply", help="make files the active versions", description="All of them, or none.")
    apply.add_argument("files", nargs="+", metavar="FILE", help="such as agents/aurora.yaml")
    apply.add_argument("--note", default="", help="why, kept with the version")
    check = actions.add_parser(
        "check", help="say what is wrong with files", description="Stores nothing; asks databases and MCP servers."
    )
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--form-only", action="store_true", help="look at the files alone: nothing is asked")
    listing = actions.add_parser("list", help="agents and whom they serve", description="With NAME: its versions.")
    listing.add_argument("name", nargs="?", metavar="NAME")
    show = actions.add_parser("show", help="print a version as a file", description="The active one, or --version N.")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--version", type=int, metavar="N")
    show.add_argument("--file", metavar="PATH", help="print what stood in that file when it was applied")
    diff = actions.add_parser(
        "diff", help="compare versions", description="The active one with A or FILE (or the one before), or A with B."
    )
    diff.add_argument("name", metavar="NAME")
    diff.add_argument("a", nargs="?", metavar="A|FILE")
    diff.add_argument("b", nargs="?", type=int, metavar="B")
    rollback = actions.add_parser(
        "rollback", help="go back to a version", description="What was active before, or --to N."
    )
    history = actions.add_parser("history", help="which version answered when", description="The latest first.")
    history.add_argument("name", metavar="NAME")
    rollback.add_argument("name", metavar="NAME")
    rollback.add_argument("--to", type=int, metavar="N")
    for action in (listing, show, diff, history, rollback):
        action.add_argument("--tenant", default=DEFAULT, help="whose (default: %(default)s)")
    actions.add_parser("schema", help="print the JSON Schema of the files", description="For editors and checks.")


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings], None]] = {
        "apply": apply_files,
        "check": check_files,
        "list": _list,
        "show": _show,
        "diff": _diff,
        "history": _print_history,
        "rollback": _roll_back,
        "schema": _print_schema,
    }
    actions[arguments.action](arguments, settings)
    return 0


@contextmanager
def _agents_of(arguments: Namespace, settings: Settings) -> Iterator[AgentVersions]:
    with open_database(settings) as database, session_scope(database.engine) as connection:
        yield AgentVersions(connection, get_tenant_id(connection, arguments.tenant))


def _list(arguments: Namespace, settings: Settings) -> None:
    with _agents_of(arguments, settings) as agents:
        if arguments.name:
            get_active(agents, arguments.name)
            rows = [
                (str(v.number), "active" if v.is_active else "", spell_moment(v.applied_at, settings.timezone), v.note)
                for v in agents.history(arguments.name)
            ]
            return print_table(("version", "", "applied", "note"), rows)
        active, accounts = agents.list_active(), agents.list_accounts()
    nobody = "the environment's agent" if arguments.tenant == DEFAULT else "nobody: apply an agent that serves it"
    served = [(f"{channel}/{name}", agent or nobody) for channel, name, agent in accounts]
    if active:
        moments = [(v.name, str(v.number), spell_moment(v.applied_at, settings.timezone), v.note) for v in active]
        print_table(("agent", "version", "applied", "note"), moments)
        print()
    print_table(("account", "is served by"), served)
    return None


def _show(arguments: Namespace, settings: Settings) -> None:
    with _agents_of(arguments, settings) as agents:
        if arguments.version is None:
            version = get_active(agents, arguments.name)
        else:
            version = get_version(agents, arguments.name, arguments.version)
        contents = find_contents(agents.connection, version.id) if arguments.file else None
    if arguments.file:
        if contents is None or arguments.file not in contents:
            raise CommandError(f"version {version.number} of {version.name} keeps no {arguments.file}")
        return print(contents[arguments.file], end="")
    print(f"# {version.name}, version {version.number}{', active' if version.is_active else ''}")
    print(spell_yaml(version.spec), end="")
    for path, digest in sorted((version.files or {}).items()):
        print(f"# {path} as it was applied: sha256 {digest[:12]}; show it by --file {path}")
    return None


def spell_yaml(spec: Mapping[str, Any]) -> str:
    """A stored spec as a file that says the same, without what goes without saying."""
    plain = AgentSpec.model_validate(dict(spec)).model_dump(mode="json", exclude_defaults=True)
    writer, text = YAML(typ="safe", pure=True), io.StringIO()
    writer.default_flow_style, writer.sort_base_mapping_type_on_output = False, False  # type: ignore[assignment]
    writer.allow_unicode, writer.width = True, 120
    writer.dump(plain, text)
    return text.getvalue()


def _diff(arguments: Namespace, settings: Settings) -> None:
    name, a, b = arguments.name, arguments.a, arguments.b
    with _agents_of(arguments, settings) as agents:
        active = get_active(agents, name)
        if a is None:
            before = next((v for v in agents.history(name) if v.number < active.number), None)
            if before is None:
                raise CommandError(
                    f"{name} has no version before {active.number} to compare with: apply its changed file first, or "
                    f"compare with a file, `diff {name} FILE`"
                )
            sides = _describe(agents, before), _describe(agents, active)
        elif a.isdecimal():
            other = active if b is None else get_version(agents, name, b)
            sides = _describe(agents, get_version(agents, name, int(a))), _describe(agents, other)
        elif b is None:
            spec = read_agent_file(Path(a))
            sides = _describe(agents, active), Described(as_json(spec), read_contents(spec, {}))
        else:
            raise CommandError(f"{a} is no number of a version: give `diff {name} A B`, or one FILE")
    print("\n".join(spell_differences(*sides) or ["They say the same."]))


def _describe(agents: AgentVersions, version: StoredVersion) -> Described:
    return Described(version.spec, find_contents(agents.connection, version.id))


def _roll_back(arguments: Namespace, settings: Settings) -> None:
    with open_database(settings) as database:
        before, now = roll_back(database.engine, arguments.tenant, arguments.name, arguments.to)
        changes = spell_changes(database.engine, before, now)
    if before.id == now.id:
        print(f"{now.name} stays at version {now.number}.")
    else:
        print(f"{now.name}: version {now.number} instead of {before.number}, from the next turn on.")
        print("\n".join(changes))


def _print_history(arguments: Namespace, settings: Settings) -> None:
    with _agents_of(arguments, settings) as agents:
        get_active(agents, arguments.name)
        found = activations_of(agents, arguments.name).list_all()
    versions = {one.number: one.version for one in found}
    rows = [
        (
            spell_moment(one.activated_at, settings.timezone),
            str(one.version),
            str(versions[one.back_to]) if one.back_to else "",
            one.note,
        )
        for one in found
    ]
    print_table(("active since", "version", "rollback leads to", "note"), rows)


def spell_schema() -> str:
    """What docs/agent.schema.json holds."""
    schema = AgentSpec.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "An agent of Recado", **schema}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _print_schema(arguments: Namespace, settings: Settings) -> None:
    sys.stdout.write(spell_schema())


AGENTS = Command(_run, _add_arguments)
