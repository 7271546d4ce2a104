"""Channels by name."""

import subprocess
import sys

import pytest

from channels.base import Account
from channels.registry import CHANNELS, build_channel
from models.errors import ConfigurationError


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_every_entry_builds_the_channel_of_its_name(name: str) -> None:
    account = Account(name, "default")
    channel = build_channel(account)
    assert channel.name == name
    assert channel.account is account


def test_a_channel_there_is_not_is_a_configuration_error_that_lists_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=", ".join(sorted(CHANNELS))):
        build_channel(Account("pigeon", "default"))


def test_verifying_and_parsing_load_neither_twilios_client_nor_an_http_library() -> None:
    program = (
        "import sys\n"
        "from channels.base import Account, InboundRequest\n"
        "from channels.registry import build_channel\n"
        "from models.errors import VerificationError\n"
        "channel = build_channel(Account('whatsapp', 'default'))\n"
        "try:\n    channel.verify(InboundRequest('default', 'POST', '/', {}, b''))\n"
        "except VerificationError:\n    print(sorted({'twilio', 'requests', 'aiohttp'} & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=240)
    assert answer.stdout.strip() == "[]"
