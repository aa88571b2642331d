"""The log of what happened: who signed in, opened a link or changed something. Rows are added, never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_UNCHANGED = {
    "sqlite": "CREATE TRIGGER activity_unchanged BEFORE UPDATE ON activity"
    " BEGIN SELECT RAISE(ABORT, 'the log of what happened is only added to'); END",
    "postgresql": "CREATE RULE activity_unchanged AS ON UPDATE TO activity DO INSTEAD NOTHING",
}


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("time", sa.Float, nullable=False),
        *(
            sa.Column(name, sa.String(length), nullable=False, server_default="")
            for name, length in (("action", 40), ("who", 20), ("address", 64), ("slug", 60))
        ),
        sa.Column("detail", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("activity_by_time", "activity", ["time"])
    op.execute(_UNCHANGED[op.get_bind().dialect.name])


def downgrade() -> None:
    op.drop_table("activity")
