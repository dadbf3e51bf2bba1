"""An index by which one figure over time is found among all others."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the index. Written out, not taken from the code, which will move on."""
    op.create_index(
        "measurements_by_series",
        "measurements",
        ["model", sa.text("substr(subject, 1, 64)"), "metric", "window_start"],
    )
