"""The tables of people and of deeds, and triggers that keep the second as it is."""

import sqlalchemy as sa
from alembic import op

from leeboard.databases import UtcTime

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0004"
down_revision = "0003"

_ONLY = "the audit log is only ever added to"


def upgrade() -> None:
    """Make the tables. Written out, not taken from the code, which will move on."""
    op.create_table(
        "users",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("revoked_at", UtcTime),
    )
    texts = ("who", "via", "address", "what", "subject", "detail")
    op.create_table(
        "audit",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", UtcTime, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
    )
    op.create_index("audit_by_time", "audit", ["at", "id"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit"
                f" BEGIN SELECT RAISE(ABORT, '{_ONLY}'); END"
            )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION audit_refused() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_ONLY}'; END $$"
    )
    for name, verb, each in (
        ("audit_no_change", "UPDATE OR DELETE", "ROW"),
        ("audit_no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON audit FOR EACH {each}"
            " EXECUTE FUNCTION audit_refused()"
        )
