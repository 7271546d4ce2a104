"""The guarded way out: where it goes, what it refuses, when it gives up."""

import time
from collections.abc import Iterator, Sequence

import httpx2
import pytest

from models.network.guarded_client import Answer, Blocked, GuardedClient, NotSent
from tests.standins.crm import Fault, StandInCrm
from tests.standins.crm_dialects import TOKEN

URL = "https://crm.example.com/messages?x=%2F"


@pytest.fixture
def crm() -> Iterator[StandInCrm]:
    with StandInCrm() as standin:
        yield standin


class Wire:
    """A transport that notes each request; addresses in `dead` take no connection."""

    def __init__(self, *dead: str) -> None:
        self.requests: list[httpx2.Request] = []
        self.dead = dead

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if request.url.host in self.dead:
            raise httpx2.ConnectError("refused", request=request)
        return httpx2.Response(201, stream=httpx2.ByteStream(b'{"id":"7"}'))


def client_over(wire: Wire, *addresses: str, insecure: Sequence[str] = ()) -> GuardedClient:
    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return GuardedClient(insecure, resolve=resolve, transport=httpx2.MockTransport(wire))


def post(client: GuardedClient, url: str) -> Answer:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    return client.request("POST", url, headers, b'{"thread":"deal/42","text":"Oi"}')


def test_it_connects_to_the_address_it_checked_and_keeps_the_name_for_tls_and_host() -> None:
    wire = Wire()
    assert post(client_over(wire, "104.18.2.3"), URL).status == 201
    [request] = wire.requests
    assert str(request.url) == "https://104.18.2.3/messages?x=%2F"
    assert request.headers["host"] == "crm.example.com"
    assert request.extensions["sni_hostname"] == "crm.example.com"
    assert request.headers["accept-encoding"] == "identity", "compressed answers could grow without end"


def test_the_name_is_resolved_once_so_that_it_cannot_change_in_between() -> None:
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    wire = Wire()
    client = GuardedClient(resolve=lambda host, port: next(answers), transport=httpx2.MockTransport(wire))
    post(client, URL)
    with pytest.raises(Blocked):
        post(client, URL)
    assert [request.url.host for request in wire.requests] == ["8.8.8.8"]


def test_the_next_address_is_tried_where_nobody_listens_and_no_third() -> None:
    wire = Wire("2606:4700::1")
    assert post(client_over(wire, "2606:4700::1", "8.8.8.8"), URL).status == 201
    wire = Wire("8.8.8.8", "8.8.4.4")
    with pytest.raises(NotSent, match=r"crm\.example\.com cannot be reached"):
        post(client_over(wire, "8.8.8.8", "8.8.4.4", "1.1.1.1"), URL)
    assert len(wire.requests) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/x",
        "ftp://crm.example.com/x",
        "https://user:secret@crm.example.com/x",
        "file:///etc/passwd",
        "https:///x",
    ],
)
def test_only_https_is_spoken(url: str) -> None:
    wire = Wire()
    with pytest.raises(Blocked):
        post(client_over(wire, "8.8.8.8"), url)
    assert wire.requests == []


def test_a_private_address_is_refused_even_over_https() -> None:
    wire = Wire()
    with pytest.raises(Blocked, match="not public"):
        post(client_over(wire, "169.254.169.254"), URL)
    with pytest.raises(Blocked):
        post(client_over(wire, "10.0.0.1", insecure=["crm.example.com"]), URL)
    assert wire.requests == []


def test_this_machine_is_spoken_to_without_tls_only_where_the_account_says_so(crm: StandInCrm) -> None:
    with pytest.raises(Blocked):
        post(GuardedClient(), f"{crm.url}/messages")
    with pytest.raises(Blocked):
        post(GuardedClient(["127.0.0.1:1"]), f"{crm.url}/messages")
    answer = post(GuardedClient(["127.0.0.1"]), f"{crm.url}/messages")
    assert (answer.status, answer.body) == (201, b'{"id": "1001"}')
    assert answer.headers["content-type"] == "application/json"


def test_a_host_of_the_company_s_own_network_is_spoken_to_only_where_the_operator_says_so() -> None:
    for addresses, private, may in (
        ("10.0.0.5", ["erp.example.com"], True),
        ("10.0.0.5", ["erp.example.com:8080"], True),
        ("10.0.0.5", ["erp.example.com:8081"], False),
        ("10.0.0.5", ["other.example.com"], False),
        ("169.254.169.254", ["erp.example.com"], False),
    ):
        wire = Wire()

        def resolve(host: str, port: int, found: str = addresses) -> Sequence[str]:
            return [found]

        client = GuardedClient(private_hosts=private, resolve=resolve, transport=httpx2.MockTransport(wire))
        if may:
            assert post(client, "http://erp.example.com:8080/x").status == 201
        else:
            with pytest.raises(Blocked):
                post(client, "http://erp.example.com:8080/x")
        assert len(wire.requests) == may


def test_only_the_ports_that_were_named_are_spoken_to() -> None:
    wire = Wire()
    client = GuardedClient(ports=(443,), resolve=lambda host, port: ["8.8.8.8"], transport=httpx2.MockTransport(wire))
    assert post(client, URL).status == 201
    for port in (22, 25, 80, 6379):
        with pytest.raises(Blocked, match=f"port {port}"):
            post(client, f"https://crm.example.com:{port}/x")
    assert len(wire.requests) == 1


def test_a_redirect_is_an_answer_and_not_followed(crm: StandInCrm) -> None:
    crm.faults.append(Fault("redirect"))
    assert post(GuardedClient(["127.0.0.1"]), f"{crm.url}/messages").status == 302
    assert [path for _, path, _ in crm.requests] == ["/messages"]


def test_an_answer_without_end_is_cut_off(crm: StandInCrm) -> None:
    crm.faults.append(Fault("flood"))
    with pytest.raises(ValueError, match="too long"):
        post(GuardedClient(["127.0.0.1"]), f"{crm.url}/messages")


@pytest.mark.parametrize("kind", ["hang", "trickle"])
def test_an_answer_that_does_not_come_or_trickles_is_given_up_after_the_whole_time(crm: StandInCrm, kind: str) -> None:
    crm.faults.append(Fault(kind))  # type: ignore[arg-type]
    began = time.monotonic()
    with pytest.raises(httpx2.HTTPError):
        post(GuardedClient(["127.0.0.1"], total=0.4), f"{crm.url}/messages")
    assert 0.3 < time.monotonic() - began < 30


def test_a_proxy_of_the_environment_is_not_used(crm: StandInCrm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert post(GuardedClient(["127.0.0.1"]), f"{crm.url}/messages").status == 201
