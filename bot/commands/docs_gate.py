"""`docs gate`: whether vectors find what is asked for in the company's documents, and so have a say in answers."""

import json
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from bot.commands.base import CommandError
from bot.commands.batches import open_lines
from bot.commands.database import Database
from bot.embeddings import Embeddings, build_embeddings, spell_standing
from bot.settings import Settings
from jobs.knowledge.embedding_asking import Asker
from jobs.knowledge.own_questions import FEWEST, OwnQuestion, judge_by_questions
from models.clock import SystemClock
from models.errors import BudgetExceeded, ProviderError
from models.knowledge.embedding_space import Serving, Standing, list_spaces, retry_space
from models.knowledge.embedding_verdict import forget_verdict, keep_given
from models.session import session_scope
from models.tenant import get_tenant

_LOOK_EVERY = 0.2  # seconds


def add_gate_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--questions",
        metavar="FILE.jsonl",
        help='your own: lines {"text", "id"}, the id of the passage that answers, or a list of ids; they count instead '
        "of the questions that are made of the passages",
    )


def gate(arguments: Namespace, settings: Settings, database: Database) -> int:
    """Returns once there is a verdict. Raises CommandError."""
    embeddings = build_embeddings(settings)
    if embeddings is None:
        raise CommandError("no server makes vectors: set EMBEDDINGS_BASE_URL and EMBEDDINGS_MODEL")
    questions = _read(arguments.questions) if arguments.questions else []
    with session_scope(database.engine) as connection:
        retry_space(connection, database.tenant_id, embeddings.embedder)
        if not questions:
            forget_verdict(connection, database.tenant_id, embeddings.embedder)
    standing = _await(embeddings, database)
    if questions:
        standing = _judge(embeddings, database, standing, questions)
    print(spell_standing(standing))
    return 0


def _await(embeddings: Embeddings, database: Database) -> Standing:
    """Until all vectors are there and judged: by a worker, or else by this command. Raises CommandError."""
    keeper = embeddings.keeper(database.engine)
    while True:
        has_worked = keeper.work(database.tenant_id)
        standing = _find(embeddings, database)
        if standing.error:
            raise CommandError(f"vectors are put off: {standing.error}")
        if standing.left == 0 and standing.verdict is not None:
            return standing
        if not has_worked:
            time.sleep(_LOOK_EVERY)


def _find(embeddings: Embeddings, database: Database) -> Standing:
    with session_scope(database.engine) as connection:
        found = list_spaces(connection, database.tenant_id)
    mine = [space for space in found if space.embedder == embeddings.embedder and space.texts]
    if not mine:
        raise CommandError("there are no documents to be judged by: `python -m bot docs add FILE` first")
    return mine[0]


def _judge(embeddings: Embeddings, database: Database, standing: Standing, questions: list[OwnQuestion]) -> Standing:
    engine, tenant_id = database.engine, database.tenant_id
    with session_scope(engine) as connection:
        _, timezone = get_tenant(connection, tenant_id)
    space = Serving(standing.id, standing.embedder, standing.dimension, None, is_indexed=False)
    asker = Asker(engine, embeddings.server, embeddings.purse())
    try:
        judged = judge_by_questions(engine, asker, tenant_id, space, questions, SystemClock().today(timezone))
    except (ProviderError, BudgetExceeded) as error:
        raise CommandError(f"the questions got no vectors: {error}") from None
    if judged.unknown:
        print(f"No passage has the id {', '.join(map(str, judged.unknown[:5]))}: `docs search --json` shows ids.")
    with session_scope(engine) as connection:
        is_kept = keep_given(connection, standing.id, judged.verdict, standing.texts)
    if not is_kept:
        raise CommandError("another model took over meanwhile: ask again")
    return _find(embeddings, database)


def _read(path: str) -> list[OwnQuestion]:
    """Raises CommandError."""
    with open_lines(path) as lines:
        questions = [_read_line(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    if len(questions) < FEWEST:
        raise CommandError(f"{len(questions)} questions prove nothing: give {FEWEST} or more")
    return questions


def _read_line(line: bytes, number: int) -> OwnQuestion:
    try:
        fields: Any = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise CommandError(f"line {number} is no JSON: {error}") from None
    text = fields.get("text") if isinstance(fields, dict) else None
    if not isinstance(text, str) or not text.strip() or fields.get("id") is None:
        raise CommandError(f'line {number} is no question {{"text", "id"}}')
    ids = fields["id"] if isinstance(fields["id"], list) else [fields["id"]]
    if not ids or not all(isinstance(one, str | int) for one in ids):
        raise CommandError(f"line {number}: an id is a string or a whole number")
    return OwnQuestion(text.strip(), tuple(ids))
