"""How SQLite and Postgres are opened, brought up to date, and told on when they fail.

Place: below the log and the state, which keep their rows in them. Knows no table of
theirs. Loads SQLAlchemy when it is imported, so import it where a database is opened.
"""

from leeboard.databases._bytes import search_files
from leeboard.databases._copies import copy_sqlite, sound_sqlite, vacuum_sqlite
from leeboard.databases._engine import (
    Writes,
    journal_mode,
    open_postgres,
    open_sqlite,
)
from leeboard.databases._failures import failures, shown
from leeboard.databases._migrate import bring_up_to_date, version_of
from leeboard.databases._reading import open_reading
from leeboard.databases._rows import clean, insert_rows
from leeboard.databases._search import search_postgres, vacuum_postgres
from leeboard.databases._types import UtcTime
from leeboard.databases._where import network_disk

__all__ = [
    "UtcTime",
    "Writes",
    "bring_up_to_date",
    "clean",
    "copy_sqlite",
    "failures",
    "insert_rows",
    "journal_mode",
    "network_disk",
    "open_postgres",
    "open_reading",
    "open_sqlite",
    "search_files",
    "search_postgres",
    "shown",
    "sound_sqlite",
    "vacuum_postgres",
    "vacuum_sqlite",
    "version_of",
]
