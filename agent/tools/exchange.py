"""The tool that tells what a currency costs in reais."""

from datetime import timedelta
from typing import Final

from pydantic import Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk
from agent.tools.names import fold
from agent.tools.schema import Arguments
from models.errors import ToolError

SOURCE: Final = "Banco Central do Brasil: PTAX"

# Every currency the service quotes, with the ways people name it in three languages, folded.
CURRENCIES: Final[dict[str, tuple[str, ...]]] = {
    "USD": ("us", "dolar", "dolares", "dolar americano", "dollar", "dollars", "us dollar", "dolar estadounidense"),
    "EUR": ("euro", "euros"),
    "GBP": ("libra", "libras", "libra esterlina", "pound", "pounds", "sterling", "pound sterling", "british pound"),
    "JPY": ("iene", "ienes", "yen", "yenes", "japanese yen", "yen japones"),
    "CHF": ("franco suico", "swiss franc", "franco suizo", "franco"),
    "CAD": ("dolar canadense", "canadian dollar", "dolar canadiense"),
    "AUD": ("dolar australiano", "australian dollar"),
    "DKK": ("coroa dinamarquesa", "danish krone", "corona danesa"),
    "NOK": ("coroa norueguesa", "norwegian krone", "corona noruega"),
    "SEK": ("coroa sueca", "swedish krona", "corona sueca"),
}
_CODES: Final = {name: code for code, names in CURRENCIES.items() for name in (code.casefold(), *names)}


class ExchangeArguments(Arguments):
    currency: str = Field(description=f"ISO code or name. Quoted are {', '.join(CURRENCIES)}.")


@tool(effect="read", roles={"rep", "manager", "customer"}, cache_for=timedelta(minutes=10))
def exchange_rate(desk: Desk, arguments: ExchangeArguments) -> Answer:
    """What one unit of a foreign currency costs in reais: the Banco Central's last quotation (PTAX), buy and sell.

    date is the day of the quotation, the last one with a market: say it. It is the official rate of reference, not
    what a bank charges. It knows no forecasts and no crypto-currencies.
    """
    currency = resolve_currency(arguments.currency)
    quotation = desk.exchange.latest(currency, desk.today)
    data = {
        "currency": currency,
        "buy": str(quotation.buy),
        "sell": str(quotation.sell),
        "date": quotation.quoted_on.isoformat(),
        "bulletin": quotation.bulletin,
        "source": SOURCE,
    }
    return Answer({"currency": currency}, desk.put_down(data, source=SOURCE, rows=quotation.bulletins))


def resolve_currency(words: str) -> str:
    """The ISO code. Raises ToolError `unknown_name` naming the supported ones."""
    code = _CODES.get(fold(words)) or ("USD" if words.strip() in ("$", "US$") else None)
    if code is None:
        raise ToolError(
            f'"{words[:80]}" is no currency that the Banco Central quotes; it quotes {", ".join(CURRENCIES)}.',
            code="unknown_name",
            kind="currency",
            name=words[:80],
            suggestions=list(CURRENCIES),
        )
    return code
