"""The cast read from a file: what is forgiven, and what is refused in clear words."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.demo.aurora import aurora
from models.demo.company import Company, parse_company
from models.errors import ConfigurationError

CAST = {
    "sender": "Ana Prado",
    "salespeople": ["Rui Costa", {"name": "Eva Lima", "phone": "unused"}],
    "customers": [{"name": "Mercado Um", "city": "Recife", "state": "PE", "segment": "Mercearia"}],
    "products": [{"name": "Café 500g", "category": "Café", "price": 12.9}],
}


def _parse(**changes: object) -> Company:
    return parse_company(json.dumps(CAST | changes))


def test_the_sender_joins_the_salespeople_when_the_list_leaves_her_out() -> None:
    assert [p.name for p in _parse().salespeople] == ["Rui Costa", "Eva Lima", "Ana Prado"]
    assert [p.name for p in _parse(sender={"name": "Rui Costa"}).salespeople] == ["Rui Costa", "Eva Lima"]


def test_the_sender_is_known_in_any_case_by_the_spelling_of_the_list() -> None:
    company = _parse(sender="  EVA lima ")
    assert company.sender.name == "Eva Lima"
    assert len(company.salespeople) == 2


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (12, "12.00"),
        (12.9, "12.90"),
        ("12,90", "12.90"),
        ("R$ 1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("0.005", "0.01"),
        (1.005, "1.01"),
    ],
)
def test_a_price_may_be_a_number_or_a_text_and_is_exact(written: object, meant: str) -> None:
    product = {"name": "P", "category": "K", "price": written}
    assert _parse(products=[product]).products[0].price == Decimal(meant)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"products": [{"name": "P", "category": "K", "price": "cheap"}]}, "products.0.price: 'cheap' is not a price"),
        ({"products": [{"name": "P", "category": "K", "price": -1}]}, "products.0.price"),
        ({"products": [{"name": "P", "category": "K", "price": True}]}, "products.0.price"),
        ({"products": []}, "products"),
        ({"customers": [{"city": "Recife"}]}, "customers.0.name"),
        ({"customers": [{"name": "A"}, {"name": "a"}]}, 'customers: "a" appears twice'),
        ({"customers": [{"name": "A", "salesperson": "Zé"}]}, 'belongs to "Zé", who is no salesperson'),
        ({"customers": [{"name": "A\x00B"}]}, "customers.0.name"),
        ({"sender": "  "}, "sender.name"),
        ({"sender": None}, "sender"),
        ({"sender": None, "salespeople": [""]}, "sender"),
        ({"salespeople": "Rui"}, "salespeople"),
    ],
)
def test_a_mistake_is_named_with_its_place(changes: dict[str, object], place: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _parse(**changes)
    assert place in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"sender": "Ana"', "\ud83d", '{"sender": NaN}', "[" * 200_000])
def test_what_is_no_company_is_refused_and_not_raised_through(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_company(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(CAST)), JSON)
def test_garbage_in_any_place_is_refused_or_read_but_never_crashes(key: str, garbage: object) -> None:
    try:
        company = _parse(**{key: garbage})
    except ConfigurationError:
        return
    assert company.sender in company.salespeople


def test_aurora_has_the_cast_it_promises() -> None:
    cast = aurora()
    assert (len(cast.salespeople), len(cast.customers), len(cast.products)) == (8, 60, 40)
    assert all(c.city and len(c.state) == 2 and c.segment for c in cast.customers)


def test_the_digest_follows_every_change_of_the_cast() -> None:
    assert _parse().digest == _parse().digest
    assert _parse().digest != _parse(sender="Rui Costa").digest
    assert _parse().digest != _parse(seed="other").digest
