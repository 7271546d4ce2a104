"""The places of a text that were read already, so that nothing in them is read again as something else."""

from collections.abc import Iterable

Place = tuple[int, int]


class Taken:
    """Letter by letter, in a text of that length."""

    def __init__(self, length: int, places: Iterable[Place] = ()) -> None:
        self._letters = bytearray(length)
        self.update(places)

    def add(self, place: Place) -> None:
        start, end = max(0, place[0]), place[1]
        self._letters[start:end] = b"\1" * (end - start)

    def update(self, places: Iterable[Place]) -> None:
        for place in places:
            self.add(place)

    def is_free(self, place: Place) -> bool:
        """Whether no letter of it is taken."""
        return self._letters.find(1, *place) < 0
