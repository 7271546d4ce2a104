"""The base of every value in an agent's file: unknown names are mistakes, and nothing changes once it is read."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, WrapValidator


class Frozen(BaseModel):
    """`hide_input`: what stands in the wrong place may be a secret."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, regex_engine="python-re"
    )


def shaped(words: str) -> WrapValidator:
    """What to say of a text that has not the shape, in place of its regular expression."""

    def check(value: Any, go_on: ValidatorFunctionWrapHandler) -> Any:
        try:
            return go_on(value)
        except ValidationError as error:
            if error.errors()[0]["type"] == "string_pattern_mismatch":
                raise ValueError(words) from None
            raise

    return WrapValidator(check)
