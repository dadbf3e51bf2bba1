"""Steps that bring a store's tables up to date, in Alembic's layout."""
