"""One message through all of it, for real: processes, engines, HTTP, signatures - and what a crash may cost."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from models.clock import SystemClock
from tests.running import RunningProgram, running_program
from tests.standins.llm import Says, StandInLlm, answer_by_itself
from tests.standins.llm_wires import Asked
from tests.standins.twilio_webhooks import inbound_form, post_form
from tests.waiting import eventually

pytestmark = pytest.mark.slow

QUESTION = "Quais foram as vendas do mês passado?"
A_MINUTE_LATER = """
WITH said AS (UPDATE message SET received_at = received_at - interval '1 minute')
UPDATE conversation SET due_at = due_at - interval '1 minute' RETURNING id
"""


@pytest.fixture
def program(company_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[RunningProgram]:
    with running_program(company_url, fresh_redis_url, tmp_path) as running:
        yield running


@pytest.fixture
def slow_llm() -> Iterator[StandInLlm]:
    """One that takes a second and a half for each completion."""
    with StandInLlm(latency=1.5) as running:
        yield running


@pytest.fixture
def slow_program(
    company_url: str, fresh_redis_url: str, tmp_path: Path, slow_llm: StandInLlm
) -> Iterator[RunningProgram]:
    settings = {"LLM_PROVIDER": "openai-compatible", "LLM_BASE_URL": slow_llm.url, "LLM_MODEL": "stand-in"}
    with running_program(company_url, fresh_redis_url, tmp_path, **settings) as running:
        yield running


def revenue_of_last_month(program: RunningProgram) -> str:
    """The figure by SQL of the test's own, written as a Brazilian writes money."""
    last = SystemClock().today("America/Sao_Paulo").replace(day=1) - timedelta(days=1)
    [[total]] = program.rows(
        "SELECT sum(i.quantity * i.unit_price) FROM demo.sales_order o JOIN demo.order_item i ON i.order_id = o.id"
        f" WHERE o.ordered_on BETWEEN '{last.replace(day=1)}' AND '{last}' AND o.status <> 'cancelled'"
    )
    return f"R$ {total:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def test_chat_and_whatsapp_give_the_figure_that_sql_gives_under_one_trace_up_to_the_receipt(
    program: RunningProgram,
) -> None:
    figure = revenue_of_last_month(program)
    answer = program.ask("ana", QUESTION)
    assert figure in answer["response"]
    assert answer["tools"][0]["name"] == "sales_summary"

    program.twilio.callbacks = ("sent", "delivered", "read")
    form = inbound_form(program.twilio.account_sid, program.twilio.number, QUESTION, "whatsapp:+5511987654321")
    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(lambda _: post_form(program.webhook, form, program.twilio.auth_token), range(20)))
    assert statuses == {200}
    eventually(lambda: program.rows("SELECT 1 FROM outbox WHERE status = 'read'"))
    [reply] = program.twilio.history.messages
    assert figure in reply.body
    assert reply.to == "whatsapp:+5511987654321"
    assert program.rows("SELECT count(*) FROM turn") == [(2,)]
    [[trace_id]] = program.rows(
        "SELECT t.trace_id FROM turn t JOIN outbox o ON o.turn_id = t.id WHERE o.status = 'read'"
    )
    eventually(lambda: trace_id in program.log("web"))

    def worker_lines(message: str) -> list[str]:
        said = [line for line in program.log("worker").splitlines() if trace_id in line]
        return [line for line in said if f'"message": "{message}"' in line]

    eventually(lambda: worker_lines("sent a part"))  # Twilio may tell of it before the worker does
    assert any('"tool_called": "sales_summary"' in line for line in worker_lines("completion"))
    assert QUESTION not in program.log("worker") + program.log("web"), "what people write stays out of the logs"


def test_a_worker_killed_in_mid_turn_costs_no_second_payment_or_reply_and_one_told_to_stop_ends_its_turn_first(
    slow_program: RunningProgram, slow_llm: StandInLlm
) -> None:
    def hold_the_second(asked: Asked) -> Says:
        """Until it is asked for anew."""
        slow_llm.is_held = bool(asked.results) and not slow_llm.is_held
        return answer_by_itself(asked)

    program, slow_llm.answer = slow_program, hold_the_second
    program.twilio.post_inbound(program.webhook, "quanto vendi?")
    eventually(lambda: slow_llm.is_held)
    assert program.end("worker", signal.SIGKILL) == -signal.SIGKILL
    program.start("worker")
    eventually(lambda: program.rows("SELECT 1 FROM turn WHERE status = 'settled'"))
    assert len(program.twilio.history.messages) == 1
    assert program.rows("SELECT step, attempt, status FROM completion ORDER BY 1, 2") == [
        (0, 1, "done"),
        (1, 1, "estimated"),
        (1, 2, "done"),
    ]

    slow_llm.answer = answer_by_itself
    program.twilio.post_inbound(program.webhook, "e ontem?")
    eventually(lambda: program.rows("SELECT 1 FROM completion OFFSET 3"))
    assert program.end("worker") == 0
    assert len(program.twilio.history.messages) == 2
    assert program.rows("SELECT lease_owner, due_at FROM conversation") == [(None, None)]
    program.start("worker")
    eventually(program.is_ready)


def test_messages_that_wait_while_redis_is_emptied_are_each_answered_once(
    program: RunningProgram, fresh_redis_url: str
) -> None:
    worker = program.children["worker"]
    worker.send_signal(signal.SIGSTOP)
    senders = [f"whatsapp:+55119870{number:05d}" for number in range(50)]
    for sender in senders:
        assert program.twilio.post_inbound(program.webhook, "quanto vendi ontem?", sender) == 200
    with Redis.from_url(fresh_redis_url) as client:
        client.flushall()
    worker.send_signal(signal.SIGCONT)
    eventually(lambda: len(program.twilio.history.messages) >= len(senders))
    assert sorted(message.to for message in program.twilio.history.messages) == senders
    eventually(lambda: program.rows("SELECT count(*) FROM turn WHERE status = 'settled'") == [(50,)])
    assert program.twilio.history.double_sends() == []


def test_five_quick_lines_are_one_question_and_a_long_answer_arrives_in_ordered_parts(
    company_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    lines = ["oi", "tudo bem?", "preciso de uma coisa", "um texto bem longo", "por favor"]
    answer = "\n\n".join(f"Parágrafo {number}: " + "palavra " * 40 for number in range(18))
    assert len(answer) > 6000
    with StandInLlm() as llm:
        llm.script.append(Says(text=answer))
        settings = {"LLM_PROVIDER": "openai-compatible", "LLM_BASE_URL": llm.url, "LLM_MODEL": "stand-in"}
        settings |= {"QUIET_WINDOW_SECONDS": "60", "QUIET_WINDOW_MAX_SECONDS": "60"}
        with running_program(company_url, fresh_redis_url, tmp_path, **settings) as program:
            for line in lines:
                program.twilio.post_inbound(program.webhook, line)
            program.rows(A_MINUTE_LATER)
            eventually(lambda: program.rows("SELECT 1 FROM turn WHERE status = 'settled'"))
            [asked] = llm.history
            bodies = [message.body for message in program.twilio.history.messages]
            assert program.rows("SELECT count(*) FROM turn") == [(1,)]
    assert asked.body["messages"][-1]["content"] == "\n".join(lines)
    assert len(bodies) >= 4
    assert all(len(body.encode("utf-16-le")) // 2 <= 1600 for body in bodies)
    assert " ".join(" ".join(bodies).split()) == " ".join(answer.split())
