"""`eval`: sales questions whose answers are known, put to the configured LLM, and how many it got right."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.asking import Asker, open_asker
from bot.commands.base import Command, print_table
from bot.evaluation.ground import pinned_demo
from bot.evaluation.questions import DAY, SHIPPED, Question, choose, read_questions
from bot.evaluation.score import ALL, Score, score
from bot.evaluation.trial import Trial, try_question
from bot.settings import Settings
from models.errors import ConfigurationError

_BAR = 10  # characters


def _add_arguments(parser: ArgumentParser) -> None:
    parser.description = (
        f"Put Portuguese sales questions to the configured LLM, over the demo company as it stood on {DAY}: the same "
        "loop and tools as everybody's, no channel, nothing of this installation touched. An LLM that costs money is "
        "paid for each question."
    )
    parser.add_argument("--json", action="store_true", help="print scores and every trial as JSON")
    parser.add_argument("--limit", type=_at_least_one, metavar="N", help="ask only N questions, of all kinds")
    parser.add_argument("--only", action="append", default=[], metavar="KIND", help="a kind or an id; repeatable")
    parser.add_argument(
        "--at-least", type=_share, default=0.0, metavar="SHARE", help="exit with 1 when fewer are right, such as 0.9"
    )
    parser.add_argument("--questions", type=Path, default=SHIPPED, metavar="FILE.jsonl", help="your own questions")


def _run(arguments: Namespace, settings: Settings) -> int:
    questions = choose(read_questions(arguments.questions), arguments.only, arguments.limit)
    if not questions:
        raise ConfigurationError(f"--only: no question is of a kind or has an id named {', '.join(arguments.only)}")
    with pinned_demo(DAY) as url, open_asker(_on_the_demo(settings), url) as asker:
        trials = list(_try_each(asker, questions))
    scores, provider = score(trials), asker.agent.provider.name
    if arguments.json:
        described = {
            "provider": provider,
            "llm": _llm_of(trials),
            "day": DAY.isoformat(),
            "scores": [one.as_json() for one in scores],
            "trials": [one.as_json() for one in trials],
        }
        print(json.dumps(described, ensure_ascii=False, indent=2))
    else:
        _print_report(provider, scores, trials)
    return 0 if scores[-1].share >= arguments.at_least else 1


def _on_the_demo(settings: Settings) -> Settings:
    return settings.model_copy(update={"sales_database_url": None, "source_file": ""})


def _try_each(asker: Asker, questions: Sequence[Question]) -> Iterator[Trial]:
    """With a count for whoever watches."""
    for number, question in enumerate(questions, 1):
        if sys.stderr.isatty():
            print(f"\r{number} of {len(questions)} ", end="", file=sys.stderr, flush=True)
        yield try_question(asker.ask, question, DAY)
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)


def _print_report(provider: str, scores: Sequence[Score], trials: Sequence[Trial]) -> None:
    print(f"{_llm_of(trials)} ({provider}), asked on {DAY}\n")
    header = ("kind", "questions", "tools", "arguments", "figures", "right", "", "tokens", "USD", "p50 s", "p95 s")
    print_table(header, [_row(one) for one in scores], right=(1, 2, 3, 4, 5, 7, 8, 9, 10))
    for trial in trials:
        if not trial.verdict.is_right:
            print(f"\n{trial.question.id}: {trial.question.text}\n    {trial.trouble}")


def _llm_of(trials: Sequence[Trial]) -> str:
    """Which the vendor says it served."""
    return next((trial.llm for trial in trials if trial.llm), "unknown")


def _row(one: Score) -> tuple[str, ...]:
    filled = round(one.share * _BAR)
    counts = (one.questions, one.tools, one.arguments, one.figures)
    return (
        "altogether" if one.kind == ALL else one.kind,
        *map(str, counts),
        f"{one.share:.0%}",
        "█" * filled + "░" * (_BAR - filled),
        str(one.tokens),
        "?" if one.cost is None else f"{one.cost:.4f}",
        f"{one.median:.2f}",
        f"{one.slow:.2f}",
    )


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ArgumentTypeError(f"{text!r} is no share between 0 and 1")
    return share


EVAL = Command(_run, _add_arguments)
