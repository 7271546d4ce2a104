"""The schema's history ends where the tables are, and can be walked back and forth."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from bot.migrate import config_for, head_revision, is_at_head
from models.tables import metadata


def test_the_migrations_lead_to_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_check_of_the_code_is_in_the_database(engine: Engine) -> None:
    """Autogenerate does not look at CHECK constraints."""
    with engine.connect() as connection:
        known = connection.execute(
            text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype='c'")
        )
        definitions = {row.conname: row.pg_get_constraintdef for row in known}
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if constraint.__visit_name__ == "check_constraint":
                words = set(str(constraint.sqltext).split("'")[1::2])  # type: ignore[attr-defined]
                assert words <= set(definitions[str(constraint.name)].split("'")), constraint.name


def test_a_migration_can_be_walked_back_and_forth(engine: Engine) -> None:
    with engine.connect() as connection:
        command.downgrade(config_for(connection), "0001")
        connection.commit()
        command.upgrade(config_for(connection), "head")
        connection.commit()
    assert is_at_head(engine)
    assert head_revision() != "0001"


def test_a_database_that_was_at_an_earlier_revision_gets_every_table_that_came_since(engine: Engine) -> None:
    """What a published migration did must not change: whoever has run it never runs it again."""
    with engine.connect() as connection:
        command.downgrade(config_for(connection), "0003")
        assert connection.execute(text("SELECT to_regclass('sender_alias')")).scalar_one() is None
        command.upgrade(config_for(connection), "head")
        assert connection.execute(text("SELECT to_regclass('sender_alias')")).scalar_one() is not None
        connection.commit()
