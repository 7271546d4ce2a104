"""The answer stage: the agent runs over a frozen turn, and reply, run, turn and outbox commit together."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

from agent.agent import Agent
from agent.base import RunResult, Situation
from agent.decisions import find_word_alone, read_decision
from agent.discount_words import read_ruling
from agent.links import tame_links
from agent.phrases import Phrase, phrase
from channels.base import Channel, Typing
from jobs.agents import Terms
from jobs.breaker import TurnBreaker
from jobs.budget import build_journal, limits_of
from jobs.cache.answers import Sharing, Waiting, figures_again, open_sharing, show_calls_again, tell_again
from jobs.changes.discount_ruling import rule_on
from jobs.changes.proposals import Deciding
from jobs.changes.proposing import TurnProposer
from jobs.compose import Composed
from jobs.confirm import confirm_subscription, find_confirmation
from jobs.duty import call_person
from jobs.execution import Execution
from jobs.explaining import explain_earlier
from jobs.fence import keep_silent
from jobs.journal import Asked
from jobs.listening import find_listener
from jobs.manners import FixedAnswer, divert, greet, language_of
from jobs.media import LATE_WAIT, load_pictures, prepare_media, transcribe_media
from jobs.memory.customer_wishes import answer_customer_wish
from jobs.memory.customers import Keeping, told_of_customers
from jobs.memory.facts import Beside, has_no_answer, is_cited, told_in
from jobs.memory.looking_back import look_back
from jobs.memory.noting import with_noted
from jobs.memory.proving import answer_proof
from jobs.memory.remembering import Remembered, answer_wish
from jobs.privacy.opting import heed
from jobs.question import gather_question
from jobs.run_record import figures_of
from jobs.runtime import Services
from models.cache.cached_answer import KeptAnswer
from models.errors import BudgetExceeded, ConfigurationError, DeliveryError, LeaseLost, ProviderError, StorageError
from models.faultpoint import faultpoint
from models.inbound import Confirmation
from models.lease import Lease
from models.retry_policy import wait_before
from models.said import SaidMessage
from models.session import session_scope
from models.taint import Taint, has_others_words, read_taint
from models.trace import tracing
from models.turns import BegunTurn, Thread, as_asked, close_turn

_log = logging.getLogger("recado.answer")


def answer_turn(
    services: Services, lease: Lease, thread: Thread, channel: Channel, turn: BegunTurn, terms: Terms
) -> None:
    """Answered, put off, or closed with an honest apology: never left silent. Raises LeaseLost."""
    faultpoint("turn.begun")
    with tracing(turn.trace_id):
        _Answering(services, lease, as_asked(thread, turn), channel, turn, terms).run()


class _Answering(Execution):
    """The way from what was said to an ending."""

    __slots__ = ()

    def run(self) -> None:
        try:
            try:
                self._respond()
            except StorageError as error:
                self.miss_files(error)
        except LeaseLost:
            raise
        except Exception as error:
            self.meet_trouble(error)

    def _respond(self) -> None:
        is_asked_for = self.turn.replays > 0  # a person has looked at it, and wants it answered
        if not is_asked_for and keep_silent(self.services, self.lease, self.thread, self.channel, self.turn):
            return None
        crashes = self.turn.crashes
        if crashes >= self.services.policy.max_crashes:
            _log.error("turn given up: %d executions died or met a bug", crashes)
            return self.apologise(f"{crashes} executions died or met a bug")
        said = self.read()
        if (confirmation := find_confirmation(said)) is not None:
            return self._confirm(confirmation)
        opted = heed(self.services, self.lease, self.thread, self.channel, self.turn, self.terms.spec, said)
        if opted == "silent":
            return None
        if opted is not None:
            return self.say(self.compose(said), opted.answer, opted.beside)
        if any(message.media for message in said):
            if not prepare_media(self.services, self.channel, said):
                return self.put_off(LATE_WAIT, "a file is late")
            try:
                budgets = limits_of(self.services, self.terms, self.thread.timezone)
                transcribe_media(self.services, self.lease, self.key, self.read(), budgets)
            except BudgetExceeded as error:
                return self.meet_limit(error)
            except ProviderError as error:
                return self.meet_failure(error)
            said = self.read()
        return self._engage(said)

    def _confirm(self, confirmation: Confirmation) -> None:
        try:
            error = confirm_subscription(self.channel, confirmation)
        except DeliveryError as failure:
            if not self.has_lasted():
                return self.put_off(wait_before(self.turn.attempt), str(failure))
            error = str(failure)
        with session_scope(self.services.engine) as connection:
            return close_turn(connection, self.lease, self.turn, outcome="confirmed", error=error)

    def _engage(self, said: Sequence[SaidMessage]) -> None:
        """The agent is open for as long as the turn needs it."""
        with ExitStack() as stack:
            try:
                agent = stack.enter_context(self.services.agents.at_work(self.terms))
            except ConfigurationError as error:
                _log.error("the agent %s cannot work: %s", self.terms.spec.agent, error)
                return self.apologise(f"the agent {self.terms.spec.agent} cannot work: {error}")
            return self._answer(agent, self.compose(said, sees=agent.sees))

    def _answer(self, agent: Agent, composed: Composed) -> None:
        spec, thread = self.terms.spec, self.thread
        fixed = greet(spec, thread, composed)
        fixed = fixed or self._decide(agent, composed) or self._explain(agent, composed)
        if fixed is None and (remembered := self._remember(agent, composed)) is not None:
            return self.say(composed, FixedAnswer(remembered.words, taint=remembered.taint), remembered.beside)
        fixed = fixed or self._look_back(agent, composed)
        fixed = fixed or divert(spec, thread, composed, self.services.clock.now())
        if fixed is None:
            return self._run_agent(agent, composed)
        if fixed.calls_person:
            call_person(self.services, thread, "asked")
        return self.say(composed, fixed)

    def _explain(self, agent: Agent, composed: Composed) -> FixedAnswer | None:
        return explain_earlier(self.services, agent.toolbox, self.thread, self.turn, composed)

    def _look_back(self, agent: Agent, composed: Composed) -> FixedAnswer | None:
        language = language_of(self.terms.spec, composed.text)
        return look_back(self.services, agent, self.thread, composed, language)

    def _remember(self, agent: Agent, composed: Composed) -> Remembered | None:
        asked = self.thread, self.turn, composed, language_of(self.terms.spec, composed.text)
        proven = answer_proof(self.services, *asked)
        if proven is not None:
            return Remembered(proven)
        told = answer_customer_wish(self.services, agent, *asked)
        return told or answer_wish(self.services, agent, *asked)

    def _decide(self, agent: Agent, composed: Composed) -> FixedAnswer | None:
        """Only her own typed words decide over a change or a request, and nothing beside them but, for a ruling, the
        notice that asked for it."""
        if has_others_words(composed.taint - {"news"}) or not composed.is_typed:
            return None
        words, taint = None, set[Taint](("names",))
        if (ruling := read_ruling(composed.text)) is not None:
            words = rule_on(self.services, self.lease, self.thread, self.turn, ruling)
        elif "news" not in composed.taint and (decision := read_decision(composed.text)) is not None:
            deciding = Deciding(self._proposer, agent.toolbox)
            words = deciding.answer(decision)
            taint |= deciding.taint
            if words is None and decision == "undo":
                words = self._say_nothing_open(composed)
        return None if words is None else FixedAnswer(words, taint=frozenset(taint))

    def _say_nothing_open(self, composed: Composed) -> str | None:
        """To one word that decides, where nothing waits for it; None for any other."""
        if (alone := find_word_alone(composed.text)) is None:
            return None
        decision, language = alone
        spoken = self.terms.spec.languages
        name: Phrase = "nothing_to_undo" if decision == "undo" else "nothing_to_confirm"
        return phrase(name, language if language in spoken else spoken[0])

    @property
    def _proposer(self) -> TurnProposer:
        return TurnProposer(self.services, self.lease, self.thread, self.turn, self.terms)

    def _run_agent(self, agent: Agent, composed: Composed) -> None:
        """Once an equal question was answered, or while it is, no LLM is asked."""
        services, longest = self.services, timedelta(seconds=self.terms.spec.longest_call)
        question = gather_question(services, self.terms, agent, self.thread, self.turn, composed)
        sharing = open_sharing(self, agent, composed, question)
        if (kept := sharing.find()) is not None:
            return self._tell_again(kept, agent, composed, sharing)
        breaker = TurnBreaker(services.engine, self.thread.account.tenant_id, self.turn, services.policy, longest)
        if (pause := breaker.pause_of_all(self.terms.addresses)) is not None:
            return self.wait_for_llm(pause)
        try:
            if (kept := sharing.begin()) is not None:
                return self._tell_again(kept, agent, composed, sharing)
            self._ask(agent, composed, sharing, breaker)
        except Waiting:
            return None
        except Exception:
            sharing.end()
            raise
        return sharing.end()

    def _ask(self, agent: Agent, composed: Composed, sharing: Sharing, breaker: TurnBreaker) -> None:
        services = self.services
        question = replace(sharing.question, images=load_pictures(services, composed.pictures))
        if isinstance(self.channel, Typing):
            services.background.submit(self.channel.show_typing, composed.question.external_id)
        asked = Asked(self.thread.sender, question.text if services.log_prompts else "[redacted]")
        listener = find_listener(services, self.thread, self.channel, composed.question)
        started = services.clock.monotonic()
        try:
            journal = build_journal(services, self.terms, self.thread, self.lease, self.key, asked)
            result = agent.run(question, journal, self._proposer, breaker, listener)
        except BudgetExceeded as error:
            breaker.settle()
            return self.meet_limit(error)
        except ProviderError as error:
            return self.meet_failure(error, breaker)
        time_ms = round((services.clock.monotonic() - started) * 1000)
        breaker.settle()
        result = self._say_noted(agent, result, composed, question.situation)
        told = Keeping(agent, self.thread, self.turn, composed, question.situation).keep(result)
        words = self._reply(agent, result, composed, "writing_off" if told is None else "records_off")
        self.commit(
            words,
            "answered",
            figures_of(question, result, time_ms),
            composed.question,
            taint=result.taint,
            beside=_both(told, None if journal.holds_results else sharing.keep(result, words)),
        )
        extra = {"steps": result.steps, "engine": result.engine, "specialist": result.specialist or None}
        _log.info("answered", extra={"time_ms": time_ms, **extra})
        return None

    def _say_noted(self, agent: Agent, result: RunResult, composed: Composed, situation: Situation) -> RunResult:
        """What rules that know only questions make of what is none, and whoever was refused to write it elsewhere."""
        is_unanswered = has_no_answer(result)
        if is_unanswered and (words := self._say_nothing_open(composed)) is not None:
            return replace(result, text=words)
        if not (is_unanswered or is_cited(result) or result.is_write_refused):
            return result
        told = told_in(composed, situation.today, result)
        of = told_of_customers(agent, composed, situation)
        language = language_of(self.terms.spec, composed.text)
        return with_noted(result, told, of, language, is_question="?" in composed.text)

    def _tell_again(self, kept: KeptAnswer, agent: Agent, composed: Composed, sharing: Sharing) -> None:
        keeping = Keeping(agent, self.thread, self.turn, composed, sharing.question.situation)
        self.commit(
            tell_again(kept, self, sharing.question.text),
            "answered",
            figures_again(kept),
            composed.question,
            taint=composed.taint | read_taint(kept.taint),
            beside=_both(keeping.keep(), show_calls_again(kept, self)),
        )
        _log.info("answered again", extra={"cached_from": str(kept.turn_id)})

    def _reply(self, agent: Agent, result: RunResult, composed: Composed, refusal: Phrase) -> str:
        """The agent's words, and below them what code has to say."""
        below: list[Phrase] = [refusal] if result.is_write_refused else []
        lines = [phrase(line, language_of(self.terms.spec, composed.text)) for line in (*below, *composed.missing)]
        if any("proposed" in use.result for use in result.tools):
            lines.append(self._proposer.ask_for_yes(agent.toolbox))
        # A link to a friendly host may still carry words on, by what stands behind the host: redirects, queries.
        hosts = frozenset() if has_others_words(result.taint) else self.services.link_hosts
        return "\n\n".join(filter(None, [tame_links(result.text, hosts), *lines]))


def _both(one: Beside | None, other: Beside | None) -> Beside | None:
    """What writes both, in this order; None where there is neither."""
    if one is None or other is None:
        return one or other
    return lambda connection: (one(connection), other(connection))
