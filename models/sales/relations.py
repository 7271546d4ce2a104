"""The tables or views that a sales database offers, and the conditions that every query on them carries.

Names carry no schema: the role's `search_path` says where they live, in the demo as in a company's own database.
"""

from sqlalchemy import ColumnElement, FromClause, and_, column, table

from models.sales.question import SalesFilters, Scope

company = table("company", column("name"))
salesperson = table("salesperson", column("id"), column("name"))
customer = table(
    "customer",
    column("id"),
    column("name"),
    column("city"),
    column("state"),
    column("segment"),
    column("salesperson_id"),
)
product = table("product", column("id"), column("name"), column("category"), column("price"))
sales_order = table(
    "sales_order",
    column("id"),
    column("ordered_on"),
    column("customer_id"),
    column("salesperson_id"),
    column("status"),
    column("total"),
)
order_item = table(
    "order_item", column("order_id"), column("product_id"), column("quantity"), column("unit_price"), column("total")
)
goal = table("goal", column("salesperson_id"), column("month"), column("amount"))
stage = table("stage", column("name"), column("position"), column("closed"))
deal = table(
    "deal",
    column("id"),
    column("title"),
    column("customer_id"),
    column("salesperson_id"),
    column("stage"),
    column("value"),
)

ALL = (company, salesperson, customer, product, sales_order, order_item, goal, stage, deal)


def orders() -> FromClause:
    """One row an order."""
    return sales_order.join(customer, customer.c.id == sales_order.c.customer_id).join(
        salesperson, salesperson.c.id == sales_order.c.salesperson_id
    )


def order_lines() -> FromClause:
    """One row a line of an order."""
    return (
        orders()
        .join(order_item, order_item.c.order_id == sales_order.c.id)
        .join(product, product.c.id == order_item.c.product_id)
    )


def deals() -> FromClause:
    """One row a deal."""
    return (
        deal.join(customer, customer.c.id == deal.c.customer_id)
        .join(salesperson, salesperson.c.id == deal.c.salesperson_id)
        .join(stage, stage.c.name == deal.c.stage)
    )


def within(scope: Scope) -> ColumnElement[bool]:
    """True for the rows that the scope shows. The query must have joined customer and salesperson."""
    conditions: list[ColumnElement[bool]] = []
    if scope.salesperson is not None:
        conditions.append(salesperson.c.name == scope.salesperson)
    if scope.customer is not None:
        conditions.append(customer.c.name == scope.customer)
    return and_(True, *conditions)


def matching(filters: SalesFilters) -> ColumnElement[bool]:
    """True for the orders (and lines, where product or category is set) that the filters ask for."""
    wanted = sales_order.c.status == filters.status if filters.status else sales_order.c.status != "cancelled"
    conditions: list[ColumnElement[bool]] = [wanted]
    for named, name in (
        (customer.c.name, filters.customer),
        (salesperson.c.name, filters.salesperson),
        (product.c.name, filters.product),
        (product.c.category, filters.category),
    ):
        if name is not None:
            conditions.append(named == name)
    return and_(*conditions)
