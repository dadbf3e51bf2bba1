"""Steps of a database's tables: all of them, once, and never backwards."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from leeboard.databases import Writes, bring_up_to_date, open_postgres, open_sqlite
from leeboard.errors import StateError
from leeboard.state import _tables, open_state
from leeboard.state._sql import SqlState

STORES = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@pytest.fixture
def engine(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> sa.Engine:
    """Give an empty database."""
    if kind == "sqlite":
        return open_sqlite(str(tmp_path / "a%20b" / "state.sqlite"), StateError)
    return open_postgres(request.getfixturevalue("postgres"), StateError)


@pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression",
    "ignore:autogenerate skipping metadata-specified expression",
)
@STORES
def test_the_steps_lead_to_the_tables_in_the_code(engine: sa.Engine) -> None:
    """After all steps a database has just the tables, columns and indexes declared."""
    state = SqlState(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": _tables.VERSION_TABLE}
        )
        assert compare_metadata(context, _tables.TABLES) == []
    state.close()


def test_head_is_the_last_step() -> None:
    """The step that the code takes for the last is the last one there is."""
    folder = Path(_tables.__file__).parent / "migrations" / "versions"
    last = max(path.name for path in folder.glob("v*.py"))
    assert last.startswith(f"v{_tables.HEAD}_")


@STORES
def test_a_database_of_a_newer_leeboard_is_refused(engine: sa.Engine) -> None:
    """Both versions are named, and nothing in it is changed."""
    SqlState(engine)
    version = sa.table(_tables.VERSION_TABLE, sa.column("version_num", sa.String))
    with engine.begin() as connection:
        connection.execute(sa.update(version).values(version_num="9999"))
    for _ in range(2):
        with pytest.raises(
            StateError, match=rf"version 9999.*version {_tables.HEAD}"
        ) as caught:
            SqlState(engine)
        assert caught.value.code == "newer_database"
    engine.dispose()


@STORES
def test_two_that_open_an_empty_database_at_once_agree(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Whoever comes second waits and finds the tables there."""
    path = str(tmp_path / "state.sqlite")
    target = path if kind == "sqlite" else request.getfixturevalue("postgres")
    ready, failed = threading.Barrier(4), list[BaseException]()

    def work() -> None:
        try:
            ready.wait()
            open_state(target).close()
        except BaseException as error:  # noqa: BLE001  # a thread's own are not seen
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


BROKEN = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}

def upgrade():
    op.create_table("t{revision}", sa.Column("x", sa.Integer))
    {more}
"""


@STORES
def test_a_step_that_fails_leaves_nothing_of_any_step(
    engine: sa.Engine, tmp_path: Path
) -> None:
    """Of two steps, the second of which fails, neither is taken."""
    steps = tmp_path / "steps"
    (steps / "versions").mkdir(parents=True)
    own = Path(_tables.__file__).parent / "migrations" / "env.py"
    (steps / "env.py").write_text(own.read_text())
    one = BROKEN.format(revision="1", before=None, more="")
    two = BROKEN.format(revision="2", before="1", more='op.execute("nonsense")')
    (steps / "versions" / "v1_one.py").write_text(one)
    (steps / "versions" / "v2_two.py").write_text(two)
    with pytest.raises(StateError) as caught:
        bring_up_to_date(
            Writes(engine, StateError),
            str(steps),
            head="2",
            version_table="seen",
            error=StateError,
        )
    assert caught.value.code == "database_failed"
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
