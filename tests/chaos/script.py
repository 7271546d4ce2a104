"""The load of a run, drawn from its seed: who says what when, and how often the platform repeats it."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.chaos.words import Errand

Channel = Literal["whatsapp", "chat", "crm", "email"]
_CHANNELS: tuple[tuple[Channel, int, int], ...] = (  # name, weight, people
    ("whatsapp", 50, 24),
    ("chat", 22, 12),
    ("crm", 16, 10),
    ("email", 12, 30),  # many: who mails more than 30 times an hour is taken for a machine
)
_ERRANDS: tuple[tuple[Errand, int], ...] = (("words", 45), ("read", 20), ("write", 25), ("long", 10))
_PHOTO = 0.06  # of WhatsApp messages bring one
_BURST = 0.15  # of WhatsApp messages come as several quick lines
_REPEATED = 0.25  # of deliveries are made again although they were acknowledged
_AT_ONCE = 0.08  # are made twice at the same moment


@dataclass(frozen=True)
class Line:
    """One message: who says it, when (seconds from the start), and when else the platform delivers it (after the
    acknowledgement; 0 means at the same moment as the first time)."""

    number: int
    at: float
    channel: Channel
    person: int
    errand: Errand
    repeats: tuple[float, ...]


def write_script(seed: int, seconds: float, rate: float) -> list[Line]:
    """About `rate` messages a second; the same for the same arguments."""
    random = Random(f"script {seed}")
    lines: list[Line] = []
    at = 0.0
    while (at := at + random.expovariate(rate)) < seconds:
        [(channel, _, people)] = random.choices(_CHANNELS, [weight for _, weight, _ in _CHANNELS])
        person = random.randrange(people)
        size = random.randint(2, 4) if channel == "whatsapp" and random.random() < _BURST else 1
        for place in range(size):
            [(errand, _)] = random.choices(_ERRANDS, [weight for _, weight in _ERRANDS])
            if channel == "whatsapp" and random.random() < _PHOTO:
                errand = "photo"
            when = at + place * random.uniform(0.05, 0.3)
            lines.append(Line(len(lines) + 1, when, channel, person, errand, _repeats(random)))
    return lines


def _repeats(random: Random) -> tuple[float, ...]:
    at_once = (0.0,) if random.random() < _AT_ONCE else ()
    later = (random.uniform(0.2, 12.0),) if random.random() < _REPEATED else ()
    return at_once + later
