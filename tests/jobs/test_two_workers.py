"""No worker remembers anything by itself: two processes that take turns give the LLM what one alone gives it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.databases import Databases

ROOT = Path(__file__).resolve().parents[2]
WORDS = [
    "oi, me chama de Bia e trabalho com padarias",
    "quais clientes da Padaria Sol estão sem pedido desde janeiro?",
    "prefiro respostas curtas, por favor",
    "como está o funil da Casa do Pão nesta semana de trabalho?",
    "me chama de Beatriz",
    "e o que falta para a meta da equipe de vendas do sul?",
    "me lembre de ligar para a Padaria Sol amanhã",
    "quem são os clientes novos da região norte neste trimestre?",
    "decidimos fechar com a opção B",
    "qual produto da linha de grãos sai mais no interior?",
    "e agora, o que você me diz da Padaria Sol?",
    "resuma o que falamos até aqui sobre os clientes",
]
WORDS = [words.replace("?", ", passo a passo e com calma, como você explicou da outra vez?") for words in WORDS]


@contextmanager
def worker(database_url: str, name: str) -> Iterator[Callable[[str], list[Any]]]:
    """A process; what is said to it comes back as the prompt of its LLM."""
    command = [sys.executable, "-m", "tests.jobs.one_worker", database_url, name]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        inlet, outlet = process.stdin, process.stdout

        def say(words: str) -> list[Any]:
            inlet.write(f"{words}\n")
            inlet.flush()
            prompt: list[Any] = json.loads(outlet.readline())
            return prompt

        yield say
        inlet.close()


def prompts(database_url: str, names: Sequence[str]) -> list[list[Any]]:
    """Of all that was said, the workers taking turns."""
    with ExitStack() as running:
        workers = [running.enter_context(worker(database_url, name)) for name in names]
        return [workers[number % len(workers)](words) for number, words in enumerate(WORDS)]


def test_two_processes_that_take_turns_give_the_context_that_one_gives(databases: Databases) -> None:
    with databases.lent() as one, databases.lent() as two:
        alone, together = prompts(one, ["a"]), prompts(two, ["a", "b"])
    assert together == alone
    last = "\n".join(content for _, content, _ in alone[-1])
    assert "«Beatriz»" in last
    assert "a summary of the earlier part" in last
    assert WORDS[-2] in last
