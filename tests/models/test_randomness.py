"""Random pieces: nobody gets one twice, in no thread and in no process."""

import os
from concurrent.futures import ThreadPoolExecutor

from models.randomness import SIZE, random_piece


def test_no_piece_is_given_out_twice_however_many_threads_draw() -> None:
    with ThreadPoolExecutor(8) as pool:
        pieces = list(pool.map(lambda _: random_piece(), range(5_000)))
    assert len(set(pieces)) == 5_000
    assert {len(piece) for piece in pieces} == {SIZE}


def test_a_forked_process_draws_other_pieces_than_its_parent() -> None:
    random_piece()  # so that there is a stock that both might use
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"".join(random_piece() for _ in range(100)))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 100 * SIZE)
    os.close(reader)
    os.close(writer)
    ours = {random_piece() for _ in range(1_000)}
    assert len(theirs) == 100 * SIZE
    assert ours.isdisjoint(theirs[start : start + SIZE] for start in range(0, len(theirs), SIZE))
