"""Who and what the sales data knows by name, and which customer belongs to whom."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from models.catalogue import Catalogue
from models.sales.question import Scope
from models.sales.relations import company, customer, product, salesperson, stage

_MAX_NAMES = 20_000  # of each kind; beyond it a name can still be asked for exactly, but not be found by a part


@dataclass(frozen=True, slots=True)
class Directory:
    """`owners` maps each customer to the salesperson she belongs to."""

    company: str
    catalogue: Catalogue
    owners: Mapping[str, str]

    def customers_within(self, scope: Scope) -> tuple[str, ...]:
        """The names that the scope may read, for choices and suggestions."""
        return tuple(
            name
            for name in self.catalogue.customers
            if scope.customer in (None, name) and scope.salesperson in (None, self.owners[name])
        )


def load_directory(connection: Connection) -> Directory:
    customers = connection.execute(
        select(customer.c.name, customer.c.state, salesperson.c.name.label("owner"))
        .select_from(customer.join(salesperson, salesperson.c.id == customer.c.salesperson_id))
        .order_by(customer.c.name)
        .limit(_MAX_NAMES)
    ).all()
    products = connection.execute(select(product.c.name, product.c.category).limit(_MAX_NAMES)).all()
    people = connection.execute(select(salesperson.c.name).limit(_MAX_NAMES)).scalars()
    stages = connection.execute(select(stage.c.name).order_by(stage.c.position)).scalars()
    catalogue = Catalogue(
        salespeople=tuple(sorted(set(people))),
        customers=tuple(sorted({row.name for row in customers})),
        products=tuple(sorted({row.name for row in products})),
        categories=tuple(sorted({row.category for row in products if row.category})),
        states=tuple(sorted({row.state for row in customers if row.state})),
        stages=tuple(dict.fromkeys(stages)),
    )
    name = connection.execute(select(company.c.name).limit(1)).scalar()
    return Directory(str(name or ""), catalogue, {row.name: row.owner for row in customers})
