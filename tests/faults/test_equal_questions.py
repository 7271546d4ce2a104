"""Ten people ask the same at once, and the work is spread over three processes: one answer is paid for."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import RunningProgram, running_program
from tests.standins.llm import StandInLlm
from tests.standins.llm_wires import Asked, Says, Wish
from tests.waiting import eventually

pytestmark = pytest.mark.slow

WORKERS = ("worker", "worker-2", "worker-3")
LOOK = Wish("sales_summary", {"period": "mês passado"})


def answer(asked: Asked) -> Says:
    return Says("As vendas foram boas.") if asked.results else Says(wishes=(LOOK,))


@dataclass
class Crowd:
    program: RunningProgram
    llm: StandInLlm

    def ask_at_once(self, words: str, first: int) -> None:
        """Ten people who have said nothing before, until all but one of them wait for the one."""
        self.llm.is_held = True
        for number in range(first, first + 10):
            assert self.program.twilio.post_inbound(self.program.webhook, words, f"whatsapp:+55119{number:08}") == 200
        eventually(lambda: self.count("awaited_answer") == 9)

    def count(self, table: str, where: str = "true") -> int:
        return int(self.program.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def leader(self) -> str:
        """The worker that makes the answer."""
        leading = "JOIN cached_answer a ON a.leader_id = c.id AND a.leader_fence = c.fence AND a.turn_id IS NULL"
        ((owner,),) = self.program.rows(f"SELECT c.lease_owner FROM conversation c {leading}")
        return next(name for name in WORKERS if f"-{self.program.children[name].pid}-" in owner)


@pytest.fixture
def crowd(company_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Crowd]:
    with ExitStack() as stack:
        llm = stack.enter_context(StandInLlm(answer=answer))
        chosen = {"LLM_PROVIDER": "openai-compatible", "LLM_BASE_URL": llm.url, "LLM_MODEL": "standin"}
        program = stack.enter_context(running_program(company_url, fresh_redis_url, tmp_path, **chosen))
        crowd = Crowd(program, llm)
        for name in WORKERS[1:]:
            program.start(name)
        eventually(lambda: all(map(program.listens, WORKERS)))
        yield crowd


def test_ten_equal_questions_over_three_processes_cost_one_answer_whoever_dies(crowd: Crowd) -> None:
    crowd.ask_at_once("Quanto vendemos no mês passado?", 0)
    crowd.llm.is_held = False
    eventually(lambda: crowd.count("turn", "status = 'settled'") == 10)
    assert len(crowd.llm.history) == 2, "the wish for a look, and the words"
    assert crowd.count("run", "cached") == 9
    assert crowd.count("run", "status = 'failed'") == 0

    crowd.ask_at_once("Quanto faturamos no mês passado?", 10)
    leader = crowd.leader()
    victim = crowd.program.children.pop(leader)
    victim.kill()
    victim.wait()
    if leader == "worker":  # whoever ends the program looks for one of that name
        crowd.program.children[leader] = crowd.program.children.pop("worker-2")
    crowd.llm.is_held = False
    eventually(lambda: crowd.count("turn", "status = 'settled'") == 20)
    assert len(crowd.llm.history) == 2 + 1 + 2, "the call that nobody heard, and one answer more"
    assert crowd.count("run", "cached") == 18
    assert len(crowd.program.twilio.history.messages) == 20
