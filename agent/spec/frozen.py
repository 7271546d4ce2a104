"""The base of every value in an agent's file: unknown names are mistakes, and nothing changes once it is read."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """`hide_input`: what stands in the wrong place may be a secret."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, regex_engine="python-re"
    )
