"""`person`: what is kept of somebody - handed out to her, or erased."""

import getpass
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine

from bot.commands.base import Command, CommandError, add_tenant, is_agreed, print_table
from bot.commands.database import Database, open_database
from bot.commands.names import fold
from bot.embedded.folders import prepare_data_folder
from bot.files import build_storage
from bot.privacy.clearing import clear_logs, finish_erasures, scrub_erased
from bot.privacy.sealed_words import seal
from bot.settings import Settings
from jobs.privacy.erasing import Whose, erase, preview
from jobs.privacy.person_export import export
from jobs.queue import connect
from models.clock import SystemClock
from models.person import People
from models.privacy.belongings import Address, addresses_of, find_addresses
from models.session import build_engine, session_scope
from models.tenant import DEFAULT

_NOT_OURS = "the disks of your own PostgreSQL and Redis are yours to scrub: docs/privacy.md"
_ANSWER_WITHIN = 900.0  # seconds of one statement: a search through all that was ever said


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    erasing = actions.add_parser(
        "erase", help="erase whatever is kept of somebody; a receipt that names nobody remains"
    )
    erasing.add_argument("--scrub", action="store_true", help="then clear what the disk still holds; workers wait")
    erasing.add_argument("--yes", action="store_true", help="do not ask")
    exporting = actions.add_parser("export", help="write all that is kept of somebody into a ZIP file")
    exporting.add_argument("--out", type=Path, metavar="FILE.zip", help="default: person-<day>.zip, here")
    actions.add_parser("scrub", help="clear the disk of whoever was erased with --scrub, where that was cut off")
    actions.choices["scrub"].set_defaults(tenant=DEFAULT)
    for action in (erasing, exporting):
        action.add_argument(
            "who", metavar="WHO", help="her name, an address (channel:address where it is several), an id"
        )
        add_tenant(action)


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings, Database, Engine], int]] = {
        "erase": _erase,
        "export": _export,
        "scrub": _scrub,
    }
    with open_database(settings, arguments.tenant) as database:
        engine = build_engine(
            database.database_url, application_name="recado-person", pool_size=4, answer_within=_ANSWER_WITHIN
        )
        try:
            return actions[arguments.action](arguments, settings, database, engine)
        finally:
            engine.dispose()


def _erase(arguments: Namespace, settings: Settings, database: Database, engine: Engine) -> int:
    whose = find_whose(engine, database.tenant_id, arguments.who)
    counts = preview(engine, whose)
    _show(whose, counts)
    if not arguments.yes and not is_agreed("Erase all of this? It cannot be taken back."):
        print("Nothing was erased.")
        return 1
    data = settings.recado_data_dir
    is_to_scrub = arguments.scrub and _is_ours(settings)
    sealing = partial(_seal, data, is_to_scrub) if is_to_scrub or (data / "logs").is_dir() else _keep_nothing
    with connect(database.redis_url, timeout=30.0) as redis:
        storage, by = build_storage(settings), getpass.getuser()
        erased = erase(engine, whose, made_by=by, storage=storage, redis=redis, seal=sealing)
    clear_logs(engine, data)
    print(f"Erased. Her words were cut out of {erased.cut} row(s) of others. Receipt: {erased.id}")
    if not erased.is_whole:
        print("Files of hers, or her rings in Redis, could not be reached: the scheduler takes them when they can.")
    print("Backups, and what LLM vendors and platforms keep, are yours to see to: docs/privacy.md")
    return _scrub(arguments, settings, database, engine) if arguments.scrub else 0


def _seal(data: Path, is_to_scrub: bool, erasure_id: UUID, words: Sequence[str]) -> dict[str, object]:
    return {"seal": seal(data, erasure_id, words), "scrub": is_to_scrub}


def _keep_nothing(erasure_id: UUID, words: Sequence[str]) -> dict[str, object]:
    """No disk of ours holds anything."""
    return {}


def _is_ours(settings: Settings) -> bool:
    """Whether both engines are those of the data folder."""
    return settings.database_url is None and settings.redis_url is None


def _scrub(arguments: Namespace, settings: Settings, database: Database, engine: Engine) -> int:
    """Of engines that are not ours the files are out of reach."""
    if not _is_ours(settings):
        raise CommandError(_NOT_OURS)
    data = prepare_data_folder(settings.recado_data_dir)
    finish_erasures(engine, build_storage(settings), database.redis_url, data)
    with connect(database.redis_url, timeout=30.0) as redis:
        left = scrub_erased(engine, data, database.database_url, redis)
    if left is None:
        print("Nobody who was erased is still to be scrubbed.")
        return 0
    for path in left:
        print(f"still there: {path}")
    again = "Not every file is clean: `python -m bot person scrub` tries again; docs/privacy.md"
    print(again if left else "Scrubbed: no byte that names her is left there.")
    return 1 if left else 0


def _export(arguments: Namespace, settings: Settings, database: Database, engine: Engine) -> int:
    whose = find_whose(engine, database.tenant_id, arguments.who)
    now = SystemClock().now()
    out = arguments.out or Path(f"person-{now.date().isoformat()}.zip")
    try:
        count = export(engine, whose, build_storage(settings), out, settings.timezone, now)
    except FileExistsError:
        raise CommandError(f"{out} is there already: give another --out") from None
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}") from None
    print(f"{count} records are in {out}. It holds personal data: hand it over safely, then delete it.")
    return 0


def _show(whose: Whose, counts: Mapping[str, int]) -> None:
    for one in whose.addresses:
        account = "" if one.account == "default" else f" ({one.account})"
        print(f"{one.channel}{account}: {one.address}")
    print_table(("table", "rows"), [(name, str(count)) for name, count in counts.items()], right=(1,))


def find_whose(engine: Engine, tenant_id: UUID, asked: str) -> Whose:
    """Whom the words name: one person. Raises CommandError for nobody, and for several."""
    with session_scope(engine) as connection:
        holders = _holders(connection, tenant_id, asked)
        if len(holders) > 1:
            raise CommandError(f'"{asked}" fits several people: give an address, or an id of `people list`')
        found = [one for holder in holders for one in addresses_of(connection, tenant_id, holder)]
        if not holders:
            found = _by_address(connection, tenant_id, asked)
    if not holders and not found:
        raise CommandError(f'nothing is kept of "{asked}": `python -m bot people contacts` shows who has written')
    return Whose(tenant_id, tuple(holders), tuple(found))


def _holders(connection: Connection, tenant_id: UUID, asked: str) -> list[UUID]:
    try:
        wanted = UUID(asked.strip())
    except ValueError:
        return [one.id for one in People(connection, tenant_id).all() if fold(one.name) == fold(asked)]
    is_person = any(one.id == wanted for one in People(connection, tenant_id).all())
    known = addresses_of(connection, tenant_id, wanted)
    return list({wanted} if is_person else {one.holder_id for one in known if one.holder_id})


def _by_address(connection: Connection, tenant_id: UUID, asked: str) -> list[Address]:
    channel, colon, rest = asked.strip().partition(":")
    found = find_addresses(connection, tenant_id, asked.strip())
    if colon and not found:
        found = [one for one in find_addresses(connection, tenant_id, rest) if one.channel == channel]
    held = {one.holder_id for one in found if one.holder_id}
    places = {(one.channel, one.account) for one in found}
    if len(held) > 1 or (not held and len(places) > 1):
        spelled = ", ".join(sorted(f"{one.channel}:{one.address}" for one in found))
        raise CommandError(f'"{asked}" is known in several places, and may be several people: give one of {spelled}')
    return found


PERSON = Command(_run, _add_arguments)
