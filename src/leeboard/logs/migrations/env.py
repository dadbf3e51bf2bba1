"""Alembic's entry: the steps are taken inside the transaction of whoever asks."""

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    version_table=_given["version_table"],
    transactional_ddl=True,
)
context.run_migrations()
