"""The first tables: prototypes, links, visits, the owner and their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "prototypes",
        sa.Column("slug", sa.String(60), primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("title", "pitch", "blueprint", "screen", "emoji", "accent", "words")
        ),
        sa.Column("created", sa.Float, nullable=False),
        *(sa.Column(name, sa.Float) for name in ("archived", "trashed", "last_visit")),
        *(
            sa.Column(name, sa.Integer, nullable=False, server_default="0")
            for name in ("questions", "thumbs_up", "thumbs_down")
        ),
        sa.Column("cost_today", sa.Float, nullable=False, server_default="0"),
        sa.Column("cost_day", sa.String(10), nullable=False, server_default=""),
        sa.Column("tallied", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column(
            "slug", sa.String(60), sa.ForeignKey("prototypes.slug", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("passcode", sa.Text, nullable=False, server_default=""),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("expires", sa.Float),
        sa.Column("max_visitors", sa.Integer),
        sa.Column("visitors", sa.Integer, nullable=False, server_default="0"),
        sa.Column("revoked", sa.Float),
    )
    op.create_index("ix_links_slug", "links", ["slug"])
    op.create_table(
        "visits",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("link", sa.String(32), sa.ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
    )
    op.create_index("ix_visits_link", "visits", ["link"])
    op.create_index("visits_by_slug", "visits", ["slug", "seen"])
    op.create_table(
        "owner",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("sessions", "owner", "visits", "links", "prototypes"):
        op.drop_table(table)
