"""How changes are asked for, and where they go, as an agent's file says it."""

from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from agent.spec.frozen import Frozen

_USUAL: Final = timedelta(minutes=30)
# A mail is read when its reader gets to it; a chat is open on the table.
_BY_CHANNEL: Final = MappingProxyType({"email": timedelta(days=3)})

Minutes = Annotated[int, Field(ge=1, le=43_200)]


class ChangesSpec(Frozen):
    """What holds for every tool that writes. Which ones there are is said under `tools`."""

    write_to: Annotated[str, Field(pattern=r"^crm/[a-z0-9][a-z0-9-]{0,39}$", examples=["crm/default"])] | None = None
    """The CRM account that notes, tasks and updates are written to; left out, notes and tasks go into Recado's own
    table, and nothing can be updated."""
    yes_within_minutes: Annotated[dict[str, Minutes], Field(max_length=10, examples=[{"email": 1440}])] = {}
    """How long a yes is waited for, by channel; left out, 30 minutes, and 3 days by e-mail."""
    most_discount_percent: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(100)
    """No discount above it can be asked for."""

    def lives_on(self, channel: str) -> timedelta:
        """How long a yes is waited for there."""
        minutes = self.yes_within_minutes.get(channel)
        return _BY_CHANNEL.get(channel, _USUAL) if minutes is None else timedelta(minutes=minutes)
