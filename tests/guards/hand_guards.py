"""The guards of the hand: what the assistant does on whose words, what leaves with a reply, and what it may cost."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.guards.removal import Guard, Swap

_DOORS = "tests/injection/test_every_door.py::test_nothing_that_an_obedient_llm_is_told_through_this_door_is_done"
_POLICY = "tests/agent/test_policy.py"
_PROPOSALS = "tests/jobs/test_proposals.py"
_CACHE = "tests/jobs/test_cache.py"
_LINKS = "tests/agent/test_links.py"
_NEVER = re.compile(r"(?!)")


def _untainted(original: object) -> Callable[..., frozenset[str]]:
    return lambda *given: frozenset()


def _unasked(table: Any) -> dict[Any, Any]:
    return {row: dict.fromkeys(roles, "allow") for row, roles in table.items()}


def _trusting(table: Any) -> dict[Any, Any]:
    """What third parties say counts as the person's own."""
    return {(effect, where, tainted): table[effect, where, False] for effect, where, tainted in table}


def _traced(check: Callable[..., Any]) -> Callable[..., Any]:
    """Whatever it says."""

    def look(*given: Any, **named: Any) -> Any:
        report = check(*given, **named)
        return replace(report, findings=tuple(one for one in report.findings if one not in report.untraceable))

    return look


HAND: Sequence[Guard] = (
    Guard(
        "words that stand in the prompt taint",
        swaps=(Swap("agent.policy:taint_of", _untainted),),
        tests=(f"{_DOORS}[forwarded]", f"{_POLICY}::test_third_party_words_switch_writing_off_and_both_are_told"),
    ),
    Guard(
        "results that others wrote taint",
        swaps=(Swap("agent.policy:taint_brought", _untainted),),
        tests=(
            f"{_DOORS}[answer of an API]",
            f"{_POLICY}::test_an_untrusted_result_taints_what_comes_after_it_and_not_what_was_wished_for_before",
        ),
    ),
    Guard(
        "the table minds taint",
        swaps=(Swap("agent.policy:TABLE", _trusting, here_only=True),),
        tests=(f"{_DOORS}[forwarded]", f"{_DOORS}[customer's name]"),
    ),
    Guard(
        "a change is asked about",
        swaps=(Swap("agent.policy:TABLE", _unasked, here_only=True),),
        tests=(f"{_PROPOSALS}::test_a_change_is_shown_word_by_word_and_nothing_is_written_before_the_yes",),
    ),
    Guard(
        "a yes is the person's own",
        rewrites=((r" AND proposal\.address = %\(address_1\)s(::\w+)?", ""),),
        tests=(f"{_PROPOSALS}::test_another_person_in_the_same_thread_cannot_say_yes",),
    ),
    Guard(
        "a yes comes right after the question",
        rewrites=((r"AND proposal\.turn_id = .*? AND (?=proposal\.address)", "AND "),),
        tests=(f"{_PROPOSALS}::test_a_yes_after_other_talk_is_no_confirmation",),
    ),
    Guard(
        "a yes has its time",
        rewrites=((r"proposal\.expires_at <= now\(\)", "false"),),
        tests=(f"{_PROPOSALS}::test_a_yes_too_late_is_none",),
    ),
    Guard(
        "what is made is what was shown",
        swaps=(Swap("models.changes.proposal:Proposal.is_genuine", lambda _: property(lambda self: True)),),
        tests=(f"{_PROPOSALS}::test_a_proposal_that_was_changed_behind_her_back_is_not_made",),
    ),
    Guard(
        "links lead to hosts of ours alone",
        swaps=(Swap("agent.links:tame_links", lambda _: lambda text, allowed=frozenset(): text),),
        tests=(
            f"{_LINKS}::test_nothing_that_leaves_links_to_a_strange_host_on_any_channel",
            f"{_PROPOSALS}::test_a_link_in_a_note_is_not_shown_as_one",
            "tests/injection/test_injection.py::test_nothing_that_an_obedient_llm_is_told_through_this_door_is_done",
        ),
    ),
    Guard(
        "no picture is fetched from elsewhere",
        swaps=(Swap("agent.links:_IMAGE", lambda _: _NEVER), Swap("agent.links:_LINK", lambda _: _NEVER)),
        tests=(f"{_LINKS}::test_nothing_that_leaves_links_to_a_strange_host_on_any_channel",),
    ),
    Guard(
        "a budget is looked at and written by one statement",
        rewrites=((r"WHERE \(b\.spent \+ b\.reserved < .* IS NOT FALSE", ""),),
        tests=(
            "tests/models/test_budget_crowd.py::test_fifty_threads_with_connections_of_their_own",
            "tests/models/test_budget.py::test_twenty_threads_never_overrun_a_limit_not_even_for_a_moment",
        ),
    ),
    Guard(
        "figures are traced",
        swaps=(Swap("agent.grounding.tracing:check", _traced),),
        tests=(
            "tests/agent/grounding/test_in_the_loop.py::test_what_stays_made_up_does_not_go_out_and_the_person_is_told",
            f"{_CACHE}::test_questions_of_ours_and_figures_that_were_struck_are_not_kept[Foram R$ 99,00.]",
        ),
    ),
    Guard(
        "only public addresses are asked",
        swaps=(Swap("models.network.public_addresses:is_public", lambda _: lambda address: True),),
        tests=(
            "tests/models/test_public_addresses.py::test_one_private_address_among_public_ones_is_enough_to_refuse",
            "tests/agent/tools/http/test_addresses.py::test_no_notation_leads_to_a_private_address[https://127.0.0.1:443]",
        ),
    ),
)
