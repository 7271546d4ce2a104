"""A person's export: everything that is kept of her as one ZIP file that she can read, with her files in it."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, text

from jobs.privacy.erasing import Whose
from models.errors import StoredFileMissing
from models.files.storage import Storage
from models.privacy.inventory import HOLDINGS, ORDER

_DERIVED: Final = frozenset({"search_posting", "search_word"})  # the words of the messages again, by their stems
_AT_ONCE = 500  # rows

_ABOUT = """\
What is kept of you, as of {now}.

conversations.txt   what was said, by you and by the assistant, in order
records/*.json      every record, one file a table, with all of its columns
files/              voice notes, pictures and documents that you sent

In conversations with several people, only your own messages and the answers to them are in here.
Not in here: the search index, which holds the same words once more; figures of the company's own books; backups.
"""

_SAID = text("""
    SELECT c.id, a.channel, m.direction, m.received_at, m.subject, m.text,
        (SELECT string_agg(f.transcript, ' ' ORDER BY f.number) FROM media f WHERE f.message_id = m.id) AS heard,
        (SELECT array_agg(f.name ORDER BY f.number) FROM media f WHERE f.message_id = m.id) AS files
    FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN channel_account a ON a.id = c.account_id
    WHERE m.id IN (SELECT id FROM her_message) ORDER BY c.created_at, c.id, m.seq
""")
_FILES = text("""
    SELECT f.storage_key, f.name FROM media f
    WHERE f.message_id IN (SELECT id FROM her_message) AND f.status = 'stored' ORDER BY f.id
""")


def export(engine: Engine, whose: Whose, storage: Storage | None, out: Path, timezone: str, now: datetime) -> int:
    """Write the file, which only this user can read; how many records are in it. What is there is never overwritten."""
    out.touch(mode=0o600, exist_ok=False)
    with engine.connect() as connection, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        whose.collect(connection)
        archive.writestr("README.txt", _ABOUT.format(now=now.astimezone(ZoneInfo(timezone)).isoformat(" ", "minutes")))
        archive.writestr("conversations.txt", "".join(_spell_conversations(connection, timezone)))
        total = sum(_write_table(connection, archive, name) for name in ORDER if name not in _DERIVED)
        _write_files(connection, archive, storage)
        connection.rollback()
    return total


def _write_table(connection: Connection, archive: zipfile.ZipFile, name: str) -> int:
    statement = text(f"SELECT * FROM {name} WHERE {HOLDINGS[name].hers}")  # noqa: S608  # constants of ours
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(statement).mappings()
    count = 1
    first = next(iter(rows), None)
    if first is None:
        return 0
    with archive.open(f"records/{name}.json", "w") as file:
        file.write(b"[\n")
        file.write(_as_json(first))
        for row in rows:
            file.write(b",\n" + _as_json(row))
            count += 1
        file.write(b"\n]\n")
    return count


def _as_json(row: Mapping[Any, Any]) -> bytes:
    return json.dumps(dict(row), ensure_ascii=False, default=_spell).encode()


def _spell(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _spell_conversations(connection: Connection, timezone: str) -> Iterator[str]:
    last: UUID | None = None
    for row in connection.execute(_SAID):
        if row.id != last:
            last = row.id
            yield f"\n=== {row.channel}, conversation {row.id}\n\n"
        at = row.received_at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")
        files = "".join(f" [{name or 'file'}]" for name in row.files or ())
        words = "\n    ".join("\n".join(one for one in (row.subject, row.text, row.heard) if one).splitlines())
        yield f"{at}  {'you' if row.direction == 'in' else 'assistant'}: {words}{files}\n"


def _write_files(connection: Connection, archive: zipfile.ZipFile, storage: Storage | None) -> None:
    """A file that is gone leaves a line in its place; where files are not kept there are none."""
    for row in connection.execute(_FILES).all():
        if storage is None:
            return
        try:
            archive.writestr(f"files/{row.storage_key}", storage.get(row.storage_key))
        except StoredFileMissing:
            archive.writestr(f"files/{row.storage_key}.missing.txt", f"{row.name}: the file is gone.\n")
