"""The names that a company's sales data knows: what a question can be about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Names exactly as the sales data spells them, each tuple without repeats and sorted."""

    salespeople: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()  # of the pipeline, in the order a deal moves through them
