"""The provider without a vendor: reads the last question, asks for tools, then phrases what they returned."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import Any, Final

from agent.base import ChatMessage, Completion, CompletionRequest, Cost, EngineKind, Situation, ToolCall, Usage
from agent.memory.customer_names import CustomerNames
from agent.providers.offline.citing import is_silent, would_help
from agent.providers.offline.language import language_of
from agent.providers.offline.lexing import is_common
from agent.providers.offline.message_plan import LONGEST_TEXT, Indexed, plan_message
from agent.providers.offline.names import Names
from agent.providers.offline.phrasing import phrase
from agent.providers.offline.plan import Step, View
from agent.providers.offline.refusing import LIMITS_SAID, TOPICS
from agent.providers.offline.wishes import answer_wish, read_wish
from agent.providers.offline.wording import say
from models.catalogue import Catalogue
from models.errors import ProviderError
from models.language import Language, guess_language

_LLM: Final = "recado-rules-1"
_MOST_INDEXES = 64  # one for each pair of eyes


class OfflineProvider:
    """Rules instead of an LLM. Keeps no state but the indexes of the names last seen; safe for threads."""

    name = "offline"
    engine: EngineKind = "offline"
    sees = False

    def __init__(self, catalogue: Callable[[Situation], Catalogue]) -> None:
        """`catalogue` holds the names that somebody in that situation may know."""
        self._catalogue = catalogue
        self._indexed: OrderedDict[Situation, Indexed] = OrderedDict()
        self._lock = Lock()

    def complete(self, request: CompletionRequest) -> Completion:
        """Tool calls for a fresh question, words once their results are there. ProviderError if nothing is asked."""
        situation = request.situation or Situation(today=_no_date())
        said = [
            number
            for number, message in enumerate(request.messages)
            if message.role == "user" and not message.is_context
        ]
        if not said:
            raise ProviderError("the prompt holds no question", kind="bad_request")
        indexed = self._index(situation)
        catalogue, names = indexed.catalogue, indexed.names
        question = request.messages[said[-1]]
        wish = read_wish(question.content[:LONGEST_TEXT], names, situation.today)
        turn = request.messages[said[-1] + 1 :]
        if wish is not None and any(tool.name == wish.tool for tool in request.tools):
            return _wished(wish, turn, situation.language or guess_language(question.content))
        earlier = [request.messages[number].content for number in said[:-1]]
        steps = plan_message(question.content, earlier, indexed, {tool.name for tool in request.tools}, situation)
        language = language_of(question.content, situation.language, names)
        calls = [call for message in turn if message.role == "assistant" for call in message.tool_calls]
        if calls:
            told = View(today=situation.today.isoformat(), titles=catalogue.titles(language))
            return _completion(_answer(steps, calls, turn, language, told))
        return _first(steps, request, language, situation)

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        """Rules know all their words at once."""
        yield from self.complete(request).in_one_piece()

    def price(self, completion: Completion, llm: str) -> Cost:
        """Nothing is paid for rules."""
        return Cost(Decimal(0), "local_zero")

    def preload(self) -> None:
        """Rules are loaded already."""

    def close(self) -> None:
        """Rules hold nothing open."""

    def _index(self, situation: Situation) -> Indexed:
        catalogue = self._catalogue(situation)
        eyes = Situation(date.min, situation.role, "", situation.salesperson, situation.customer)
        indexed = self._indexed.get(eyes)
        if indexed is None or indexed.catalogue != catalogue:
            indexed = Indexed(catalogue, Names(catalogue, is_common), CustomerNames(catalogue.customers))
            with self._lock:
                self._indexed[eyes] = indexed
                while len(self._indexed) > _MOST_INDEXES:
                    self._indexed.popitem(last=False)
        return indexed


def _no_date() -> date:
    raise ProviderError("the offline engine needs a situation that tells the date", kind="bad_request")


def _completion(text: str, calls: tuple[ToolCall, ...] = ()) -> Completion:
    return Completion(text, calls, "tool_calls" if calls else "stop", Usage(), _LLM)


def _wished(wish: Step, turn: Sequence[ChatMessage], language: Language) -> Completion:
    """The change is put before the person by whoever runs the call."""
    result = next((_parsed(message.content) for message in turn if message.role == "tool"), None)
    if result is not None:
        return _completion(answer_wish(wish, result, language))
    return _completion("", (_call(0, wish),))


def _call(number: int, step: Step) -> ToolCall:
    arguments = dict(step.arguments)
    return ToolCall(f"offline_{number}", step.tool, arguments, json.dumps(arguments, ensure_ascii=False))


def _first(steps: list[Step], request: CompletionRequest, language: Language, situation: Situation) -> Completion:
    """The calls, if all of them may be made; else only words."""
    allowed = {tool.name for tool in request.tools} if request.tool_choice == "auto" else set()
    wanted = [step for step in steps if step.tool in allowed]
    if not wanted:
        words = _words(steps, language, situation, has_tools=bool(allowed))
        helped = bool(allowed) and would_help(steps, allowed, situation)
        return _completion(f"{words}\n\n{say('documents_would_help', language)}" if helped else words)
    calls = tuple(_call(number, step) for number, step in enumerate(wanted))
    return _completion("", calls)


def _words(steps: list[Step], language: Language, situation: Situation, *, has_tools: bool) -> str:
    if not has_tools and situation.role == "unknown":
        return say("stranger", language)
    texts = [say("not_allowed", language) if step.tool else _said(step, language) for step in steps]
    return "\n\n".join(dict.fromkeys(texts))


def _said(step: Step, language: Language) -> str:
    details = dict(step.details)
    if "names" in details:
        details["names"] = ", ".join(details["names"])
    if "words" in details:
        details["words"] = " ".join(details["words"])
    if "topic" in details:
        details["topic"] = TOPICS[details["topic"]][language]
    if "limit" in details:
        details["limit"] = LIMITS_SAID[details["limit"]][language]
    return say(step.say, language, **details)


def _answer(
    steps: list[Step], calls: list[ToolCall], turn: Sequence[ChatMessage], language: Language, told: View
) -> str:
    """Results in the order of the questions; whatever was answered without a tool keeps its place. `told` is what
    all of them are shown by: the day, and the company's words."""
    results = {message.tool_call_id: _parsed(message.content) for message in turn if message.role == "tool"}
    waiting = list(calls)
    blocks = []
    for step in steps:
        call = next((one for one in waiting if one.name == step.tool and _same(one, step)), None) if step.tool else None
        if call is not None:
            waiting.remove(call)
            is_unknown = bool(step.say) and is_silent(results.get(call.id, {}), closely=step.view.closely)
            said = _said(step, language) if is_unknown else _phrased(call, results, step.view, language, told)
            blocks.append(said)
        else:
            blocks.append(say("not_allowed", language) if step.tool else _said(step, language))
    blocks += [_phrased(call, results, View(), language, told) for call in waiting]
    return "\n\n".join(dict.fromkeys(blocks))


def _same(call: ToolCall, step: Step) -> bool:
    return dict(call.arguments or {}) == dict(step.arguments)


def _phrased(
    call: ToolCall, results: Mapping[str, Mapping[str, Any]], view: View, language: Language, told: View
) -> str:
    result = results.get(call.id, {})
    view = replace(view, today=told.today, titles=told.titles)
    return phrase(call.name, result, call.arguments or {}, view, language)


def _parsed(content: str) -> Mapping[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
