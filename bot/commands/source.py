"""`source`: what the company's tables mean - check a file against the database, draft a first one, its schema."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.commands.base import Command, print_table
from bot.commands.database import open_database
from bot.demo import sales_url
from bot.settings import Settings
from models.clock import SystemClock
from models.sales.checking import SourceCheck, sample_answers
from models.sales.drafting import draft_source
from models.sales.reading import read_source_file
from models.sales.source import SalesSource
from models.sales.spec import source_schema

_HEADER = ("figure", "of", "value")


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="hold a file against the live database, and show sample answers")
    check.add_argument("file", type=Path, metavar="FILE.yaml")
    check.add_argument("--url", help="the database; default: SALES_DATABASE_URL, or the demo's")
    draft = actions.add_parser("draft", help="propose a first file from a database's catalogue")
    draft.add_argument("url", metavar="URL", help="postgresql://..., mysql://... or mariadb://...")
    draft.add_argument("--schema", help="the schema to look at; default: the database's own")
    actions.add_parser("schema", help="print the JSON Schema of a source file")


def _run(arguments: Namespace, settings: Settings) -> int:
    if arguments.action == "schema":
        print(json.dumps(source_schema(), indent=2, ensure_ascii=False))
        return 0
    if arguments.action == "draft":
        print(draft_source(arguments.url, arguments.schema), end="")
        return 0
    if arguments.url or settings.sales_database_url:
        return _check(arguments.file, arguments.url or sales_url(settings, ""), settings)
    with open_database(settings) as database:
        return _check(arguments.file, sales_url(settings, database.database_url), settings)


def _check(path: Path, url: str, settings: Settings) -> int:
    """Raises SourceMistakes for a file that cannot even be read."""
    file = read_source_file(path)
    source = SalesSource(url, file, pool_size=2)
    try:
        today = SystemClock().today(settings.timezone)
        findings = SourceCheck(source, today).run()
        for finding in findings:
            print(f"{finding.verdict}: {finding.mistake.told(file.name, file.lines or {})}")
        if any(finding.verdict == "broken" for finding in findings):
            return 1
        print(f"{path} fits the database." if not findings else f"{path} can be used; look at the doubts above.")
        print()
        print_table(_HEADER, list(sample_answers(source, today)), right=(2,))
        return 0
    finally:
        source.close()


SOURCE = Command(_run, _add_arguments)
