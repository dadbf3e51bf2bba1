"""Steps that bring the tables of a log in Postgres up to date, in Alembic's layout."""
