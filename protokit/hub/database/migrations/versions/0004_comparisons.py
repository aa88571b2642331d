"""Two prototypes behind one link, between which visitors are split."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    links = [
        sa.Column(name, sa.String(32), sa.ForeignKey("links.id", ondelete="CASCADE"), nullable=False)
        for name in ("first", "second")
    ]
    op.create_table(
        "comparisons",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("measure", sa.String(20), nullable=False),
        *links,
        sa.Column("created", sa.Float, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("comparisons")
