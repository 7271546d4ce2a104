"""What the assistant says about its memory, in fixed words and three languages. Pure."""

from collections.abc import Sequence
from typing import Final, Literal

from agent.memory.telling import describe, label_of
from agent.memory.told import Told
from models.language import Language, Texts
from models.memory.fact import KnownFact

Saying = Literal[
    "known",
    "nothing",
    "how_to",
    "forgotten",
    "which",
    "not_kept",
    "no_number",
    "corrected",
    "noted",
    "no_reminder",
    "which_customer",
    "not_yours",
    "unchanged",
    "all_asked",
    "all_forgotten",
]

_TEXTS: Final[dict[Saying, Texts]] = {
    "known": {
        "pt": "O que guardei do que você me contou:",
        "en": "What I kept of what you told me:",
        "es": "Lo que guardé de lo que me contó:",
    },
    "nothing": {
        "pt": "Não guardei nada sobre você além das nossas conversas.",
        "en": "I kept nothing about you beside our conversations.",
        "es": "No guardé nada sobre usted aparte de nuestras conversaciones.",
    },
    "how_to": {
        "pt": "Para mudar: «corrija {number}: novo valor», «esqueça o {number}» ou «esqueça tudo sobre mim».",
        "en": "To change it: “correct {number}: new value”, “forget number {number}” or “forget everything about me”.",
        "es": "Para cambiarlo: «corrige {number}: valor nuevo», «olvida el {number}» u «olvida todo sobre mí».",
    },
    "forgotten": {"pt": "Esqueci: {facts}", "en": "Forgotten: {facts}", "es": "Olvidado: {facts}"},
    "which": {
        "pt": "O que devo esquecer? Responda com o número, por exemplo «esqueça o {number}»:",
        "en": "Which one shall I forget? Reply with its number, such as “forget number {number}”:",
        "es": "¿Qué debo olvidar? Responda con el número, por ejemplo «olvida el {number}»:",
    },
    "not_kept": {
        "pt": "Não tenho isso guardado.",
        "en": "I have kept nothing of that kind.",
        "es": "No tengo eso guardado.",
    },
    "no_number": {
        "pt": "Não há o número {number} na lista:",
        "en": "There is no number {number} in the list:",
        "es": "No hay número {number} en la lista:",
    },
    "corrected": {"pt": "Corrigido: {facts}", "en": "Corrected: {facts}", "es": "Corregido: {facts}"},
    "noted": {"pt": "Anotado: {facts}", "en": "Noted: {facts}", "es": "Anotado: {facts}"},
    "no_reminder": {
        "pt": "Não envio lembretes: pergunte «o que você sabe sobre mim?» para ver o que anotei.",
        "en": "I send no reminders: ask “what do you know about me?” to see what I noted.",
        "es": "No envío recordatorios: pregunte «¿qué sabes de mí?» para ver lo que anoté.",
    },
    "which_customer": {
        "pt": "Não anotei: há mais de um cliente com esse nome ({names}). Diga de novo com o nome inteiro.",
        "en": "Not noted: more than one customer goes by that name ({names}). Say it again with the whole name.",
        "es": "No lo anoté: hay más de un cliente con ese nombre ({names}). Dígalo de nuevo con el nombre completo.",
    },
    "not_yours": {
        "pt": "Isso foi dito por {teller}: só quem disse ou um gerente pode mudar. Se agora é diferente, conte como é.",
        "en": "{teller} said that: only who said it or a manager can change it. If it is different now, tell me how.",
        "es": "Eso lo dijo {teller}: solo quien lo dijo o un gerente puede cambiarlo. Si ahora es distinto, cuénteme.",
    },
    "unchanged": {
        "pt": "Isso não posso guardar.",
        "en": "I cannot keep that.",
        "es": "Eso no lo puedo guardar.",
    },
    "all_asked": {
        "pt": "Posso esquecer agora tudo o que guardei do que você me contou ({count}): responda «sim, esqueça tudo». "
        "As mensagens das nossas conversas ficam no registro da empresa; para apagar também essas, peça à equipe.",
        "en": "I can now forget everything I kept of what you told me ({count}): reply “yes, forget everything”. The "
        "messages of our conversations stay in the company's records; to have those erased as well, ask the team.",
        "es": "Puedo olvidar ahora todo lo que guardé de lo que me contó ({count}): responda «sí, olvida todo». Los "
        "mensajes de nuestras conversaciones quedan en el registro de la empresa; para borrar también "
        "esos, pídalo al equipo.",
    },
    "all_forgotten": {
        "pt": "Pronto, esqueci tudo o que você me contou ({count}). As mensagens seguem no registro da empresa.",
        "en": "Done, I forgot everything you told me ({count}). The messages remain in the company's records.",
        "es": "Listo, olvidé todo lo que me contó ({count}). Los mensajes siguen en el registro de la empresa.",
    },
}


def say(saying: Saying, language: Language, **values: object) -> str:
    return _TEXTS[saying][language].format(**values)


def list_facts(
    facts: Sequence[KnownFact], language: Language, timezone: str, shown: Sequence[KnownFact] | None = None
) -> str:
    """Under their numbers; `shown` are those of them that are listed."""
    wanted = {fact.id for fact in facts if shown is None or fact in shown}
    return "\n".join(
        f"{number}. {describe(fact, language, timezone)}" for number, fact in enumerate(facts, 1) if fact.id in wanted
    )


def say_noted(told: Sequence[Told], language: Language) -> str:
    """For an engine that has no words of its own for what is not asked."""
    facts = "; ".join(f"{label_of(one.predicate, language)}: «{one.value}»" for one in told)
    noted = say("noted", language, facts=facts)
    is_waited_for = any(one.predicate == "reminder" for one in told)
    return f"{noted}\n{say('no_reminder', language)}" if is_waited_for else noted
