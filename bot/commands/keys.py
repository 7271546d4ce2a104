"""`keys`: API keys for /chat and /v1. A key is shown once; only its hash is kept."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from uuid import UUID

from bot.access import create_api_key
from bot.commands.base import Command, CommandError, print_table, spell_moment
from bot.commands.database import open_database
from bot.settings import Settings
from models.operators.access import ListedKey, list_api_keys, revoke_api_key
from models.session import session_scope
from models.tenant import DEFAULT


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="<action>", required=True)
    create = actions.add_parser("create", help="create a key", description="Create a key and show it once.")
    create.add_argument("--name", required=True, help="what the key is for")
    actions.add_parser("list", help="list the keys", description="List the keys, the revoked among them.")
    revoke = actions.add_parser("revoke", help="revoke a key", description="Revoke a key: it opens nothing any more.")
    for action in actions.choices.values():
        action.add_argument("--tenant", default=DEFAULT, help="whose (default: %(default)s)")
    revoke.add_argument("key", metavar="ID", help="the key's id, as `keys list` shows it")


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings], None]] = {"create": _create, "list": _list, "revoke": _revoke}
    actions[arguments.action](arguments, settings)
    return 0


def _create(arguments: Namespace, settings: Settings) -> None:
    name = " ".join(arguments.name.split())
    if not name:
        raise CommandError("--name is empty: say what the key is for")
    with open_database(settings, arguments.tenant) as database:
        key_id, key = create_api_key(database.engine, tenant_id=database.tenant_id, name=name)
    print(f'Created the key "{name}", id {key_id}. It is shown this once:\n\n{key}\n')
    print("Send it as `Authorization: Bearer <key>`.")


def _list(arguments: Namespace, settings: Settings) -> None:
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        keys = list_api_keys(connection, database.tenant_id)
    if not keys:
        print("No key yet. Create one: python -m bot keys create --name ...")
        return
    print_table(("name", "id", "created", "last used", "revoked"), [_row(key, settings.timezone) for key in keys])


def _row(key: ListedKey, timezone: str) -> tuple[str, ...]:
    moments = (key.created_at, key.last_used_at, key.revoked_at)
    return (key.name, str(key.id), *(spell_moment(moment, timezone) for moment in moments))


def _revoke(arguments: Namespace, settings: Settings) -> None:
    try:
        key_id = UUID(arguments.key.strip())
    except ValueError:
        raise CommandError(f"{arguments.key!r} is no id of a key: `python -m bot keys list` shows them") from None
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        if not revoke_api_key(connection, database.tenant_id, key_id):
            raise CommandError(f"there is no live key {key_id}: `python -m bot keys list` shows them")
    print(f"Revoked the key {key_id}.")


KEYS = Command(_run, _add_arguments)
