""" "O que você sabe sobre mim?", "corrija: ...", "esqueça isso": answered by code from the record, without an LLM.

Only in the verified person's own words, and only about what she herself told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from agent.agent import Agent
from agent.base import Situation
from agent.grounding.words.folding import fold_in_place
from agent.memory.answers import list_facts, say
from agent.memory.choosing import NAMED, find_meant, find_replaced, may_stand_instead, names_a_kind, names_known
from agent.memory.instructions import is_instruction
from agent.memory.reading import find_told
from agent.memory.telling import label_of
from agent.memory.told import is_single
from agent.memory.wish import Wish, read_wish
from jobs.compose import Composed
from jobs.memory.facts import Beside, as_new, is_her_own, source_of_words
from jobs.question import find_situation
from jobs.runtime import Services
from models.catalogue import Catalogue
from models.history import find_reply_before
from models.language import Language
from models.memory.fact import Facts, KnownFact, NewFact, tell
from models.memory.recollection import recollect
from models.session import statement_scope
from models.taint import Taint
from models.turns import BegunTurn, Thread

_SHORTEST_USED = 3  # letters of a value that an answer is recognised by
_ADDRESSES = frozenset({"name", "nickname"})  # stand in an answer whatever that is about


@dataclass(frozen=True, slots=True)
class Remembered:
    """The words for her, what is written with them, and `taint` where they repeat what others said."""

    words: str
    beside: Beside | None = None
    taint: frozenset[Taint] = frozenset()


def answer_wish(
    services: Services, agent: Agent, thread: Thread, turn: BegunTurn, composed: Composed, language: Language
) -> Remembered | None:
    """None where nothing is asked of her memory, so that the assistant may answer."""
    wish = read_wish(composed.text)
    if wish is None or not is_her_own(composed) or not composed.is_typed:
        return None
    with statement_scope(services.engine) as connection:
        situation = find_situation(services, connection, thread)
        addresses = (thread.sender, *thread.aliases)
        holder = recollect(connection, thread.account, addresses, situation.today).holder_id
        facts = [] if holder is None else Facts(connection, thread.account.tenant_id, holder).current(situation.today)
        last = find_reply_before(connection, thread.conversation_id, turn.number)
    told = [fact for fact in facts if last is not None and fact.turn_id == last[0]]
    used = [fact for fact in facts if last is not None and fact.predicate not in _ADDRESSES and _is_in(fact, last[1])]
    answering = _Answering(thread, turn, situation, language, facts, told, used)
    if wish.kind == "amend":
        return answering.amend(wish, agent.names_seen(situation))
    return answering.answer(wish)


def _is_in(fact: KnownFact, reply: str) -> bool:
    """As a word: "Ana" is not in "semana"."""
    value = rf"(?<!\w){re.escape(fold_in_place(fact.value))}(?!\w)"
    return len(fact.value) >= _SHORTEST_USED and re.search(value, fold_in_place(reply)) is not None


@dataclass(frozen=True, slots=True)
class _Answering:
    """`facts` are what stands, under the numbers that she is shown. "Isso" means those she `told` last; with none of
    them it may mean what the last answer `used`, or something that is no fact, so that she is asked."""

    thread: Thread
    turn: BegunTurn
    situation: Situation
    language: Language
    facts: Sequence[KnownFact]
    told: Sequence[KnownFact]
    used: Sequence[KnownFact]

    def answer(self, wish: Wish) -> Remembered | None:
        if wish.kind == "show":
            return self._show()
        if wish.kind == "correct":
            return self._correct(wish)
        if wish.kind == "forget":
            return self._forget(wish)
        count = len(self.facts)
        if not count:
            return Remembered(say("nothing", self.language))
        if wish.kind == "forget_all":
            return Remembered(say("all_asked", self.language, count=count))
        return Remembered(say("all_forgotten", self.language, count=count), self._forgetting(self.facts))

    def _show(self) -> Remembered:
        if not self.facts:
            return Remembered(say("nothing", self.language))
        how_to = say("how_to", self.language, number=len(self.facts))
        parts = (say("known", self.language), self._list(self.facts), how_to)
        return Remembered("\n\n".join(parts))

    def _forget(self, wish: Wish) -> Remembered | None:
        if wish.number is not None:
            chosen = self._numbered(wish.number)
            return self._forget_one(chosen) if chosen else self._say_no_number(wish.number)
        meant = self._meant(wish)
        if meant is None:
            return None
        if not self.facts or (not meant and wish.words):
            return Remembered(say("not_kept", self.language))
        if len(meant) == 1:
            return self._forget_one(meant[0])
        shown = meant or self.used or self.facts
        which = say("which", self.language, number=self.facts.index(shown[0]) + 1)
        return Remembered(f"{which}\n\n{self._list(shown)}")

    def _forget_one(self, fact: KnownFact) -> Remembered:
        """The others are shown under the numbers that they have from now on."""
        words = say("forgotten", self.language, facts=self._spell(fact, fact.value))
        if left := [one for one in self.facts if one is not fact]:
            listed = list_facts(left, self.language, self.thread.timezone)
            words = f"{words}\n\n{say('known', self.language)}\n\n{listed}"
        return Remembered(words, self._forgetting([fact]))

    def _numbered(self, number: int) -> KnownFact | None:
        return self.facts[number - 1] if 1 <= number <= len(self.facts) else None

    def _say_no_number(self, number: int) -> Remembered:
        if not self.facts:
            return Remembered(say("nothing", self.language))
        return Remembered(f"{say('no_number', self.language, number=number)}\n\n{self._list(self.facts)}")

    def _meant(self, wish: Wish) -> Sequence[KnownFact] | None:
        """None where she speaks of something that memory does not hold at all."""
        if not wish.words:
            return self.told
        meant = find_meant(wish.words, self.facts)
        return meant if meant or names_a_kind(wish.words) else None

    def _correct(self, wish: Wish) -> Remembered | None:
        if is_instruction(wish.words):
            return Remembered(say("unchanged", self.language))
        if wish.number is not None:
            chosen = self._numbered(wish.number)
            return self._replace(chosen, wish.words) if chosen else self._say_no_number(wish.number)
        if (replaced := find_replaced(wish.words, self.facts)) is not None:
            return self._replace(*replaced)
        told = as_new(find_told(wish.words, self.situation.today))
        if not told:
            return None
        spelled = "; ".join(f"{label_of(one.predicate, self.language)}: «{one.value}»" for one in told)
        return Remembered(
            say("corrected", self.language, facts=spelled), self._correcting(list(map(self._instead, told)))
        )

    def amend(self, wish: Wish, known: Catalogue) -> Remembered | None:
        """ "Na verdade é João Pedro" right behind the one name that she told. Words that name somebody or something
        `known` mend what was asked of them."""
        if len(self.told) != 1 or self.told[0].predicate not in NAMED:
            return None
        if not may_stand_instead(wish.words, self.situation.today):
            return None
        if names_known(wish.words, known, self.situation.salesperson):
            return None
        return self._replace(self.told[0], wish.words)

    def _instead(self, told: NewFact) -> NewFact:
        """Of what she may have several, in place of the one that she has."""
        found = [fact for fact in self.facts if fact.predicate == told.predicate]
        return replace(told, instead_of=found[0].id) if len(found) == 1 else told

    def _replace(self, fact: KnownFact, value: str) -> Remembered:
        new = NewFact(
            fact.subject,
            fact.predicate,
            value,
            fact.kind,  # type: ignore[arg-type]  # the table's CHECK allows no other
            value,
            fact.due_on,
            1.0,
            is_single(fact.predicate),
            fact.id,
        )
        words = say("corrected", self.language, facts=self._spell(fact, value))
        return Remembered(words, self._correcting([new]))

    def _correcting(self, told: Sequence[NewFact]) -> Beside:
        def write(connection: Connection) -> None:
            source = source_of_words(connection, self.thread, self.turn, self.situation)
            stated = [replace(one, confidence=1.0) for one in told]
            tell(connection, source, stated, "corrected")

        return write

    def _forgetting(self, meant: Sequence[KnownFact]) -> Beside:
        def write(connection: Connection) -> None:
            source = source_of_words(connection, self.thread, self.turn, self.situation)
            facts = Facts(connection, source.tenant_id, source.holder_id)
            facts.end([fact.id for fact in meant], source.on, "forgotten")

        return write

    def _spell(self, fact: KnownFact, value: str) -> str:
        return f"{label_of(fact.predicate, self.language)}: «{value}»"

    def _list(self, shown: Sequence[KnownFact]) -> str:
        return list_facts(self.facts, self.language, self.thread.timezone, shown)
