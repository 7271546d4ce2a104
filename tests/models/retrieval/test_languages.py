"""A text gives its language away by its small words; where too little tells, nothing is claimed."""

import pytest

from models.retrieval.languages import read_language

TEXTS = {
    "pt": [
        "O prazo de entrega é de dez dias úteis, contados da confirmação do pagamento. Não há frete grátis.",
        "nao trocamos pecas usadas, voce paga o frete e a devolucao sao sete dias",
        "Produto: Parafuso M8; Unid.: cx; Preço: R$ 45,90\nProduto: Porca M8; Unid.: cx; Preço: R$ 12,00",
        "Atendimento pelo telefone ou em nossa loja virtual Aurora Shopping Center.",
    ],
    "en": [
        "Goods are delivered within ten business days of the confirmation of payment.",
        "Product: Bolt M8; Unit: box; Price: US$ 45.90\nProduct: Nut M8; Unit: box; Price: US$ 12.00",
        "You may return any item in its original packaging, and we refund the shipping.",
    ],
    "es": [
        "El plazo de entrega es de diez días hábiles desde la confirmación del pago.",
        "Producto: Tornillo M8; Unidad: caja; Precio: $ 45,90\nProducto: Tuerca M8; Unidad: caja; Precio: $ 12,00",
        "¿Puedo devolver un producto? Sí, hasta siete días después de la compra, sin costo.",
    ],
}


@pytest.mark.parametrize(
    ("language", "text"),
    [(language, text) for language, texts in TEXTS.items() for text in texts],
    ids=[f"{language}{number}" for language, texts in TEXTS.items() for number in range(len(texts))],
)
def test_a_few_lines_are_enough(language: str, text: str) -> None:
    assert read_language([text]) == language
    assert read_language(text.split("\n")) == language


def test_nothing_is_claimed_of_too_little_or_of_a_mixture() -> None:
    mixed = [TEXTS["pt"][0], TEXTS["en"][0], TEXTS["es"][0]]
    assert [read_language(texts) for texts in ([], ["CX-200 45,90"], ["garantia"], mixed)] == ["", "", "", ""]


def test_a_few_foreign_names_change_nothing() -> None:
    assert read_language([TEXTS["pt"][0], "Out of the Box Business Solutions"]) == "pt"
    assert read_language([*TEXTS["es"], "ação São João"]) == "es"
