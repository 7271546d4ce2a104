""" "Corrija: o comprador do Mercado Sol é a Maria", "esqueça o que eu disse sobre a Padaria Sol": answered by code.

Who said a thing may take it back, and so may a manager; anybody else tells what is so now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from agent.agent import Agent
from agent.base import Situation
from agent.links import tame_links
from agent.memory.answers import say
from agent.memory.choosing import may_stand_instead
from agent.memory.customer_names import CustomerNames, words_of
from agent.memory.customer_telling import judge_told, name_teller, spell_told
from agent.memory.instructions import is_instruction
from agent.memory.of_customers import find_told_of_customers
from agent.memory.wish import Wish, read_wish
from jobs.compose import Composed
from jobs.memory.customers import Keeping
from jobs.memory.facts import Beside, is_her_own, source_of_words
from jobs.memory.remembering import Remembered
from jobs.question import find_situation
from jobs.runtime import Services
from models.history import find_reply_before
from models.language import Language
from models.memory.customer_fact import KnownCustomerFact, NewCustomerFact, end_told, find_told, find_told_in
from models.memory.recollection import recollect
from models.session import statement_scope
from models.taint import Taint
from models.turns import BegunTurn, Thread

_ABOUT_CUSTOMERS = ("forget", "forget_customer", "correct", "amend")
_ARE_PEOPLE = frozenset({"buyer", "contact", "owner"})  # whose value a name alone may take the place of


def answer_customer_wish(
    services: Services, agent: Agent, thread: Thread, turn: BegunTurn, composed: Composed, language: Language
) -> Remembered | None:
    """None where nothing is asked of what was told of customers."""
    wish = read_wish(composed.text)
    if wish is None or wish.kind not in _ABOUT_CUSTOMERS or wish.number is not None:
        return None
    if not is_her_own(composed) or not composed.is_typed:
        return None
    with statement_scope(services.engine) as connection:
        situation = find_situation(services, connection, thread)
        if situation.role not in ("rep", "manager"):
            return None
        today, addresses = situation.today, (thread.sender, *thread.aliases)
        remembered = recollect(connection, thread.account, addresses, today)
        keeping = Keeping(agent, thread, turn, composed, replace(situation, holder=remembered.holder_id))
        last = find_reply_before(connection, thread.conversation_id, turn.number)
        told_last = [] if last is None else find_told_in(connection, thread.account.tenant_id, last[0])
        names_herself = last is not None and any(fact.turn_id == last[0] for fact in remembered.facts)
        if wish.kind == "amend":
            if names_herself or len(told_last) != 1 or told_last[0].predicate not in _ARE_PEOPLE:
                return None
            if CustomerNames(agent.customers_seen(situation)).find_clear(wish.words):
                return None  # it may be the customer that was wrong
            stands = find_told(connection, thread.account.tenant_id, [told_last[0].customer])
            return _Wished(keeping, language, stands).amend(told_last[0], wish.words)
        if not wish.words:
            return None if names_herself or not told_last else _Wished(keeping, language, told_last).forget(told_last)
        names = CustomerNames(agent.customers_seen(situation))
        stands = find_told(connection, thread.account.tenant_id, names.find_clear(wish.words))
    return _answer(_Wished(keeping, language, stands), wish, names)


def _answer(wished: "_Wished", wish: Wish, names: CustomerNames) -> Remembered | None:
    if wish.kind == "forget_customer":
        return wished.forget(wished.stands) if names.find_clear(wish.words) else None
    if wish.kind == "forget":
        told = find_told_of_customers(wish.words.removeprefix("que ").removeprefix("that "), names).told
        places = {(one.customer, one.predicate) for one in told}
        return (
            wished.forget([one for one in wished.stands if (one.customer, one.predicate) in places]) if told else None
        )
    return wished.correct(wish.words, names)


def _tell(words: str, taint: frozenset[Taint], beside: Beside | None = None) -> Remembered:
    """No link that stands in a name is live: nobody of the company has said it."""
    return Remembered(tame_links(words), beside, taint)


@dataclass(frozen=True, slots=True)
class _Wished:
    """`stands` is what is believed of the customers meant."""

    keeping: Keeping
    language: Language
    stands: Sequence[KnownCustomerFact]

    @property
    def situation(self) -> Situation:
        return self.keeping.situation

    def forget(self, meant: Sequence[KnownCustomerFact]) -> Remembered:
        mine = [one for one in meant if self._may_change(one)]
        if not meant:
            return Remembered(say("not_kept", self.language))
        if not mine:
            return self._refuse(meant)
        spelled = "; ".join(spell_told(one, self.language) for one in mine)
        return _tell(say("forgotten", self.language, facts=spelled), judge_told(mine), self._ending(mine))

    def correct(self, words: str, names: CustomerNames) -> Remembered | None:
        if is_instruction(words):
            return None
        read = find_told_of_customers(words, names)
        if read.unclear and not read.told:
            names_meant = read.unclear[:5]
            said = say("which_customer", self.language, names=", ".join(names_meant))
            return _tell(said, judge_told((), names_meant))
        if not read.told:
            return None
        places = {(one.customer, one.predicate) for one in read.told}
        replaced = [one for one in self.stands if (one.customer, one.predicate) in places]
        if not all(map(self._may_change, replaced)):
            return self._refuse(replaced)
        alone = [one.predicate for one in replaced]
        told = [replace(one, is_single=one.is_single or alone.count(one.predicate) == 1) for one in read.told]
        spelled = "; ".join(spell_told(one, self.language) for one in told)
        said = say("corrected", self.language, facts=spelled)
        return _tell(said, judge_told(told), self.keeping.keep_of_customers(told, "corrected"))

    def amend(self, old: KnownCustomerFact, words: str) -> Remembered | None:
        """ "Na verdade é a Rute" right behind the one fact that it can mean."""
        is_alone = [one.predicate for one in self.stands].count(old.predicate) == 1
        if not is_alone or not may_stand_instead(words, self.situation.today):
            return None
        if not self._may_change(old):
            return self._refuse([old])
        new = NewCustomerFact(old.customer, words_of(old.customer), old.predicate, words, words, 1.0, is_single=True)
        said = say("corrected", self.language, facts=spell_told(new, self.language))
        return _tell(said, judge_told([new]), self.keeping.keep_of_customers([new], "corrected"))

    def _may_change(self, fact: KnownCustomerFact) -> bool:
        return self.situation.role == "manager" or fact.holder_id == self.situation.holder

    def _refuse(self, facts: Sequence[KnownCustomerFact]) -> Remembered:
        kept = [fact for fact in facts if not self._may_change(fact)]
        others = dict.fromkeys(name_teller(fact, self.language) for fact in kept)
        return _tell(say("not_yours", self.language, teller=", ".join(others)), judge_told((), others))

    def _ending(self, meant: Sequence[KnownCustomerFact]) -> Beside:
        def write(connection: Connection) -> None:
            keeping = self.keeping
            source = source_of_words(connection, keeping.thread, keeping.turn, self.situation)
            end_told(connection, source.tenant_id, [one.id for one in meant], source.on, "forgotten")

        return write
