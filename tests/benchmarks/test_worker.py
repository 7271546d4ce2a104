"""The benchmark of the workers: that it measures whole turns, of ours and of every peer, and every one of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks.peers.base import PEERS, get_peer
from benchmarks.sdk import measure_sdk
from benchmarks.stage import Stage, build_stage
from benchmarks.start_latency import measure_waits
from benchmarks.worker import FAST, SLOW, Load, Run, Summary, measure_workers, show_workers, summarise
from tests.standins.llm import StandInLlm

LOAD = Load(slow_turns=8, fast_turns=4, threads=8, stock_turns=1, pool=2, pool_turns=1, warm_turns=2, rounds=1)


@pytest.fixture(scope="module")
def llm() -> Iterator[StandInLlm]:
    with StandInLlm() as standin:
        yield standin


@pytest.fixture(scope="module")
def stage(llm: StandInLlm) -> Iterator[Stage]:
    with build_stage(llm.url, LOAD.threads) as built:
        yield built


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_each_worker_answers_everybody_once_with_two_calls_a_turn(name: str, stage: Stage, llm: StandInLlm) -> None:
    before = len(llm.history)
    slow, fast = measure_workers(stage, llm, [name], LOAD, say=lambda line: None)
    assert (slow.peer, slow.latency, fast.peer, fast.latency) == (name, SLOW, name, FAST)
    assert len(llm.history) - before == 2 * (slow.turns + fast.turns + LOAD.warm_turns)
    at_once = LOAD.threads if get_peer(name).IS_CONCURRENT else min(LOAD.pool, slow.turns)
    assert slow.rate < at_once / (2 * SLOW), "no turn can end before its two calls have"
    assert slow.rate < fast.rate
    sdk_ms = measure_sdk(llm)
    assert fast.cpu_ms is None or 0 < sdk_ms < fast.cpu_ms, "a part of the whole"


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_each_worker_notes_when_a_job_starts(name: str, stage: Stage) -> None:
    for waits in measure_waits(stage, [name], seconds=1.0, say=lambda line: None):
        assert waits.jobs == (90 if waits.is_busy else 10)
        assert 0 < waits.p50 <= waits.p99 < 20_000


def test_memory_is_divided_by_the_calls_that_were_really_open() -> None:
    run = Run("recado", SLOW, turns=400, seconds=10, calls=150, cpu=6.0, idle_mb=100, peak_mb=130)
    assert run.mb_per_turn == pytest.approx(0.2)
    assert run.cpu_ms == pytest.approx(15)
    assert run.rate == 40


def test_what_cannot_be_measured_is_shown_as_such() -> None:
    run = Run("recado", SLOW, turns=4, seconds=2, calls=4, cpu=None, idle_mb=None, peak_mb=None)
    summary = summarise([run, replace(run, seconds=4), replace(run, seconds=1)], "recado", SLOW)
    assert summary == Summary("recado", SLOW, 4, 3, 2.0, None, None, None, None), "the median of three"
    assert show_workers([summary]).split().count("-") == 4
