"""The made-up Twilio account of the simulator, and the people who write to its number."""

from dataclasses import dataclass, field
from secrets import token_hex

NUMBER = "whatsapp:+14155238886"  # Twilio's own sandbox number: nobody's
TEMPLATE_SID = "HX" + "5" * 32
_FIRST_PERSON = "whatsapp:+5511987654321"


@dataclass(frozen=True, slots=True)
class FakeAccount:
    """The secrets are new in every run: nothing but the simulator's own program may pass its door."""

    account_sid: str = field(default_factory=lambda: f"AC{token_hex(16)}")
    auth_token: str = field(default_factory=lambda: token_hex(16), repr=False)
    number: str = NUMBER


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes: the address as Twilio spells it, and the name on the profile."""

    address: str = _FIRST_PERSON
    name: str = "Ana Souza"

    @property
    def wa_id(self) -> str:
        """The digits of the phone number; empty for a person without a visible one."""
        phone = self.address.removeprefix("whatsapp:+")
        return phone if phone.isdigit() else ""
