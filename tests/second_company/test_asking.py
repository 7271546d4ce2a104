"""The whole program on the second company: two settings, and the command line answers from its tables."""

from pathlib import Path

import pytest

from bot.asking import open_asker
from bot.settings import load_settings
from tests.second_company.conftest import FILE
from tests.second_company.expected import total
from tests.second_company.legacy import blotted
from tests.second_company.questions import FEBRUARY
from tests.second_company.test_questions import reais
from tests.second_company.world import TODAY, World


def test_two_settings_are_all_it_takes(second_url: str, database_url: str, world: World) -> None:
    environ = {"SALES_DATABASE_URL": second_url, "SOURCE_FILE": str(FILE), "DATABASE_URL": database_url}
    with open_asker(load_settings(environ, Path("no-such-file")), database_url) as asker:
        answer = asker.ask("vendas online do mês passado", TODAY)
    expected = total(world, "revenue", FEBRUARY, canal="SITE")
    assert expected is not None
    assert reais(expected) in answer.text
    assert "Ferragens Ipê: pedidos" in answer.text


@pytest.mark.parametrize(
    ("question", "told"),
    [("cadê o pedido {number}?", "Pedido {number}"), ("quais negócios estão parados há 3 dias?", "Obra 5 ")],
)
def test_what_has_no_day_is_told_without_one(
    postgres_url: str, database_url: str, tmp_path: Path, world: World, question: str, told: str
) -> None:
    number = next(one.number for one in world.orders if one.number % 5 == 0 and not one.is_deleted)
    file = tmp_path / "legacy.yaml"
    file.write_text(blotted(postgres_url, 0, "20250230"), encoding="utf-8")
    environ = {"SALES_DATABASE_URL": postgres_url, "SOURCE_FILE": str(file), "DATABASE_URL": database_url}
    with open_asker(load_settings(environ, Path("no-such-file")), database_url) as asker:
        answer = asker.ask(question.format(number=number), TODAY).text
    assert told.format(number=number) in answer
    assert "—" in answer
    assert "None" not in answer
