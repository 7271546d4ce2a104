"""Results cut to their size: valid JSON, visibly cut, whatever they hold."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.fitting import fit

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=8), inner, max_size=8),
    max_leaves=40,
)


def test_what_fits_is_left_as_it_is() -> None:
    content = {"ok": True, "rows": [1, 2]}
    assert fit(content, 1000) is content


def test_the_longest_list_is_cut_from_its_end() -> None:
    fitted = fit({"ok": True, "source": "orders", "rows": list(range(1000))}, 600)
    assert fitted["source"] == "orders"
    assert fitted["rows"][:3] == [0, 1, 2]
    assert "left out" in fitted["truncated"]["note"]


def test_a_long_text_is_cut_and_ends_in_an_ellipsis() -> None:
    assert fit({"ok": True, "text": "palavra " * 500}, 800)["text"].endswith("…")


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=8), _JSON, max_size=6), st.integers(160, 2000))
def test_any_result_fits_and_says_so_where_it_was_cut(content: dict[str, object], most: int) -> None:
    fitted = fit(content, most)
    assert len(json.dumps(fitted, ensure_ascii=False).encode()) <= most
    assert fitted is content or "truncated" in fitted
