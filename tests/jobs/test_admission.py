"""How many jobs a worker takes: few that compute, any number that wait for an LLM, and more where the CPU is idle."""

import threading

import pytest

from jobs.rq_worker.admission import Admission
from models.outside import count_outside, outside


class Process:
    """What the admission looks at, as the test wishes it."""

    def __init__(self) -> None:
        self.waiting = 0
        self.now = 100.0
        self.spent = 5.0

    def passes(self, seconds: float, cpu: float) -> None:
        """Time in which the process used that share of a core."""
        self.now += seconds
        self.spent += seconds * cpu


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
def admission(process: Process) -> Admission:
    return Admission(200, lambda: process.waiting, lambda: process.now, lambda: process.spent)


def test_a_busy_process_takes_few_jobs_that_compute_and_fills_up_in_batches(
    process: Process, admission: Admission
) -> None:
    assert admission.find_room(0) == 16
    process.passes(1.0, cpu=0.9)
    rooms = [admission.find_room(running) for running in (16, 15, 8, 7)]
    assert rooms == [0, 0, 0, 9], "a claim is worth its round trip"


def test_jobs_that_wait_for_an_llm_make_room_up_to_the_threads(process: Process, admission: Admission) -> None:
    process.passes(1.0, cpu=0.9)
    process.waiting = 150
    assert admission.find_room(155) == 11
    process.waiting = 190
    assert admission.find_room(195) == 5, "no more than there are threads"
    assert admission.find_room(200) == 0


def test_where_the_cpu_is_idle_jobs_that_wait_unmarked_keep_nobody_out(process: Process, admission: Admission) -> None:
    taken = 16
    for _ in range(20):
        process.passes(0.06, cpu=0.1)
        taken += admission.find_room(taken)
    assert taken == 200


def test_idleness_is_judged_over_a_while_and_lets_in_one_batch(process: Process, admission: Admission) -> None:
    process.passes(0.01, cpu=0.0)
    assert admission.find_room(16) == 0, "too short to tell"
    process.passes(0.05, cpu=0.1)
    assert admission.find_room(16) == 16
    assert admission.find_room(32) == 0, "what these do to the CPU is not known yet"


def test_a_thread_counts_as_outside_until_its_call_ends_even_badly() -> None:
    before = count_outside()
    entered, leave = threading.Event(), threading.Event()

    def call() -> None:
        with outside():
            entered.set()
            leave.wait(180)

    thread = threading.Thread(target=call)
    thread.start()
    assert entered.wait(180)
    assert count_outside() == before + 1
    leave.set()
    thread.join(180)
    with pytest.raises(ValueError, match="broken"), outside():
        raise ValueError("broken")
    assert count_outside() == before
