""" "Por que você disse isso?": recognises the question, and answers it from the record of an answer, without an LLM."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from agent.base import Situation, Tool
from agent.cache.results import is_reused
from agent.grounding.report import scope_of
from agent.grounding.words.folding import fold_in_place
from agent.providers.offline.figures import day, decimal_of, number
from models.language import Language, Texts
from models.recorded import RecordedAnswer, RecordedCall
from models.taint import has_others_words, read_taint

_LONGEST: Final = 100
_WHY: Final = re.compile(
    r"(?:(?:mas|e|ue|ok|and|but|y|pero|entao|so),?\s+)*(?:"
    r"por ?que (?:que )?(?:voce|vc|tu)?\s?(?:disse|diz|falou|respondeu) (?:isso|isto|esse|esses|este)\b.*"
    r"|(?:de|da) onde (?:voce |vc )?(?:veio|vem|vieram|saiu|sairam|tirou|pegou)\b.*"
    r"|como (?:voce|vc) (?:sabe|chegou|calculou|fez)\b.*|qual (?:e |foi )?a fonte\b.*|com base em que\b.*"
    r"|explica(?:r)? (?:essa|esta|a) conta\b.*"
    r"|why did you (?:say|tell|write) (?:that|this|so|me)\b.*|how (?:do|did) you (?:know|get|calculate|arrive|find)\b.*"
    r"|where (?:did|does|do) (?:that|this|these|those|the|it|you)\b.*\b(?:come from|from|get)\b.*"
    r"|what(?: i|')s (?:the|your) source\b.*"
    r"|por ?que (?:me )?(?:dijiste|dices|dijo|respondiste) (?:eso|esto)\b.*"
    r"|de donde (?:salio|sale|salieron|viene|vienen|sacaste|sacas)\b.*|como (?:lo |llegaste|calculaste)(?:sabes)?\b.*"
    r"|cual es la fuente\b.*"
    r")"
)
_WORDS: Final[Mapping[str, Texts]] = {
    "about": {
        "pt": "Sobre a resposta de {at} («{asked}»):",
        "en": "About the answer of {at} (“{asked}”):",
        "es": "Sobre la respuesta de {at} («{asked}»):",
    },
    "period": {"pt": "período", "en": "period", "es": "período"},
    "to": {"pt": "a", "en": "to", "es": "al"},
    "filters": {"pt": "filtros", "en": "filters", "es": "filtros"},
    "no_filters": {"pt": "sem filtros", "en": "no filters", "es": "sin filtros"},
    "rows": {"pt": "registros: {count}", "en": "rows: {count}", "es": "registros: {count}"},
    "as_of": {"pt": "consultado em {at}", "en": "read at {at}", "es": "consultado el {at}"},
    "reused": {"pt": "de uma consulta anterior", "en": "from an earlier look", "es": "de una consulta anterior"},
    "source": {"pt": "fonte: {source}", "en": "source: {source}", "es": "fuente: {source}"},
    "failed": {"pt": "não deu resultado", "en": "gave no result", "es": "no dio resultado"},
    "sums": {"pt": "Contas:", "en": "Arithmetic:", "es": "Cuentas:"},
    "from": {"pt": "{text}: {how} de {of}", "en": "{text}: {how} of {of}", "es": "{text}: {how} de {of}"},
    "left_out": {
        "pt": "Deixei de fora o que não consegui conferir.",
        "en": "I left out what I could not verify.",
        "es": "Dejé fuera lo que no pude verificar.",
    },
    "no_calls": {
        "pt": "Nessa resposta não consultei dados: só usei o que foi dito na conversa.",
        "en": "For that answer I looked up no data: I only used what was said in the conversation.",
        "es": "En esa respuesta no consulté datos: solo usé lo dicho en la conversación.",
    },
    "hidden": {
        "pt": "Parte do que foi consultado não posso mostrar a este contato.",
        "en": "Some of what was looked up I may not show to this contact.",
        "es": "Parte de lo consultado no puedo mostrarlo a este contacto.",
    },
    "nothing": {
        "pt": "Ainda não dei nesta conversa uma resposta com dados que eu possa explicar.",
        "en": "I have given no answer with data in this conversation yet that I could explain.",
        "es": "Todavía no di en esta conversación una respuesta con datos que pueda explicar.",
    },
}
_OPERATIONS: Final[Mapping[str, Texts]] = {
    "sum": {"pt": "soma", "en": "sum", "es": "suma"},
    "difference": {"pt": "diferença", "en": "difference", "es": "diferencia"},
    "rest": {"pt": "o que resta", "en": "what is left", "es": "lo que queda"},
    "share": {"pt": "participação", "en": "share", "es": "participación"},
    "change": {"pt": "variação", "en": "change", "es": "variación"},
    "mean": {"pt": "média", "en": "mean", "es": "promedio"},
    "multiple": {"pt": "múltiplo", "en": "multiple", "es": "múltiplo"},
    "conversion": {"pt": "conversão", "en": "conversion", "es": "conversión"},
    "what is missing": {
        "pt": "o que falta para 100%",
        "en": "what is missing to 100%",
        "es": "lo que falta al 100%",
    },
}
_MOST_OPERANDS: Final = 6
_MOST_SUMS: Final = 12
_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


def asks_why(text: str) -> bool:
    """Whether the person asks where an earlier answer comes from, and nothing else."""
    folded = " ".join(fold_in_place(text).split()).strip(" ?!.¿¡")
    return len(folded) <= _LONGEST and bool(_WHY.fullmatch(folded))


@dataclass(frozen=True, slots=True)
class Explaining:
    """An answer's record as one person may see it now."""

    answer: RecordedAnswer
    situation: Situation
    tools: Mapping[str, Tool]
    language: Language
    timezone: str

    def words(self) -> str:
        """Which tools were asked for what, when, with which result; and which figures were reckoned from which."""
        shown = [call for call in self.answer.calls if self._may_see(call)]
        is_foreign = has_others_words(read_taint(self.answer.taint))
        is_shown = self._has_rights and not is_foreign  # not as words of ours, and not what others asked about theirs
        asked = " ".join(self.answer.asked.split())[:_LONGEST] if is_shown else "…"
        lines = [self._say("about", at=self._moment(self.answer.answered_at), asked=asked)]
        lines += [f"- {self._describe(call)}" for call in shown]
        if not self.answer.calls:
            lines.append(self._say("no_calls"))
        elif len(shown) < len(self.answer.calls):
            lines.append(self._say("hidden"))
        elif sums := [f"- {line}" for line in self._sums()]:
            lines += [self._say("sums"), *sums]
        if self.answer.grounding.get("struck"):
            lines.append(self._say("left_out"))
        return "\n".join(lines)

    def _say(self, what: str, **details: object) -> str:
        return _WORDS[what][self.language].format(**details)

    @property
    def _has_rights(self) -> bool:
        person = self.situation
        return person.role == "manager" or self.answer.grounding.get("scope") == scope_of(person)

    def _may_see(self, call: RecordedCall) -> bool:
        """What she may ask for today: all of it as a manager or with the rights she had, else what was of her own."""
        person, tool = self.situation, self.tools.get(call.name)
        if tool is None or person.role not in tool.roles:
            return False
        if self._has_rights:
            return True
        filters = call.result.get("filters") or {}
        own = {"salesperson": person.salesperson} if person.role == "rep" else {"customer": person.customer}
        return all(name and filters.get(key) == name for key, name in own.items())

    def _describe(self, call: RecordedCall) -> str:
        result = call.result
        if not call.ok:
            return f"**{call.name}**: {self._say('failed')}"
        parts = [self._spans(result), self._filters(result)]
        if isinstance(result.get("rows"), int):
            parts.append(self._say("rows", count=result["rows"]))
        if isinstance(result.get("as_of"), str):
            parts.append(self._say("as_of", at=self._moment(datetime.fromisoformat(result["as_of"]))))
        if is_reused(result):
            parts.append(self._say("reused"))
        if result.get("source"):
            parts.append(self._say("source", source=result["source"]))
        return f"**{call.name}**: {'; '.join(part for part in parts if part)}"

    def _spans(self, result: Mapping[str, Any]) -> str:
        told = [period for key in ("period", "period_b") if isinstance(period := result.get(key), Mapping)]
        spans = [
            f"{day(one['start'], self.language)} {self._say('to')} {day(one['end'], self.language)}"
            for one in told
            if "start" in one and "end" in one
        ]
        return f"{self._say('period')}: {', '.join(spans)}" if spans else ""

    def _filters(self, result: Mapping[str, Any]) -> str:
        filters = result.get("filters")
        if not isinstance(filters, Mapping):
            return ""
        told = ", ".join(f"{key} = {value}" for key, value in filters.items() if value)
        return f"{self._say('filters')}: {told}" if told else self._say("no_filters")

    def _moment(self, moment: datetime) -> str:
        local = moment.astimezone(ZoneInfo(self.timezone))
        return f"{day(local.date(), self.language)} {local:%H:%M}"

    def _sums(self) -> Iterable[str]:
        claims = self.answer.grounding.get("claims", [])
        reckoned = [claim for claim in claims if claim.get("by", "said") != "said" and claim.get("from")]
        for claim in reckoned[:_MOST_SUMS]:
            values = [value for path in claim["from"][:_MOST_OPERANDS] if (value := self._value(path))]
            if values:
                values += ["…"] if len(claim["from"]) > _MOST_OPERANDS else []
                how = _name_of(claim["by"], self.language)
                yield self._say("from", text=claim["text"], how=how, of=", ".join(values))

    def _value(self, path: str) -> str:
        """What stands there; said figures and sums of whole lists are told as the report names them."""
        found = _walk(self.answer.calls, path)
        exact = decimal_of(found)
        if exact is None:
            return path.partition(": ")[2]
        return number(exact, self.language, 0 if exact == exact.to_integral_value() else 2)


def nothing_to_explain(language: Language) -> str:
    return _WORDS["nothing"][language]


def _name_of(operation: str, language: Language) -> str:
    return next((names[language] for name, names in _OPERATIONS.items() if operation.startswith(name)), operation)


def _walk(calls: Sequence[RecordedCall], path: str) -> Decimal | str | int | None:
    """The value at a path such as "top_n[0].data.items[2].value", whose first number is that of the call."""
    steps = [name or int(place) for name, place in _STEP.findall(path)]
    if len(steps) < 2 or not isinstance(steps[1], int) or steps[1] >= len(calls):
        return None
    found: Any = {"arguments": calls[steps[1]].arguments} | calls[steps[1]].result
    for step in steps[2:]:
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return None
    return found if isinstance(found, str | int) else None
