"""The parts of a source file that are tables: who sells, who buys, what is sold, and what is hoped for."""

from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Expression = Annotated[str, Field(min_length=1, max_length=4000, description="One SQL expression over this part.")]
Relation = Annotated[
    str, Field(min_length=1, max_length=20_000, description="A table, view, `schema.table`, or one SELECT.")
]
Word = Annotated[str, Field(min_length=1, max_length=80)]


def _zone(value: str) -> str:
    if value not in ("local", "YYYYMMDD") and value not in available_timezones():
        raise ValueError("must be `local`, `UTC`, an IANA time zone, or YYYYMMDD")
    return value


StoredIn = Annotated[str, AfterValidator(_zone)]


class Part(BaseModel):
    """A part of the file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Synonyms(Part):
    """What people call it, in each language, in small letters, with or without accents."""

    pt: tuple[Word, ...] = ()
    en: tuple[Word, ...] = ()
    es: tuple[Word, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.pt, *self.en, *self.es)))

    @property
    def titles(self) -> tuple[tuple[str, str], ...]:
        """What answers call it: the first word of each language that has one."""
        told = (("pt", self.pt), ("en", self.en), ("es", self.es))
        return tuple((language, words[0]) for language, words in told if words)


class Table(Part):
    """Where rows come from. Rows outside `where` do not exist for the assistant."""

    from_: Relation = Field(alias="from")
    where: Expression | None = Field(default=None, description="Which rows exist, e.g. `deleted_at IS NULL`.")


class SalespersonPart(Table):
    """Whoever sells."""

    key: Expression = Field(description="What other tables refer to; one row each.")
    name: Expression = Field(description="The name as people say it; one row each.")


class CustomerPart(Table):
    """Whoever buys."""

    key: Expression = Field(description="What other tables refer to; one row each.")
    name: Expression = Field(description="The name as people say it; one row each.")
    salesperson: Expression | None = Field(default=None, description="The key of the salesperson it belongs to.")
    lapses_after: int = Field(
        default=60, ge=1, le=1000, description="Days without an order after which a customer has stopped buying."
    )
    city: Expression | None = None
    state: Expression | None = Field(default=None, description="Two letters or a name; makes the dimension `state`.")
    segment: Expression | None = None


class ProductPart(Table):
    """Whatever is sold."""

    key: Expression = Field(description="What lines refer to; one row each.")
    name: Expression = Field(description="The name as people say it; one row each.")
    category: Expression | None = Field(default=None, description="Makes the dimension `category`.")


class StatusPart(Part):
    """Which words of the company mean an open, an invoiced and a cancelled order; other words count nowhere."""

    column: Expression
    open: tuple[str | int, ...] = ()
    invoiced: tuple[str | int, ...] = ()
    cancelled: tuple[str | int, ...] = ()
    words: dict[str, Word] = Field(
        default_factory=dict, description="What people of the company call single words, e.g. `F: faturado`."
    )

    @model_validator(mode="after")
    def _mean_one_thing(self) -> Self:
        words = [str(word) for word in (*self.open, *self.invoiced, *self.cancelled)]
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands for two statuses; keep one")
        if not words:
            raise ValueError("no word stands for any status; name some, or leave `status` out")
        strange = sorted(set(self.words) - set(words))
        if strange:
            raise ValueError(f"{', '.join(strange)} has a name among `words`, but stands for no status")
        return self


class SalePart(Table):
    """A sale or an order: what revenue is summed over."""

    key: Expression = Field(description="What lines refer to; one row each.")
    number: Expression | None = Field(
        default=None, description="The number that people call an order by; left out: the key."
    )
    time: Expression = Field(description="When it was sold: a date, or a date with a time.")
    stored_in: StoredIn = Field(
        default="local",
        description="The time zone of `time`: `local` for dates, else `UTC` or another IANA zone; `YYYYMMDD` for days"
        " kept as numbers or texts of eight digits.",
    )
    customer: Expression = Field(description="The key of the customer.")
    salesperson: Expression | None = Field(
        default=None, description="The key of the salesperson; left out: that of the customer's."
    )
    amount: Expression = Field(description="What the order is worth, as numeric or decimal.")
    status: StatusPart | None = None
    delivery: Expression | None = Field(
        default=None, description="How its delivery stands: its day, or the company's words for it."
    )


class LinePart(Table):
    """A line of a sale."""

    sale: Expression = Field(description="The key of the sale it belongs to.")
    product: Expression = Field(description="The key of the product.")
    quantity: Expression
    amount: Expression = Field(description="What the line is worth, as numeric or decimal.")


class GoalPart(Table):
    """What a salesperson should sell in a month."""

    salesperson: Expression = Field(description="The key of the salesperson.")
    month: Expression = Field(description="Any day of the month, as a date.")
    amount: Expression


class StagePart(Table):
    """A stage of the pipeline."""

    key: Expression
    name: Expression
    position: Expression = Field(description="Sorts the stages in the order that a deal moves through them.")
    closed: Expression = Field(description="True for won and lost.")


class DealPart(Table):
    """A deal and the stage it stands in today."""

    key: Expression
    title: Expression
    stage: Expression = Field(description="The key of the stage.")
    customer: Expression = Field(description="The key of the customer.")
    salesperson: Expression | None = Field(
        default=None, description="The key of the salesperson; left out: that of the customer's."
    )
    value: Expression
    moved: Expression | None = Field(default=None, description="When it last moved on: a date, or one with a time.")
    stored_in: StoredIn = Field(default="local", description="The time zone of `moved`.")
    stands_after: int = Field(
        default=30, ge=1, le=1000, description="Days without a move after which an open deal stands still."
    )


class PipelinePart(Part):
    stage: StagePart
    deal: DealPart
