"""What a run leaves in its row: figures, and what the agent remembered. Pure."""

from agent.base import RunResult, TurnInput


def figures_of(question: TurnInput, result: RunResult, time_ms: int) -> dict[str, object]:
    """What the run's row records."""
    memory = [
        {"role": line.role, "content": line.content, "at": line.at.isoformat() if line.at else None}
        for line in question.history
    ]
    return {
        "provider": result.provider,
        "llm": result.llm,
        "steps": result.steps,
        "tokens_in": result.tokens_in,
        "tokens_out": result.tokens_out,
        "cost": result.cost,
        "context_size": result.context_size,
        "memory": memory,
        "time_ms": time_ms,
        "grounding": result.grounding,
        "error": "; ".join(_troubles(result)),
    }


def _troubles(result: RunResult) -> list[str]:
    troubles = [f"limit: {result.limit}"] if result.limit else []
    troubles += result.passed
    return troubles + ([f"ungrounded: {len(result.struck)} left out"] if result.struck else [])
