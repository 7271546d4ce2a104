"""How Alembic reaches the database: a connection handed over by `bot.migrate`, a transaction for each migration."""

from typing import cast

from alembic import context
from sqlalchemy import Connection

from models.tables import metadata

connection = cast(Connection, context.config.attributes["connection"])
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
