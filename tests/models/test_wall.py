"""Nothing passes the wall inward, whatever a name leads to at that moment; what goes out keeps its name."""

from collections.abc import Callable, Iterator, Sequence

import anyio
import httpx2
import pytest

from agent.mcp.connection import McpConnection, McpUnreachable
from agent.mcp.spec import McpServerSpec, McpToolSpec
from agent.providers.registry import build_provider
from models.errors import ProviderError
from models.network.wall import Wall
from tests.agent.providers.conftest import ask
from tests.inner import NAME, Inner, inner_server


@pytest.fixture
def inner() -> Iterator[Inner]:
    with inner_server() as server:
        yield server


def leading_to(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """A resolver for one name; any other leads to an address that is nobody's to reach."""
    return lambda host, port: list(addresses) if host == NAME else ["169.254.169.254"]


def client(wall: Wall) -> httpx2.Client:
    return httpx2.Client(transport=wall.transport(httpx2.Limits()), trust_env=False, follow_redirects=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"])
def test_a_public_name_that_leads_inward_is_not_followed(inner: Inner, address: str) -> None:
    with client(Wall(resolve=leading_to(address))) as http, pytest.raises(httpx2.ConnectError, match="not public"):
        http.get(inner.url)
    with client(Wall(resolve=leading_to("8.8.8.8", address))) as http, pytest.raises(httpx2.ConnectError):
        http.get(inner.url)
    assert inner.hosts == []


def test_a_host_that_the_operator_listed_is_reached_by_its_own_name(inner: Inner) -> None:
    with client(Wall({NAME}, resolve=leading_to("127.0.0.1"))) as http:
        answer = http.get(inner.url)
    assert (answer.status_code, str(answer.request.url)) == (200, inner.url)
    with client(Wall({f"{NAME}:{inner.server_port}"}, resolve=leading_to("::1", "127.0.0.1"))) as http:
        assert http.get(inner.url).status_code == 200, "the next address, where nobody listens at the first"
    assert inner.hosts == [f"{NAME}:{inner.server_port}"] * 2


def test_a_listed_host_never_leads_to_the_metadata_of_a_cloud(inner: Inner) -> None:
    with client(Wall({NAME}, resolve=leading_to("169.254.169.254"))) as http, pytest.raises(httpx2.ConnectError):
        http.get(inner.url)


def test_a_redirect_is_looked_at_like_the_first_request(inner: Inner) -> None:
    wall = Wall({NAME}, resolve=leading_to("127.0.0.1"))
    with client(wall) as http, pytest.raises(httpx2.ConnectError, match=r"metadata\.example"):
        http.get(f"{inner.url}/to=metadata.example")


def test_an_event_loop_is_behind_the_same_wall(inner: Inner) -> None:
    async def get(wall: Wall) -> int:
        async with httpx2.AsyncClient(transport=wall.async_transport(), trust_env=False) as http:
            return (await http.get(inner.url)).status_code

    assert anyio.run(get, Wall({NAME}, resolve=leading_to("127.0.0.1"))) == 200
    with pytest.raises(httpx2.ConnectError):
        anyio.run(get, Wall(resolve=leading_to("127.0.0.1")))
    assert len(inner.hosts) == 1


@pytest.mark.parametrize("provider", ["openai", "openai-compatible", "anthropic"])
def test_no_llm_of_a_company_is_asked_inside(inner: Inner, provider: str) -> None:
    def complete(wall: Wall | None) -> None:
        llm = build_provider(
            provider,
            api_key="key-0123456789",
            base_url=inner.url,
            llm="any",
            catalogue=lambda situation: pytest.fail("nobody looks"),
            timeout=20,
            wall=wall,
        )
        try:
            with pytest.raises(ProviderError):  # it would not answer like an LLM either
                llm.complete(ask())
        finally:
            llm.close()

    complete(Wall(resolve=leading_to("127.0.0.1")))
    assert inner.hosts == []
    complete(Wall({NAME}, resolve=leading_to("127.0.0.1")))
    assert len(inner.hosts) == 1


def test_no_mcp_server_of_a_company_is_asked_inside(inner: Inner) -> None:
    tools = (McpToolSpec(name="any", pin="sha256:" + "0" * 64),)
    spec = McpServerSpec(name="far", url=f"https://{NAME}:{inner.server_port}/mcp", tools=tools)
    with pytest.raises(McpUnreachable, match="not public"):
        McpConnection(spec, {}, wall=Wall(resolve=leading_to("127.0.0.1"))).list_tools()
