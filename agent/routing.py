"""Which specialist of a chain answers: by words of the question, by what a dead execution began, or by one cheap call.

The choice is never a privilege: each specialist's tools are some of the agent's, and roles and taint hold for them all.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Final

from agent.asking import Asking
from agent.base import ChatMessage, Completion, CompletionRequest, ToolSpec, TurnInput
from agent.chain import Chain, Route, Specialist, name_of_step
from agent.spending import SpentUp
from agent.system_text import render_route
from agent.tools.names import fold
from models.errors import ProviderError

_TOOL: Final = "choose_specialist"
_LINES_BEFORE: Final = 6  # of the conversation: enough to see what a short question continues

_log = logging.getLogger("recado.routing")


def choose(chain: Chain, turn: TurnInput, asking: Asking) -> tuple[str, str]:
    """The specialist's name, and why nobody could be asked, where that is so: then the default one answers. Step 0 is
    the call's, made or not. Raises BudgetExceeded."""
    if (named := find_by_words(chain.specialists, turn.text)) is not None:
        return named, ""
    if chain.route is None or chain.route.part.provider.engine == "offline":
        return chain.default, ""
    begun = asking.journal.find_completion(1)
    if asking.standing is None and begun is not None:  # it was done without, and somebody has begun to answer
        names = {name_of_step(name): name for name in chain.specialists}
        chosen, trouble = names.get(begun.chain_step), "begun without"
    else:
        chosen, trouble = _ask(chain.route, chain, turn, asking)
    asking.step = 1
    return chosen or chain.default, f"route: {trouble}" if trouble else ""


def find_by_words(specialists: Mapping[str, Specialist], text: str) -> str | None:
    """Whose words stand in the text, if they are one specialist's. Pure."""
    said = f" {fold(text)} "
    found = [
        name for name, one in specialists.items() if any(f" {fold(word)} " in said for word in one.words if fold(word))
    ]
    return found[0] if len(found) == 1 else None


def read_choice(completion: Completion, names: Iterable[str]) -> str | None:
    """The name that the call or the words hold; None for anything else. Pure."""
    known = {fold(name): name for name in names}
    for call in completion.tool_calls[:1]:
        wanted = (call.arguments or {}).get("specialist")
        return known.get(fold(wanted)) if call.name == _TOOL and isinstance(wanted, str) else None
    return known.get(fold(completion.text[:200]))


def _ask(
    route: Route,
    chain: Chain,
    turn: TurnInput,
    asking: Asking,
) -> tuple[str | None, str]:
    """Whom the LLM chose, and what went wrong."""
    request = CompletionRequest(
        llm=route.part.llm,
        messages=build_route_prompt(route, chain, turn),
        tools=(_describe(chain.specialists),),
        situation=turn.situation,
    )
    calls, limit = asking.room(route.part, request)
    if not calls and asking.standing is None:
        return None, limit
    try:
        completion = asking.ask(route.part, request, is_spare=True)
    except SpentUp as spent:
        return None, spent.limit
    except ProviderError as error:
        _log.log(
            logging.ERROR if error.permanent else logging.WARNING, "nobody could be asked who answers: %s", error.kind
        )
        return None, error.kind
    chosen = read_choice(completion, chain.specialists)
    return chosen, "" if chosen else "no name"


def build_route_prompt(route: Route, chain: Chain, turn: TurnInput) -> tuple[ChatMessage, ...]:
    """The rules, the end of the conversation, and the question. Pure."""
    told = tuple((name, " ".join(one.description.split())) for name, one in chain.specialists.items())
    system = render_route(route.prompt, turn.company, route.instructions, told, chain.default)
    before = [line for line in turn.history if line.content and line.role in ("user", "assistant")][-_LINES_BEFORE:]
    return (
        ChatMessage("system", system, origin="operator"),
        *before,
        *turn.context,
        ChatMessage("user", turn.text, origin="third_party" if turn.taint else "person"),
    )


def _describe(specialists: Mapping[str, Specialist]) -> ToolSpec:
    names = list(specialists)
    schema = {
        "type": "object",
        "properties": {"specialist": {"type": "string", "enum": names, "description": "Who answers."}},
        "required": ["specialist"],
        "additionalProperties": False,
    }
    return ToolSpec(_TOOL, "Choose who answers the last message.", schema)
