"""Asking an LLM for the memory's sake: within the budgets, and on record as usage beside the turn that it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from agent.base import ChatMessage, Completion, CompletionRequest
from agent.providers.fallback import Fallback
from agent.tokens import estimate_prompt
from jobs.agents import Terms
from jobs.budget import limits_of
from jobs.runtime import Services
from models.memory.unread import record_reading
from models.money.budget import charge, refuse_if_spent
from models.session import session_scope, statement_scope
from models.turns import Thread


@dataclass(frozen=True, slots=True)
class Asking:
    """`purpose` is what usage calls it, `address` whose budget pays, `turn_id` what it is on record with."""

    purpose: str
    address: str
    turn_id: UUID
    most_tokens: int


def ask(services: Services, terms: Terms, thread: Thread, asking: Asking, prompt: Sequence[ChatMessage]) -> Completion:
    """Raises ProviderError, BudgetExceeded, ConfigurationError."""
    tenant_id, budgets = thread.account.tenant_id, limits_of(services, terms, thread.timezone)
    if budgets is not None:
        with statement_scope(services.engine) as connection:
            refuse_if_spent(connection, budgets, tenant_id, asking.address)
    started = services.clock.monotonic()
    with services.agents.at_work(terms) as agent:
        line = Fallback(agent.links)
        asked = CompletionRequest(agent.llm, prompt, max_output_tokens=asking.most_tokens, tool_choice="none")
        completion = line.complete(asked)
        cost = line.price(completion, agent.llm)
    time_ms = round((services.clock.monotonic() - started) * 1000)
    tokens = (completion.usage.input or estimate_prompt(prompt), completion.usage.output or 0)
    served = (asking.purpose, completion.provider, completion.llm)
    with session_scope(services.engine) as connection:
        record_reading(connection, tenant_id, asking.turn_id, *served, tokens, cost.amount, time_ms)
        if budgets is not None:
            assumed = budgets.assumed_price.cost_of(*tokens) or Decimal(0)
            charge(connection, budgets, asking.turn_id, assumed if cost.amount is None else cost.amount)
    return completion
