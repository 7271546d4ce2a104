"""The names that a company's sales data knows: what a question can be about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A figure or a dimension of the sales data, and what people call it; `values` are those a question may pick.

    The words of each value stand beside it; a value of which nothing more is known stands alone.
    """

    name: str
    words: tuple[str, ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_own: bool = False  # the company's, not one that every company has
    cuts_lines: bool = False  # of products and lines of orders, not of whole orders
    titles: tuple[tuple[str, str], ...] = ()  # what answers call it, by language


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Names exactly as the sales data spells them, each tuple without repeats and sorted."""

    salespeople: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()  # of the pipeline, in the order a deal moves through them
    metrics: tuple[Term, ...] = ()
    dimensions: tuple[Term, ...] = ()
    has_goals: bool = True
    has_pipeline: bool = True

    def titles(self, language: str) -> dict[str, str]:
        """What answers in this language call figures and dimensions, where the company has a word for them."""
        terms = (*self.metrics, *self.dimensions)
        return {term.name: title for term in terms for spoken, title in term.titles if spoken == language}

    @property
    def names(self) -> tuple[str, ...]:
        """Of people and things, not of states and stages."""
        return (*self.salespeople, *self.customers, *self.products, *self.categories)
