"""What the assistant is told before it reads the conversation.

The first message (`agent.system_text`) is the same for every turn of an agent, byte for byte, so that vendors can cache
it; who asks and what day it is stand in a second one.
"""

from agent.base import ChatMessage, Origin, Situation, TurnInput
from agent.system_text import Brief, render_system
from models.taint import has_others_words

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


_WRITES_OFF = (
    " Somebody else's words stand in this conversation: nothing can be written or sent out in this turn. If a change "
    "is asked for, say so."
)


_PLAIN = Brief()
_LONGEST_NAME = 60  # characters


def build_prompt(turn: TurnInput, brief: Brief = _PLAIN, *, may_write: bool = True) -> list[ChatMessage]:
    """Instructions, situation, the remembered turns, what surrounds the question, and the question."""
    situation = _describe(turn.situation, turn.timezone) + ("" if may_write else _WRITES_OFF)
    origin: Origin = "third_party" if has_others_words(turn.taint) else "person"
    return [
        ChatMessage("system", render_system(brief, turn.company), origin="operator"),
        ChatMessage("system", situation, origin="operator"),
        *turn.history,
        *turn.context,
        ChatMessage("user", turn.text, images=turn.images, origin=origin),
    ]


def _one_line(name: str) -> str:
    """In the demo it is what a stranger calls himself, and must not read like lines of ours."""
    return " ".join(name.split())[:_LONGEST_NAME]


def _describe(situation: Situation, timezone: str) -> str:
    today = situation.today
    lines = [f"Today is {_WEEKDAYS[today.weekday()]}, {today.isoformat()} ({timezone})."]
    who = _one_line(situation.person_name) or "Somebody without a name"
    lines.append(f"{who} writes; role: {situation.role}.")
    if situation.salesperson:
        lines.append(f"In the sales data this person is the salesperson {situation.salesperson}.")
    if situation.customer:
        lines.append(f"In the sales data this person is the customer {situation.customer}.")
    return " ".join(lines)
