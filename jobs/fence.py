"""The last fence against machines that talk to each other: after so many turns with one correspondent, silence.

Fenced turns count like answered ones, so whoever goes on writing stays outside; what she wrote is kept for a person.
"""

import logging

from channels.base import Channel
from jobs.duty import call_person, note_wish
from jobs.runtime import Services
from models.fence import FENCED, count_traffic
from models.lease import Lease
from models.session import session_scope
from models.turns import BegunTurn, Thread, close_turn

_log = logging.getLogger("recado.fence")


def keep_silent(services: Services, lease: Lease, thread: Thread, channel: Channel, turn: BegunTurn) -> bool:
    """Whether the turn was closed without a word. One notice a correspondent and day: the operator's own mailbox may
    be the machine. Raises LeaseLost."""
    if not channel.capabilities.meets_machines:
        return False
    policy = services.policy
    with session_scope(services.engine) as connection:
        traffic = count_traffic(connection, thread)
        if traffic.last_hour <= policy.turns_an_hour and traffic.last_day <= policy.turns_a_day:
            return False
        said = f"{traffic.last_hour} turns in an hour, {traffic.last_day} in a day"
        close_turn(connection, lease, turn, outcome=FENCED, error=said)
    _log.warning("no answer: %s with one correspondent look like a machine", said)
    if traffic.was_fenced:
        note_wish(services, thread)
    else:
        call_person(services, thread, "fenced")
    return True
