"""The guards of doors: who may come in, as whom, and how often he may guess."""

from collections.abc import Callable, Sequence

from tests.guards.removal import Guard, Swap

_LOGIN = "tests/bot/console/test_login.py"


def _always(original: object) -> Callable[..., bool]:
    return lambda *given: True


def _nothing(original: object) -> Callable[..., None]:
    return lambda *given: None


DOORS: Sequence[Guard] = (
    Guard(
        "a webhook is signed",
        swaps=(Swap("channels.whatsapp:WhatsAppChannel.verify", _nothing),),
        tests=(
            "tests/bot/test_webhooks.py::test_a_forged_signature_is_refused_and_stores_nothing",
            "tests/bot/test_webhooks.py::test_a_callback_with_a_forged_signature_moves_nothing",
        ),
    ),
    Guard(
        "a key is what it was",
        swaps=(Swap("bot.access:hmac.compare_digest", _always),),
        tests=("tests/bot/test_access.py::test_a_wrong_key_is_refused_even_where_none_is_needed",),
    ),
    Guard(
        "no page of another site speaks to the keyless door",
        swaps=(Swap("bot.access:is_same_site", _always),),
        tests=("tests/bot/test_access.py::test_pages_of_other_sites_may_not_use_the_keyless_door",),
    ),
    Guard(
        "the keyless door is for this machine",
        swaps=(Swap("bot.access:is_local_demo", _always),),
        tests=(
            "tests/bot/test_access.py::test_a_request_through_a_proxy_needs_a_key",
            "tests/bot/test_access.py::test_a_public_address_closes_the_keyless_door",
        ),
    ),
    Guard(
        "a form is the session's own",
        swaps=(Swap("bot.console.sessions:OperatorSessions.is_own_form", _always),),
        tests=("tests/bot/console/test_people.py::test_only_the_operators_own_page_decides",),
    ),
    Guard(
        "a login form is the browser's own",
        swaps=(Swap("bot.console.sessions:OperatorSessions.is_own_login_form", _always),),
        tests=(
            f"{_LOGIN}::test_a_form_without_its_token_does_nothing",
            f"{_LOGIN}::test_forms_sent_by_other_sites_do_nothing",
        ),
    ),
    Guard(
        "guessing passwords is stopped",
        swaps=(Swap("bot.console.attempts:LoginAttempts.admit", _always),),
        tests=(f"{_LOGIN}::test_guessing_is_stopped_per_operator_even_with_the_right_guess_at_last",),
    ),
)
