"""Ringing for a conversation that a command has changed."""

import sys
from uuid import UUID

from jobs.queue import JobQueue


def ring(redis_url: str, conversation_id: UUID) -> None:
    """Whoever works hears it now; without Redis the sweeper of a worker finds it within seconds. Never raises."""
    queue = JobQueue(redis_url)
    try:
        if not queue.ring(conversation_id):
            print("recado: Redis does not answer: a worker finds it by itself within seconds", file=sys.stderr)
    finally:
        queue.connection.close()
