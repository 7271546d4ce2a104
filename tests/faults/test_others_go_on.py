"""One neighbour that hangs holds up those who need it, and nobody else for long."""

import time

from tests.faults.town import THREADS, TIMEOUT, Letter, Town


def test_a_platform_that_hangs_does_not_hold_up_other_channels(town: Town) -> None:
    letters = [town.write("whatsapp") for _ in range(3 * THREADS)]
    town.proxies["twilio"].silence()
    try:
        for letter in letters:
            assert letter.post(town.client) == 200
        town.wait_for(lambda: town.rows("SELECT 1 FROM rest WHERE failures >= 3"))
        notes = [town.write("crm") for _ in range(5)]
        for note in notes:
            assert note.post(town.client) == 200
        town.wait_for(lambda: all(town.is_settled(note) for note in notes))  # while the platform still hangs
    finally:
        town.proxies["twilio"].heal()
    settle(town, "whatsapp", letters)


def test_while_a_platform_hangs_few_threads_find_that_out(town: Town) -> None:
    letters = [town.write("whatsapp") for _ in range(3 * THREADS)]
    town.proxies["twilio"].silence()
    try:
        for letter in letters:
            assert letter.post(town.client) == 200
        answered = "SELECT count(*) FROM turn WHERE status = 'answered'"
        town.wait_for(lambda: town.rows(answered) == [(len(letters),)])
        tried = town.rows("SELECT count(*) FROM outbox WHERE tries > 0 AND status <> 'sent'")[0][0]
        time.sleep(2 * TIMEOUT)
        again = town.rows("SELECT count(*) FROM outbox WHERE tries > 0 AND status <> 'sent'")[0][0]
    finally:
        town.proxies["twilio"].heal()
    assert tried <= 2 * THREADS, "those who were on their way before it was known"
    assert again <= tried + 1, "one at a time from then on"
    settle(town, "whatsapp", letters)


def settle(town: Town, channel: str, letters: list[Letter]) -> None:
    for letter in letters:
        town.settle(letter)
        assert town.copies(channel, letter) == 1
