"""`demo`: load the demo company, or a cast of one's own, and say what is in it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.commands.base import Command
from bot.commands.database import open_database
from bot.demo import load_company
from bot.settings import Settings
from models.demo.company import Company, parse_company
from models.demo.stored import DemoSummary
from models.errors import ConfigurationError

_SAMPLE = """\
SELECT s.name, sum(o.total) AS revenue
FROM demo.sales_order o JOIN demo.salesperson s ON s.id = o.salesperson_id
WHERE o.status <> 'cancelled'
  AND o.ordered_on >= date_trunc('month', current_date) - interval '1 month'
  AND o.ordered_on < date_trunc('month', current_date)
GROUP BY s.name ORDER BY revenue DESC;"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--company",
        type=Path,
        metavar="FILE.json",
        help="another cast: sender, salespeople, customers (name, city, state, segment), products (name, category, "
        "price). It replaces the stored one; without it the stored one is brought up to today",
    )


def _run(arguments: Namespace, settings: Settings) -> int:
    company = read_company(arguments.company) if arguments.company else None
    with open_database(settings) as database:
        summary = load_company(settings, database.database_url, company)
    print(describe(summary))
    return 0


def read_company(path: Path) -> Company:
    """Raises ConfigurationError when the file cannot be read or is no company."""
    try:
        return parse_company(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"--company: {path} cannot be read ({error.strerror})") from None


def describe(summary: DemoSummary) -> str:
    """A summary for the terminal, with a query to check figures by."""
    return "\n".join(
        [
            f"{summary.company}: {summary.salespeople} salespeople, {summary.customers} customers,"
            f" {summary.products} products.",
            f"{summary.orders} orders from {summary.first_day} to {summary.last_day}.",
            f"Questions from the command line are asked by {summary.sender}, a manager who also sells.",
            "",
            "Last month's revenue per salesperson, in SQL:",
            _SAMPLE,
        ]
    )


DEMO = Command(_run, _add_arguments)
