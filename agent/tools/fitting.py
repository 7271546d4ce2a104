"""Tools cut to a source: their schemas name its figures and dimensions, in its words, and no others."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, create_model
from pydantic.fields import FieldInfo

from agent.tools.schema import Arguments
from models.sales.layer import Layer
from models.sales.metrics import Metric
from models.sales.words import IN_TIME

A = TypeVar("A", bound=Arguments)

_MAX_WORDS = 8  # of each thing, in a description


def fit_arguments(arguments: type[A], layer: Layer) -> type[A]:
    """The same arguments with `metric`, `group_by`, `of` and `filters` as this source has them."""
    fields = arguments.model_fields
    fitted: dict[str, Any] = {}
    if "metric" in fields:
        fitted["metric"] = (_one_of(layer.metrics), Field(default="revenue", description=_describe_metrics(layer)))
    if "group_by" in fields:
        told = f"{fields['group_by'].description} {_describe(layer)}".strip()
        fitted["group_by"] = (_one_of(["none", *layer.dimensions, *IN_TIME]), Field(default="none", description=told))
    if "of" in fields:
        told = f"{fields['of'].description} {_describe(layer)}".strip()
        fitted["of"] = (_one_of(layer.dimensions), Field(description=told))
    if "filters" in fields:
        filters = _fit_filters(fields["filters"], layer)
        fitted["filters"] = (Annotated[filters, BeforeValidator(no_filters)], filters())
    if not fitted:
        return arguments
    return create_model(arguments.__name__, __base__=arguments, **fitted)


def no_filters(value: Any) -> Any:
    """Null stands for none."""
    return {} if value is None else value


def _fit_filters(field: FieldInfo, layer: Layer) -> type[Arguments]:
    base = field.annotation
    assert isinstance(base, type)
    assert issubclass(base, Arguments)
    kept: dict[str, Any] = {
        name: (known.annotation, known)
        for name, known in base.model_fields.items()
        if name in layer.dimensions or (name == "status" and layer.status)
    }
    for dimension in layer.dimensions.values():
        if dimension.is_own and dimension.can_filter:
            told = _told(dimension.description, dimension.synonyms, dimension.values)
            kept[dimension.name] = (str | None, Field(default=None, description=told))
    return create_model(base.__name__, __base__=Arguments, __doc__=base.__doc__, **kept)


def _one_of(names: Iterable[str]) -> Any:
    return Literal[tuple(names)]


def _describe_metrics(layer: Layer) -> str:
    told = [f"{name}: {_of_metric(metric, layer)}" for name, metric in layer.metrics.items()]
    return "; ".join(told) + "."


def _of_metric(metric: Metric, layer: Layer) -> str:
    unit = layer.spec.currency if metric.unit == "currency" else metric.unit
    return f"{_told(metric.description, metric.synonyms)} [{unit}]".strip()


def _describe(layer: Layer) -> str:
    own = [d for d in layer.dimensions.values() if d.is_own or d.synonyms]
    return " ".join(f"{d.name}: {_told(d.description, d.synonyms)}." for d in own)


def _told(description: str, words: Iterable[str], values: Iterable[str] = ()) -> str:
    quoted = ", ".join(f"'{word}'" for word in list(words)[:_MAX_WORDS])
    told = f"{description} ({quoted})" if quoted else description
    known = ", ".join(list(values)[:_MAX_WORDS])
    return f"{told}; values: {known}".strip("; ") if known else told.strip()
