"""What the LLM's SDK alone costs in CPU for the calls of a turn: the part of a turn that is nobody's design."""

import time
from statistics import median

from agent.providers.sdk_client import Endpoint, SdkClient, build_openai_client
from tests.standins.llm import StandInLlm

_CALLS = 50
_WARM = 5  # calls that come before those that count


def measure_sdk(llm: StandInLlm, calls_a_turn: int = 2) -> float:
    """Milliseconds a turn: its requests sent again, one after the other, in one thread that does nothing else."""
    llm.latency = 0.0
    bodies = [asked.body for asked in llm.history][-_CALLS:]
    client = SdkClient("standin", Endpoint(llm.url, "a-key-of-nobody"), build_openai_client)
    spent = []
    for body in bodies:
        before = time.thread_time()
        client.post("/chat/completions", body, 30.0)
        spent.append(time.thread_time() - before)
    client.close()
    return 1_000 * calls_a_turn * median(spent[_WARM:])
