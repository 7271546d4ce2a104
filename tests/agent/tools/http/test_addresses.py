"""Where configured tools cannot be made to go: each address is refused as configuration or blocked when called."""

from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from agent.tools.http.tool import build_http_tools, build_tool_client
from models.network.guarded_client import GuardedClient
from tests.agent.tools.http.conftest import StandInApi, ToolCaller, spec_of

# All lead to this machine, to a private network or to a metadata server, or try to.
ADDRESSES = (
    "http://127.0.0.1",
    "https://127.0.0.1",
    "https://127.0.0.1:443",
    "https://127.1",
    "https://127.0.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0x7f.0.0.1",
    "https://0177.0.0.1",
    "https://0177.0.0.0x1",
    "https://017700000001",
    "https://127.0.0.1.",
    "https://0.0.0.0",
    "https://0",
    "https://localhost",
    "https://LOCALHOST",
    "https://localhost.",
    "https://[::1]",
    "https://[::]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[0:0:0:0:0:ffff:127.0.0.1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[64:ff9b::a9fe:a9fe]",
    "https://[2002:7f00:1::]",
    "https://[2002:a9fe:a9fe::1]",
    "https://[fe80::1]",
    "https://[fc00::1]",
    "https://[fd00:ec2::254]",
    "https://[ff02::1]",
    "https://10.0.0.1",
    "https://10.255.255.255",
    "https://100.64.0.1",
    "https://100.100.100.200",
    "https://168.63.129.16",
    "https://169.254.169.254",
    "https://169.254.170.2",
    "https://0xa9fea9fe",
    "https://2852039166",
    "https://172.16.0.1",
    "https://172.31.255.255",
    "https://192.0.0.192",
    "https://192.168.0.1",
    "https://198.18.0.1",
    "https://224.0.0.1",
    "https://255.255.255.255",
    "https://①②⑦.⓪.⓪.①",
    "https://127。0。0。1",
    "https://8.8.8.8@127.0.0.1",
    "https://127.0.0.1#@8.8.8.8",
    "https://127.0.0.1?@8.8.8.8",
    "https://8.8.8.8\\@127.0.0.1",
    "https://8.8.8.8:22",
    "https://8.8.8.8:25",
    "https://8.8.8.8:80",
    "https://8.8.8.8:6379",
    "http://8.8.8.8",
    "ftp://8.8.8.8",
    "file:///etc",
    "gopher://127.0.0.1",
    "https://127.0.0.1%2f.example.com",
    "https:// 127.0.0.1",
    "https://127.0.0.1\t.example.com",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_notation_leads_to_a_private_address(address: str, api: StandInApi) -> None:
    try:
        spec = spec_of(url=f"{address}/{{sku}}")
    except ValidationError:
        return
    client = build_tool_client()
    assert ToolCaller(build_http_tools([spec], client=client, environ={})["stock"]).error(sku="A")["code"] == "blocked"
    client.close()
    assert api.requests == []


def test_a_name_that_changes_its_address_is_asked_once_a_call_and_checked_each_time(api: StandInApi) -> None:
    """Rebinding: what was checked is what is connected to, so a later answer changes nothing."""
    port = int(api.url.rpartition(":")[2])
    answers = iter([["203.0.113.9"], ["127.0.0.1"], ["8.8.8.8", "127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    client = GuardedClient(ports=(port,), resolve=resolve)
    spec = spec_of(url=f"https://rebinding.example.com:{port}/{{sku}}")
    stock = ToolCaller(build_http_tools([spec], client=client, environ={})["stock"])
    assert [stock.error(sku="A")["code"] for _ in range(3)] == ["blocked"] * 3
    assert asked == ["rebinding.example.com"] * 3
    client.close()
    assert api.requests == []
